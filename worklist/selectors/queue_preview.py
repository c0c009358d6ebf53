"""What other queues, limits or weights would do to today's open work. Reads in batches; nothing is written."""

import datetime
import heapq
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from accounts import clock
from accounts.models import Facility, Queue, WorkItem
from coding_workflow.staff.models import User
from worklist import priority
from worklist.models import Board, Counter
from worklist.queueing import matching, population, sets
from worklist.queueing.document import UNROUTED, QueueRule, QueueSet
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


@dataclass(frozen=True, slots=True)
class Line:
    """One queue on the page of all: its sentence and today's numbers."""

    code: str
    name: str
    sentence: str
    people: tuple[str, ...]
    most_held: int | None
    open: int
    dollars: Decimal


def lines(facility: Facility, queues: QueueSet) -> list[Line]:
    """The queues of a set in order, with open counts; three queries at most."""
    numbers = {row.key: row for row in Counter.objects.filter(facility=facility, board=Board.QUEUE)}
    wanted = {pk for rule in queues.queues for pk in rule.people}
    people = {person.pk: str(person) for person in User.objects.filter(pk__in=wanted)} if wanted else {}
    return [
        Line(
            rule.code,
            rule.name,
            matching.sentence(rule),
            tuple(people[pk] for pk in rule.people if pk in people),
            queues.limit_of(rule),
            numbers[rule.code].open if rule.code in numbers else 0,
            numbers[rule.code].dollars if rule.code in numbers else Decimal(0),
        )
        for rule in queues.queues
    ]


def differences(before: QueueSet, after: QueueSet) -> list[str]:
    """What one set changes of another, in sentences."""
    said = [f"New queue {rule.name}. {matching.sentence(rule)}" for rule in after.queues if before.named(rule.code) is None]
    said += [f"{rule.name} is no longer a queue." for rule in before.queues if after.named(rule.code) is None]
    for rule in after.queues:
        old = before.named(rule.code)
        if old is not None and old != rule:
            said += _changed(old, rule)
    said += _order(before, after)
    return said + _limits(before, after) + _weights(before.weights, after.weights)


def _changed(old: QueueRule, new: QueueRule) -> list[str]:
    said = [f"{old.name} is now called {new.name}."] if old.name != new.name else []
    if matching.sentence(old) != matching.sentence(new):
        said.append(f"{new.name}: was “{matching.sentence(old)}” and is “{matching.sentence(new)}”")
    if old.people != new.people:
        said.append(f"{new.name}: {len(new.people)} people named instead of {len(old.people)}; none named means everybody.")
    if old.most_held != new.most_held:
        said.append(f"{new.name}: one person may have {_limit(new.most_held)} open, was {_limit(old.most_held)}.")
    return said


def _limit(number: int | None) -> str:
    return "as many as the facility says" if number is None else str(number)


def _order(before: QueueSet, after: QueueSet) -> list[str]:
    both = {rule.code for rule in before.queues} & {rule.code for rule in after.queues}
    old, new = ([rule.name for rule in each.queues if rule.code in both] for each in (before, after))
    codes_old, codes_new = ([rule.code for rule in each.queues if rule.code in both] for each in (before, after))
    return [f"Order: was {', '.join(old)}; is {', '.join(new)}."] if codes_old != codes_new else []


def _limits(before: QueueSet, after: QueueSet) -> list[str]:
    words = {"most_held": "Open at once, where the queue says nothing", "put_backs": "Put back in a day"}
    said = []
    for name, label in words.items():
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            said.append(f"{label}: {'no limit' if new is None else new}, was {'no limit' if old is None else old}.")
    return said


def _weights(before: priority.Weights, after: priority.Weights) -> list[str]:
    said = []
    for name, words in _WEIGHTS.items():
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            said.append(f"{words}: {_figure(new)}, was {_figure(old)}.")
    return said


def _figure(value: object) -> str:
    if isinstance(value, int | float | Decimal):
        return f"{value:,.0f}"
    return ", ".join(f"{key.replace('_', ' ')} {hours}" for key, hours in dict(value).items())  # type: ignore[call-overload]


_WEIGHTS: Final = {
    "target_hours": "Targets, hours after discharge",
    "other_target_hours": "Target of other classes, hours",
    "hours_per_doubling": "Hours earlier for each doubling of charges",
    "dollars_floor": "Charges from which dollars count",
    "most_hours_for_dollars": "Most hours earlier for charges",
    "payer_hours": "Hours earlier for payers with a short limit",
    "returned_hours": "Hours earlier for what came back",
}


@dataclass(frozen=True, slots=True)
class Said:
    """What one queue says to the work; ``owner`` is the first that takes it."""

    name: str
    words: str
    owner: bool


@dataclass(frozen=True, slots=True)
class Where:
    """One open item of an account: the queue it is in, and what every queue says to it."""

    kind: str
    queue: str
    why: str
    moves_to: str
    answers: tuple[Said, ...]
    rank: tuple[str, ...]


def where(account_id: int, facility_id: int) -> list[Where]:
    """Why the account's open work is where it is, and why not elsewhere. Five queries at most."""
    items = list(WorkItem.objects.filter(account_id=account_id, closed_at__isnull=True).select_related("queue").order_by("pk"))
    if not items:
        return []
    queues, _ = sets.seen(facility_id)
    read = {each.id: each for each in population.these([item.pk for item in items])}
    return [_where(item.queue, item.why, item.rank_parts, read[item.pk], queues) for item in items]


def _where(queue: Queue | None, why: str, parts: list[dict[str, object]], waiting: Waiting, queues: QueueSet) -> Where:
    answers = matching.answers(queues, waiting.arrival())
    wanted = next((answer.rule for answer in answers if not answer.against), None)
    elsewhere = wanted is not None and (queue is None or wanted.code != queue.code)
    return Where(
        waiting.kind_name,
        queue.name if queue else "No queue",
        why,
        wanted.name if elsewhere and wanted else "",
        tuple(_said(answer, wanted) for answer in answers),
        tuple(str(part["words"]) for part in parts),
    )


def _said(answer: matching.Answer, wanted: QueueRule | None) -> Said:
    if answer.against or wanted is None:
        return Said(answer.rule.name, answer.against, owner=False)
    owner = answer.rule.code == wanted.code
    return Said(answer.rule.name, "Takes it." if owner else f"It would, but {wanted.name} stands above.", owner)
