"""Two workers, and a coder who is at an account: a batch passes over what is locked, and nothing is lost."""

import datetime
import threading
from contextlib import suppress

import pytest
from django.db import connections, transaction

from accounts import lifecycle
from accounts.actors import Actor
from accounts.errors import Conflict
from accounts.locking import lock_account
from accounts.models import Account, OutboxRow, Step
from accounts.scope import ALL, scoped
from coding_workflow.release.models import Backtest, CheckDue, DueCause
from coding_workflow.release.services import backtesting, due, rechecking
from tests.cast import Cast

from .rules import about_failure

pytestmark = pytest.mark.usefixtures("committed_db")


def final_coded(cast: Cast, number: str) -> Account:
    account = lock_account(cast.account(number).pk)
    for step in (Step.DISCHARGED, Step.CODING, Step.FINAL_CODED):
        lifecycle.move(account=account, to=step, by=Actor.feed("TEST"))
    return account


def test_what_somebody_works_on_is_passed_over_and_comes_later(cast: Cast) -> None:
    with scoped(ALL):
        busy, _ = final_coded(cast, "BUSY"), final_coded(cast, "FREE")
        due.mark_due(reach=due.Reach(), cause=DueCause.POLICY)
        OutboxRow.objects.all().delete()
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("SELECT 1 FROM accounts_account WHERE id = %s FOR UPDATE", [busy.pk])
        taken = [rechecking.recheck_due(facility_id=cast.main.pk, place=0) for _ in range(2)]
    assert taken == [1, 0]
    assert list(CheckDue.objects.values_list("account", flat=True)) == [busy.pk]
    assert OutboxRow.objects.get(kind="release.recheck").state == "waiting"
    rechecking.recheck_due(facility_id=cast.main.pk, place=0)
    assert not CheckDue.objects.exists()


def test_a_mark_that_is_being_written_is_not_waited_for_and_stays(cast: Cast) -> None:
    with scoped(ALL):
        account = final_coded(cast, "A1")
        due.mark_due(reach=due.Reach(), cause=DueCause.POLICY)
    seen = due.seen([account.pk])
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("UPDATE release_checkdue SET marks = marks + 1")
        with scoped(ALL):
            due.done(seen)
    assert CheckDue.objects.get().marks == 2


def test_marking_waits_for_nobody_who_holds_an_account(cast: Cast) -> None:
    with scoped(ALL):
        account = final_coded(cast, "A1")
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("SELECT 1 FROM accounts_account WHERE id = %s FOR UPDATE", [account.pk])
        with scoped(ALL), connections["default"].cursor() as other:
            other.execute("SET LOCAL lock_timeout = '200ms'")
            assert due.mark_due(reach=due.Reach(), cause=DueCause.POLICY) == 1


def test_two_publications_at_once_both_count(cast: Cast) -> None:
    with scoped(ALL):
        for number in ("A1", "A2", "A3"):
            final_coded(cast, number)
    begin = threading.Barrier(2)

    def publish(cause: DueCause) -> None:
        try:
            begin.wait(timeout=10)
            with scoped(ALL):
                for _ in range(3):
                    due.mark_due(reach=due.Reach(), cause=cause)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=publish, args=(cause,)) for cause in (DueCause.POLICY, DueCause.TABLES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert set(CheckDue.objects.values_list("marks", flat=True)) == {6}
    assert OutboxRow.objects.filter(kind="release.recheck", state="waiting").count() == 1


def test_a_batch_and_a_publication_of_several_changes_do_not_stop_each_other(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(due, "BATCH", 1)
    with scoped(ALL):
        for number in ("A1", "A2"):
            final_coded(cast, number)
        due.mark_due(reach=due.Reach(), cause=DueCause.POLICY)
        OutboxRow.objects.all().delete()
    asked, done = threading.Event(), threading.Event()
    failures: list[BaseException] = []

    def publish() -> None:
        try:
            with scoped(ALL):
                due.mark_due(reach=due.Reach(), cause=DueCause.RULES)
                asked.set()
                done.wait(timeout=0.5)
                due.mark_due(reach=due.Reach(), cause=DueCause.RULES)
        except BaseException as error:
            failures.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=publish)
    thread.start()
    asked.wait(timeout=10)
    rechecking.recheck_due(facility_id=cast.main.pk, place=0)
    done.set()
    thread.join(timeout=20)
    assert failures == []
    assert sorted(CheckDue.objects.values_list("marks", flat=True)) == [3, 3], "the check had seen one of three"


def test_two_publications_that_mark_the_same_accounts_in_other_orders_both_end(cast: Cast) -> None:
    with scoped(ALL):
        final_coded(cast, "STAY")
        visit = final_coded(cast, "VISIT")
        Account.objects.filter(pk=visit.pk).update(patient_class="emergency", type_of_bill="0131")
    stay, visits = due.Reach(classes=("inpatient",)), due.Reach(classes=("emergency",))
    first, failures = threading.Barrier(2), list[BaseException]()

    def publish(*reaches: due.Reach) -> None:
        try:
            with scoped(ALL):
                due.mark_due(reach=reaches[0], cause=DueCause.RULES)
                with suppress(threading.BrokenBarrierError):  # the other one waits for this transaction, as it should
                    first.wait(timeout=1)
                due.mark_due(reach=reaches[1], cause=DueCause.RULES)
        except BaseException as error:
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=publish, args=order) for order in ((stay, visits), (visits, stay))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert failures == []
    assert list(CheckDue.objects.values_list("marks", flat=True)) == [2, 2]


def test_two_who_ask_at_once_do_not_both_take_the_last_place(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    days = {"starts": datetime.date(2026, 9, 1), "ends": datetime.date(2026, 9, 30)}
    Backtest.objects.create(facility=cast.main, rule="lab.first", candidate="{}", asked_by=cast.ada, **days)
    counted, told = threading.Barrier(2), list[str]()

    def plan(test: Backtest) -> int:
        with suppress(threading.BrokenBarrierError):  # the other one waits for this transaction, as it should
            counted.wait(timeout=1)
        return 1

    monkeypatch.setattr(backtesting, "_plan", plan)

    def ask(rule: str) -> None:
        asked = {"facility": cast.main, "rule": rule, "candidate": about_failure(), "baseline": None, "by": cast.actor("ada")}
        try:
            backtesting.start_backtest(**asked, **days)
            told.append("started")
        except Conflict as refusal:
            told.append(refusal.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=ask, args=(rule,)) for rule in ("lab.second", "lab.third")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert sorted(told) == ["backtest.busy", "started"]
