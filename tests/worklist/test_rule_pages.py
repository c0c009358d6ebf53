"""The list of rules and the page of one: what is shown to whom, what can be done, and why not."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from coding_workflow.guidelines.lab.files import to_file
from coding_workflow.guidelines.lab.writing import definition_to_json, text_hash
from coding_workflow.guidelines.models import AdminRule, RuleEvent, RuleVersion
from coding_workflow.guidelines.services import export_rule
from coding_workflow.guidelines.tables import CodeAnswer, NoTables
from coding_workflow.release.models import BacktestResult
from tests.cast import PASSWORD
from tests.guidelines.lab.rules import asks, count, definition
from tests.guidelines.rule_cast import WHY, active, second_administrator, write
from tests.security.browser import grow_old, signed_in
from worklist.selectors import lab_rule

from .conftest import CODED, advance, hold
from .rules import Form, backtest_at, blank


class Few(NoTables):
    """A table with two codes."""

    def loaded(self, system, on=None):
        return "2026-04-01"

    def code(self, system, code, on=None):
        return CodeAnswer(code, "") if code in {"I21", "I214"} else None


@pytest.fixture
def second(hospital):
    return second_administrator(hospital)


@pytest.fixture
def ada(hospital):
    return signed_in(hospital.ada)


def said(response, status=200):
    """The page's text."""
    assert response.status_code == status
    return response.content.decode()


def test_the_list_shows_our_own_rules_with_their_state_before_the_built_in_ones(hospital, second, ada):
    active(hospital, second)
    page = said(ada.get("/rules/"))
    assert page.index("Infarction without catheterization") < page.index("Everyone who assigned a code holds a competence")
    assert '<span class="chip ok">Active</span>' in page


@pytest.mark.parametrize(
    ("query", "there", "gone"),
    [
        ("words=laterality", "icd10cm.laterality", "claim.admit_date"),
        ("words=I.B.13+name", "icd10cm.laterality", "claim.admit_date"),
        ("condition=5", "claim.admit_date", "icd10cm.laterality"),
        ("severity=warn", "claim.reason_for_visit", "claim.admit_date"),
        ("kind=own", "lab.infarction", "claim.admit_date"),
        ("state=draft", "lab.infarction", "claim.admit_date"),
        ("state=active", "claim.admit_date", "lab.infarction"),
    ],
)
def test_the_list_is_narrowed(hospital, ada, query, there, gone):
    write(hospital)
    page = said(ada.get(f"/rules/?{query}", HTTP_HX_REQUEST="true"))
    assert there in page
    assert gone not in page
    assert "<html" not in page


def spoiled(hospital, definition="[]", tests="[]", state="draft"):
    """A version that this release cannot read, as one of another vocabulary would be."""
    made = AdminRule.objects.create(facility=hospital.main, key="spoiled", created_by=hospital.ada)
    version = RuleVersion.objects.create(
        rule=made, number=1, title="Spoiled", definition=definition, hash=text_hash(definition), tests=tests,
        written_by=hospital.ada, written_at="2026-09-01T12:00:00Z", reason="Spoiled",
    )  # fmt: skip
    if state == "active":
        version.state, version.published_by, version.published_at = state, hospital.cora, version.written_at
        version.save(update_fields=["state", "published_by", "published_at"])
    return version


def test_one_rule_that_cannot_be_read_does_not_take_the_list_away(hospital, second, ada):
    active(hospital, second)
    version = spoiled(hospital)
    page = ada.get("/rules/", {"kind": "own"}).content.decode()
    assert f'href="/rules/{version.rule_id}/">Spoiled (version 1 cannot be read)' in page
    assert "lab.infarction" in page


