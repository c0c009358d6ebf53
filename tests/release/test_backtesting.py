"""Backtests: what a rule would hold or free, counted once, stopped, and kept as it was found."""

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts.errors import Conflict, NotAllowed, Refused
from accounts.models import Account, Hold, OutboxRow
from accounts.services.charges import post_charge
from coding_workflow.outbox.services import drain
from coding_workflow.release import selectors
from coding_workflow.release.models import Backtest, BacktestChunk, BacktestResult, Check
from coding_workflow.release.services import backtesting, cancel_backtest, start_backtest
from tests.cast import SEPTEMBER, Cast

from .rules import FAILURE, HELD, RULE, about_failure, checked, verdict_on
from .test_check_due import FEED

pytestmark = pytest.mark.django_db

PERIOD = {"starts": SEPTEMBER, "ends": SEPTEMBER + datetime.timedelta(days=30)}
OWN = {"rule": RULE, "severity": "hold", "condition": 4}


def start(cast: Cast, **changes: Any) -> Backtest:
    asked = {"facility": cast.main, "rule": RULE, "candidate": about_failure(), "baseline": None, "by": cast.actor("cleo")}
    return start_backtest(**(asked | PERIOD | changes))


def found(test: Backtest) -> list[tuple[str, str]]:
    rows = BacktestResult.objects.filter(backtest=test).order_by("account__number")
    return list(rows.values_list("account__number", "outcome"))


def test_a_new_rule_newly_holds_what_nothing_else_holds(cast: Cast) -> None:
    account = checked(cast, "FAILURE", FAILURE)
    post_charge(account=account, source_id="1", revenue_code="0250", amount=Decimal(70), service_date=SEPTEMBER, by=FEED)
    checked(cast, "DIABETES", "E11.9")
    checked(cast, "HELD", FAILURE, findings=(HELD,))
    dates = dict.fromkeys(("admit_date", "discharge_date"), SEPTEMBER - datetime.timedelta(days=1))
    checked(cast, "EARLIER", FAILURE, **dates)
    cast.account("UNCHECKED")
    test = start(cast)
    drain(lanes=["bulk"])
    test.refresh_from_db()
    assert (test.state, test.accounts, found(test)) == ("finished", 2, [("FAILURE", "held")])
    progress = selectors.progress_of(test)
    assert (progress.percent, progress.judged, progress.unchanged, progress.outdated) == (100, 2, 1, 1)
    assert (progress.held.accounts, progress.held.dollars, progress.freed.accounts) == (1, Decimal(70), 0)
    assert [row.message for row in selectors.results_of(test, "held")] == ["Say which failure."]
    assert progress.held.days > 0


def test_a_retired_rule_frees_what_only_it_holds(cast: Cast) -> None:
    checked(cast, "FREED", FAILURE, findings=(OWN,))
    checked(cast, "STILL", FAILURE, findings=(OWN, HELD))
    test = start(cast, candidate=None, baseline=about_failure())
    drain(lanes=["bulk"])
    assert found(test) == [("FREED", "freed")]


def test_a_changed_rule_is_compared_with_the_one_in_force(cast: Cast) -> None:
    checked(cast, "FAILURE", FAILURE, findings=(OWN,))
    checked(cast, "WARNED", FAILURE)
    test = start(cast, candidate=about_failure(severity="warn"), baseline=about_failure())
    drain(lanes=["bulk"])
    assert found(test) == [("FAILURE", "freed"), ("WARNED", "freed")]
    same = start(cast, candidate=about_failure(title="Another title"), baseline=about_failure())
    drain(lanes=["bulk"])
    assert found(same) == []


def test_nothing_of_an_account_is_changed(cast: Cast) -> None:
    account = checked(cast, "FAILURE", FAILURE)
    before = Account.objects.filter(pk=account.pk).values().get()
    start(cast)
    drain(lanes=["bulk"])
    assert Account.objects.filter(pk=account.pk).values().get() == before
    assert (Hold.objects.count(), Check.objects.count()) == (0, 1)


def test_facts_that_cannot_be_read_are_counted_and_do_not_stop_it(cast: Cast) -> None:
    checked(cast, "FAILURE", FAILURE)
    broken = checked(cast, "BROKEN", FAILURE)
    verdict_on(broken, '{"of another release": 1}')
    test = start(cast)
    drain(lanes=["bulk"])
    progress = selectors.progress_of(test)
    assert (progress.judged, progress.unreadable, found(test)) == (1, 1, [("FAILURE", "held")])


def test_it_runs_in_parts_that_count_once(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backtesting, "CHUNK", 1)
    for number in range(5):
        checked(cast, f"A{number}", FAILURE)
    test = start(cast)
    assert OutboxRow.objects.filter(kind="release.backtest", lane="bulk", state="waiting").count() == 2
    for _ in range(2):
        backtesting.run_part(backtest_id=test.pk, number=0)
    assert selectors.progress_of(test).percent == 20
    assert [len(found(test)), OutboxRow.objects.filter(kind="release.backtest").count()] == [1, 3]
    drain(lanes=["bulk"])
    test.refresh_from_db()
    assert (test.state, len(found(test)), BacktestChunk.objects.filter(done_at__isnull=True).count()) == ("finished", 5, 0)


