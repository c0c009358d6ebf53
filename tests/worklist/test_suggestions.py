"""Suggestions on the account page: seen and settled by the coder who has the account, and by nobody else."""

from dataclasses import replace

import pytest
from django.test import Client

from accounts.models import Account, Facility, Patient, WorkItem
from coding_workflow.coding import selectors as coding
from coding_workflow.coding.models import Evidence, Suggestion
from coding_workflow.outbox.services import drain
from tests.cast import Cast
from tests.security.browser import signed_in
from tests.tables import publish, trusting

from .desk import document, on_desk, summary_of

pytestmark = pytest.mark.usefixtures("coded_db")
FRAGMENT = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def account(hospital: Cast) -> Account:
    publish(hospital, replace(trusting(), suggestions_for=("inpatient",)))
    made = on_desk(hospital, coder=hospital.ana)
    drain()
    return made


@pytest.fixture
def ana(hospital: Cast) -> Client:
    return signed_in(hospital.ana)


def other_patient(facility: Facility) -> Patient:
    return Patient.objects.create(facility=facility, mrn="O1", family_name="Testcase", given_name="Sam", sex="F")


def page(account: Account, part: str = "") -> str:
    return f"/account/{account.pk}/{part}"


def read(client: Client, account: Account, query: str = "", **extra: str) -> str:
    response = client.get(page(account) + query, **extra)
    assert response.status_code == 200
    return response.content.decode()


def row(code: str) -> Suggestion:
    return Suggestion.objects.get(code=code)


def settle(client: Client, account: Account, code: str, do: str, **extra: str):
    return client.post(page(account, f"suggestions/{row(code).pk}/"), {"do": do}, **extra)


def test_the_coder_sees_each_code_with_title_passage_and_both_verbs(ana, account):
    shown = read(ana, account)
    assert {each.code for each in coding.suggestions_open(account.pk)} >= {"I10", "I2510", "E119"}
    assert f"{coding.suggestions_open(account.pk).count()} from the record" in shown
    assert "Essential (primary) hypertension" in shown and "“Hypertension”" in shown
    assert 'aria-label="Accept I10"' in shown and 'aria-label="Dismiss I10"' in shown
    # It is marked in the text, and is neither a code nor evidence.
    assert f'<mark class="offered"><a href="#suggestion-{row("I10").pk}" title="Suggested: I10">Hypertension</a></mark>' in shown
    assert not coding.diagnoses_in_force(account.pk).exists()


def test_no_suggestion_speaks_of_payment(ana, account):
    shown = read(ana, account)
    part = shown[shown.index('id="suggestions"') : shown.index('id="procedures"')].lower()
    assert "I10".lower() in part
    assert not any(word in part for word in ("$", "drg", "weight", "pay", "reimburs", "mcc"))


@pytest.mark.parametrize("who", ["ben", "cleo", "cora"])
def test_who_does_not_have_the_account_sees_none_and_may_not_act(hospital, account, who):
    other = signed_in(getattr(hospital, who))
    shown = read(other, account)
    assert 'data-testid="suggestion"' not in shown and "Suggested:" not in shown
    refused = settle(other, account, "I10", "accept")
    assert refused.status_code in {403, 409}
    assert row("I10").state == "offered"


def test_another_hospitals_account_is_unknown(hospital, ana, account):
    theirs = Account.objects.create(
        facility=hospital.other, number="O1", patient_class="inpatient", patient=other_patient(hospital.other)
    )
    assert ana.post(page(theirs, f"suggestions/{row('I10').pk}/"), {"do": "accept"}).status_code == 404
    assert row("I10").state == "offered"


def test_going_to_the_passage_opens_its_document_and_is_noted(ana, account):
    place = f"?document={summary_of(account).document_id}&suggestion={row('I10').pk}"
    shown = read(ana, account, place, HTTP_HX_TARGET="record", **FRAGMENT)
    assert 'id="reading"' in shown and "looked at" in shown and 'id="gate"' not in shown
    assert row("I10").viewed_at is not None
    assert row("E119").viewed_at is None


def test_the_passage_of_a_suggestion_looked_at_by_another_is_just_read(hospital, account):
    read(signed_in(hospital.cleo), account, f"?suggestion={row('I10').pk}")
    assert row("I10").viewed_at is None
    read(signed_in(hospital.ana), account, "?suggestion=77777777")
    read(signed_in(hospital.ana), account, "?suggestion=I10;")
    assert not Suggestion.objects.filter(viewed_at__isnull=False).exists()


def test_a_look_takes_no_free_account(hospital, ana, account):
    WorkItem.objects.filter(account=account).update(leased_to=None, leased_until=None)
    read(ana, account, f"?suggestion={row('I10').pk}")
    assert WorkItem.objects.get(account=account, kind="coding").leased_to is None
    assert row("I10").viewed_at is None


def test_accepting_makes_it_the_coders_code_with_its_passage(ana, account):
    assert settle(ana, account, "I10", "accept").status_code == 303
    code = coding.diagnoses_in_force(account.pk).get()
    assert (code.code, Evidence.objects.get(diagnosis=code).quote) == ("I10", "Hypertension")
    assert row("I10").unseen is True
    shown = read(ana, account)
    assert 'aria-label="Accept I10"' not in shown and 'aria-label="Remove I10"' in shown


def test_dismissing_is_one_click_and_sends_only_what_changed(ana, account):
    answered = settle(ana, account, "I10", "dismiss", **FRAGMENT)
    assert answered.status_code == 200
    assert 'aria-label="Accept I10"' not in answered.content.decode()
    assert row("I10").state == "dismissed"


def test_a_code_that_the_coder_assigned_is_no_longer_offered(ana, account):
    ana.post(page(account, "diagnoses/"), {"q": "I10", "poa": "Y"})
    shown = read(ana, account)
    assert 'aria-label="Accept I10"' not in shown and 'aria-label="Accept E11.9"' in shown


@pytest.mark.parametrize(
    ("do", "status", "sentence"),
    [("", 422, "Accept the suggestion or dismiss it."), ("approve", 422, "Accept the suggestion or dismiss it.")],
)
def test_another_verb_is_refused_at_the_list(ana, account, do, status, sentence):
    answered = settle(ana, account, "I10", do)
    assert answered.status_code == status
    shown = answered.content.decode()
    assert sentence in shown[shown.index('id="said-suggestions"') :][:200]
    assert '<details class="act" id="suggested" open>' in shown


def test_one_that_is_settled_already_says_so(ana, account):
    settle(ana, account, "I10", "dismiss")
    answered = settle(ana, account, "I10", "accept")
    assert answered.status_code == 409
    assert "no longer open" in answered.content.decode()
    assert not coding.diagnoses_in_force(account.pk).exists()


def test_one_whose_document_was_replaced_is_refused_until_it_is_read_again(ana, account):
    document(account, "discharge_summary", "Hypertension.")
    assert settle(ana, account, "I10", "accept").status_code == 409
    drain()
    newest = Suggestion.objects.get(code="I10", state="offered")
    assert newest.version == summary_of(account)
    assert Suggestion.objects.filter(code="E119").get().state == "lapsed"


def test_nothing_is_shown_where_policy_wants_none(hospital, ana):
    publish(hospital, trusting())
    account = on_desk(hospital, "W2", coder=hospital.ana)
    drain()
    assert not Suggestion.objects.exists()
    assert 'id="suggested"' not in read(ana, account)
