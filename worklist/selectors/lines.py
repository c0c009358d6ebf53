"""The lines of My work: one page of a list in one statement, each line ready to be drawn.

Order and filters are columns beside the listed row (``accounts.models.Listed``), so an index gives the page in order and
the walk ends with it, however long the list is. Only the lines of the page look up their accounts. No model is made for
them: fifty lines of plain values cost a tenth of what fifty times five models did.
"""

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final, NamedTuple

from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts import clock
from accounts.models import OwnerRole, PatientClass, Payer, WorkKind
from coding_workflow.staff.models import User

#: By sort: the key that ascends, as the indexes of migration ``accounts.0015`` have it, and its type.
KEYS: Final[dict[str, tuple[str, str]]] = {
    "rank": ("w.rank_at", "timestamptz"),
    "oldest": ("coalesce(w.discharge_date, DATE '9999-12-31')", "date"),
    "dollars": ("(-w.total_charges)", "numeric"),
}
_LISTED: Final = "w.account_id, w.facility_id, w.patient_class, w.discharge_date, w.total_charges, w.payer_id, w.hold_bits"
_OF_WORK: Final = (
    f"w.id, {_LISTED}, w.kind, w.why, w.rank_parts, w.returned_to_id, w.leased_to_id, w.leased_until,"
    " w.leased_until > statement_timestamp() AS leased"
)
#: A held account is listed for itself: there is no work, and nobody has it.
_OF_HELD: Final = (
    f"NULL::bigint AS id, {_LISTED}, '' AS kind, '' AS why, NULL::jsonb AS rank_parts, NULL::bigint AS returned_to_id,"
    " NULL::bigint AS leased_to_id, NULL::timestamptz AS leased_until, false AS leased"
)
_NAME: Final = "coalesce(nullif({0}.full_name, ''), {0}.username)"
_VISIBLE: Final = "w.facility_id = ANY(%(facilities)s::bigint[]) AND (a.restricted = '' OR a.id = ANY(%(opened)s::bigint[]))"
#: What is drawn of the lines of a page; ``place`` is the key that the next page starts after.
_DRAWN: Final = f"""
SELECT w.id, w.account_id, w.place, a.number, p.family_name || ', ' || p.given_name AS patient, w.patient_class, a.service,
       w.discharge_date, w.total_charges, payer.name AS payer, f.time_zone, a.ready_at, w.kind, w.why,
       (SELECT string_agg(part ->> 'words', '; ' ORDER BY n)
        FROM jsonb_array_elements(w.rank_parts) WITH ORDINALITY AS ranked(part, n)) AS ranked,
       w.returned_to_id IS NOT NULL AS returned, {_NAME.format("back")} AS returned_to, w.leased_to_id = %(me)s AS mine,
       {_NAME.format("holder")} AS holder, CASE WHEN w.leased THEN w.leased_until END AS until, held.holds
FROM ({{page}}) AS w
JOIN accounts_account a ON a.id = w.account_id
JOIN accounts_patient p ON p.id = a.patient_id
JOIN accounts_facility f ON f.id = w.facility_id
LEFT JOIN accounts_payer payer ON payer.id = w.payer_id
LEFT JOIN staff_user holder ON holder.id = w.leased_to_id
LEFT JOIN staff_user back ON back.id = w.returned_to_id
LEFT JOIN LATERAL (
    SELECT json_agg(json_build_array(h.condition, h.owner_role, h.reason, h.message) ORDER BY h.condition, h.id) AS holds
    FROM accounts_hold h WHERE w.hold_bits <> 0 AND h.account_id = w.account_id AND h.resolved_at IS NULL AND h.blocking
) AS held ON true
ORDER BY w.key, w.place
"""  # noqa: S608 - fixed words of this module only; every value is a parameter
_CLASSES: Final[dict[str, str]] = dict(PatientClass.choices)
_OWNERS: Final[dict[str, str]] = dict(OwnerRole.choices)


class Chip(NamedTuple):
    """One reason that holds the account: a short word and the sentence."""

    words: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Line:
    """What a list shows of one account, as it is written there."""

    place: int
    item: int | None
    account: int
    url: str
    why_url: str
    number: str
    patient: str
    patient_class: str
    service: str
    day: str
    day_words: str
    age_days: int
    payer: str
    charges: str
    chip: Chip | None
    more: int
    more_words: str
    why: str
    reasons: str
    holder: str
    mine: bool
    until: str
    returned_to: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list is asked for. ``places`` are its queues, or the facilities of held accounts; ``after`` is a line's place."""

    places: Sequence[int]
    sort: str
    patient_class: str = ""
    payer_kind: str = ""
    condition: int | None = None
    after: int | None = None