@pytest.mark.parametrize("state", ["draft", "active"])
def test_the_page_of_a_rule_that_cannot_be_read_says_so_and_retires_it(hospital, ada, state):
    version = spoiled(hospital, state=state)
    page = said(ada.get(f"/rules/{version.rule_id}/"))
    assert "Version 1 cannot be read any more: This must be an object." in page
    assert "Write it anew" in page
    for verb in ("shadow", "publish", "file", "roll-back", "backtest"):
        assert f"/rules/versions/{version.pk}/{verb}/" not in page
    assert ada.post(f"/rules/versions/{version.pk}/retire/", {"reason": WHY}).status_code == 302
    assert "Version 1 retired" in said(ada.get(f"/rules/{version.rule_id}/"))


@pytest.mark.parametrize("verb", ["shadow", "publish", "file", "roll-back", "backtest"])
def test_what_cannot_be_read_is_neither_moved_nor_tried_nor_exported(hospital, second, verb):
    version = spoiled(hospital, state="active" if verb == "roll-back" else "draft")
    sent = {"reason": WHY, "seen": version.seal, "starts": "2026-01-01", "ends": "2026-09-30"}
    answer = signed_in(second).post(f"/rules/versions/{version.pk}/{verb}/", sent)
    assert "cannot be read any more" in said(answer, 422)
    assert not RuleEvent.objects.exists()


def test_what_cannot_be_read_is_written_anew_in_the_editor(hospital, ada):
    version = spoiled(hospital, tests="nonsense")
    form = Form(ada, f"/rules/{version.rule_id}/edit/")
    assert form.status == 200
    assert "Version 1 cannot be read any more" in form.page
    assert 'value="Spoiled"' in form.page
    form.press("save", title="Written anew", reason=WHY)
    assert form.status == 302, form.page
    version.refresh_from_db()
    assert version.title == "Written anew"
    assert "Nothing is asked yet" in said(ada.get(f"/rules/{version.rule_id}/"))


def test_tests_that_cannot_be_read_leave_the_rule_to_be_read(hospital, ada):
    version = spoiled(hospital, definition_to_json(definition()), tests='[{"name": "old"}]')
    assert "The tests of version 1 cannot be read any more: tests[0]" in said(ada.get(f"/rules/{version.rule_id}/"))
    assert "under I21" in said(ada.get(f"/rules/{version.rule_id}/edit/"))


def test_a_version_that_can_be_read_is_shown_beside_one_that_cannot(hospital, ada):
    version = spoiled(hospital, state="active")
    write(hospital, key="spoiled")
    page = said(ada.get(f"/rules/{version.rule_id}/"))
    assert "under I21" in page
    assert "Version 1 cannot be read" in said(ada.get(f"/rules/{version.rule_id}/?version=1"))


def test_the_list_keeps_its_budget(hospital, second, ada, django_assert_max_num_queries):
    active(hospital, second)
    write(hospital, key="more")
    ada.get("/rules/")
    with django_assert_max_num_queries(15):
        ada.get("/rules/")


def test_lists_leave_the_texts_of_versions_and_backtests_in_the_database(hospital, second, ada):
    pages = {}
    for number in range(3):
        version = active(hospital, second, title=f"Infarction, {number + 1}. text")
        backtest_at(hospital, hospital.main, rule="lab.infarction")
        for url in ("/rules/", f"/rules/{version.rule_id}/"):
            ada.get(url)
            with CaptureQueriesContext(connection) as asked:
                ada.get(url)
            pages.setdefault(url, []).append(
                [query["sql"] for query in asked if "guidelines_" in query["sql"] or "backtest" in query["sql"]]
            )
    for seen in pages.values():
        assert len({len(asked) for asked in seen[1:]}) == 1, "as many however many versions there are"
        for sql in seen[-1]:
            several = "WHERE" in sql and '"guidelines_ruleversion"."id" = ' not in sql and "LIMIT 21" not in sql
            assert '"tests"' not in sql or not several, sql
            assert '"candidate"' not in sql, sql
    [texts] = [sql for sql in pages["/rules/"][-1] if '"guidelines_ruleversion"."definition"' in sql]
    assert '"guidelines_ruleversion"."id" IN' in texts, "one text for each rule"


