"""Who has which work: get next, take, renew, put back, take over. The lease is a column, its expiry a predicate.

Every claim is one statement that locks the item and its account together with SKIP LOCKED, so that two people never
get one account and nobody waits. Time is the database's clock; competence is asked for the business date.
"""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from django.db import connection, transaction
from django.db.models.functions import Now

from accounts import clock, history
from accounts.actors import Actor
from accounts.errors import Conflict, NotAllowed, Refused
from accounts.locking import one_at_a_time
from accounts.models import Account, Facility, WorkItem, WorkKind
from accounts.prepared import Prepared
from accounts.services.work import LEASE, hand_back
from coding_workflow.staff.models import Role, User

from .models import NextOnly, PutBack
from .queueing import needed, sets
from .queueing.needs import SKILLED

#: What each role takes from the queues; get-next without a queue offers these in this order.
KINDS_BY_ROLE: Final[dict[str, tuple[str, ...]]] = {
    # A discrepancy reaches its coder as coding work that came back; the case itself is the biller's.
    Role.CODER: (WorkKind.CODING, WorkKind.QUERY),
    Role.REVIEWER: (WorkKind.REVIEW,),
    Role.BILLER: (WorkKind.DENIAL, WorkKind.DISCREPANCY),
    Role.SUPERVISOR: (WorkKind.RELEASE,),
}
#: Offered only from their own queue: approving goes by the release board, an open query waits for the provider.
ONLY_FROM_QUEUE: Final = frozenset({WorkKind.RELEASE, WorkKind.QUERY})

#: Said when such a person takes from a list, and on My work before they try.
NEXT_ONLY: Final = (
    "You take what Get next gives: a supervisor has set this for you. Your own work, and what came back to you, still opens."
)
_LOCK = "FOR UPDATE OF w, a SKIP LOCKED"

