"""Checking again in bulk and backtests, by the hospital's own relay and worker on as many processes as there are cores."""

import datetime
import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from django.db import connection
from django.db.models import Max

from accounts import clock
from accounts.actors import Actor
from accounts.models import Facility, OutboxRow
from accounts.scope import ALL, scoped
from coding_workflow.guidelines.lab.compiling import PREFIX
from coding_workflow.guidelines.lab.definition import Definition
from coding_workflow.guidelines.lab.reading import definition_from_json
from coding_workflow.guidelines.samples.times import FIRST, LAST
from coding_workflow.policy.services import publish_policy
from coding_workflow.release.models import Backtest, BacktestResult, BacktestState, Check, CheckDue, DueCause
from coding_workflow.release.services import due, start_backtest
from coding_workflow.release.services.due import Reach, mark_due
from coding_workflow.staff.models import User
from worklist.demo.hospital import demo_policy, open_hospital

from . import batches, bulk, pairs, stored
from .arithmetic import percentile
from .finalizing import Finalizing
from .hospital import Hospital, Say
from .processors import Used
from .workers import Background, running_background

_PREFIX: Final = "bulk-"
_IDLE: Final = 24
_LOOKED_AT: Final = 100
_PATIENCE: Final = 3600
#: Without anchors, so that every account is read; it newly holds some stays.
_RULE: Final = {
    "title": "Long stays, or chronic obstructive lungs",
    "condition": 4,
    "when": {
        "any": [
            {"field": "length_of_stay", "is": "at_least", "value": 9},
            {
                "count": {
                    "of": "diagnoses",
                    "where": [{"attribute": "code", "is": "under", "value": ["J44"]}],
                    "at_least": 1,
                    "at_most": None,
                }
            },
        ]
    },
    "message": "Look at the length of stay.",
    "reference": "Department guideline",
}


class NotStored(RuntimeError):
    """Stored facts are not used; measuring would say nothing about them."""


@dataclass(frozen=True, slots=True)
class Latency:
    """Of a coder's finalizing until the verdict of record, milliseconds."""

    times: int
    p50: float
    p95: float

    @classmethod
    def of(cls, times: Sequence[float]) -> "Latency":
        """Of at least one time."""
        return cls(len(times), percentile(times, 50), percentile(times, 95))

    def __str__(self) -> str:
        return f"p50 {self.p50:.0f} ms, p95 {self.p95:.0f} ms ({self.times} times)"


@dataclass(frozen=True, slots=True)
class Course:
    """What many accounts took, by the clock and of the processors; ``written`` is the share that got a row of its own."""

    accounts: int
    seconds: float
    python: float
    database: float
    written: float
    marking: float = 0.0
    latency: Latency | None = None

    @property
    def per_second(self) -> float:
        """Accounts, by the clock."""
        return self.accounts / self.seconds

    def alone(self, cores: int) -> float:
        """Accounts a second that so many cores would do with nobody else on them: by processor time."""
        return cores * self.accounts / (self.python + self.database)

    def hundred_thousand(self) -> float:
        """Seconds for so many, by the clock."""
        return 100_000 / self.per_second


def run(hospital: Hospital, port: int, folder: Path, *, accounts: int, pairs_wanted: int, say: Say) -> dict[str, Any]:
    """Load pairs, fill, check again, backtest; print what it took and answer it for the run's file."""
    told: dict[str, Any] = {"load": round(os.getloadavg()[0], 1)}
    services = stored.services_of_samples()
    if pairs_wanted:
        told["pairs"] = pairs.run(folder, pairs_wanted, services)
    ours = _open(hospital, accounts)
    say(f"{accounts:,} final-coded accounts with stored facts are there")
    with scoped([ours.pk]):
        fitting, looked_at = stored.from_stored_facts(facility=ours, most=_LOOKED_AT)
    if fitting < looked_at:
        raise NotStored(f"{looked_at - fitting} of {looked_at} accounts would be assembled anew: that is another figure")
    told["stored"] = {"fitting": fitting, "looked_at": looked_at}
    print(f"\n{fitting} of {looked_at} accounts looked at are judged from their stored facts.")
    told["batch"] = batches.run(ours)
    cores = os.cpu_count() or 1
    coders = Finalizing(hospital, port)
    try:
        with running_background(folder, processes=cores) as background:
            told |= _Measuring(ours, background, coders, cores, say).told(accounts)
    finally:
        coders.close()
    return told


def _open(hospital: Hospital, accounts: int) -> Facility:
    """A facility of their own, where nothing is released by itself; nor any more in the hospital that coders work at."""
    with scoped(ALL):
        ours = open_hospital(code="BULK", name="Bulk Hospital", prefix=_PREFIX)
        for facility, prefix in ((ours, _PREFIX), (hospital.facility, "")):
            _publish(facility, prefix, "Nothing is released by itself")
        coder = User.objects.get(username=f"{_PREFIX}ana")
    stored.fill(facility=ours, accounts=accounts, coder=coder)
    bulk.settle()
    return ours