def test_a_rule_goes_from_draft_to_shadow_to_force_by_two_people(hospital, second, ada):
    version = write(hospital)
    url = f"/rules/{version.rule_id}/"
    page = said(ada.get(url))
    assert "Hold when the principal diagnosis is under I21." in page
    assert "You wrote it; another administrator publishes it. Cora can." in page
    sent = {"reason": WHY, "seen": version.seal}
    assert ada.post(f"/rules/versions/{version.pk}/shadow/", sent)["Location"] == url
    assert said(ada.post(f"/rules/versions/{version.pk}/publish/", sent), 403)
    assert "You wrote it" not in said(signed_in(second).get(url))
    assert signed_in(second).post(f"/rules/versions/{version.pk}/publish/", sent)["Location"] == url
    version.refresh_from_db()
    assert version.state == "active"
    page = said(ada.get(url))
    for words in ("Version 1 runs in shadow", "Version 1 published", "Published by Cora"):
        assert words in page


def test_what_blocks_publishing_is_listed_with_its_place(hospital, second):
    version = write(hospital, made=blank("Stent without note"), tests=())
    page = said(signed_in(second).get(f"/rules/{version.rule_id}/"))
    assert f'<a href="/rules/{version.rule_id}/edit/#message">Go to the message</a>' in page
    assert f'<a href="/rules/{version.rule_id}/edit/#when">Go to the conditions</a>' in page
    assert "Nothing is asked yet." in page


def test_a_code_that_the_tables_do_not_hold_is_named_but_blocks_nothing(hospital, second, monkeypatch):
    version = write(hospital, made=definition(count("principal", asks("code", "one_of", ["I21.4", "I21.7"]))))
    monkeypatch.setattr(lab_rule, "tables_today", Few)
    page = said(signed_in(second).get(f"/rules/{version.rule_id}/"))
    assert "Not in the table in force: I217." in page
    assert '<button class="button" type="button" disabled' not in page


def test_failing_tests_block_publishing_and_say_how(hospital, second):
    version = write(hospital, made=definition(severity="warn", scope={"classes": ["clinic"]}))
    page = said(signed_in(second).get(f"/rules/{version.rule_id}/"))
    assert "“infarction” fails. It found nothing: the rule was silent." in page
    assert f'/rules/{version.rule_id}/edit/#tests">Go to the tests' in page


@pytest.mark.parametrize("verb", ["shadow", "retire", "file"])
def test_an_act_without_a_reason_stands_at_its_form(hospital, ada, verb):
    version = write(hospital)
    page = said(ada.post(f"/rules/versions/{version.pk}/{verb}/", {"reason": "  x ", "seen": version.seal}), 422)
    assert f'id="said-{verb}"><span>Say why' in page
    assert "data-focus>  x </textarea>" in page


PROVE = "/signin/again/?next="


@pytest.mark.parametrize("verb", ["publish", "retire", "roll-back", "file"])
def test_what_changes_judgement_or_leaves_takes_a_young_proof_and_loses_nothing(hospital, second, verb):
    version = active(hospital, second)
    if verb == "publish":
        version = write(hospital, made=definition(title="Infarction, second version"))
    client = signed_in(second)
    grow_old(client)
    sent = {"reason": "Agreed in the committee of May.", "seen": version.seal}
    page = said(client.post(f"/rules/versions/{version.pk}/{verb}/", sent), 403)
    assert f'id="said-{verb}"><span>Some time has passed since you signed in' in page
    assert "Agreed in the committee of May.</textarea>" in page
    assert not RuleEvent.objects.filter(reason=sent["reason"]).exists()
    back = f"{PROVE}%2Frules%2F{version.rule_id}%2F%3Fversion%3D{version.number}"
    assert f'href="{back}" target="_blank"' in page
    assert client.post(back, {"password": PASSWORD})["Location"] == f"/rules/{version.rule_id}/?version={version.number}"
    assert client.post(f"/rules/versions/{version.pk}/{verb}/", sent).status_code in {200, 302}
    assert RuleEvent.objects.filter(reason=sent["reason"]).count() == 1