#: Joined to the work: facility, kind and business date that the person's roles open.
MAY: Final = "JOIN unnest(%(facilities)s::bigint[], %(kinds)s::text[], %(days)s::date[]) AS may(facility, kind, day)" + (
    " ON may.facility = w.facility_id AND may.kind = w.kind"
)
# Each predicate has a name, so that an empty answer can be explained by counting the same words. ``OFFSET 0`` keeps the planner
# from collecting first whatever the person ever coded: it is asked of the few rows of the walk.
FREE: Final = "(w.leased_to_id IS NULL OR w.leased_until < statement_timestamp())"
NOT_ANOTHERS: Final = (
    "(w.returned_to_id IS NULL OR w.returned_to_id = %(me)s"
    " OR NOT EXISTS (SELECT FROM staff_user u WHERE u.id = w.returned_to_id AND u.is_active OFFSET 0))"
)
#: What the person has opened with a reason is looked up once, and only when the walk meets a restricted account.
UNRESTRICTED: Final = (
    "(a.restricted = '' OR a.id = ANY(ARRAY(SELECT g.account_id FROM staff_breakglass g"
    " WHERE g.user_id = %(me)s AND g.expires_at > statement_timestamp())))"
)
COMPETENT: Final = (
    "(w.kind NOT IN ('coding', 'review') OR EXISTS (SELECT FROM staff_competence c"
    " WHERE c.user_id = %(me)s AND c.facility_id = w.facility_id AND c.coding_type = w.coding_type AND c.valid_from <= may.day"
    " AND (c.valid_to IS NULL OR c.valid_to > may.day) AND c.trained_on <= may.day AND c.oriented_on <= may.day))"
)
_ANOTHERS_CODING: Final = frozenset({WorkKind.REVIEW, WorkKind.RELEASE})
#: Who coded an account neither reviews nor releases it; for releases the trigger stands behind this.
NOT_OWN_CODING: Final = (
    "(w.kind NOT IN ('review', 'release') OR NOT ("
    "EXISTS (SELECT FROM coding_finalcoding f WHERE f.account_id = w.account_id AND f.coder_id = %(me)s OFFSET 0)"
    " OR EXISTS (SELECT FROM coding_codeddiagnosis d WHERE d.account_id = w.account_id AND d.superseded_at IS NULL"
    " AND %(me)s IN (d.assigned_by_id, d.changed_by_id) OFFSET 0)"
    " OR EXISTS (SELECT FROM coding_codedprocedure d WHERE d.account_id = w.account_id AND d.superseded_at IS NULL"
    " AND %(me)s IN (d.assigned_by_id, d.changed_by_id) OFFSET 0)"
    " OR EXISTS (SELECT FROM coding_linepointers p WHERE p.account_id = w.account_id AND p.superseded_at IS NULL"
    " AND p.pointed_by_id = %(me)s OFFSET 0)))"
)
NOT_PUT_BACK: Final = (
    "NOT EXISTS (SELECT FROM worklist_putback p WHERE p.item_id = w.id AND p.user_id = %(me)s AND p.on = may.day)"
)
# These two ask nothing of the row but its queue: they are worked out once for the statement.
#: Queues that are kept for others: they name people, and this person is none of them.
OFFERED: Final = (
    "coalesce(w.queue_id, 0) <> ALL(ARRAY(SELECT q.id FROM accounts_queue q WHERE q.facility_id = ANY(%(facilities)s::bigint[])"
    " AND q.people <> '{}' AND %(me)s <> ALL(q.people)))"
)
#: Queues of which the person has as many open as one may.
HAS_ROOM: Final = (
    "coalesce(w.queue_id, 0) <> ALL(ARRAY(SELECT q.id FROM accounts_queue q WHERE q.facility_id = ANY(%(facilities)s::bigint[])"
    " AND q.most_held <= (SELECT count(*) FROM accounts_workitem h"
    " WHERE h.leased_to_id = %(me)s AND h.closed_at IS NULL AND h.queue_id = q.id)))"
)
#: Who takes what get-next gives takes nothing from a list.
MAY_CHOOSE: Final = (
    "NOT EXISTS (SELECT FROM worklist_nextonly n WHERE n.user_id = %(me)s AND n.facility_id = w.facility_id"
    " AND n.ended_at IS NULL)"
)
#: What is read of a claimed item; everything else is read when it is asked for.
_CLAIMED: Final = ("id", "facility_id", "account_id", "kind", "queue_id", "leased_to_id", "leased_until", "lease_token")
_RIGHTS: Final = f"{UNRESTRICTED} AND {COMPETENT}"
_TYPES: Final = (
    ("me", "bigint"),
    ("facilities", "bigint[]"),
    ("kinds", "text[]"),
    ("days", "date[]"),
    ("queues", "bigint[]"),
    ("lease", "interval"),
    ("item", "bigint"),
)
#: Said directly and planned once: every claim from a queue asks it.
_QUEUES: Final = Prepared(
    "SELECT q.id, q.facility_id, f.time_zone FROM accounts_queue q JOIN accounts_facility f ON f.id = q.facility_id"
    " WHERE q.code = %(code)s AND q.facility_id = ANY(%(facilities)s)",
    (("code", "text"), ("facilities", "bigint[]")),
)
OPEN: Final = "w.closed_at IS NULL"
IN_QUEUE: Final = "(%(queues)s::bigint[] IS NULL OR w.queue_id = ANY(%(queues)s::bigint[]))"


@dataclass(frozen=True, slots=True)
class Claimable:
    """What a person may claim: parallel lists of facility, kind and business date."""

    facilities: tuple[int, ...]
    kinds: tuple[str, ...]
    days: tuple[Any, ...]


def claimable_by(user: User, *, from_queue: bool) -> Claimable:
    """The (facility, kind, business date) rows that the person's roles open; two queries at most."""
    facilities = Facility.objects.filter(pk__in=user.facility_ids()).order_by()
    return _claimable(user, facilities.values_list("pk", "time_zone"), from_queue=from_queue)


