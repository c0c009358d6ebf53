"""Proposed codes on the account page: seen by who reads the account, taken over by the coder who has it, all or one by one."""

import datetime
import re

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts import lifecycle
from accounts.locking import lock_account
from accounts.models import Account, Step
from accounts.services.told_codes import tell_codes
from accounts.told_codes import ToldCode
from coding_workflow.coding import selectors as coding
from coding_workflow.coding.models import CodedProcedure, ProposedCode
from tests.cast import Cast
from tests.coding.stage import FEED
from tests.security.browser import signed_in

from .desk import on_desk
from .test_suggestions import other_patient, page, read

pytestmark = pytest.mark.usefixtures("coded_db")
FRAGMENT = {"HTTP_HX_REQUEST": "true"}
DAY = datetime.date(2026, 9, 2)
CODES = [
    ToldCode("diagnosis", "ICD-10-CM", "J189", "Y"), ToldCode("diagnosis", "ICD-10-CM", "E119", "N"),
    ToldCode("admitting", "ICD-10-CM", "R079"), ToldCode("diagnosis", "ICD-10-CM", "Z9999", "Y"),
]  # fmt: skip


@transaction.atomic
def told(account: Account, cast: Cast, codes: list[ToldCode] = CODES, minute: int = 0) -> None:
    at = timezone.now() + datetime.timedelta(minutes=minute)
    more = {"told_at": at, "by": FEED, "named": "ANAX", "coder_id": cast.ana.pk}
    tell_codes(account=lock_account(account.pk), source="encoder", part="diagnoses", codes=codes, **more)  # type: ignore[arg-type]
    procedure = ToldCode("procedure", "ICD-10-PCS", "0BH17EZ", on=DAY)
    tell_codes(account=lock_account(account.pk), source="encoder", part="procedures", codes=[procedure], **more)  # type: ignore[arg-type]


@pytest.fixture
def account(hospital: Cast) -> Account:
    made = on_desk(hospital, coder=hospital.ana)
    told(made, hospital)
    return made


@pytest.fixture
def ana(hospital: Cast) -> Client:
    return signed_in(hospital.ana)


def row(code: str) -> ProposedCode:
    return ProposedCode.objects.get(code=code, state="open")


def settle(client: Client, account: Account, code: str, do: str, **extra: str):
    return client.post(page(account, f"proposed/{row(code).pk}/"), {"do": do}, **extra)


def take_all(client: Client, account: Account):
    """As the page's own form does it."""
    shown = re.findall(r'name="proposed" value="([0-9]+)"', part_of(read(client, account)))
    return client.post(page(account, "proposed/"), {"proposed": shown})


def part_of(shown: str) -> str:
    return shown[shown.index('id="proposal"') : shown.index('id="diagnoses"')]


def test_what_was_told_stands_with_titles_day_and_who_coded_it(ana, account):
    shown = part_of(read(ana, account))
    for words in ("The encoder&#x27;s codes", "5 to take over", "coded by Ana", "Pneumonia, unspecified organism", "Admitting",
                  "09/02/2026", "Not in the table of this account", "POA N", 'aria-label="Take over J18.9"'):  # fmt: skip
        assert words in shown, words
    assert not coding.diagnoses_in_force(account.pk).exists()


def test_all_of_it_is_taken_over_and_what_was_refused_stays_and_is_said(ana, account):
    assert take_all(ana, account).status_code == 303
    answered = read(ana, account)
    assert [each.code for each in coding.diagnoses_in_force(account.pk)] == ["R079", "J189", "E119"]
    assert CodedProcedure.objects.get().performed_on == DAY
    assert "4 codes taken over." in answered and "Z99.99 was left: There is no ICD-10-CM code" in answered
    assert "1 to take over" in part_of(answered)


def test_one_by_one_sends_only_what_changed(ana, account):
    answered = settle(ana, account, "J189", "take", **FRAGMENT)
    assert answered.status_code == 200
    assert 'aria-label="Take over J18.9"' not in answered.content.decode()
    assert settle(ana, account, "E119", "dismiss").status_code == 303
    assert [each.code for each in coding.diagnoses_in_force(account.pk)] == ["J189"]
    assert not ProposedCode.objects.filter(code__in=("J189", "E119"), state="open").exists()