def test_the_page_says_beforehand_that_a_proof_is_asked_for(hospital, ada):
    rule = write(hospital).rule_id
    assert PROVE not in said(ada.get(f"/rules/{rule}/"))
    grow_old(ada)
    assert f'<a href="{PROVE}%2Frules%2F{rule}%2F%3Fversion%3D1">prove once more' in said(ada.get(f"/rules/{rule}/"))
    cleo = signed_in(hospital.cleo)
    grow_old(cleo)
    assert PROVE not in said(cleo.get(f"/rules/{rule}/")), "who only reads is not asked"


def test_a_draft_goes_into_shadow_without_a_new_proof(hospital, ada):
    version = write(hospital)
    grow_old(ada)
    assert ada.post(f"/rules/versions/{version.pk}/shadow/", {"reason": WHY, "seen": version.seal}).status_code == 302


def test_publishing_what_changed_since_is_a_conflict(hospital, second):
    version = write(hospital)
    page = said(signed_in(second).post(f"/rules/versions/{version.pk}/publish/", {"reason": WHY, "seen": "old"}), 409)
    assert "Somebody changed this draft since you looked" in page


def test_a_version_is_compared_in_words_and_rolled_back(hospital, second, ada):
    first = active(hospital, second)
    changed = write(hospital, made=definition(severity="warn", title="Infarction, only a warning"))
    page = said(ada.get(f"/rules/{first.rule_id}/"))
    assert "<del>hold</del>" in page
    assert "<ins>warn</ins>" in page
    page = said(ada.get(f"/rules/{first.rule_id}/?version=1"))
    assert "Version 2 is being written; publish it or give it up first." in page
    ada.post(f"/rules/versions/{changed.pk}/retire/", {"reason": "It was better before"})
    ada.post(f"/rules/versions/{first.pk}/roll-back/", {"reason": "It was better before"})
    assert RuleVersion.objects.get(rule=first.rule_id, number=3).hash == first.hash


def test_supervisors_and_compliance_read_and_are_told_why_they_do_not_act(hospital):
    version = write(hospital)
    page = said(signed_in(hospital.cleo).get(f"/rules/{version.rule_id}/"))
    assert "Only administrators of this facility" in page
    assert "Edit the draft" not in page
    assert '<form class="stack" method="post"' not in page


def test_a_rule_leaves_as_a_file_that_tells_when_it_was_changed(hospital, ada):
    version = write(hospital)
    answer = ada.post(f"/rules/versions/{version.pk}/file/", {"reason": WHY})
    assert answer["Content-Disposition"] == 'attachment; filename="infarction.json"'
    assert json.loads(answer.content)["key"] == "infarction"
    assert RuleEvent.objects.filter(kind="rule.exported").exists()
    file = SimpleUploadedFile("moved.json", answer.content.replace(b"catheterization", b"cathode"))
    page = said(ada.post("/rules/import/", {"file": file, "facility": hospital.main.pk, "reason": WHY}), 422)
    assert "The file was changed after it was exported" in page


def test_a_file_is_imported_at_the_facility(hospital, ada):
    version = write(hospital)
    text = to_file(export_rule(version_id=version.pk, by=hospital.ada, reason=WHY))
    ada.post(f"/rules/versions/{version.pk}/retire/", {"reason": WHY})
    sent = {"file": SimpleUploadedFile("a.json", text.encode()), "facility": hospital.main.pk, "reason": WHY}
    assert ada.post("/rules/import/", sent)["Location"] == f"/rules/{version.rule_id}/"
    assert RuleVersion.objects.get(rule=version.rule_id, number=2).state == "draft"
    for raw, words in ((b"\xff", "its text cannot be read"), (b"{}", "not a rule file of format 1")):
        page = said(ada.post("/rules/import/", {**sent, "file": SimpleUploadedFile("a.json", raw)}), 422)
        assert words in page