def _claimable(user: User, facilities: Iterable[tuple[int, str]], *, from_queue: bool) -> Claimable:
    rows = [
        (facility, kind, clock.today_in(zone))
        for facility, zone in facilities
        for kind in sorted(_kinds(user.roles_at(facility), from_queue=from_queue))
    ]
    return Claimable(tuple(row[0] for row in rows), tuple(row[1] for row in rows), tuple(row[2] for row in rows))


def _kinds(roles: Iterable[str], *, from_queue: bool) -> set[str]:
    kinds = {kind for role in roles for kind in KINDS_BY_ROLE.get(role, ())}
    return kinds if from_queue else kinds - ONLY_FROM_QUEUE


def takes_next_only(user: User) -> bool:
    """Whether a supervisor has set, at a facility of theirs, that the person takes what get-next gives."""
    return NextOnly.objects.filter(user=user, facility_id__in=user.facility_ids(), ended_at__isnull=True).exists()


def claim_next(*, user: User, queue_code: str | None = None) -> WorkItem | None:
    """Give the person the next account under a lease of 20 minutes: own open work first, then what came back, then rank.

    None when there is nothing for this person (``selectors.nothing.why_nothing`` says why). Honours facility, role, competence in
    date, restricted accounts, that nobody reviews or releases what they coded, and who a queue is for and how much of it one
    may have open. One statement plus the event; a person's own other tab waits, nobody else does.
    """
    with transaction.atomic(savepoint=False):
        parameters = parameters_of(user, queue_code)
        return _claim(user, _next_statement(_one_or_more(parameters["queues"]), _may_meet_own(parameters)), parameters)


def claim_this(*, item_id: int, user: User) -> WorkItem:
    """Give the person this very work (opened from a list), under the same conditions as ``claim_next``.

    Raises Conflict ``work.taken`` (and by whom), ``work.limit`` or ``work.closed``, NotAllowed ``work.not_for_you`` or
    ``work.next_only``. What is theirs, or waits for them, opens whatever the limits are.
    """
    parameters = {**claim_parameters(user), "item": item_id}
    with transaction.atomic(savepoint=False):
        item = _claim(user, _this_statement(), parameters)
        if item is None:
            raise _why_not(item_id, user)
    return item


def renew(*, item_id: int, user: User, token: int) -> None:
    """Real input extends the lease by 20 minutes from now, also an expired one that nobody took.

    Raises Conflict ``work.taken`` when the lease is another's by now, ``work.lost`` when it is nobody's or was taken
    anew, ``work.closed`` when the work is done.
    """
    changed = WorkItem.objects.filter(pk=item_id, leased_to=user, lease_token=token, closed_at__isnull=True)
    if not changed.update(leased_until=Now() + LEASE):
        raise _lost(item_id, user)


def in_hand(*, account_id: int, user: User) -> bool:
    """Whether open work of the account is the person's, also by a lease that ran out and nobody took."""
    return WorkItem.objects.filter(account_id=account_id, leased_to=user, closed_at__isnull=True).exists()


def still_here(*, account_id: int, user: User) -> bool:
    """Real input on an account's page extends the person's lease on it, also one that ran out and nobody took.

    False when the account is not in their hands.
    """
    mine = WorkItem.objects.filter(account_id=account_id, leased_to=user, closed_at__isnull=True)
    return bool(mine.update(leased_until=Now() + LEASE))


@transaction.atomic
def put_back(*, item_id: int, user: User, reason: str) -> None:
    """End the person's own lease with a reason; get-next does not offer it to them again that day.

    Raises Refused ``work.no_reason`` without words and ``work.put_backs`` after as many as a day allows, Conflict when the
    work is not theirs (any more).
    """
    if not reason.strip():
        raise Refused("work.no_reason", "Say why you put it back.")
    one_claim_at_a_time(user)
    item = WorkItem.objects.select_related("facility").filter(pk=item_id, closed_at__isnull=True, leased_to=user).first()
    if item is None:
        raise _lost(item_id, user)
    day = clock.today(item.facility)
    _refuse_more(item, user, day)
    PutBack.objects.create(facility_id=item.facility_id, item=item, user=user, on=day, reason=reason.strip()[:200])
    hand_back(item=item, by=Actor.person(user.pk), reason=reason.strip())


