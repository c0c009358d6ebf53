"""Finding accounts by number, record number and name: whose are found, what is hidden, and what is on record."""

import re

import pytest
from django.db import connection
from django.test import Client

from accounts.models import AccessRecord, Account, Patient
from accounts.models.patient import SEARCHED_NAME
from coding_workflow.staff.services import break_glass
from tests.security.browser import signed_in
from worklist.selectors import searching


@pytest.fixture
def ana(hospital) -> Client:
    return signed_in(hospital.ana)


@pytest.fixture
def named(hospital):
    """Makes an account of a patient with this name; the record number is that of the account with an R before it."""

    def make(number: str, family: str, given: str, **fields):
        patient = hospital.patient(f"R{number}", family_name=family, given_name=given, middle_name=fields.pop("middle", ""))
        return hospital.account(number, patient=patient, **fields)

    return make


def found(client: Client, words: str, before: int | None = None) -> list[str]:
    """Numbers of the accounts on the page, in order."""
    form = {"words": words} | ({"before": str(before)} if before else {})
    return re.findall(r'<a class="code" href="/account/\d+/">([^<]+)</a>', client.post("/search/", form).content.decode())


def test_a_name_is_found_by_its_words_in_any_order_and_case(ana, named):
    named("A100", "Okonkwo", "Chidi", middle="Ifeanyi")
    named("A200", "O'Connor", "Siân")
    for words in ("okonkwo", "Chidi Okonkwo", "okonkwo, chidi", "konk ch", "ifeanyi", "  OKO  "):
        assert found(ana, words) == ["A100"]
    assert found(ana, "o'con") == ["A200"]
    assert found(ana, "siân") == ["A200"]
    assert found(ana, "okonkwo sian") == []


def test_numbers_are_found_from_their_beginning(ana, named):
    named("A100", "Okonkwo", "Chidi")
    named("B100", "Smith", "Ann")
    assert found(ana, "a10") == ["A100"]
    assert found(ana, "RB1") == ["B100"]
    assert found(ana, "100") == []


def test_words_that_say_too_little_are_answered_with_what_to_type(ana, named):
    named("A1", "Ng", "Li")
    assert "Type at least 3 letters of a name" in ana.post("/search/", {"words": "ng li"}).content.decode()
    assert "Type at least 3 letters or digits" in ana.post("/search/", {"words": "a1"}).content.decode()
    for words in ("%%%", "___", "\0\0\0", "'''", "\\\\\\"):
        assert found(ana, words) == []


def test_other_facilities_are_not_found(hospital, ana, named):
    account = named("A100", "Okonkwo", "Chidi")
    patient = Patient.objects.create(facility=hospital.other, mrn="RX1", family_name="Okonkwo", given_name="Other")
    Account.objects.create(facility=hospital.other, number="A1009", patient=patient, patient_class="inpatient")
    assert found(ana, "okonkwo") == found(ana, "A100") == [account.number]
    assert found(ana, "RX1") == []


def test_a_restricted_account_is_found_by_its_whole_number_only_and_shown_without_the_patient(hospital, ana, named):
    account = named("A100", "Okonkwo", "Chidi", restricted="VIP")
    assert found(ana, "okonkwo") == found(ana, "A10") == found(ana, "RA10") == []
    for whole in ("a100", "RA100"):
        page = ana.post("/search/", {"words": whole}).content.decode()
        assert "Opening it takes a reason" in page
        assert "Okonkwo" not in page
        assert "Chidi" not in page
    break_glass(user=hospital.ana, account=account, reason="The payer asks for the record today")
    page = ana.post("/search/", {"words": "okonkwo"}).content.decode()
    assert "Okonkwo, Chidi" in page
    assert "opened by you" in page


def test_results_go_on_by_key(ana, named, monkeypatch):
    monkeypatch.setattr(searching, "PAGE_SIZE", 2)
    accounts = [named(f"A10{place}", "Okonkwo", "Chidi") for place in range(5)]
    assert found(ana, "okonkwo") == ["A104", "A103"]
    assert found(ana, "okonkwo", before=accounts[3].pk) == ["A102", "A101"]
    assert found(ana, "okonkwo", before=accounts[1].pk) == ["A100"]
    # A number that came meanwhile does not shift the page.
    named("A109", "Okonkwo", "Chidi")
    assert found(ana, "okonkwo", before=accounts[3].pk) == ["A102", "A101"]


def test_more_patients_than_one_search_looks_at_is_said(ana, named, monkeypatch):
    monkeypatch.setattr(searching, "MOST", 2)
    for place in range(3):
        named(f"A10{place}", "Okonkwo", "Chidi")
    page = ana.post("/search/", {"words": "okonkwo"}).content.decode()
    assert "More than 2 fit" in page


def test_the_search_and_each_account_that_it_showed_are_on_record(hospital, ana, named):
    shown = [named("A100", "Okonkwo", "Chidi"), named("A101", "Okonkwo", "Ada")]
    named("A102", "Smith", "Ann")
    ana.post("/search/", {"words": "okonkwo"})
    ana.post("/search/", {"words": "nobody"})
    rows = AccessRecord.objects.filter(user=hospital.ana)
    assert rows.filter(kind="account.searched", account=None).count() == 2
    assert {row.account_id for row in rows.filter(kind="account.found")} == {account.pk for account in shown}
    assert rows.filter(kind="account.found").values("action").distinct().count() == 1
    assert not rows.exclude(reason="").exists()


def test_reading_the_page_searches_nothing_and_leaves_no_record(ana, hospital):
    page = ana.get("/search/?words=okonkwo").content.decode()
    assert "okonkwo" not in page
    assert not AccessRecord.objects.filter(user=hospital.ana).exists()


def test_whoever_searches_faster_than_anybody_reads_is_stopped(ana, settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "account_search": "2/m/user"}
    answers = [ana.post("/search/", {"words": "okonkwo"}).status_code for _ in range(3)]
    assert answers == [200, 200, 429]


def test_the_palette_offers_to_search_by_name_those_who_may(hospital, ana):
    fragment = {"HTTP_HX_REQUEST": "true"}
    assert "Find “okonkwo” by name" in ana.post("/go/", {"words": "okonkwo"}, **fragment).content.decode()
    assert "by name" not in signed_in(hospital.ada).post("/go/", {"words": "okonkwo"}, **fragment).content.decode()


def test_names_are_looked_up_by_index(hospital):
    # Without the facility: by a table that is all but empty the planner cannot tell which index is the better one.
    named = Patient.objects.annotate(searched=SEARCHED_NAME).filter(searched__contains="OKONKWO")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        assert "patient_by_name" in named.explain()


def test_a_search_asks_a_fixed_number_of_questions(hospital, named, django_assert_max_num_queries):
    for place in range(6):
        named(f"A10{place}", "Okonkwo", "Chidi")
    assert hospital.ana.facility_ids()
    assert not hospital.ana.opened_restricted_ids()
    with django_assert_max_num_queries(2):
        assert len(searching.find(hospital.ana, "okonkwo").lines) == 6
    with django_assert_max_num_queries(3):
        assert len(searching.find(hospital.ana, "A10").lines) == 6
