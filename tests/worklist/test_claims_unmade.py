"""Releases whose claim could not be made: each reason with the place that mends it, and trying again."""

import json

import pytest

from accounts.models import Account, Facility, OutboxRow, Payer, Provider
from coding_workflow.payment.services import make_claims
from coding_workflow.release.models import Certificate, DiscrepancyCase
from tests.payment import stage
from tests.security.browser import signed_in

FRAGMENT = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def bill(hospital):
    return signed_in(hospital.bill)


@pytest.fixture
def release(hospital):
    """Released, and neither payer nor facility nor attending provider can stand on a claim."""
    row = stage.release(hospital, stage.coded(hospital))
    Payer.objects.update(electronic_id="")
    Facility.objects.filter(pk=hospital.main.pk).update(zip_code="12345", tax_id="")
    assert make_claims(release_id=row.pk) == []
    return row


def test_every_reason_is_listed_with_who_or_what_mends_it(bill, release):
    page = bill.get("/claims/?show=unmade").content.decode()
    for words in (
        "Payer id is missing",
        "Billing provider ZIP code",
        "Billing tax id",
        "administrator mends the payer",
        "facility",
    ):
        assert words in page
    assert "The claim cannot be made:" not in page


def test_a_reason_on_the_account_links_to_its_place(bill, hospital):
    account = stage.coded(hospital)
    Provider.objects.update(npi="1234567890")
    row = stage.release(hospital, account)
    if make_claims(release_id=row.pk):
        pytest.fail("a provider number with a wrong check digit went out")
    assert f'href="/account/{account.pk}/#abstract">See the providers' in bill.get("/claims/?show=unmade").content.decode()


def test_a_release_that_waits_for_the_worker_says_so(bill, hospital):
    stage.release(hospital, stage.coded(hospital))
    assert "It is being made." in bill.get("/claims/?show=unmade").content.decode()


def test_trying_again_asks_the_worker_and_the_claim_is_made(bill, release):
    Payer.objects.update(electronic_id="00000")
    Facility.objects.update(zip_code="123450000", tax_id="123456789")
    assert bill.post(f"/claims/releases/{release.pk}/again/").status_code == 302
    assert OutboxRow.objects.filter(kind="payment.make_claims", key=str(release.pk)).exists()
    assert make_claims(release_id=release.pk)
    assert "nothing here" in bill.get("/claims/?show=unmade").content.decode()


@pytest.mark.parametrize("extra", [{}, FRAGMENT])
def test_trying_again_for_a_claim_that_is_made_says_so(bill, hospital, extra):
    claim = stage.billed(hospital)
    answer = bill.post(f"/claims/releases/{claim.release_id}/again/", **extra)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "made already" in page
    assert ("<html" in page) is not bool(extra)


@pytest.fixture
def renamed(hospital):
    """Released, and the facility has another name now."""
    row = stage.release(hospital, stage.coded(hospital))
    parties = {"billing_provider": {"name": hospital.main.name}}
    Certificate.objects.create(
        facility=hospital.main, account_id=row.account_id, release=row, text=json.dumps({"parties": parties}), sha256="0" * 64
    )
    Facility.objects.filter(pk=hospital.main.pk).update(name="Another house")
    assert make_claims(release_id=row.pk) == []
    return row


def test_what_changed_since_is_released_again_from_the_list(bill, renamed):
    page = bill.get("/claims/?show=unmade").content.decode()
    assert "name is another one now than when the account was released" in page
    assert page.lower().count("set it back") == 1 and "An administrator sets back payer" in page
    path = f"/claims/releases/{renamed.pk}/release-again/"
    assert path in page
    assert bill.post(path).status_code == 302
    account = Account.objects.get(pk=renamed.account_id)
    assert (account.step, DiscrepancyCase.objects.get(account=account).state) == ("coding", "open")
    again = bill.post(path, **FRAGMENT)
    assert again.status_code == 409 and "not as it was released" in again.content.decode()


def test_other_reasons_are_not_released_again(bill, release):
    path = f"/claims/releases/{release.pk}/release-again/"
    assert path not in bill.get("/claims/?show=unmade").content.decode()
    refused = bill.post(path)
    assert refused.status_code == 409 and "Nobody on this claim" in refused.content.decode()


def test_compliance_reads_the_reasons_and_does_not_ask_again(hospital, release):
    cora = signed_in(hospital.cora)
    page = cora.get("/claims/?show=unmade").content.decode()
    assert "Payer id is missing" in page
    assert "/again/" not in page
    assert cora.post(f"/claims/releases/{release.pk}/again/").status_code == 403


def test_reasons_take_one_query_for_all_accounts(bill, hospital, release, django_assert_max_num_queries):
    for number in ("U1", "U2", "U3"):
        make_claims(release_id=stage.release(hospital, stage.coded(hospital, number)).pk)
    with django_assert_max_num_queries(20):
        page = bill.get("/claims/?show=unmade").content.decode()
    assert page.count("Payer id is missing") == 4