def of_queues(user: User, asked: Asked, most: int) -> list[Line]:
    """Open work of these queues, the first ``most`` in order.

    One query; one more after the first page, one with a filter, one for a payer.
    """
    key, _ = KEYS[asked.sort]
    where = "w.closed_at IS NULL AND w.queue_id = %(place{})s"
    return _page(user, asked, most, "accounts_workitem", f"{_OF_WORK}, w.id AS place, {key} AS key", where)


def of_held(user: User, asked: Asked, most: int) -> list[Line]:
    """Accounts of these facilities that a hold keeps from being billed; rank is the oldest discharge. As many queries."""
    sort = "oldest" if asked.sort == "rank" else asked.sort
    key, _ = KEYS[sort]
    columns = f"{_OF_HELD}, w.account_id AS place, {key} AS key"
    where = "w.facility_id = %(place{})s"
    return _page(user, replace(asked, sort=sort), most, "accounts_heldaccount", columns, where)


def of_person(user: User, most: int) -> list[Line]:
    """What the person has open and what came back to them, earliest rank first. One query."""
    page = f"""
        SELECT {_OF_WORK}, w.id AS place, w.rank_at AS key FROM accounts_workitem w JOIN accounts_account a ON a.id = w.account_id
        WHERE w.id IN (SELECT id FROM accounts_workitem WHERE closed_at IS NULL AND leased_to_id = %(me)s
                       UNION SELECT id FROM accounts_workitem WHERE closed_at IS NULL AND returned_to_id = %(me)s) AND {_VISIBLE}
        ORDER BY key, place LIMIT {most:d}"""  # noqa: S608 - as above
    return _drawn(page, _values(user))


def _page(user: User, asked: Asked, most: int, table: str, columns: str, where: str) -> list[Line]:
    """Each queue is said by itself: then an index gives its rows in order and the walk ends after a page."""
    if not asked.places:
        return []
    key, kind = KEYS[asked.sort]
    identity = "w.id" if table == "accounts_workitem" else "w.account_id"
    values = _values(user) | {f"place{number}": place for number, place in enumerate(asked.places)}
    values |= {"class": asked.patient_class, "payers": _payers(asked.payer_kind, user) if asked.payer_kind else []}
    filters = "".join(f" AND {each}" for each in _filters(asked))
    places = [where.format(number) for number in range(len(asked.places))]
    few = _few(table, identity, [f"{place}{filters}" for place in places], most, values) if filters else None
    if few is not None:
        if not few:
            return []
        filters, values = f" AND {identity} = ANY(%(few)s)", values | {"few": few}
    last = _key_of(asked.after, table, key) if asked.after is not None else None
    if last is not None:
        filters += f" AND ({key}, {identity}) > (%(last)s::{kind}, %(after)s)"
        values |= {"last": last, "after": asked.after}
    parts = [
        f"(SELECT {columns} FROM {table} w JOIN accounts_account a ON a.id = w.account_id"  # noqa: S608 - as above
        f" WHERE {place} AND {_VISIBLE}{filters} ORDER BY {key}, {identity} LIMIT {most:d})"
        for place in places
    ]
    page = parts[0] if len(parts) == 1 else f"{' UNION ALL '.join(parts)} ORDER BY key, place LIMIT {most:d}"
    return _drawn(page, values)


def _filters(asked: Asked) -> Iterator[str]:
    """In the words of the indexes, which then answer them without the row."""
    if asked.patient_class:
        yield "w.patient_class = %(class)s"
    if asked.payer_kind:
        yield "w.payer_id = ANY(%(payers)s::bigint[])"
    if asked.condition is not None:
        yield f"((w.hold_bits & {1 << asked.condition:d}) <> 0)"


def _few(table: str, identity: str, wheres: Sequence[str], most: int, values: dict[str, Any]) -> list[int] | None:
    """The keys of all rows that a filter leaves where they are fewer than ``most``; None where there are more. One query.

    Walked in the order of the list, a filter that leaves next to nothing goes through a queue to its end. In the order of the
    index over the filters (migration ``accounts.0020``) equal rows stand together, ten times as many to a block. Until the
    transaction ends blocks cost the planner what they cost from memory and flash: as if they came from a turning disk, it read
    the rows of all open work.
    """
    parts = [
        f"(SELECT {identity} FROM {table} w WHERE {where} ORDER BY w.patient_class, w.payer_id LIMIT {most:d})"  # noqa: S608 - as above
        for where in wheres
    ]
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL random_page_cost = 1.1; {' UNION ALL '.join(parts)}", values)
        found = [key for (key,) in cursor.fetchall()]
    return found if len(found) < most else None


