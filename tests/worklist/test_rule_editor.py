"""The rule editor without scripts: built by buttons, kept as it is typed, faults at their place, conflicts shown."""

from dataclasses import replace

import pytest

from accounts.models import AccessRecord, Account
from coding_workflow.guidelines import selectors as guidelines
from coding_workflow.guidelines.lab.testing import MAX_TESTS
from coding_workflow.guidelines.models import RuleVersion
from coding_workflow.guidelines.services import write_rule
from coding_workflow.staff.models import Role, RoleGrant, User
from tests.guidelines.lab.rules import definition
from tests.guidelines.rule_cast import proofs, publish, second_administrator, write
from tests.security.browser import signed_in
from tests.security.url_table import account as account_at
from worklist.models import RuleDraft

from .rules import Form, blank

FRAGMENT = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def begun(hospital):
    return write(hospital, made=blank("Stent without the procedure note"), tests=())


@pytest.fixture
def form(hospital, begun):
    return Form(signed_in(hospital.ada), f"/rules/{begun.rule_id}/edit/")


def test_a_rule_is_built_by_buttons_alone_with_its_tests(hospital, form, begun):
    form.press("add-asks:when")
    form.press("refresh", when_0__about="count:procedures")
    form.press("test:when-0").press("refresh", when_0_t0__about="code")
    assert form.values["when-0-t0:is"] == ["under"]
    form.press("add-asks:when", when_0_t0__value="0270, 0271")
    form.press("refresh", when_1__about="count:documents", when_1__how="no")
    form.press("test:when-1").press("refresh", when_1_t0__about="type")
    form.press("refresh", when_1_t0__value=["procedure_note", "operative_note"])
    said = "Hold when any procedure is under 0270 or 0271 and no document is of type operative note or procedure note."
    assert said in form.page
    form.press("refresh", message="The procedure note of {codes} is not there.", reference="Department guideline 12")
    assert "There is no test in which the rule speaks." in form.page
    form.press("test-example:inpatient").press("test-add:", test__name="stent, no note")
    assert "Passes. It spoke, as it must." in form.page
    form.press("test-example:outpatient").press("test-add:", test__name="hernia", test__expect="silent")
    assert "Ready to publish" in form.page
    done = form.press("save", reason="The committee asked for it.")
    assert (done.status, done.response["Location"]) == (302, f"/rules/{begun.rule_id}/")
    saved = RuleVersion.objects.get(pk=begun.pk)
    assert guidelines.definition_of(saved).when.clauses[0].where[0].value == ("0270", "0271")
    assert [test.fires for test in guidelines.tests_of(saved)] == [True, False]
    assert not RuleDraft.objects.exists()


def test_what_is_half_made_is_kept_for_the_person_and_not_shown_to_others(hospital, form, begun):
    form.press("add-asks:when", message="Half a sentence")
    again = Form(signed_in(hospital.ada), form.url)
    assert again.values["message"] == ["Half a sentence"]
    assert "Not saved to the rule yet" in again.page
    assert again.values["when:clauses"] == ["1"]
    other = Form(signed_in(second_administrator(hospital)), form.url)
    assert other.values["message"] == [""]
    assert RuleVersion.objects.get(pk=begun.pk).definition == begun.definition


def test_a_rule_that_is_none_yet_is_refused_at_its_place_with_everything_in_it(form, begun):
    form.press("add-asks:when").press("refresh", when_0__about="field:age_years")
    form.press("save", when_0__value="many", starts="soon", reason="To see what happens")
    assert form.status == 422
    assert 'id="when-0-value-error">This must be a whole number.' in form.page
    assert 'id="starts-error">This must be a date' in form.page
    assert form.values["when-0:value"] == ["many"]
    assert form.values["reason"] == ["To see what happens"]


def test_a_reason_that_says_nothing_is_refused_at_the_reason(form):
    form.press("save", reason=" ")
    assert form.status == 422
    assert 'id="reason-error">Say why' in form.page


def test_another_draft_meanwhile_is_shown_with_its_difference_and_can_be_saved_over(hospital, form, begun):
    other = second_administrator(hospital)
    theirs = write(hospital, by=other, made=definition(title="What Cora wrote"), seen=begun.seal)
    form.press("save", title="What Ada wrote", reason="Mine is shorter")
    assert form.status == 409
    assert "<del>What Cora wrote</del>" in form.page
    assert "<ins>What Ada wrote</ins>" in form.page
    assert form.press("over").status == 302
    assert RuleVersion.objects.get(pk=theirs.pk).title == "What Ada wrote"


def test_a_draft_that_was_published_meanwhile_leaves_a_way_to_save(hospital):
    version = write(hospital)
    form = Form(signed_in(hospital.ada), f"/rules/{version.rule_id}/edit/").press("refresh", title="Only a new title")
    publish(version, second_administrator(hospital))
    form.press("save", reason="The title was too long.")
    assert form.status == 409
    assert "Version 1 is active by now" in form.page
    assert form.press("over").status == 302
    assert RuleVersion.objects.get(rule=version.rule_id, number=2).title == "Only a new title"


def test_changes_are_thrown_away_only_when_asked(form, begun):
    form.press("refresh", title="Something else")
    assert form.press("throw").status == 302
    assert Form(form.client, form.url).values["title"] == [begun.title]


def test_clauses_move_into_a_group_and_out_again(form):
    form.press("add-any:when").press("add-asks:when")
    form.press("refresh", when_1__about="field:coders_competent").press("into:when-1", when_1__value="true")
    assert form.values["when-0:clauses"] == ["1"]
    form.press("out:when-0-0")
    assert form.values["when-1:about"] == ["field:coders_competent"]
    form.press("up:when-1").press("drop:when-1")
    assert "Hold when the coders' competence is present." in form.page.replace("&#x27;", "'")


