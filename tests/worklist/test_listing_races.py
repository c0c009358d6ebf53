"""The triggers of accounts.0013_listed under real threads: whoever writes at the same time, lists say what the accounts say.

In a pair: without the lock that a trigger takes before it reads, work opened beside an uncommitted charge keeps the old total.
"""

import random
import re
import threading
import time
from collections import Counter
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import connection, connections, transaction

from accounts import clock, lifecycle
from accounts.actors import Actor
from accounts.listing import differences
from accounts.locking import lock_account
from accounts.models import Account, Coverage, HeldAccount, Hold, Payer, Step, WorkItem
from accounts.services.charges import post_charge, void_charge
from accounts.services.holds import place_hold, resolve_hold
from accounts.services.work import close_work, open_work
from coding_workflow.staff.models import User
from tests.cast import SEPTEMBER, Cast
from worklist.assignment import claim_next, put_back

from .conftest import grant, qualify

FEED = Actor.feed("TEST")
WRITERS = 8
ACTS = 40
ACCOUNTS = 4
#: Each writer draws its own acts, the same in every run.
SEED = 20261126


def _charge(account: Account, source_id: str, amount: int) -> None:
    values = {"revenue_code": "0450", "amount": Decimal(amount), "service_date": SEPTEMBER, "by": FEED}
    post_charge(account=account, source_id=source_id, **values)


def _coding(cast: Cast, number: str) -> Account:
    with transaction.atomic():
        account = lock_account(cast.account(number).pk)
        for step in (Step.DISCHARGED, Step.CODING):
            lifecycle.move(account=account, to=step, by=FEED)
        open_work(account=account, kind="coding", by=FEED, coding_type="inpatient")
    return account


# ---------------------------------------------------------------- everybody at once


class Writer:
    """One connection that does one thing after the other to accounts that others write at the same time."""

    def __init__(self, number: int, coder: int, accounts: list[int], payers: list[int]) -> None:
        self.number, self.coder, self.accounts, self.payers = number, coder, accounts, payers
        self.draw = random.Random(SEED + number)
        self.done: Counter[str] = Counter()
        self.failed: list[str] = []

    def run(self, gate: threading.Barrier) -> None:
        acts = (self.charges, self.voids, self.holds, self.holds_unlocked, self.frees, self.claims, self.works, self.covers)
        try:
            gate.wait(20)
            for at in range(ACTS):
                act = self.draw.choice(acts)
                with transaction.atomic():
                    act(self.draw.choice(self.accounts), at)
                self.done[act.__name__] += 1
        except Exception as error:  # whatever it was, the test must say so
            self.failed.append(f"{type(error).__name__}: {error}")
        finally:
            connections.close_all()

    def charges(self, pk: int, at: int) -> None:
        _charge(lock_account(pk), f"W{self.number}-{at}", self.draw.randrange(100, 9_000))

    def voids(self, pk: int, at: int) -> None:
        account = lock_account(pk)
        line = account.charges.filter(voided_at__isnull=True).order_by("pk").first()
        if line is not None:
            void_charge(account=account, line=line, reason="Posted in error", by=FEED)

    def holds(self, pk: int, at: int) -> None:
        self._hold(lock_account(pk), at)

    def holds_unlocked(self, pk: int, at: int) -> None:
        """As somebody who forgets to lock the account first: the triggers do."""
        self._hold(Account.objects.get(pk=pk), at)

    def _hold(self, account: Account, at: int) -> None:
        words = {"reason": "documents.missing", "message": "Missing.", "owner_role": "him", "key": f"{self.number}-{at}"}
        condition = self.draw.choice([None, 1, 2, 3, 4, 5, 6, 7])
        place_hold(account=account, source="check", by=FEED, condition=condition, blocking=at % 5 > 0, **words)

    def frees(self, pk: int, at: int) -> None:
        account = lock_account(pk)
        hold = Hold.objects.filter(account=account, resolved_at__isnull=True).order_by("pk").first()
        if hold is not None:
            resolve_hold(account=account, hold=hold, by=FEED, resolution="It is there.")

    def claims(self, pk: int, at: int) -> None:
        user = User.objects.get(pk=self.coder)
        item = claim_next(user=user)
        if item is not None and at % 3:
            put_back(item_id=item.pk, user=user, reason="Not now")

    def works(self, pk: int, at: int) -> None:
        account = lock_account(pk)
        if close_work(account=account, kind="review", outcome="done", by=FEED) is None:
            open_work(account=account, kind="review", by=FEED)

    def covers(self, pk: int, at: int) -> None:
        account = lock_account(pk)
        Coverage.objects.filter(account=account, rank=1).update(payer=self.draw.choice(self.payers))


