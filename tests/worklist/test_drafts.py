"""What is typed and not sent: kept for one person, given back with what others did meanwhile; and what a timer brings."""

import json
import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import Account, Event
from coding_workflow.staff.models import Role
from tests.security.browser import signed_in
from tests.tables import trust_downstream
from worklist.models import AccountDraft

from .conftest import grant, qualify
from .desk import document, on_desk

pytestmark = pytest.mark.usefixtures("coded_db")
FRAGMENT = {"HTTP_HX_REQUEST": "true"}
POLL = {"HTTP_X_POLLING": "1", **FRAGMENT}


@pytest.fixture(autouse=True)
def _open_tables(hospital) -> None:
    trust_downstream(hospital)


@pytest.fixture
def account(hospital) -> Account:
    made = on_desk(hospital, coder=hospital.ana)
    made.refresh_from_db()
    return made


@pytest.fixture
def ana(hospital) -> Client:
    return signed_in(hospital.ana)


def keep(client: Client, account: Account, fields: Any, seen: Any = 0) -> int:
    sent = {"fields": fields if isinstance(fields, str) else json.dumps(fields), "seen": seen}
    return client.post(f"/account/{account.pk}/draft/", sent, **FRAGMENT).status_code


def read(client: Client, account: Account, **extra: Any) -> str:
    return client.get(f"/account/{account.pk}/", **extra).content.decode()


def draft(answer: str) -> Any:
    found = re.search(r'<script id="draft" type="application/json">(.*?)</script>', answer)
    return json.loads(found.group(1)) if found else None


def test_what_is_typed_comes_back_to_its_person_only(hospital, ana, account):
    typed = [["/account/1/holds/  reason", "</script><b>Waiting & hoping"]]
    events = Event.objects.filter(account=account).count()
    assert keep(ana, account, typed) == 204
    assert draft(read(ana, account)) == typed
    assert draft(read(signed_in(hospital.cleo), account)) is None
    assert draft(read(ana, account, **FRAGMENT)) is None
    # No fact about the account: no event, no new revision.
    assert Event.objects.filter(account=account).count() == events
    before = account.revision
    account.refresh_from_db()
    assert account.revision == before


def test_nothing_typed_forgets_it(ana, account):
    keep(ana, account, [["a", "b"]])
    assert keep(ana, account, []) == 204
    assert not AccountDraft.objects.exists()


@pytest.mark.parametrize("fields", ["", "{", "{}", '["a"]', '[["a"]]', '[["a", 1]]', '[["a", "b", "c"]]', "[" * 100_000])
def test_what_is_no_draft_is_refused(ana, account, fields):
    assert keep(ana, account, fields) == 422
    assert not AccountDraft.objects.exists()


def test_a_draft_is_bounded_and_nothing_is_cut(ana, account):
    assert keep(ana, account, [["q", "x" * 19_000]]) == 204
    assert keep(ana, account, [["q", "x" * 21_000]]) == 422
    assert keep(ana, account, [["q", "x"]] * 101) == 422
    assert keep(ana, account, [["q", "a\0b"]], seen="9" * 18) == 204
    assert AccountDraft.objects.get().fields == [["q", "ab"]]


def test_who_may_not_write_keeps_nothing(hospital, account):
    assert keep(signed_in(hospital.ben), account, [["a", "b"]]) == 403
    Account.objects.filter(pk=account.pk).update(restricted="vip")
    assert keep(signed_in(hospital.cleo), account, [["a", "b"]]) == 404


def test_what_others_did_meanwhile_is_told_with_it(hospital, ana, account):
    keep(ana, account, [["a", "b"]], account.event_sequence)
    assert "Since then" not in read(ana, account)
    ana.post(f"/account/{account.pk}/diagnoses/", {"q": "I10", "poa": "Y"})
    assert "Since then" not in read(ana, account)
    document(account, "progress_note", "Sepsis.")
    answer = read(ana, account)
    assert "Since then" in answer
    assert "Document received: progress note" in answer


def test_finalizing_over_a_late_document_says_which(ana, account):
    ana.post(f"/account/{account.pk}/diagnoses/", {"q": "I10", "poa": "Y"})
    account.refresh_from_db()
    sent = {"do": "finalize", "revision": account.revision, "seen": account.event_sequence}
    document(account, "progress_note", "Sepsis.")
    for extra in ({}, FRAGMENT):
        response = ana.post(f"/account/{account.pk}/finalize/", sent, **extra)
        assert response.status_code == 409
        answer = response.content.decode()
        assert "Something on the account changed since you opened it" in answer
        assert "Document received: progress note" in answer
    account.refresh_from_db()
    assert account.step == "coding"
    assert f'name="revision" value="{account.revision}"' in answer


def test_a_conflict_shows_the_account_as_it_stands_and_what_was_typed(hospital, ana, account):
    grant(hospital.dov, hospital.main, Role.CODER)
    qualify(hospital.dov, hospital)
    answer = signed_in(hospital.dov).post(f"/account/{account.pk}/diagnoses/", {"q": "I10"}, **FRAGMENT)
    assert answer.status_code == 409
    assert answer["HX-Reswap"] == "none"
    assert "Ana has this account open." in answer.content.decode()
    assert "You typed: I10" in answer.content.decode()


def test_the_watch_brings_what_arrived_and_leaves_the_foot(hospital, ana, account):
    watched = f"watched={account.event_sequence}"
    quiet = read(ana, account, QUERY_STRING=watched, **POLL)
    assert 'id="head"' in quiet
    assert 'id="gate"' not in quiet
    document(account, "progress_note", "Sepsis.")
    brought = read(ana, account, QUERY_STRING=watched, **POLL)
    assert "Document received: progress note" in brought
    assert ">Progress note</span>" in brought
    # Finalizing still says that something changed.
    assert 'id="foot"' not in brought
    assert 'id="foot"' in read(signed_in(hospital.cleo), account, QUERY_STRING=watched, **POLL)