def test_a_new_rule_begins_as_a_draft_named_after_its_title(hospital, ada):
    assert '<option value="0"' not in said(ada.get("/rules/new/"))
    sent = {"title": "Stent without note", "facility": hospital.main.pk, "condition": 3, "severity": "hold", "reason": WHY}
    rule = ada.post("/rules/new/", sent)["Location"]
    assert AdminRule.objects.get(key="stent_without_note").facility == hospital.main
    assert "Stent without note" in said(ada.get(rule))
    assert "There is a rule with this key already" in said(ada.post("/rules/new/", sent), 422)
    assert "Only administrators of every facility" in said(ada.post("/rules/new/", {**sent, "key": "all", "facility": ""}), 422)


def test_a_backtest_is_started_watched_and_stopped(hospital, ada):
    version = write(hospital)
    page = said(ada.post(f"/rules/versions/{version.pk}/backtest/", {"starts": "2026-09-30", "ends": "2026-09-01"}), 422)
    assert "Choose a first day, and a later last one" in page
    sent = {"starts": "2026-01-01", "ends": "2026-09-30"}
    page = said(ada.get(ada.post(f"/rules/versions/{version.pk}/backtest/", sent)["Location"]))
    assert "0 of 0 accounts judged" in page
    assert "Newly held: none." in page
    assert "Finished" in said(ada.get(f"/rules/{version.rule_id}/"))
    running = backtest_at(hospital, hospital.main)["pk"]
    part = said(ada.get(f"/rules/backtests/{running}/", HTTP_HX_REQUEST="true"))
    assert "0 of 2 accounts judged" in part
    assert "<form" not in part, "what is polled holds nothing that a person uses"
    assert "<html" not in part
    assert 'hx-trigger="every 2s"' in said(ada.get(f"/rules/backtests/{running}/"))
    ada.post(f"/rules/backtests/{running}/stop/")
    page = said(ada.get(f"/rules/backtests/{running}/"))
    assert "Cancelled" in page
    assert "every 2s" not in page
    last = ada.get(f"/rules/backtests/{running}/", HTTP_HX_REQUEST="true")
    assert "Show its accounts" in said(last, 286), "htmx asks no more after this"


def test_a_backtest_lists_accounts_but_not_restricted_ones(hospital, ada):
    pk = backtest_at(hospital, hospital.main)["pk"]
    for number, restricted in (("A1", ""), ("A2", "VIP")):
        account = hospital.account(number, restricted=restricted)
        BacktestResult.objects.create(
            backtest_id=pk,
            facility=hospital.main,
            account=account,
            outcome="held",
            dollars=1200,
            days=3,
            message="Report missing.",
        )
    page = said(ada.get(f"/rules/backtests/{pk}/"))
    assert ">A1</a>" in page
    assert ">A2</a>" not in page
    assert "$2,400 · 6 account-days" in page


def test_a_third_backtest_is_told_which_ones_run(hospital, ada):
    version = write(hospital)
    for rule in ("lab.one", "lab.two"):
        backtest_at(hospital, hospital.main, rule=rule)
    sent = {"starts": "2026-01-01", "ends": "2026-09-30"}
    page = said(ada.post(f"/rules/versions/{version.pk}/backtest/", sent), 409)
    assert "lab.one (asked by Ada) and lab.two (asked by Ada) are running" in page
    assert 'name="starts" value="2026-01-01"' in page, "what was typed stays"
    assert 'name="ends" value="2026-09-30"' in page


def test_an_unfinished_rule_is_not_backtested(hospital, ada):
    version = write(hospital, made=blank("Stent without note"), tests=())
    page = said(ada.post(f"/rules/versions/{version.pk}/backtest/", {"starts": "2026-01-01", "ends": "2026-09-30"}), 422)
    assert "The rule is not complete yet" in page


def test_what_a_rule_did_lately_stands_on_its_page_and_in_the_list(hospital, second, ada):
    version = active(hospital, second)
    hold(advance(hospital.account("A1"), *CODED), condition=4, owner="coding", reason="lab.infarction")
    assert "1 account, 1 held now" in said(ada.get(f"/rules/{version.rule_id}/"))
    assert '<td class="num">1</td>' in said(ada.get("/rules/?kind=own"))
