"""The pages of queues, versions, weights and people at work: by role and facility, with bad input, without scripts."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import AccessRecord, WorkItem
from coding_workflow.outbox.services import drain
from coding_workflow.staff.models import User
from tests.security.browser import signed_in
from worklist.assignment import claim_next, put_back
from worklist.counts import refresh
from worklist.models import Assignment, NextOnly, QueueSetDraft, QueueSetProposal, QueueSetVersion
from worklist.queueing import document, proposing, services
from worklist.queueing.standard import STANDARD
from worklist.supervising import assign

from .conftest import grant, post, qualify
from .queueing import DEAR, change, put_in_force, queue_of, rule, with_first

FRAGMENT = {"HTTP_HX_REQUEST": "true"}
DEAR_FORM = {
    "name": "Dear stays",
    "kind": "coding",
    "returned": "any",
    "when:kind": "all",
    "when:clauses": "2",
    "when-0:about": "field:total_charges",
    "when-0:was": "total_charges",
    "when-0:is": "at_least",
    "when-0:value": "5000",
    "when-1:about": "count:documents",
    "when-1:how": "no",
    "when-1:tests": "1",
    "when-1-t0:about": "type",
    "when-1-t0:was": "type",
    "when-1-t0:is": "one_of",
    "when-1-t0:value": ["operative_note", "consent"],
}


@pytest.fixture
def cleo(hospital) -> Client:
    return signed_in(hospital.cleo)


@pytest.fixture
def base(hospital) -> str:
    return f"/queues/{hospital.main.pk}"


def _page(client: Client, address: str, **extra: Any) -> str:
    response = client.get(address, **extra)
    assert response.status_code == 200
    return response.content.decode()


def _draft(hospital, queues) -> None:
    services.keep_draft(facility=hospital.main, by=hospital.cleo, queues=queues, base=services.base_of(hospital.main)[1])


def test_the_list_says_each_queue_in_words_with_todays_numbers(cleo, hospital, work):
    post(work("A1").account, 1_200)
    refresh()
    page = _page(cleo, "/queues/")
    assert "The standard set is in force" in page
    assert "Coding: the patient class is inpatient or newborn." in page
    assert "$1,200" in page
    assert page.index("Returned") < page.index("Inpatient to code") < page.index("Unrouted")


def test_a_queue_is_written_previewed_and_published_by_forms_alone(cleo, hospital, work, base):
    dear, cheap = work("A1"), work("A2")
    post(dear.account, 9_000)
    answer = cleo.post(f"{base}/edit/", {**DEAR_FORM, "do": "save"})
    assert answer["Location"].endswith("#queue-dear-stays")
    page = _page(cleo, "/queues/")
    sentence = "the total of charges is at least 5,000 and no document is of type operative note or consent"
    # The record of a list is in alphabetical order.
    assert sentence in page or sentence.replace("operative note or consent", "consent or operative note") in page
    assert queue_of(dear) == "code-inpatient"
    preview = cleo.get(f"{base}/preview/")
    assert preview.context["run"].moved == 1
    assert "Dear stays" in preview.content.decode()
    seal = preview.context["seal"]
    refused = cleo.post(f"{base}/propose/", {"seal": seal, "reason": " "})
    assert refused.status_code == 422
    assert "Say why" in refused.content.decode()
    assert cleo.post(f"{base}/propose/", {"seal": seal, "reason": "Asked for by the lead"}).status_code == 302
    assert not QueueSetVersion.objects.exists()
    ada = signed_in(hospital.ada)
    proposal = ada.get(f"{base}/proposal/")
    assert proposal.context["run"].moved == 1
    assert ada.post(f"{base}/publish/", {"seen": proposal.context["proposal"].hash}).status_code == 302
    drain()
    assert (queue_of(dear), queue_of(cheap)) == ("dear-stays", "code-inpatient")
    assert "1 moved" in _page(cleo, "/queues/")
    history = _page(cleo, f"{base}/history/")
    assert "Asked for by the lead" in history
    assert "New queue Dear stays." in history
    assert f"{hospital.cleo}, published by {hospital.ada}" in history


def test_the_form_keeps_what_is_typed_and_shows_what_fits(cleo, base):
    page = cleo.post(f"{base}/edit/", {"name": "Half", "kind": "coding", "when:kind": "all", "when:clauses": "1",
                                       "when-0:about": "field:payer_kind", "do": "refresh"}).content.decode()  # fmt: skip
    assert 'value="Half"' in page
    assert 'value="medicare_advantage"' in page
    more = cleo.post(f"{base}/edit/", {**DEAR_FORM, "do": "add-asks:when"})
    assert len(more.context["tree"].clauses) == 3
    fewer = cleo.post(f"{base}/edit/", {**DEAR_FORM, "do": "drop:when-0"}, **FRAGMENT)
    assert len(fewer.context["tree"].clauses) == 1
    assert "<html" not in fewer.content.decode()
    assert not QueueSetDraft.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": ""}, "2 to 40 small letters"),
        ({"when-0:value": "a lot"}, "decimal number"),
        ({"when-0:about": ""}, "Choose what this asks about."),
        ({"when-1-t0:value": []}, "This is missing."),
        ({"most_held": "many"}, "whole number from 1 to 50"),
        ({"kind": "magic"}, "Choose a kind of work."),
        ({"returned": "perhaps"}, "Choose whether it takes"),
        ({"people": ["999999"]}, "no role here"),
        ({"when-0:about": "field:drg", "when-0:was": "drg", "when-0:is": "is", "when-0:value": "470"}, "Choose what this asks"),
        ({"name": "\0\0"}, "2 to 40 small letters"),
        ({"when:clauses": "60"}, "Choose what this asks about."),
    ],
)
def test_what_is_no_queue_is_refused_and_stays_in_the_form(cleo, base, wrong, words):
    answer = cleo.post(f"{base}/edit/", {**DEAR_FORM, **wrong, "do": "save"})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not QueueSetDraft.objects.exists()


def test_a_queue_that_is_not_there_is_not_found(cleo, base):
    assert cleo.get(f"{base}/edit/?queue=nothing").status_code == 404
    assert cleo.post(f"{base}/edit/", {**DEAR_FORM, "queue": "nothing", "do": "save"}).status_code == 404


def test_an_existing_queue_opens_with_what_it_is(cleo, hospital, base):
    change(hospital, rule("dear", DEAR, name="Dear", people=(hospital.ana.pk,), most_held=3))
    page = _page(cleo, f"{base}/edit/?queue=dear")
    for words in ('value="Dear"', 'value="5000"', 'name="most_held" inputmode="numeric" value="3"'):
        assert words in page
    assert f'value="{hospital.ana.pk}" checked' in page
    form = {"queue": "dear", "name": "Dearer", "kind": "review", "returned": "not", "when:kind": "all", "when:clauses": "0"}
    assert cleo.post(f"{base}/edit/", {**form, "do": "save"}).status_code == 302
    kept = document.from_text(QueueSetDraft.objects.get().document).named("dear")
    # The kind stays whatever is sent.
    assert (kept.name, kept.kind, kept.returned, kept.when, kept.people) == ("Dearer", "coding", "not", (), ())


def test_order_is_changed_by_buttons_and_unrouted_stays_last(cleo, hospital, base):
    def codes() -> list[str]:
        return [each.code for each in document.from_text(QueueSetDraft.objects.get().document).queues]

    cleo.post(f"{base}/order/", {"do": "down:returned"})
    assert codes()[:2] == ["code-inpatient", "returned"]
    for do in ("up:code-inpatient", "down:import-errors", "up:unrouted", "drop:unrouted", "sideways:review", "up:nothing", ""):
        assert cleo.post(f"{base}/order/", {"do": do}).status_code == 302
    assert codes()[-1] == "unrouted"
    assert len(codes()) == len(STANDARD.queues)
    cleo.post(f"{base}/order/", {"do": "drop:denials"})
    assert "denials" not in codes()
    assert "Denials is no longer a queue." in _page(cleo, "/queues/")
    cleo.post(f"{base}/throw-away/")
    assert not QueueSetDraft.objects.exists()


def test_weights_are_kept_as_changes_and_refused_out_of_bounds(cleo, hospital, base):
    form = cleo.get(f"{base}/weights/").context
    typed = {name: value for rows in ("targets", "payers", "limits") for name, _, value, _ in form[rows]}
    typed |= {name: value for name, _, _, value, _ in form["numbers"]}
    assert typed["target-inpatient"] == "96"
    assert cleo.post(f"{base}/weights/", {**typed, "returned_hours": "12", "put_backs": "3"}).status_code == 302
    kept = document.from_text(QueueSetDraft.objects.get().document)
    assert (kept.weights.returned_hours, kept.put_backs, kept.most_held) == (12, 3, None)
    assert kept.weights.target_hours == STANDARD.weights.target_hours
    for wrong in ({"returned_hours": "9999"}, {"hours_per_doubling": "x"}, {"dollars_floor": ""}, {"target-inpatient": "-1"},
                  {"most_held": "0"}, {"put_backs": "101"}):  # fmt: skip
        answer = cleo.post(f"{base}/weights/", {**typed, **wrong})
        assert answer.status_code == 422
        assert 'aria-invalid="true"' in answer.content.decode()


def test_only_what_was_previewed_is_published(cleo, hospital, base):
    _draft(hospital, with_first(STANDARD, rule("dear", DEAR)))
    seal = cleo.get(f"{base}/preview/").context["seal"]
    _draft(hospital, with_first(STANDARD, rule("all")))
    answer = cleo.post(f"{base}/propose/", {"seal": seal, "reason": "Asked for"})
    assert answer.status_code == 409
    assert "not those that were previewed" in answer.content.decode()
    assert not QueueSetProposal.objects.exists()


def test_who_was_overtaken_goes_on_from_what_is_in_force(cleo, hospital, base):
    _draft(hospital, with_first(STANDARD, rule("mine", DEAR)))
    services.keep_draft(facility=hospital.main, by=hospital.ada, queues=with_first(STANDARD, rule("hers")), base=0)
    put_in_force(hospital.main, hospital.ada, "First")
    page = _page(cleo, f"{base}/preview/")
    assert "Version 2 was published since you began." in page
    assert "Hers is no longer a queue." in page
    seal = cleo.get(f"{base}/preview/").context["seal"]
    assert cleo.post(f"{base}/propose/", {"seal": seal, "reason": "x"}).status_code == 409
    assert cleo.post(f"{base}/propose/", {"over": "1"}).status_code == 302
    assert cleo.post(f"{base}/propose/", {"seal": seal, "reason": "Mine now"}).status_code == 302
    assert QueueSetProposal.objects.get(state="open").base == 2


def test_an_earlier_version_comes_back_with_a_reason(cleo, hospital, base):
    change(hospital, rule("all"))
    assert cleo.post(f"{base}/roll-back/", {"version": "1", "reason": ""}).status_code == 422
    assert cleo.post(f"{base}/roll-back/", {"version": "7", "reason": "x"}).status_code == 404
    assert cleo.post(f"{base}/roll-back/", {"version": "2", "reason": "x"}).status_code == 422
    assert cleo.post(f"{base}/roll-back/", {"version": "1", "reason": "It was better"}).status_code == 302
    waiting = QueueSetProposal.objects.get(state="open")
    assert "Version 1" in _page(signed_in(hospital.ada), f"{base}/proposal/")
    proposing.publish_proposal(proposal_id=waiting.pk, by=hospital.ada, seen=waiting.hash)
    assert "brings version 1 back" in _page(cleo, f"{base}/history/?version=3")
    assert "Nobody has changed" not in _page(cleo, f"{base}/history/?version=zz")


def test_the_preview_leaves_an_access_record_and_names_nobody_restricted(cleo, hospital, work, base):
    post(work("SECRET-1", restricted="VIP").account, 9_000)
    _draft(hospital, with_first(STANDARD, rule("dear", DEAR)))
    assert "SECRET-1" not in _page(cleo, f"{base}/preview/")
    assert AccessRecord.objects.filter(user=hospital.cleo, kind="queues.previewed").count() == 1


def test_a_draft_is_ones_own(cleo, hospital, base):
    _draft(hospital, with_first(STANDARD, rule("dear", DEAR, name="Dear")))
    assert "Dear" not in _page(signed_in(hospital.ada), "/queues/")


@pytest.mark.parametrize("nonsense", ["at=999999", "at=x", "at=%00"])
def test_a_facility_that_is_not_ones_own_shows_ones_own(cleo, nonsense):
    assert "Main Street Hospital" in _page(cleo, f"/queues/?{nonsense}")


def test_why_here_and_why_not_there(hospital, work):
    item = work("A1")
    change(hospital, rule("dear", DEAR, name="Dear"))
    ana = signed_in(hospital.ana)
    page = _page(ana, f"/account/{item.account_id}/why-here/")
    assert "Coding: Inpatient to code" in page
    assert "Not so that the total of charges is at least 5,000: here 0" in page
    assert "Takes it." in page
    assert "<html" not in _page(ana, f"/account/{item.account_id}/why-here/", **FRAGMENT)
    WorkItem.objects.update(closed_at=item.opened_at)
    assert "no open work" in _page(ana, f"/account/{item.account_id}/why-here/")


def test_a_restricted_account_says_nothing_before_a_reason(hospital, work):
    item = work("A1", restricted="VIP")
    assert signed_in(hospital.ana).get(f"/account/{item.account_id}/why-here/").status_code == 403


def test_people_at_work_shows_leases_and_put_backs_and_sets_next_only(cleo, hospital, work):
    first, second = work("A1"), work("A2")
    claim_next(user=hospital.ana)
    put_back(item_id=first.pk, user=hospital.ana, reason="Too long for today")
    claim_next(user=hospital.ana)
    page = _page(cleo, "/people-at-work/")
    assert "Too long for today" in page
    assert f"/work/{second.pk}/take-over/" in page
    address = f"/people-at-work/{hospital.main.pk}/next-only/"
    assert cleo.post(address, {"person": hospital.ana.pk, "reason": ""}).status_code == 422
    assert cleo.post(address, {"person": hospital.dov.pk, "reason": "x"}).status_code == 404
    assert cleo.post(address, {"person": hospital.ana.pk, "reason": "Picks the easy ones"}).status_code == 302
    assert "Picks the easy ones" in _page(cleo, "/people-at-work/")
    assert cleo.post(address, {"person": hospital.ana.pk, "reason": "x"}).status_code == 409
    assert cleo.post(address, {"person": hospital.ana.pk, "do": "end"}).status_code == 302
    assert not NextOnly.objects.filter(ended_at=None).exists()


def test_people_at_work_keeps_its_query_budget(cleo, hospital, work):
    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            _page(cleo, "/people-at-work/")
        return len([query for query in captured.captured_queries if "django_session" not in query["sql"]])

    cost()
    before = cost()
    for number in range(6):
        coder = User.objects.create(username=f"c{number}", full_name=f"Coder {number}")
        grant(coder, hospital.main, "coder")
        qualify(coder, hospital)
        work(f"A{number}")
        claim_next(user=coder)
    assert cost() == before


def test_taking_over_moves_the_account_or_frees_it(cleo, hospital, work):
    item = work("A1")
    claim_next(user=hospital.ana)
    address = f"/work/{item.pk}/take-over/"
    assert "Ana has it" in _page(cleo, address)
    assert cleo.post(address, {"to": "", "reason": ""}).status_code == 422
    assert cleo.post(address, {"to": hospital.ben.pk, "reason": "Went home"}).status_code == 403
    assert WorkItem.objects.get(pk=item.pk).leased_to == hospital.ana
    assert cleo.post(address, {"to": hospital.dov.pk, "reason": "x"}).status_code == 404
    assert cleo.post(address, {"to": "", "reason": "Went home"}).status_code == 302
    assert WorkItem.objects.get(pk=item.pk).leased_to is None
    assert cleo.post(address, {"to": hospital.ana.pk, "reason": "She is back"}).status_code == 302
    assert WorkItem.objects.get(pk=item.pk).leased_to == hospital.ana


def test_several_are_assigned_after_a_look_and_taken_back(cleo, hospital, work):
    good, bad = work("A1"), work("A2", patient_class="clinic")
    list_page = _page(cleo, "/?queue=code-inpatient")
    assert f'name="item" value="{good.pk}" form="assign"' in list_page
    assert "Assign what is ticked" in list_page
    ticked = {"item": [good.pk, bad.pk]}
    assert "See who can have which" in cleo.post("/work/assign/", ticked).content.decode()
    look = cleo.post("/work/assign/", {**ticked, "to": hospital.ana.pk}).content.decode()
    assert "Ana has no competence in date for this type." in look
    assert "Assign 1 to Ana" in look
    wanted = {**ticked, "to": hospital.ana.pk, "confirmed": "1"}
    assert cleo.post("/work/assign/", {**wanted, "reason": ""}).status_code == 422
    assert not Assignment.objects.exists()
    assert cleo.post("/work/assign/", {**wanted, "reason": "Dee is away"}).status_code == 302
    made = Assignment.objects.get()
    assert f"/work/assignments/{made.pk}/undo/" in _page(cleo, "/people-at-work/")
    assert cleo.post(f"/work/assignments/{made.pk}/undo/").status_code == 302
    assert cleo.post(f"/work/assignments/{made.pk}/undo/").status_code == 409


def test_assigning_nothing_or_what_is_elsewhere_says_so(cleo, hospital, work):
    for sent in ({}, {"item": ["x", "-1", "987654321", "9" * 40]}):
        assert "Tick at least one account first." in cleo.post("/work/assign/", sent, follow=True).content.decode()


def test_a_coder_has_no_tick_boxes(hospital, work):
    work("A1")
    page = _page(signed_in(hospital.ana), "/?queue=code-inpatient")
    assert 'form="assign"' not in page
    assert "People at work" not in page


def test_another_facilitys_assignment_is_unknown(hospital, work):
    far = User.objects.create(username="far", full_name="Far Away")
    grant(far, hospital.other, "supervisor")
    made, _ = assign(item_ids=[work("A1").pk], to=hospital.ana, by=hospital.cleo, reason="x")
    assert signed_in(far).post(f"/work/assignments/{made.pk}/undo/").status_code == 404


def test_the_page_follows_the_moving_by_a_timer_until_all_was_looked_at(cleo, hospital, work):
    work("A1")
    _draft(hospital, with_first(STANDARD, rule("all")))
    put_in_force(hospital.main, hospital.cleo)
    page = _page(cleo, "/queues/")
    assert "0 of 1 looked at" in page
    assert 'hx-trigger="every 2s"' in page
    drain()
    page = _page(cleo, "/queues/", HTTP_X_POLLING="1", **FRAGMENT)
    assert "1 open account looked at, 1 moved" in page
    assert "every 2s" not in page
