"""Who pays: Coverage resources in the order of the account, or by the day of service."""

import datetime
from collections.abc import Sequence
from typing import Final

from coding_workflow.registration.facts import CoverageFacts

from . import times
from .elements import Resource, code_of, first, identifiers, items, part, reference_keys, text, words

_GROUP: Final = ("http://terminology.hl7.org/CodeSystem/coverage-class",)
#: A coverage that the sender ended is still that of the days it was in force for.
_IN_FORCE: Final = frozenset({"active", "cancelled"})


def covers(coverage: Resource, day: datetime.date | None) -> bool:
    """Whether a coverage is the one of a day of service: active, or ended later; never a draft or an error."""
    status, period = text(coverage, "status"), part(coverage, "period")
    if status not in _IN_FORCE or (status == "cancelled" and not ("start" in period and "end" in period)):
        return False
    if day is None:
        return status == "active"
    start, end = (_day(period.get(name), f"Coverage.period.{name}") for name in ("start", "end"))
    return (start is None or start <= day) and (end is None or day <= end)


def _day(value: object, place: str) -> datetime.date | None:
    said = times.moment(value, place)
    return said.local.date() if said and said.local else None


def in_order(found: Sequence[tuple[str, Resource]], account: Resource | None) -> list[Resource]:
    """Coverages (by their keys) as they are asked to pay: the account's priority, else their own order, else by key."""
    priority = {
        key: int(each.get("priority") or len(found) + 1)
        for each in items((account or {}).get("coverage"))
        for key in reference_keys(part(each, "coverage"), "Coverage")
    }
    ranked = sorted(found, key=lambda each: (priority.get(each[0], 999), int(each[1].get("order") or 999), each[0]))
    return [coverage for _, coverage in ranked]


def coverage_facts(rank: int, coverage: Resource, payor: Resource) -> CoverageFacts:
    """One payer: by the first identifier of the Organization, else its id."""
    code = next((value for _, value, _ in identifiers(payor)), "") or text(payor, "id")
    return CoverageFacts(
        rank=rank,
        payer_code=code,
        payer_name=text(payor, "name"),
        member_id=text(coverage, "subscriberId") or next((value for _, value, _ in identifiers(coverage)), ""),
        group_number=_group(coverage),
    )


def _group(coverage: Resource) -> str:
    classes = items(coverage.get("class"))
    return next((text(each, "value") for each in classes if code_of(each.get("type"), *_GROUP) == "group"), "")


def payor_reference(coverage: Resource) -> Resource:
    """The first payor."""
    return first(coverage.get("payor"))


def stated_payor(coverage: Resource) -> Resource:
    """A payor that is only named in the reference: by identifier and display."""
    reference = payor_reference(coverage)
    named = part(reference, "identifier")
    if not text(named, "value"):
        return {}
    return {"identifier": [named], "name": text(reference, "display") or words(coverage.get("type"))}
