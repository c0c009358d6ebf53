"""Combined accounts: where they go on, whose history is read together, what refuses, and what becomes of open queries."""

import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts import lifecycle
from accounts.actors import Actor
from accounts.errors import Conflict, Refused
from accounts.locking import lock_accounts
from accounts.models import AccessRecord, Account, Hold, Order, Step
from accounts.services.combining import combine_accounts
from accounts.services.holds import place_hold
from accounts.services.leaves import record_leave
from coding_workflow.coding.models import ProviderQuery
from tests.cast import Cast
from tests.payment import stage
from tests.security.browser import signed_in
from tests.worklist.query_rows import query_at

FEED = Actor.feed("file")


def _combine(ends: Account, lives: Account) -> tuple[Account, Account]:
    rows = {row.pk: row for row in lock_accounts([ends.pk, lives.pk])}
    combine_accounts(account=rows[ends.pk], into=rows[lives.pk], by=FEED)
    return rows[ends.pk], rows[lives.pk]


@pytest.fixture
def pair(hospital: Cast) -> tuple[Account, Account]:
    """Two accounts of one patient: the one that ends and the one that lives."""
    patient = hospital.patient("M-1")
    return hospital.account("E-1", patient=patient), hospital.account("A-1", patient=patient)


@pytest.fixture
def ana(hospital: Cast) -> Client:
    """Ana at her desk."""
    return signed_in(hospital.ana)


def _page(person: Any, name: str, account: Account) -> str:
    response = person.get(reverse(f"worklist:{name}", args=[account.pk]))
    assert response.status_code == 200
    return str(response.content.decode())


def test_a_combined_account_says_where_it_goes_on_and_the_survivor_what_it_took_in(ana: Any, pair: Any) -> None:
    ends, lives = _combine(*pair)
    gone, here = _page(ana, "account", ends), _page(ana, "account", lives)
    assert 'data-testid="combined"' in gone and reverse("worklist:account", args=[lives.pk]) in gone
    assert 'data-testid="absorbed"' in here and reverse("worklist:account", args=[ends.pk]) in here


def test_history_reads_combined_accounts_together_and_names_where_it_happened(ana: Any, pair: Any, hospital: Cast) -> None:
    place_hold(
        account=lock_accounts([pair[0].pk])[0], source="feed", key="k", reason="registration.test", message="Look.", by=FEED
    )
    ends, lives = _combine(*pair)
    page = _page(ana, "history", lives)
    assert "Took another account in" in page and "Combined into another account" in page
    assert "on account <span" in page and "Hold opened: registration.test" in page
    assert "the history goes on there" in _page(ana, "history", ends)
    looks = AccessRecord.objects.filter(kind="history.viewed", user=hospital.ana).values_list("account", flat=True)
    assert sorted(looks) == sorted([lives.pk, ends.pk, ends.pk])


def test_what_was_restricted_stays_out_of_sight(ana: Any, pair: Any) -> None:
    Account.objects.filter(pk=pair[0].pk).update(restricted="employee")
    _, lives = _combine(*pair)
    lives.refresh_from_db()
    assert lives.restricted == "employee"
    assert ana.get(reverse("worklist:history", args=[lives.pk])).status_code == 403


def test_orders_and_leaves_stand_beside_the_claim_elements(ana: Any, pair: Any) -> None:
    account = lock_accounts([pair[1].pk])[0]
    Order.objects.create(facility_id=account.facility_id, account=account, source_id="O1", kind="observation")
    sent = datetime.datetime(2026, 9, 5, tzinfo=datetime.UTC)
    for number, kind in enumerate(("left", "returned")):
        record_leave(account=account, kind=kind, on=datetime.date(2026, 9, 2 + number), sent_at=sent, by=FEED)
    page = _page(ana, "account", account)
    assert "Order: Observation" in page and "Not authenticated" in page
    assert "1 day not covered (span 74)" in page


@pytest.mark.parametrize(("reopened", "code"), [(False, "account.move"), (True, "account.was_released")])
def test_what_was_released_is_not_combined_and_nothing_of_it_is_done(hospital: Cast, reopened: bool, code: str) -> None:
    account = stage.release(hospital, stage.coded(hospital)).account
    if reopened:
        lifecycle.move(account=lock_accounts([account.pk])[0], to=Step.CODING, by=FEED)
    lives = hospital.account("L-1", patient=account.patient)
    with pytest.raises(Conflict, match=code):
        _combine(account, lives)
    account.refresh_from_db()
    assert account.combined_into is None and lives.charges.count() == 0


def test_accounts_of_two_patients_and_facilities_are_not_combined(hospital: Cast, pair: Any) -> None:
    with pytest.raises(Refused, match="other_patient"):
        _combine(pair[0], hospital.account("X-1"))
    with pytest.raises(Refused, match="combine_self"):
        _combine(pair[0], pair[0])


def test_open_queries_end_with_the_account_that_they_were_about(hospital: Cast) -> None:
    sent = query_at(hospital, hospital.main)
    account = Account.objects.get(pk=sent["pk"])
    place_hold(
        account=lock_accounts([account.pk])[0], source="policy", key=f"query.outstanding:{sent['row']}",
        reason="query.outstanding", message="Waits.", by=FEED,
    )  # fmt: skip
    lives = hospital.account("L-1", patient=account.patient)
    _combine(account, lives)
    assert ProviderQuery.objects.get(pk=sent["row"]).status == "withdrawn"
    assert not Hold.objects.filter(resolved_at=None).exists()