def _publish(facility: Facility, prefix: str, title: str) -> None:
    ada, zoe = (User.objects.get(username=prefix + name) for name in ("ada", "zoe"))
    policy = replace(demo_policy(prefix), auto_release=(), title=title)
    publish_policy(facility=facility, policy=policy, by=ada, second=zoe, effective_from=clock.today(facility))


@dataclass(frozen=True)
class _Measuring:
    facility: Facility
    background: Background
    coders: Finalizing
    cores: int
    say: Say

    def told(self, accounts: int) -> dict[str, Any]:
        """Idle, the same verdicts, new verdicts, backtest."""
        self.background.wait_until_quiet()
        self.coders.once()
        idle = Latency.of([self.coders.once() for _ in range(_IDLE)])
        print(f"Finalize to verdict of record, nothing else to do: {idle}.")
        self.background.wait_until_quiet()
        same = self._recheck("the same verdicts", accounts, self._mark)
        new = self._recheck("a new verdict for each", accounts, lambda: _publish(self.facility, _PREFIX, "Another policy"))
        test = self._backtest()
        return {"idle": asdict(idle), "same": asdict(same), "new": asdict(new), "backtest": asdict(test)}

    def _mark(self) -> None:
        """As the load of a table does."""
        mark_due(reach=Reach(facility_id=self.facility.pk), cause=DueCause.TABLES)

    def _recheck(self, words: str, accounts: int, change: Callable[[], None]) -> Course:
        """What the change marks is checked again while coders finalize; it ends with the last batch's row."""
        last = Check.objects.aggregate(last=Max("pk"))["last"]
        before, began = self.background.used(), time.monotonic()
        with scoped(ALL):
            change()
        marking, start = time.monotonic() - began, _now()
        times = list(self._finalize_while_due())
        self.background.wait_until_quiet()
        used = self.background.used() - before
        rows = OutboxRow.objects.filter(kind=due.RECHECK, facility=self.facility)
        seconds = (rows.aggregate(end=Max("finished_at"))["end"] - start).total_seconds()
        written = Check.objects.filter(facility=self.facility, pk__gt=last).count()
        course = _course(accounts, seconds, used, written, marking=marking, latency=Latency.of(times))
        self.say(f"checked again: {words}")
        for sentence in self._sentences(f"Checked again, {words}", course):
            print(sentence)
        return course

    def _finalize_while_due(self) -> Iterator[float]:
        end = time.monotonic() + _PATIENCE
        while True:
            yield self.coders.once()
            self.background.look(end)
            if not CheckDue.objects.filter(facility=self.facility).exists():
                return

    def _backtest(self) -> Course:
        """One rule on every account of the samples' time."""
        before, by = self.background.used(), Actor.person(User.objects.get(username=f"{_PREFIX}cleo").pk)
        began = time.monotonic()
        with scoped([self.facility.pk]):
            period = {"starts": FIRST, "ends": LAST + datetime.timedelta(days=60)}
            test = start_backtest(facility=self.facility, rule=f"{PREFIX}bench", candidate=rule(), baseline=None, by=by, **period)
        marking, start = time.monotonic() - began, _now()
        end = time.monotonic() + _PATIENCE
        while Backtest.objects.get(pk=test.pk).state == BacktestState.RUNNING:
            self.background.look(end)
            time.sleep(0.05)
        used = self.background.used() - before
        test.refresh_from_db()
        assert test.ended_at is not None
        seconds = (test.ended_at - start).total_seconds()
        found = BacktestResult.objects.filter(backtest=test).count()
        course = _course(test.accounts, seconds, used, found, marking=marking)
        for sentence in self._sentences("Backtest of one rule", course):
            print(sentence)
        alone = 100_000 / course.alone(self.cores)
        print(f"  100,000 accounts: {course.hundred_thousand():.0f} s by the clock, {alone:.0f} s on cores of their own.")
        return course

    def _sentences(self, words: str, course: Course) -> Iterator[str]:
        """For the reader."""
        each = 1000 / course.accounts
        yield (
            f"{words}: {course.accounts:,} accounts in {course.seconds:.1f} s, {course.per_second:,.0f}/s by the clock; "
            f"{course.python * each:.2f} ms of Python and {course.database * each:.2f} ms of PostgreSQL an account, so "
            f"{course.alone(self.cores):,.0f}/s on {self.cores} cores of their own; asking took {course.marking:.1f} s, "
            f"{100 * course.written:.0f} % got a row."
        )
        if course.latency:
            yield f"  Finalize to verdict of record meanwhile: {course.latency}."


def rule() -> Definition:
    """The rule that is tested."""
    return definition_from_json(json.dumps(_RULE))


def _course(accounts: int, seconds: float, used: Used, written: int, **more: Any) -> Course:
    return Course(accounts, seconds, used.python, used.database, written / accounts, **more)


def _now() -> datetime.datetime:
    """By the database's clock, as the rows of the outbox end by it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]