@pytest.mark.slow
def test_charges_holds_claims_and_covers_at_once_leave_the_lists_right(committed_db: str, hospital: Cast) -> None:
    accounts = [_coding(hospital, f"R{number}").pk for number in range(ACCOUNTS)]
    payers = list(Payer.objects.filter(facility=hospital.main).values_list("pk", flat=True))
    coders = []
    for number in range(WRITERS):
        coder = User.objects.create(username=f"coder{number}", full_name=f"Coder {number}")
        grant(coder, hospital.main, "coder")
        qualify(coder, hospital)
        coders.append(coder.pk)
    writers = [Writer(number, coder, accounts, payers) for number, coder in enumerate(coders)]
    gate = threading.Barrier(WRITERS)
    threads = [threading.Thread(target=writer.run, args=(gate,)) for writer in writers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert [failure for writer in writers for failure in writer.failed] == []
    done = sum((writer.done for writer in writers), Counter[str]())
    assert sum(done.values()) == WRITERS * ACTS and min(done.values()) > 10
    assert differences() == []
    # Each kind of list has something in it, so that the look above looked at something.
    assert HeldAccount.objects.exists() and WorkItem.objects.filter(closed_at__isnull=True, total_charges__gt=0).exists()
    call_command("verify_lists", verbosity=0)


# ---------------------------------------------------------------- the pair


def _open_beside_a_charge(account: Account) -> None:
    """One connection has posted a charge and not committed; another opens work by a bare insert."""
    values = {"facility_id": account.facility_id, "account_id": account.pk, "kind": "review", "rank_at": clock.now()}

    def insert() -> None:
        try:
            WorkItem.objects.create(**values)
        finally:
            connections.close_all()

    opening = threading.Thread(target=insert)
    with transaction.atomic():
        _charge(lock_account(account.pk), "C1", 700)
        opening.start()
        _somebody_waits()
    opening.join(20)


def _somebody_waits() -> None:
    """The other connection has begun and stands at the account: at the trigger's lock, or behind it at the foreign key's."""
    for _ in range(100):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))")
            if cursor.fetchone()[0]:
                return
        time.sleep(0.05)
    pytest.fail("nobody waits")


def _without_its_lock(function: str) -> None:
    """The trigger's function as it is, less the statement that locks the account."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef(%s::regproc)", [f"public.{function}"])
        (text,) = cursor.fetchone()
        bare, count = re.subn(r"PERFORM 1 FROM public\.accounts_account WHERE id = [^;]+ FOR NO KEY UPDATE;", "", text)
        assert count == 1
        cursor.execute(bare)


def test_work_opened_beside_a_charge_waits_for_it_and_is_listed_with_it(committed_db: str, hospital: Cast) -> None:
    account = _coding(hospital, "R1")
    _open_beside_a_charge(account)
    assert set(WorkItem.objects.values_list("total_charges", flat=True)) == {Decimal(700)}
    assert differences() == []


def test_without_the_triggers_lock_it_keeps_the_old_total_and_the_look_finds_it(committed_db: str, hospital: Cast) -> None:
    account = _coding(hospital, "R1")
    _without_its_lock("accounts_list_work")
    _open_beside_a_charge(account)
    wrong = WorkItem.objects.get(kind="review")
    assert wrong.total_charges == 0
    assert [(each.kind, each.pk) for each in differences()] == [("work", wrong.pk)]
