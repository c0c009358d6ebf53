"""What other queues, limits or weights would do to today's open work. Reads in batches; nothing is written."""

import datetime
import heapq
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from accounts import clock
from accounts.models import Facility, Queue
from worklist import priority
from worklist.queueing import matching, population
from worklist.queueing.document import UNROUTED, QueueSet
from worklist.queueing.population import Waiting

#: The head of the list that the what-if compares.
HEAD: Final = 20
#: Accounts named for each move.
NAMED: Final = 5


@dataclass(slots=True)
class Move:
    """What would go from one queue to another."""

    before: str
    after: str
    accounts: int = 0
    dollars: Decimal = Decimal(0)
    in_hand: int = 0
    named: list[tuple[int, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Standing:
    """One account at the head of the list: where it stands, where it stood, and why."""

    account_id: int
    number: str
    place: int
    was: int
    age_days: int | None
    words: str


@dataclass(frozen=True, slots=True)
class DryRun:
    """The whole answer. Ages are days since discharge of those at the head, before and after."""

    looked_at: int
    moves: tuple[Move, ...]
    head: tuple[Standing, ...]
    gone: int
    ages_before: tuple[int, int]
    ages_after: tuple[int, int]
    oldest_place: tuple[int, int] | None

    @property
    def moved(self) -> int:
        """How many accounts would move."""
        return sum(move.accounts for move in self.moves)

    @property
    def dollars(self) -> Decimal:
        """What is charged on them."""
        return sum((move.dollars for move in self.moves), Decimal(0))


def dry_run(facility: Facility, queues: QueueSet) -> DryRun:
    """Ask every open item of the facility; one statement for each 2,000."""
    names = {row.pk: (row.code, row.name) for row in Queue.objects.filter(facility=facility)}
    moves: dict[tuple[str, str], Move] = {}
    ranked: list[tuple[datetime.datetime, datetime.datetime, Waiting]] = []
    for waiting in population.everything(facility.pk):
        code, name = names.get(waiting.queue_id or 0, ("", "No queue"))
        rule = matching.first(queues, waiting.arrival()) or queues.named(UNROUTED)
        if rule is not None and rule.code != code:
            _count(moves.setdefault((name, rule.name), Move(name, rule.name)), waiting)
        ranked.append((waiting.rank_at, priority.rank(waiting.subject(), queues.weights).at, waiting))
    ordered = sorted(moves.values(), key=lambda move: -move.accounts)
    return _answer(ranked, tuple(ordered), clock.today(facility), queues)


def _count(move: Move, waiting: Waiting) -> None:
    move.accounts += 1
    move.dollars += waiting.charges
    move.in_hand += waiting.leased
    if len(move.named) < NAMED and not waiting.restricted:
        move.named.append((waiting.account_id, waiting.number))


def _answer(
    ranked: list[tuple[datetime.datetime, datetime.datetime, Waiting]],
    moves: tuple[Move, ...],
    today: datetime.date,
    queues: QueueSet,
) -> DryRun:
    before = heapq.nsmallest(HEAD, ranked, key=lambda row: (row[0], row[2].id))
    after = heapq.nsmallest(HEAD, ranked, key=lambda row: (row[1], row[2].id))
    was = {row[2].id: place for place, row in enumerate(before, 1)}
    head = tuple(
        Standing(each.account_id, each.number, place, was.get(each.id, 0), _age(each, today), _words(each, queues))
        for place, (_, _, each) in enumerate(after, 1)
        if not each.restricted
    )
    kept = {row[2].id for row in after}
    ages_before, ages_after = (_ages((row[2] for row in rows), today) for rows in (before, after))
    return DryRun(len(ranked), moves, head, len([pk for pk in was if pk not in kept]), ages_before, ages_after, _oldest(ranked))


def _words(waiting: Waiting, queues: QueueSet) -> str:
    return "; ".join(part.words for part in priority.rank(waiting.subject(), queues.weights).parts)


def _age(waiting: Waiting, today: datetime.date) -> int | None:
    return (today - waiting.discharge_date).days if waiting.discharge_date else None


def _ages(rows: Iterable[Waiting], today: datetime.date) -> tuple[int, int]:
    """Least and most days since discharge."""
    known = [age for age in (_age(each, today) for each in rows) if age is not None]
    return (min(known), max(known)) if known else (0, 0)


def _oldest(ranked: list[tuple[datetime.datetime, datetime.datetime, Waiting]]) -> tuple[int, int] | None:
    """Where the oldest discharge stands now and would stand: the starvation guard, seen on today's work."""
    aged = [row for row in ranked if row[2].discharge_date]
    if not aged:
        return None
    oldest = min(aged, key=lambda row: (row[2].discharge_date, row[2].id))
    places = [sum(1 for row in ranked if (row[at], row[2].id) < (oldest[at], oldest[2].id)) + 1 for at in (0, 1)]
    return places[0], places[1]
