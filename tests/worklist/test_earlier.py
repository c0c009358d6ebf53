"""Codes of an earlier account of the same patient: offered, taken over, and held until this record supports them."""

import datetime

import pytest
from django.test import Client

from accounts.actors import Actor
from accounts.errors import Refused
from accounts.models import AccessRecord, Account
from coding_workflow.coding import services
from coding_workflow.coding.models import CodedDiagnosis
from coding_workflow.release.services import judge
from tests.security.browser import signed_in

from .desk import on_desk, summary_of

pytestmark = pytest.mark.usefixtures("coded_db")


@pytest.fixture
def account(hospital) -> Account:
    return on_desk(hospital, coder=hospital.ana)


@pytest.fixture
def ana(hospital) -> Client:
    return signed_in(hospital.ana)


def _coded(cast, number: str, *codes: str, **fields) -> Account:
    """An account of the same patient, discharged in August and coded."""
    days = {"admit_date": datetime.date(2026, 8, 1), "discharge_date": datetime.date(2026, 8, 4)}
    made = cast.account(number, **days | fields)
    for place, code in enumerate(codes, 1):
        values = {"system": "ICD-10-CM", "position": place, "assigned_by": cast.ben}
        CodedDiagnosis.objects.create(
            facility=made.facility, account=made, code=code, poa="Y", changed_by=values["assigned_by"], **values
        )
    return made


@pytest.fixture
def earlier(hospital, account) -> Account:
    return _coded(hospital, "OLD", "I10", "E119", "Z9999", patient=account.patient)


def _copy(account: Account, earlier: Account, *codes: str, by: Actor) -> services.Copied:
    return services.copy_diagnoses(account_id=account.pk, earlier_id=earlier.pk, codes=codes, by=by)


def test_a_code_that_was_taken_over_holds_until_this_record_supports_it(hospital, account, earlier):
    ana = hospital.actor("ana")
    copied = _copy(account, earlier, "I10", "E119", by=ana)
    assert [(row.code, row.poa, row.copied_from) for row in copied.rows] == [("I10", "", earlier), ("E119", "", earlier)]

    def held() -> set[str]:
        found = judge(Account.objects.get(pk=account.pk)).evaluation.findings
        return {subject for each in found if each.rule == "evidence.copied" for subject in each.subjects}

    assert held() == {"I10", "E119"}
    version = summary_of(account)
    at = version.text.index("Hypertension")
    services.link_evidence(
        account_id=account.pk, version_id=version.pk, start=at, end=at + 12, diagnosis_id=copied.rows[0].pk, by=ana
    )
    assert held() == {"E119"}


def test_what_cannot_be_taken_over_is_said_and_the_rest_comes(hospital, account, earlier):
    ana = hospital.actor("ana")
    services.assign_diagnosis(account_id=account.pk, code="I10", by=ana)
    copied = _copy(account, earlier, "I10", "E119", "Z9999", by=ana)
    assert [row.code for row in copied.rows] == ["E119"]
    assert [code for code, _ in copied.left] == ["I10", "Z99.99"]
    assert "on the list already" in copied.left[0][1]


@pytest.mark.parametrize(
    "fields",
    [
        {"restricted": "VIP"},
        {"discharge_date": datetime.date(2026, 9, 20)},
        {"discharge_date": None},
    ],
)
def test_only_earlier_open_accounts_of_the_patient_are_offered(hospital, account, fields):
    other = _coded(hospital, "OTHER", "I10", patient=account.patient, **fields)
    with pytest.raises(Refused, match="no earlier account"):
        _copy(account, other, "I10", by=hospital.actor("ana"))


def test_another_patients_account_is_not_offered(hospital, account):
    other = _coded(hospital, "OTHER", "I10")
    with pytest.raises(Refused, match="no earlier account"):
        _copy(account, other, "I10", by=hospital.actor("ana"))


def test_only_the_coder_who_has_the_account_takes_over_and_something_must_be_chosen(hospital, account, earlier):
    with pytest.raises(Refused):
        _copy(account, earlier, "I10", by=hospital.actor("ben"))
    with pytest.raises(Refused, match="Choose the codes"):
        _copy(account, earlier, by=hospital.actor("ana"))
    assert not CodedDiagnosis.objects.filter(account=account).exists()


def test_the_page_offers_what_fits_and_every_look_is_on_record(hospital, account, earlier, ana):
    services.assign_diagnosis(account_id=account.pk, code="I10", by=hospital.actor("ana"))
    assert f'href="/account/{account.pk}/earlier/"' in ana.get(f"/account/{account.pk}/").content.decode()
    page = ana.get(f"/account/{account.pk}/earlier/").content.decode()
    assert 'value="E119" aria-label="E11.9' in page
    assert "On this account" in page and "Not in the table of this account" in page
    assert page.count("disabled") == 2
    assert AccessRecord.objects.filter(kind="account.earlier_viewed", account=earlier, user=hospital.ana).count() == 1
    sent = ana.post(f"/account/{account.pk}/earlier/take-over/", {"earlier": earlier.pk, "code": ["E119", "Z9999"]})
    assert sent["Location"] == f"/account/{account.pk}/"
    shown = ana.get(sent["Location"]).content.decode()
    assert "1 code taken over" in shown and "Z99.99 was not taken over" in shown and "From an earlier account" in shown
    refused = ana.post(f"/account/{account.pk}/earlier/take-over/", {"earlier": "x"})
    assert (refused.status_code, "no earlier account" in refused.content.decode()) == (422, True)


def test_without_an_earlier_account_the_page_says_so(account, ana):
    assert "No earlier account." in ana.get(f"/account/{account.pk}/earlier/").content.decode()