def test_killed_before_its_end_a_part_has_changed_nothing(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    checked(cast, "FAILURE", FAILURE)
    test = start(cast)

    def die(*_: Any) -> None:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(backtesting, "_finish", die)
        with pytest.raises(SystemExit):
            backtesting.run_part(backtest_id=test.pk, number=0)
    assert found(test) == []
    backtesting.run_part(backtest_id=test.pk, number=0)
    assert found(test) == [("FAILURE", "held")]


def test_a_part_done_by_another_meanwhile_writes_nothing(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    checked(cast, "FAILURE", FAILURE)
    test = start(cast)
    judge = backtesting._judge

    def judge_twice(*arguments: Any) -> Any:
        monkeypatch.setattr(backtesting, "_judge", judge)
        backtesting.run_part(backtest_id=test.pk, number=0)
        return judge(*arguments)

    monkeypatch.setattr(backtesting, "_judge", judge_twice)
    backtesting.run_part(backtest_id=test.pk, number=0)
    assert (found(test), selectors.progress_of(test).judged) == ([("FAILURE", "held")], 1)


def test_cancelled_it_stops_and_keeps_what_it_found(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backtesting, "CHUNK", 1)
    for number in range(3):
        checked(cast, f"A{number}", FAILURE)
    test = start(cast)
    backtesting.run_part(backtest_id=test.pk, number=0)
    with pytest.raises(NotAllowed):
        cancel_backtest(backtest_id=test.pk, by=cast.actor("ana"))
    assert cancel_backtest(backtest_id=test.pk, by=cast.actor("cleo")).state == "cancelled"
    drain(lanes=["bulk"])
    assert len(found(test)) == 1
    with pytest.raises(Conflict):
        cancel_backtest(backtest_id=test.pk, by=cast.actor("cleo"))


def test_an_ended_backtest_is_frozen_in_the_database(cast: Cast) -> None:
    account = checked(cast, "FAILURE", FAILURE)
    test = start(cast)
    drain(lanes=["bulk"])
    again = "INSERT INTO release_backtestresult (backtest_id, facility_id, account_id, outcome, dollars, days, message) "
    statements = (
        f"UPDATE release_backtest SET state = 'running' WHERE id = {test.pk}",
        f"UPDATE release_backtestchunk SET judged = 9 WHERE backtest_id = {test.pk}",
        f"INSERT INTO release_backtestchunk (backtest_id, number, first, last, judged, outdated, unreadable)"
        f" VALUES ({test.pk}, 9, 1, 1, 0, 0, 0)",
        f"{again} VALUES ({test.pk}, {cast.main.pk}, {account.pk}, 'freed', 0, 0, '')",
        "UPDATE release_backtestresult SET dollars = 0",
        "DELETE FROM release_backtestresult",
        "DELETE FROM release_backtest",
    )
    for statement in statements:
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_who_may_not_and_what_cannot_be_asked_is_refused(cast: Cast) -> None:
    for name in ("ana", "bill", "dov"):
        with pytest.raises(NotAllowed):
            start(cast, by=cast.actor(name))
    with pytest.raises(NotAllowed):
        start(cast, facility=cast.other)
    with pytest.raises(Refused, match="nothing to compare"):
        start(cast, baseline=about_failure())
    for ends in (SEPTEMBER, SEPTEMBER + datetime.timedelta(days=4000)):
        with pytest.raises(Refused, match="within five years"):
            start(cast, ends=ends)
    assert Backtest.objects.count() == 0


def test_a_rule_that_nobody_is_in_scope_of_has_ended_at_once(cast: Cast) -> None:
    checked(cast, "DIABETES", "E11.9")
    clinic = start(cast, candidate=about_failure(scope=type(about_failure().scope)(classes=("clinic",))))
    assert (clinic.state, clinic.accounts, selectors.progress_of(clinic).percent) == ("finished", 0, 100)
    assert list(selectors.backtests_of(RULE)) == [clinic]


def test_two_run_at_a_facility_and_a_third_is_told_which(cast: Cast) -> None:
    checked(cast, "FAILURE", FAILURE)
    first, second = start(cast), start(cast, rule="lab.other", by=cast.actor("ada"))
    with pytest.raises(Conflict) as refusal:
        start(cast, rule="lab.third")
    assert refusal.value.code == "backtest.busy"
    assert f"{RULE} (asked by Cleo) and lab.other (asked by Ada) are running" in refusal.value.sentence
    cancel_backtest(backtest_id=first.pk, by=cast.actor("cleo"))
    assert start(cast, rule="lab.third").state == "running"
    drain(lanes=["bulk"])
    second.refresh_from_db()
    assert second.state == "finished"
    assert start(cast).state == "running"


def test_the_running_backtests_of_another_facility_do_not_count(cast: Cast) -> None:
    checked(cast, "FAILURE", FAILURE)
    for number in range(2):
        Backtest.objects.create(facility=cast.other, rule=f"lab.r{number}", candidate="{}", asked_by=cast.dov, **PERIOD)
    assert start(cast).state == "running"


def test_a_backtest_belongs_to_its_facility_in_the_database(cast: Cast) -> None:
    account = checked(cast, "FAILURE", FAILURE)
    test = start(cast)
    values = {"account": account, "outcome": "held", "dollars": 0, "days": 0}
    with pytest.raises(IntegrityError), transaction.atomic():
        BacktestResult.objects.create(backtest=test, facility=cast.other, **values)
