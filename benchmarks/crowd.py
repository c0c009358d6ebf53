"""Many coders at once on one queue, through the web page, beside the signed-in null view of as many.

They ask in bursts: everybody the null view, then everybody the next account. After each burst the accounts that were
given are closed with plain SQL, as coded work is, so each claim gives another one until the queue is empty; then it
is filled again. Afterwards one in five leaves without coding, and their leases are let run out.
"""

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from statistics import median
from typing import Any, Final

from django.db import connection, connections
from django.urls import reverse

from accounts.models import WorkItem
from accounts.scope import ALL, scoped
from coding_workflow.embedded.paths import CHECKOUT
from coding_workflow.staff.models import User

from .arithmetic import Ratio, percentile, ratio
from .hospital import Hospital, Say, hire, session_of
from .lists import LARGEST

_NULL: Final = "/bench/signed-in/"
#: Of the queue so many are given out again for those who leave, one in ``_LEAVES`` of them.
_ABANDONING: Final = 1000
_LEAVES: Final = 5


@dataclass(frozen=True, slots=True)
class Side:
    """One kind of question of all clients: how many a second, and milliseconds until the answer among so many."""

    asked: int
    per_second: float
    p50: float
    p95: float
    python: float  # the application's own processor time of one answer, median milliseconds
    asking: float  # of one core, what the clients' process used


@dataclass(frozen=True, slots=True)
class Handed:
    """How the accounts of a queue were given out: ``twice`` and ``never`` must be 0. Only an emptied queue says who was left."""

    given: int
    twice: int
    never: int
    emptied: bool = True


@dataclass(slots=True)
class Told:
    """What the crowd showed."""

    coders: int
    null: Side
    claim: Side
    to_null: Ratio  # of the throughput, burst by burst
    laps: int  # so often was the queue emptied
    handed: Handed
    web: int = 1  # processes of the web server
    abandoned: int = 0
    early: int = 0  # given to somebody while their lease ran
    back: int = 0  # given again once it was over
    left: int = 0  # still in the queue after everything was given

    def sentences(self) -> Iterator[str]:
        """For the reader."""
        for name, side in (("signed-in null", self.null), ("get next", self.claim)):
            yield (
                f"{name:>14}: {side.asked:,} answers, {side.per_second:,.0f}/s, p50 {side.p50:.0f} ms, p95 {side.p95:.0f} ms, "
                f"application's Python {side.python:.2f} ms each, clients {100 * side.asking:.0f} % of a core"
            )
        times = self.to_null
        yield f"Get next's throughput to the null view's: {times.middle:.2f} ({times.low:.2f}-{times.high:.2f} of single bursts)."
        handed = self.handed
        yield (
            f"{handed.given:,} claims, the queue emptied {self.laps} times: "
            f"{handed.twice} accounts given twice, {handed.never} never given."
        )
        yield (
            f"{self.abandoned:,} abandoned: {self.early} given while their lease ran, {self.back:,} back after it, "
            f"{self.left} left behind."
        )
        yield f"Clients (a process of their own, one thread each), web ({self.web} x 8 threads) and PostgreSQL share the cores."


def tally(given: Sequence[int], there: Collection[int]) -> Handed:
    """Of one round of the queue: what was given more than once, and what nobody got."""
    times = Counter(given)
    return Handed(len(given), sum(number > 1 for number in times.values()), len(set(there) - set(times)))


def run(hospital: Hospital, port: int, *, coders: int, claims: int, seconds: float, web: int, say: Say) -> dict[str, Any]:
    """Print what so many coders got, as the run's file keeps it. Ends after ``claims`` or ``seconds``, whichever is first."""
    with scoped(ALL):
        people = [hire(hospital.facility, f"crowd{number}", hospital.supervisor, ["emergency"]) for number in range(coders)]
    say(f"{coders} coders are hired")
    with _clients(port, [session_of(person) for person in people]) as clients:
        say("and signed in")
        told = _Crowd(clients, _Work(hospital.colleague)).told(claims, time.monotonic() + seconds)
    told.web = web
    print()
    for sentence in told.sentences():
        print(sentence)
    return asdict(told)


class _Clients:
    """The process of the clients."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def order(self, order: dict[str, Any]) -> dict[str, Any]:
        """All of them at once; RuntimeError when one of them got an answer that it must not get."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("The clients ended; what they met stands above.")
        return dict(json.loads(line))