def _payers(kind: str, user: User) -> list[int]:
    """The payers of a kind by number: said as numbers, the statistics of open work know how many of it they have."""
    return list(Payer.objects.filter(kind=kind, facility_id__in=user.facility_ids()).values_list("pk", flat=True))


def _key_of(after: int | None, table: str, key: str) -> Any:
    """Where the page before ended; a row that is gone starts the list anew. An account has its key also when nothing holds it."""
    source = "accounts_workitem" if table == "accounts_workitem" else "accounts_account"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {key} FROM {source} w WHERE id = %s", [after])  # noqa: S608 - as above
        found = cursor.fetchone()
    return found[0] if found else None


def _values(user: User) -> dict[str, Any]:
    return {"me": user.pk, "facilities": sorted(user.facility_ids()), "opened": sorted(user.opened_restricted_ids())}


class _Read(NamedTuple):
    """One row of ``_DRAWN``."""

    id: int | None
    account_id: int
    place: int
    number: str
    patient: str
    patient_class: str
    service: str
    discharge_date: datetime.date | None
    total_charges: Decimal
    payer: str | None
    time_zone: str
    ready_at: datetime.datetime | None
    kind: str
    why: str
    ranked: str | None
    returned: bool
    returned_to: str | None
    mine: bool | None
    holder: str | None
    until: datetime.datetime | None
    holds: list[tuple[int | None, str, str, str]] | None


def _drawn(page: str, values: dict[str, Any]) -> list[Line]:
    with connection.cursor() as cursor:
        cursor.execute(_DRAWN.format(page=page), values)
        rows = [_Read._make(row) for row in cursor.fetchall()]
    account, why = reverse("worklist:account", args=[0]), reverse("worklist:why_here", args=[0])
    here = timezone.get_current_timezone()
    days = {zone: clock.today_in(zone) for zone in {row.time_zone for row in rows}}
    return [
        _line(
            row,
            url=account.replace("/0/", f"/{row.account_id}/"),
            why_url=why.replace("/0/", f"/{row.account_id}/"),
            today=days[row.time_zone],
            until=f"{row.until.astimezone(here):%H:%M}" if row.until else "",
        )
        for row in rows
    ]


def _line(row: _Read, *, url: str, why_url: str, today: datetime.date, until: str) -> Line:
    chips = [chip(*hold) for hold in row.holds or ()]
    day = row.discharge_date
    return Line(
        place=row.place,
        item=row.id,
        account=row.account_id,
        url=url,
        why_url=why_url,
        number=row.number,
        patient=row.patient,
        patient_class=_CLASSES.get(row.patient_class, row.patient_class),
        service=row.service,
        day=day.isoformat() if day else "",
        day_words=f"{day:%b} {day.day}" if day else "",
        age_days=(today - day).days if day else 0,
        payer=row.payer or "No payer",
        charges=f"${row.total_charges:,.0f}",
        chip=chips[0] if chips else None,
        more=len(chips) - 1,
        more_words=" ".join(f"{each.words}: {each.sentence}" for each in chips[1:]),
        why=_why(row, chips),
        reasons="; ".join([row.why.rstrip("."), *filter(None, [row.ranked])]) if row.id else _why(row, chips),
        holder=row.holder or "" if row.until or row.mine else "",
        mine=bool(row.mine),
        until=until,
        returned_to=row.returned_to or "",
    )


def _why(row: _Read, chips: list[Chip]) -> str:
    """For coding work since when it is ready; the queue and the class say the rest. Other work brings its own words, and a
    held account those of its first hold."""
    if row.id is None:
        return chips[0].sentence if chips else ""
    if row.kind != WorkKind.CODING or row.ready_at is None or row.returned:
        return row.why
    day = clock.day_of(row.ready_at, row.time_zone)
    return f"Ready to code since {day:%b} {day.day}"


def chip(condition: int | None, owner: str, reason: str, message: str) -> Chip:
    """A hold in a few words: its condition and owner, or its reason when it belongs to no condition."""
    if condition is None:
        return Chip(reason.rsplit(".", 1)[-1].replace("_", " ").capitalize(), message)
    return Chip(f"C{condition} {_OWNERS.get(owner, owner)}", message)