def test_a_test_that_cannot_be_read_keeps_its_text(form):
    form.press("test-add:", test__name="odd", test__facts='{"id": "x", "patient_class": "nowhere"}')
    assert form.status == 422
    assert "patient_class" in form.page.partition('id="test-facts-error">')[2][:200]
    assert form.values["test:name"] == ["odd"]


def test_a_test_can_be_changed_and_taken_out(hospital):
    version = write(hospital)
    form = Form(signed_in(hospital.ada), f"/rules/{version.rule_id}/edit/")
    form.press("test-change:1").press("test-add:", test__name="lungs")
    assert "lungs" in form.page
    assert "pneumonia" not in form.page
    assert "There is no test in which the rule speaks." in form.press("test-drop:0").page


def test_facts_of_an_account_come_without_what_names_anybody(hospital, form):
    hospital.account("A77", service="CARD")
    form.press("test-take:", test__number="A77")
    facts = form.values["test:facts"][0]
    assert '"birth_date": "1957-09-01"' in facts
    assert '"admit_date": "2026-09-01"' in facts
    assert '"id": "test"' in facts
    assert not any(word in facts for word in ("Testcase", "A77", "1234567893"))
    assert "There is no account with this number" in form.press("test-take:", test__number="B1").page


def test_one_test_too_many_is_refused_and_locks_nobody_out(hospital):
    version = write(hospital, tests=tuple(replace(proofs()[0], name=f"test {at}") for at in range(MAX_TESTS)))
    form = Form(signed_in(hospital.ada), f"/rules/{version.rule_id}/edit/")
    form.press("test-example:inpatient").press("test-add:", test__name="one too many")
    assert form.status == 422
    assert f'id="test-name-error">A rule has at most {MAX_TESTS} tests.' in form.page
    assert form.values["test:name"] == ["one too many"]
    assert form.client.get(form.url).status_code == 200


def test_what_was_left_and_cannot_be_read_is_said_and_thrown_away(hospital, form, begun):
    left = RuleDraft.objects.create(rule_id=begun.rule_id, user=hospital.ada, fields={}, tests="[1]", seen="")
    again = Form(form.client, form.url)
    assert "What you left here cannot be read any more" in again.page
    assert again.press("refresh", title="Typed over it").status == 422
    assert RuleDraft.objects.get(pk=left.pk).tests == "[1]"
    assert again.press("throw").status == 302
    assert Form(form.client, form.url).values["title"] == [begun.title]


def test_the_test_being_written_and_the_number_of_an_account_are_not_kept(form):
    form.press("refresh", title="Kept", test__number="A77", test__facts="{}", test__name="half")
    assert form.values["test:name"] == ["half"]
    kept = RuleDraft.objects.get().fields
    assert kept["title"] == ["Kept"]
    assert not [name for name in kept if name.startswith("test:")]


def test_a_text_that_is_too_long_is_refused_and_not_cut(form):
    form.press("refresh", message="m" * 20_001)
    assert form.status == 422
    assert "Not kept: a field holds more than 20,000 characters" in form.page
    assert form.values["message"] == ["m" * 20_001]
    assert not RuleDraft.objects.exists()
    assert form.press("refresh", message="", test__facts=" " * 20_001).status == 200


@pytest.mark.parametrize("name", ["reason", "seen", "title", "odd\0name"])
def test_a_character_that_the_database_cannot_hold_is_no_defect(form, name):
    given = {**form.values, "reason": "The committee asked.", name: "Because\0 of it", "do": "save"}
    assert form.client.post(form.url, given).status_code in {302, 409, 422}


def test_facts_are_taken_at_the_facility_of_the_rule_and_never_guessed(hospital, form):
    RoleGrant.objects.create(user=hospital.ada, facility=hospital.other, role=Role.ADMINISTRATOR)
    number = Account.objects.get(pk=account_at(hospital, hospital.other)["pk"]).number
    client = signed_in(hospital.ada)
    at_main = client.post(form.url, {**form.values, "test:number": number, "do": "test-take:"})
    assert "There is no account with this number where the rule judges." in at_main.content.decode()
    hospital.account(number)
    of_all = write_rule(
        key="all",
        facility=None,
        definition=blank("A rule of all"),
        tests=(),
        by=User.objects.get(pk=hospital.ada.pk),
        reason="For every one",
    )
    asked = Form(client, f"/rules/{of_all.rule_id}/edit/").press("test-take:", test__number=number)
    assert "Several of your facilities have an account with this number" in asked.page
    assert not AccessRecord.objects.exists()


def test_a_fragment_brings_the_part_that_changed(hospital, form):
    client = form.client
    live = client.post(form.url, {**form.values, "do": "live"}, **FRAGMENT)
    assert live["HX-Retarget"] == "#said"
    assert "rule-form" not in live.content.decode().replace("#rule-form", "")
    grown = client.post(form.url, {**form.values, "do": "add-asks:when"}, **FRAGMENT)
    assert grown["HX-Retarget"] == "#clauses"
    assert 'id="when-0-about"' in grown.content.decode()
    assert "data-focus" in grown.content.decode()


def test_whatever_is_sent_the_editor_answers(form):
    odd = {"when:kind": "all", "when:clauses": "99"}, {"when:about": "count:__class__"}, {"when:kind": ["any", "x"]}
    acts = ("up:when-9", "drop:when-t9", "add-x:y", "test:when", "test-drop:x", "test-change:7", ":")
    for fields, do in (*((fields, "refresh") for fields in odd), *(({}, do) for do in acts)):
        assert form.client.post(form.url, {**fields, "do": do}, **FRAGMENT).status_code == 200