def _refuse_more(item: WorkItem, user: User, day: datetime.date) -> None:
    queues = sets.read(sets.newest(item.facility_id))
    most = queues.put_backs if queues else None
    if most is None:
        return
    if PutBack.objects.filter(facility_id=item.facility_id, user=user, on=day).count() >= most:
        words = f"You have put back {most} today, as many as a day allows." if most else "Work is not put back here."
        raise Refused("work.put_backs", f"{words} A supervisor can take this one from you.")


def one_claim_at_a_time(user: User) -> None:
    """Two tabs of one person claim one after the other, or together they could pass a limit; ends with the transaction."""
    one_at_a_time(_claims_of(user))


def _claims_of(user: User) -> str:
    return f"worklist.claims {user.pk}"


def parameters_of(user: User, queue_code: str | None) -> dict[str, Any]:
    """What the predicates above read: the person, what their roles open, the queues of that code."""
    if queue_code is None:
        return _parameters(user, None, claimable_by(user, from_queue=False))
    rows = _queues_of(queue_code, user.facility_ids())
    may = _claimable(user, [(facility, zone) for _, facility, zone in rows], from_queue=True)
    return _parameters(user, [pk for pk, _, _ in rows], may)


def _queues_of(code: str, facilities: Iterable[int]) -> list[tuple[int, int, str]]:
    """Key, facility and its time zone of the queues of that code; in other facilities there is nothing of it. One query."""
    with connection.cursor() as cursor:
        _QUEUES.execute(cursor, {"code": code, "facilities": list(facilities)})
        return list(cursor.fetchall())


def claim_parameters(user: User) -> dict[str, Any]:
    """What the predicates read for work of any queue."""
    return _parameters(user, None, claimable_by(user, from_queue=True))


def _parameters(user: User, queues: list[int] | None, may: Claimable) -> dict[str, Any]:
    return {
        "me": user.pk,
        "facilities": list(may.facilities),
        "kinds": list(may.kinds),
        "days": list(may.days),
        "queues": queues,
        "lease": LEASE,
    }


def _candidate(where: str, order: str, queues: int | None = None) -> str:
    return (  # Fixed words of this module only; every value is a parameter.
        f"SELECT w.id FROM accounts_workitem w JOIN accounts_account a ON a.id = w.account_id {MAY}"  # noqa: S608
        f" WHERE {OPEN} AND {_in(queues)} AND {where} ORDER BY {order} LIMIT 1 {_LOCK}"
    )


def _in(queues: int | None) -> str:
    """Of so many queues. One is said as one, None not at all: an index then gives the rows by rank and the walk ends early."""
    if queues is None:
        return "TRUE"
    return "w.queue_id = (%(queues)s::bigint[])[1]" if queues == 1 else "w.queue_id = ANY(%(queues)s::bigint[])"


def _one_or_more(queues: list[int] | None) -> int | None:
    """So that there are few different statements to keep."""
    return None if queues is None else min(len(queues), 2)


def _lease(chosen: str) -> str:
    return (
        "UPDATE accounts_workitem SET leased_to_id = %(me)s, lease_token = lease_token + 1,"  # noqa: S608
        " leased_until = statement_timestamp() + %(lease)s"
        f" WHERE id = ({chosen}) RETURNING {', '.join(_CLAIMED)}"
    )


def _may_meet_own(parameters: Mapping[str, Any]) -> bool:
    """Whether some kinds are not for who coded the account; a coder's statement leaves the question out."""
    return not _ANOTHERS_CODING.isdisjoint(parameters["kinds"])


@cache
def _kept(statement: str) -> Prepared:
    return Prepared(statement, _TYPES)


