"""The rail and the lists of My work."""

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, NamedTuple

from accounts.models import Queue, Step, WorkKind
from coding_workflow.staff.models import Role, User
from worklist.models import Board, Counter
from worklist.routing import UNROUTED

from . import lines
from .lines import Asked, Line

PAGE_SIZE: Final = 50
HELD: Final = "held"
#: Steps at which a hold keeps an account from being billed.
HELD_STEPS: Final = (Step.DISCHARGED, Step.CODING, Step.FINAL_CODED)

#: What each role sees in its rail; a coder does not need the denials.
_SEES: Final[dict[str, frozenset[str]]] = {
    Role.CODER: frozenset({WorkKind.CODING, WorkKind.QUERY}),
    Role.REVIEWER: frozenset({WorkKind.REVIEW}),
    Role.BILLER: frozenset({WorkKind.DENIAL, WorkKind.DISCREPANCY}),
    Role.SUPERVISOR: frozenset(WorkKind.values),
    Role.COMPLIANCE: frozenset(WorkKind.values),
}
_SEES_ALL: Final = frozenset({Role.SUPERVISOR, Role.COMPLIANCE})
_SEES_HELD: Final = frozenset({Role.SUPERVISOR, Role.COMPLIANCE, Role.CODER, Role.BILLER})


class Number(NamedTuple):
    """One counter as it is read."""

    open: int
    oldest_on: datetime.date | None
    dollars: Decimal


@dataclass(frozen=True, slots=True)
class RailLine:
    """One queue of the rail, added up over the person's facilities; ``queues`` are its rows there."""

    code: str
    name: str
    kind: str
    open: int
    oldest_on: datetime.date | None
    dollars: Decimal
    queues: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class View:
    """What the address asks to see; anything unknown in it counts as not said."""

    queue: str = ""
    patient_class: str = ""
    payer_kind: str = ""
    condition: int | None = None
    sort: str = "rank"
    after: int | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list; ``next_after`` is the key of the last row when there are more."""

    rows: list[Line] = field(default_factory=list)
    next_after: int | None = None


def rail(user: User) -> list[RailLine]:
    """The queues that the person's roles see, in order, with the counters' numbers. Two queries."""
    facilities = user.facility_ids()
    numbers: dict[tuple[str, str], list[Number]] = defaultdict(list)
    counters = Counter.objects.filter(facility_id__in=facilities, board__in=(Board.QUEUE, Board.FLOW))
    for board, key, opened, oldest_on, dollars in counters.values_list("board", "key", "open", "oldest_on", "dollars"):
        numbers[board, key].append(Number(opened, oldest_on, dollars))
    rows = _queues_of(user, facilities)
    found = {code: _line(code, name, kind, numbers[Board.QUEUE, code], queues) for code, (name, kind, queues) in rows.items()}
    if any(user.has_role(role) for role in _SEES_HELD):
        held = numbers[Board.FLOW, "coding_held"] + numbers[Board.FLOW, "coded_held"]
        found[HELD] = _line(HELD, "Held", HELD, held)
    # Unrouted is an alarm: it shows when something is in it.
    return [line for line in found.values() if line.open or line.code != UNROUTED]


def _queues_of(user: User, facilities: Collection[int]) -> dict[str, tuple[str, str, list[int]]]:
    """By code, in order: name and kind (of the last facility that has it) and the rows. Only what the person's roles see.

    A queue that names people is seen by them, and by those who see every kind of work.
    """
    roles = {facility: user.roles_at(facility) for facility in facilities}
    sees = {facility: _kinds_seen(held) for facility, held in roles.items()}
    found: dict[str, tuple[str, str, list[int]]] = {}
    queues = Queue.objects.filter(facility_id__in=facilities, active=True)
    for pk, facility, code, name, kind, people in queues.values_list("pk", "facility_id", "code", "name", "kind", "people"):
        is_for = not people or user.pk in people or bool(_SEES_ALL & roles[facility])
        if kind in sees[facility] and is_for:
            earlier = found[code][2] if code in found else []
            found[code] = (name, kind, [*earlier, pk])
    return found


def _kinds_seen(roles: Iterable[str]) -> frozenset[str]:
    return frozenset().union(*(_SEES.get(role, frozenset()) for role in roles))


def _line(code: str, name: str, kind: str, counters: list[Number], queues: Sequence[int] = ()) -> RailLine:
    return RailLine(
        code=code,
        name=name,
        kind=kind,
        open=sum(counter.open for counter in counters),
        oldest_on=min((counter.oldest_on for counter in counters if counter.oldest_on), default=None),
        dollars=sum((counter.dollars for counter in counters), Decimal(0)),
        queues=tuple(queues),
    )


def mine_now(user: User) -> list[Line]:
    """What the person has open, then what came back to them, earliest rank first. One query."""
    return sorted(lines.of_person(user, PAGE_SIZE), key=lambda line: not line.mine)


def listing(user: User, view: View, places: Collection[int]) -> Listing:
    """One page of the chosen queue by keyset; ``places`` are the rows of that queue, one for each facility (``RailLine.queues``).

    One query, two after the first page.
    """
    asked = Asked(
        places=sorted(user.facility_ids() if view.queue == HELD else places),
        sort=view.sort,
        patient_class=view.patient_class,
        payer_kind=view.payer_kind,
        condition=view.condition,
        after=view.after,
    )
    read = lines.of_held if view.queue == HELD else lines.of_queues
    found = read(user, asked, PAGE_SIZE + 1)
    shown = found[:PAGE_SIZE]
    return Listing(rows=shown, next_after=shown[-1].place if len(found) > PAGE_SIZE else None)