def test_what_is_on_the_account_already_is_marked_and_a_poa_is_set(ana, account):
    ana.post(page(account, "diagnoses/"), {"q": "J18.9", "poa": "Y"})
    ana.post(page(account, "diagnoses/"), {"q": "E11.9", "poa": "Y"})
    ana.post(page(account, "diagnoses/"), {"q": "I10", "poa": "Y"})
    shown = part_of(read(ana, account))
    assert "On the account with POA Y" in shown and 'aria-label="Set POA N of E11.9"' in shown
    assert 'aria-label="Take over J18.9"' not in shown and "not among them: I10" in shown
    settle(ana, account, "E119", "take")
    assert coding.diagnoses_in_force(account.pk).get(code="E119").poa == "N"


def test_a_code_that_was_taken_over_is_not_said_to_be_no_told_one(ana, account):
    settle(ana, account, "J189", "take")
    assert "not among them" not in part_of(read(ana, account))


def test_what_was_taken_over_and_is_not_told_any_more_is_said(hospital, ana, account):
    told(account, hospital, CODES[:3], minute=1)
    take_all(ana, account)
    assert 'id="proposed"' not in read(ana, account)
    told(account, hospital, [CODES[0], CODES[2]], minute=2)
    shown = part_of(read(ana, account))
    assert "1 not told any more" in shown and "Taken over, and not told any more: E11.9." in shown and "<button" not in shown
    told(account, hospital, CODES[:3], minute=3)
    assert "Taken over, and not told any more" not in part_of(read(ana, account))


def test_codes_told_after_the_page_was_drawn_wait(hospital, ana, account):
    seen = re.findall(r'name="proposed" value="([0-9]+)"', part_of(read(ana, account)))
    told(account, hospital, [CODES[0], ToldCode("diagnosis", "ICD-10-CM", "I10", "Y")], minute=5)
    ana.post(page(account, "proposed/"), {"proposed": seen})
    assert [each.code for each in coding.diagnoses_in_force(account.pk)] == ["J189"]
    assert "Take over I10" in part_of(read(ana, account))


@pytest.mark.parametrize("who", ["ben", "cleo", "cora"])
def test_who_does_not_have_the_account_reads_them_and_may_not_act(hospital, account, who):
    other = signed_in(getattr(hospital, who))
    shown = part_of(read(other, account))
    assert "J18.9" in shown and "<button" not in shown and "change nothing here by themselves" in shown
    assert "5 wait for the coder" in shown
    assert other.post(page(account, "proposed/")).status_code in {403, 409}
    assert settle(other, account, "J189", "take").status_code in {403, 409}
    assert not coding.diagnoses_in_force(account.pk).exists()


def test_after_coding_the_difference_is_shown_and_nothing_can_be_taken_over(hospital, ana, account):
    take_all(ana, account)
    lifecycle.move(account=lock_account(account.pk), to=Step.FINAL_CODED, by=FEED)
    told(account, hospital, [ToldCode("diagnosis", "ICD-10-CM", "J181", "Y")], minute=5)
    shown = part_of(read(ana, account))
    assert "1 differs" in shown and "J18.1" in shown and "<button" not in shown
    assert ana.post(page(account, "proposed/")).status_code == 409
    assert [each.code for each in coding.diagnoses_in_force(account.pk)] == ["R079", "J189", "E119"]


@pytest.mark.parametrize("do", ["", "approve"])
def test_another_verb_is_refused_at_the_list(ana, account, do):
    answered = settle(ana, account, "J189", do)
    assert answered.status_code == 422
    shown = answered.content.decode()
    assert "Take the code over or dismiss it." in shown[shown.index('id="said-proposal"') :][:200]


def test_another_hospitals_account_is_unknown(hospital, ana, account):
    theirs = Account.objects.create(
        facility=hospital.other, number="O1", patient_class="inpatient", patient=other_patient(hospital.other)
    )
    assert ana.post(page(theirs, "proposed/")).status_code == 404
    assert ana.post(page(theirs, f"proposed/{row('J189').pk}/"), {"do": "take"}).status_code == 404
    assert ana.post(page(account, "proposed/999999/"), {"do": "take"}).status_code == 409


def test_an_account_without_a_proposal_shows_none(hospital, ana):
    assert 'id="proposed"' not in read(ana, on_desk(hospital, "W2", coder=hospital.ana))
