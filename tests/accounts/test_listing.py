"""What lists are ordered and filtered by is what the account says, whoever writes what."""

import datetime
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, connections, transaction

from accounts import lifecycle
from accounts.actors import Actor
from accounts.listing import Difference, differences
from accounts.locking import lock_account
from accounts.models import Account, ChargeLine, Coverage, HeldAccount, Hold, Step, WorkItem
from accounts.services.charges import post_charge, void_charge
from accounts.services.holds import place_hold, resolve_hold
from accounts.services.work import close_work, open_work
from tests.cast import SEPTEMBER, Cast

FEED = Actor.feed("TEST")


@pytest.fixture
def account(cast: Cast) -> Account:
    return lock_account(cast.account().pk)


@pytest.fixture
def item(account: Account) -> WorkItem:
    return open_work(account=account, kind="coding", by=FEED, coding_type="inpatient")


def _hold(account: Account, condition: int | None = 3, key: str = "documents", *, blocking: bool = True) -> Hold:
    words = {"reason": "documents.missing", "message": "The summary is missing.", "owner_role": "him"}
    return place_hold(account=account, source="check", key=key, by=FEED, condition=condition, blocking=blocking, **words)


def _charge(account: Account, amount: int, source_id: str = "C1") -> ChargeLine:
    return post_charge(
        account=account, source_id=source_id, revenue_code="0450", amount=Decimal(amount), service_date=SEPTEMBER, by=FEED
    )


def _listed(item: WorkItem) -> tuple[object, ...]:
    item.refresh_from_db()
    return item.patient_class, item.discharge_date, item.total_charges, item.payer_id, item.hold_bits


def test_new_work_is_listed_as_its_account(account: Account, cast: Cast) -> None:
    _charge(account, 120)
    _hold(account, 4)
    _hold(account, None, "policy")
    _hold(account, 5, "note", blocking=False)
    work = open_work(account=account, kind="review", by=FEED)
    assert _listed(work) == ("inpatient", SEPTEMBER + datetime.timedelta(days=3), Decimal(120), cast.medicare.pk, 0b10001)


def test_open_work_follows_each_kind_of_change(account: Account, item: WorkItem, cast: Cast) -> None:
    """One by one, and after each the check finds nothing."""
    kept: list[object] = []
    changes: tuple[tuple[str, Callable[[], object], Callable[[], bool]], ...] = (
        ("class", lambda: _update(account, patient_class="observation"), lambda: item.patient_class == "observation"),
        ("in house", lambda: _update(account, discharge_date=None), lambda: item.discharge_date is None),
        ("discharged", lambda: _update(account, discharge_date=SEPTEMBER), lambda: item.discharge_date == SEPTEMBER),
        ("charge", lambda: kept.append(_charge(account, 75)), lambda: item.total_charges == 75),
        ("voided", lambda: void_charge(account=account, line=kept[0], reason="Twice.", by=FEED), lambda: item.total_charges == 0),
        ("payer", lambda: _payer(account, cast.commercial.pk), lambda: item.payer_id == cast.commercial.pk),
        ("payer second", lambda: Coverage.objects.filter(account=account).update(rank=2), lambda: item.payer_id is None),
        ("payer first", lambda: Coverage.objects.filter(account=account).update(rank=1), lambda: item.payer_id is not None),
        ("hold", lambda: kept.append(_hold(account)), lambda: item.hold_bits == 8),
        ("second hold", lambda: _hold(account, 3, "other"), lambda: item.hold_bits == 8),
        ("condition", lambda: _hold(account, 7, "late"), lambda: item.hold_bits == 8 + 128),
        ("resolved", lambda: _resolve(kept[1]), lambda: item.hold_bits == 8 + 128),
    )
    for name, change, shows in changes:
        change()
        item.refresh_from_db()
        assert shows(), name
        assert differences() == [], name


def _update(account: Account, **fields: object) -> None:
    Account.objects.filter(pk=account.pk).update(**fields)


def _payer(account: Account, payer: int) -> None:
    Coverage.objects.filter(account=account).update(payer=payer)


def _resolve(hold: object) -> None:
    assert isinstance(hold, Hold)
    resolve_hold(hold=hold, account=lock_account(hold.account_id), resolution="It has come.", by=FEED)


def test_closed_work_stays_as_it_was_and_reopened_work_follows_again(account: Account, item: WorkItem) -> None:
    close_work(account=account, kind="coding", outcome="done", by=FEED)
    _charge(account, 40)
    assert _listed(item)[2] == 0
    WorkItem.objects.filter(pk=item.pk).update(closed_at=None, outcome="")
    assert _listed(item)[2] == 40


def test_a_held_account_is_listed_once_from_discharge_until_nothing_holds_it(account: Account) -> None:
    first = _hold(account)
    assert not HeldAccount.objects.exists()
    lifecycle.move(account=account, to=Step.DISCHARGED, by=FEED)
    second = _hold(account, 5, "accounting")
    held = HeldAccount.objects.get()
    assert (held.pk, held.facility_id, held.hold_bits) == (account.pk, account.facility_id, 8 + 32)
    _charge(account, 33)
    held.refresh_from_db()
    assert (held.total_charges, held.discharge_date) == (33, account.discharge_date)
    _resolve(first)
    held.refresh_from_db()
    assert held.hold_bits == 32
    assert differences() == []
    _resolve(second)
    assert not HeldAccount.objects.exists()
    assert differences() == []


@pytest.mark.parametrize("column", ["patient_class = 'newborn'", "total_charges = 1", "hold_bits = 0", "payer_id = NULL"])
def test_plain_sql_of_the_application_cannot_make_them_differ(item: WorkItem, column: str) -> None:
    for statement in (f"UPDATE accounts_workitem SET {column}", f"UPDATE accounts_heldaccount SET {column}"):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_work_inserted_with_other_values_gets_what_is_true(account: Account) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_workitem (facility_id, account_id, kind, coding_type, rank_at, rank_parts, why, opened_at,"
            " lease_token, outcome, closed_by, patient_class, total_charges, hold_bits)"
            " VALUES (%s, %s, 'denial', '', now(), '[]', '', now(), 0, '', '', 'newborn', 5, 3) RETURNING id",
            [account.facility_id, account.pk],
        )
        work = WorkItem.objects.get(pk=cursor.fetchone()[0])
    assert (work.patient_class, work.total_charges, work.hold_bits) == ("inpatient", 0, 0)
    assert differences() == []


@pytest.mark.usefixtures("committed_db")
def test_the_owner_cannot_either_and_what_a_switched_off_trigger_did_is_named(cast: Cast) -> None:
    with transaction.atomic():
        account = lock_account(cast.account().pk)
        lifecycle.move(account=account, to=Step.DISCHARGED, by=FEED)
        work = open_work(account=account, kind="coding", by=FEED)
        _hold(account)
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("UPDATE accounts_workitem SET total_charges = 9 WHERE id = %s", [work.pk])
    assert differences() == []
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_workitem DISABLE TRIGGER USER")
        cursor.execute("UPDATE accounts_workitem SET total_charges = 9 WHERE id = %s", [work.pk])
        cursor.execute("ALTER TABLE accounts_workitem ENABLE TRIGGER USER")
        cursor.execute("DELETE FROM accounts_heldaccount")
    assert differences() == [Difference("work", work.pk), Difference("held", account.pk)]
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("SELECT public.accounts_relist(%s)", [account.pk])
    assert differences() == []