def _next_statement(queues: int | None, may_meet_own: bool) -> Prepared:
    """COALESCE stops at the first that finds something, so a person with open work never walks the queue."""
    own = _candidate("w.leased_to_id = %(me)s", "w.leased_until, w.id", queues)
    rights = f"{_RIGHTS} AND {NOT_OWN_CODING}" if may_meet_own else _RIGHTS
    fresh = f"{FREE} AND {rights} AND {NOT_PUT_BACK}"
    returned = _candidate(f"w.returned_to_id = %(me)s AND {fresh}", "w.rank_at, w.id", queues)
    ranked = _candidate(f"{NOT_ANOTHERS} AND {fresh} AND {OFFERED} AND {SKILLED} AND {HAS_ROOM}", "w.rank_at, w.id", queues)
    return _kept(_lease(f"SELECT COALESCE(({own}), ({returned}), ({ranked}))"))


def _this_statement() -> Prepared:
    theirs_or_chosen = (
        f"(w.returned_to_id = %(me)s OR ({NOT_ANOTHERS} AND {OFFERED} AND {SKILLED} AND {HAS_ROOM} AND {MAY_CHOOSE}))"
    )
    rights = f"{_RIGHTS} AND {NOT_OWN_CODING}"
    mine_or_free = f"w.id = %(item)s AND {rights} AND (w.leased_to_id = %(me)s OR ({FREE} AND {theirs_or_chosen}))"
    return _kept(_lease(_candidate(mine_or_free, "w.id")))


def _claim(user: User, statement: Prepared, parameters: dict[str, Any]) -> WorkItem | None:
    with connection.cursor() as cursor:
        statement.execute(cursor, parameters, alone=_claims_of(user))
        found = cursor.fetchone()
    if found is None:
        return None
    item = WorkItem.from_db(connection.alias, _CLAIMED, found)
    # The statement holds the account's lock; the row itself is not needed to append the event.
    account = Account(pk=item.account_id, facility_id=item.facility_id)
    payload = {"work": item.pk, "kind": item.kind, "token": item.lease_token}
    history.record(account=account, kind="work.claimed", by=Actor.person(user.pk), payload=payload)
    return item


def _lost(item_id: int, user: User) -> Refused:
    item = _seen(item_id, user)
    return _gone(item, user) or Conflict("work.lost", "You no longer have this account; take it again.")


def _why_not(item_id: int, user: User) -> Refused:
    item = _seen(item_id, user)
    return _gone(item, user) or _by_discipline(item, user) or _not_for_you()


def _seen(item_id: int, user: User) -> WorkItem | None:
    items = WorkItem.objects.select_related("leased_to", "queue")
    found = items.filter(pk=item_id, facility_id__in=user.facility_ids()).first()
    return found if found is not None and found.closed_at is None else None


def _gone(item: WorkItem | None, user: User) -> Conflict | None:
    if item is None:
        return Conflict("work.closed", "This work is done or moved on.")
    if item.leased_to_id not in (None, user.pk):
        return Conflict("work.taken", f"{item.leased_to} has this account open.")
    return None


def _by_discipline(item: WorkItem | None, user: User) -> Refused | None:
    """What a supervisor has set keeps it away: next only, whom the queue is for, how much of it one may have open."""
    if item is None or item.returned_to_id is not None:
        return None
    if NextOnly.objects.filter(user=user, facility_id=item.facility_id, ended_at__isnull=True).exists():
        return NotAllowed("work.next_only", NEXT_ONLY)
    queue = item.queue
    if queue is None:
        return None
    if queue.people and user.pk not in queue.people:
        return NotAllowed("work.not_for_you", f"{queue.name} is kept for other people.")
    lacking = needed.lacking(queue, user)
    if lacking:
        return NotAllowed("work.not_for_you", lacking)
    held = WorkItem.objects.filter(leased_to=user, closed_at__isnull=True, queue=queue).count()
    if queue.most_held is not None and held >= queue.most_held:
        return Conflict("work.limit", f"You have {held} of {queue.name} open, as many as one may: finish or put back one first.")
    return None


def _not_for_you() -> Refused:
    return NotAllowed(
        "work.not_for_you", "This work is not for you: it waits for another person, or takes a competence or role you lack."
    )
