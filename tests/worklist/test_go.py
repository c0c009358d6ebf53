"""Going to an account by its number: whose accounts are found, and that the number reaches no address."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AccessRecord, Account
from coding_workflow.staff.models import User
from tests.security.browser import signed_in

FRAGMENT = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def ana(hospital) -> Client:
    return signed_in(hospital.ana)


def found(client: Client, words: str) -> str:
    return client.post("/go/", {"words": words}, **FRAGMENT).content.decode()


def test_an_account_is_found_by_the_beginning_of_its_number(hospital, ana):
    account = hospital.account("AB-1001")
    hospital.account("AB-2001")
    for words in ("AB-1", "ab-1001", " AB-1001 "):
        answer = found(ana, words)
        assert f'href="/account/{account.pk}/"' in answer
        assert "AB-2001" not in answer
    assert "Testcase" not in answer
    assert [row.account for row in AccessRecord.objects.filter(kind="account.found", user=hospital.ana)] == [account] * 3


def test_other_facilities_restricted_accounts_and_wildcards_are_not_found(hospital, ana):
    hidden = hospital.account("AB-1")
    Account.objects.filter(pk=hidden.pk).update(restricted="vip")
    patient = hospital.patient("O1")
    patient.__class__.objects.filter(pk=patient.pk).update(facility=hospital.other)
    Account.objects.create(facility=hospital.other, number="AB-2", patient=patient, patient_class="inpatient")
    for words in ("AB-", "%", "_", "'", "\0", ""):
        assert "/account/" not in found(ana, words)
    assert "/account/" not in found(signed_in(hospital.dov), "AB-")
    assert not AccessRecord.objects.filter(kind="account.found").exists()


def test_without_scripts_it_is_a_page(hospital, ana):
    hospital.account("AB-1001")
    page = ana.get("/go/").content.decode()
    assert "An account by its number" in page
    assert ">My work</a>" in page
    answer = ana.post("/go/", {"words": "AB-1001"}).content.decode()
    assert 'data-number="AB-1001"' in answer
    assert "No account of yours" in ana.post("/go/", {"words": "ZZ"}).content.decode()


def test_single_letter_keys_are_the_persons_choice(hospital, ana):
    assert 'data-single-keys="on"' in ana.get("/").content.decode()
    assert ana.post(reverse("staff:keys"), {}, **FRAGMENT).status_code == 204
    assert User.objects.get(pk=hospital.ana.pk).single_letter_keys is False
    # On another computer too, and for nobody else.
    assert 'data-single-keys="off"' in signed_in(hospital.ana).get("/").content.decode()
    assert 'data-single-keys="on"' in signed_in(hospital.ben).get("/").content.decode()
    assert ana.post(reverse("staff:keys"), {"on": "1"})["Location"] == reverse("staff:me")
    assert 'data-single-keys="on"' in ana.get("/").content.decode()
