"""The rail and the lists of My work."""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from accounts.models import Account, Hold, Queue, Step, WorkItem, WorkKind
from coding_workflow.staff.access import visible
from coding_workflow.staff.models import Role, User
from worklist.models import Board, Counter
from worklist.routing import UNROUTED

from .rows import Row, row_of_account, row_of_item, with_row_parts

PAGE_SIZE: Final = 50
HELD: Final = "held"
_LAST_DAY: Final = datetime.date.max  # accounts without a discharge come last
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
_SEES_HELD: Final = frozenset({Role.SUPERVISOR, Role.COMPLIANCE, Role.CODER, Role.BILLER})


@dataclass(frozen=True, slots=True)
class RailLine:
    """One queue of the rail, added up over the person's facilities."""

    code: str
    name: str
    kind: str
    open: int
    oldest_on: datetime.date | None
    dollars: Decimal


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

    rows: list[Row] = field(default_factory=list)
    next_after: int | None = None


def rail(user: User) -> list[RailLine]:
    """The queues that the person's roles see, in order, with the counters' numbers. Two queries."""
    facilities = user.facility_ids()
    sees = {facility: _kinds_seen(user.roles_at(facility)) for facility in facilities}
    queues = [q for q in Queue.objects.filter(facility_id__in=facilities, active=True) if q.kind in sees[q.facility_id]]
    queues = [queue for queue in queues if _is_for(queue, user)]
    numbers: dict[tuple[str, str], list[Counter]] = defaultdict(list)
    for counter in Counter.objects.filter(facility_id__in=facilities, board__in=(Board.QUEUE, Board.FLOW)):
        numbers[counter.board, counter.key].append(counter)
    lines = {queue.code: _line(queue.code, queue.name, queue.kind, numbers[Board.QUEUE, queue.code]) for queue in queues}
    if any(user.has_role(role) for role in _SEES_HELD):
        held = numbers[Board.FLOW, "coding_held"] + numbers[Board.FLOW, "coded_held"]
        lines[HELD] = _line(HELD, "Held", HELD, held)
    # Unrouted is an alarm: it shows when something is in it.
    return [line for line in lines.values() if line.open or line.code != UNROUTED]


def _is_for(queue: Queue, user: User) -> bool:
    """A queue that names people is seen by them, and by those who see every kind of work."""
    all_see = {Role.SUPERVISOR, Role.COMPLIANCE} & user.roles_at(queue.facility_id)
    return not queue.people or user.pk in queue.people or bool(all_see)


def _kinds_seen(roles: Iterable[str]) -> frozenset[str]:
    return frozenset().union(*(_SEES.get(role, frozenset()) for role in roles))


def _line(code: str, name: str, kind: str, counters: list[Counter]) -> RailLine:
    return RailLine(
        code=code,
        name=name,
        kind=kind,
        open=sum(counter.open for counter in counters),
        oldest_on=min((counter.oldest_on for counter in counters if counter.oldest_on), default=None),
        dollars=sum((counter.dollars for counter in counters), Decimal(0)),
    )


def mine_now(user: User) -> list[Row]:
    """What the person has open, then what came back to them, earliest rank first. Three queries."""
    items = visible(WorkItem.objects.filter(closed_at__isnull=True), user)
    items = items.filter(Q(leased_to=user) | Q(returned_to=user))
    rows = [row_of_item(item, user.pk) for item in with_row_parts(items).order_by("rank_at", "pk")[:PAGE_SIZE]]
    return sorted(rows, key=lambda row: not row.mine)


def listing(user: User, view: View) -> Listing:
    """One page of the chosen queue, by keyset. Four queries, five after the first page."""
    if view.queue == HELD:
        return _held(user, view)
    named = Queue.objects.filter(code=view.queue, facility_id__in=user.facility_ids())
    queues = [queue.pk for queue in named if _is_for(queue, user)]
    # One queue is said as one: then the index gives the rows in rank order and stops after a page.
    chosen = {"queue_id": queues[0]} if len(queues) == 1 else {"queue_id__in": queues}
    items = _filtered(visible(WorkItem.objects.filter(closed_at__isnull=True, **chosen), user), view, "account__")
    keys = {"rank": "rank_at", "oldest": "account__discharge_date", "dollars": "account__total_charges"}
    rows = with_row_parts(_shown(items, view, keys))
    return _page([(item.pk, row_of_item(item, user.pk)) for item in rows])


def _held(user: User, view: View) -> Listing:
    accounts = _filtered(visible(Account.objects.filter(step__in=HELD_STEPS).held(), user), view, "")
    keys = {"rank": "discharge_date", "oldest": "discharge_date", "dollars": "total_charges"}
    rows = with_row_parts(_shown(accounts, view, keys), "")
    return _page([(account.pk, row_of_account(account)) for account in rows])


def _filtered(rows: "QuerySet[Any]", view: View, prefix: str) -> "QuerySet[Any]":
    if view.patient_class:
        rows = rows.filter(**{f"{prefix}patient_class": view.patient_class})
    if view.payer_kind:
        rows = rows.filter(**{f"{prefix}coverages__rank": 1, f"{prefix}coverages__payer__kind": view.payer_kind})
    if view.condition is not None:
        account = OuterRef("account_id" if prefix else "pk")
        holds = Hold.objects.filter(account=account, resolved_at__isnull=True, blocking=True)
        rows = rows.filter(Exists(holds.filter(condition=view.condition or None)))
    return rows


def _shown(rows: "QuerySet[Any]", view: View, keys: dict[str, str]) -> "QuerySet[Any]":
    """The rows of one page and one more, in order, in one query.

    By rank an index ends the walk after the page. Any other order looks at the whole list: then at narrow rows, and only
    the page itself is joined to what its rows show.
    """
    name, down = keys.get(view.sort, keys["rank"]), view.sort == "dollars"
    page = _after(_in_order(rows, name, down=down), view, name, down=down)[: PAGE_SIZE + 1]
    if name == "rank_at":
        return page
    return _in_order(rows.model._default_manager.filter(pk__in=page.values("pk")), name, down=down)


def _in_order(rows: "QuerySet[Any]", name: str, *, down: bool) -> "QuerySet[Any]":
    nothing = _nothing(name)
    rows = rows.annotate(key=Coalesce(F(name), Value(nothing)) if nothing else F(name))
    return rows.order_by("-key" if down else "key", "pk")


def _nothing(name: str) -> datetime.date | None:
    """What stands for a missing date."""
    return _LAST_DAY if name.endswith("discharge_date") else None


def _after(ordered: "QuerySet[Any]", view: View, name: str, *, down: bool) -> "QuerySet[Any]":
    """From after the row that the address names; a row that is gone starts the list anew."""
    if view.after is None:
        return ordered
    last = ordered.model._default_manager.filter(pk=view.after).values_list(name, flat=True).first()
    last = _nothing(name) if last is None else last
    if last is None:
        return ordered
    beyond = Q(key__lt=last) if down else Q(key__gt=last)
    bound = Q(key__lte=last) if down else Q(key__gte=last)
    return ordered.filter(bound & (beyond | Q(pk__gt=view.after)))


def _page(rows: list[tuple[int, Row]]) -> Listing:
    more = len(rows) > PAGE_SIZE
    shown = rows[:PAGE_SIZE]
    return Listing(rows=[row for _, row in shown], next_after=shown[-1][0] if more else None)