@contextmanager
def _clients(port: int, sessions: list[str]) -> Iterator[_Clients]:
    arguments = (sys.executable, "-m", "benchmarks.clients")
    with subprocess.Popen(arguments, cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            clients = _Clients(process)
            clients.order({"port": port, "sessions": sessions})
            yield clients
        finally:
            process.kill()


class _Work:
    """The queue: what is in it, and what becomes of what was given."""

    def __init__(self, gone: User) -> None:
        self._gone = gone
        items = WorkItem.objects.filter(closed_at__isnull=True, queue__code=LARGEST, kind="coding")
        self._items = dict(items.values_list("account_id", "pk"))

    def open(self, most: int | None = None) -> set[int]:
        """All of it (or so much) waits for anybody; answers the accounts."""
        accounts = list(self._items)[:most]
        self._set("closed_at = now(), leased_to_id = NULL, leased_until = NULL, returned_to_id = NULL", self._items)
        self._set("closed_at = NULL", accounts)
        with connections["owner"].cursor() as cursor:
            cursor.execute("ANALYZE accounts_workitem")
        return set(accounts)

    def finish(self, accounts: Collection[int]) -> None:
        """Coded."""
        self._set("closed_at = now()", accounts)

    def leave(self, accounts: Collection[int]) -> None:
        """Their coders are gone for the day; the lease stays as it is."""
        self._set("leased_to_id = %s", accounts, self._gone.pk)

    def run_out(self, accounts: Collection[int]) -> None:
        """Twenty minutes later."""
        self._set("leased_until = now() - interval '1 second'", accounts)

    def still_open(self) -> int:
        """How much nobody has coded."""
        return WorkItem.objects.filter(pk__in=self._items.values(), closed_at__isnull=True).count()

    def _set(self, what: str, accounts: Collection[int], *values: Any) -> None:
        with connection.cursor() as cursor:
            statement = f"UPDATE accounts_workitem SET {what} WHERE id = ANY(%s)"  # noqa: S608 - fixed words of this module
            cursor.execute(statement, [*values, [self._items[account] for account in accounts]])


@dataclass
class _Crowd:
    clients: _Clients
    work: _Work
    bursts: list[tuple[dict[str, Any], dict[str, Any]]] = field(default_factory=list)

    def told(self, claims: int, end: float) -> Told:
        """The rounds of the queue, and then those who leave."""
        laps: list[Handed] = []
        given = 0
        while given < claims and time.monotonic() < end:
            lap = self._lap(claims - given, end)
            given += lap.given
            laps.append(lap)
        if not self.bursts:
            raise RuntimeError("The queue has fewer accounts than there are coders: take more --accounts.")
        null, claim = zip(*self.bursts, strict=True)
        pairs = [(_rate(claimed), _rate(beside)) for beside, claimed in self.bursts]
        handed = Handed(given, sum(lap.twice for lap in laps), sum(lap.never for lap in laps))
        told = Told(len(null[0]["clock"]), _side(null), _side(claim), ratio(pairs), sum(lap.emptied for lap in laps), handed)
        self._abandoning(told)
        return told

    def _lap(self, most: int, end: float) -> Handed:
        """One round of the queue: to its end, or to ``most``, or while there is time."""
        there, given = self.work.open(), list[int]()
        while len(given) < most and time.monotonic() < end:
            beside = self.clients.order({"get": _NULL})
            claimed, accounts = self._claim()
            if not accounts:
                return tally(given, there)
            if len(accounts) == len(claimed["clock"]):
                self.bursts.append((beside, claimed))
            given += accounts
            self.work.finish(accounts)
        return replace(tally(given, given), emptied=False)

    def _claim(self) -> tuple[dict[str, Any], list[int]]:
        claimed = self.clients.order({"post": reverse("worklist:get_next"), "fields": {"only": LARGEST}})
        return claimed, [int(place.split("/")[2]) for place in claimed["locations"] if place.startswith("/account/")]

    def _abandoning(self, told: Told) -> None:
        """One in five leaves, and everything else is coded; then their leases are over and the rest take it."""
        self.work.open(_ABANDONING)
        left: set[int] = set()
        while accounts := self._claim()[1]:
            told.early += len(left & set(accounts))
            leaving = accounts[::_LEAVES]
            self.work.leave(leaving)
            self.work.finish(set(accounts) - set(leaving))
            left |= set(leaving)
        self.work.run_out(left)
        back: list[int] = []
        while accounts := self._claim()[1]:
            self.work.finish(accounts)
            back += accounts
        told.abandoned, told.back, told.left = len(left), len(left & set(back)), self.work.still_open()
        told.handed = Handed(told.handed.given, told.handed.twice + tally(back, left).twice, told.handed.never)


def _rate(burst: dict[str, Any]) -> float:
    return len(burst["clock"]) / float(burst["took"])


def _side(bursts: Sequence[dict[str, Any]]) -> Side:
    clock = [each for burst in bursts for each in burst["clock"]]
    took = sum(burst["took"] for burst in bursts)
    return Side(
        asked=len(clock),
        per_second=len(clock) / took,
        p50=median(clock),
        p95=percentile(clock, 95),
        python=median(each for burst in bursts for each in burst["processor"]),
        asking=sum(burst["asking"] for burst in bursts) / took,
    )
