"""What a case is, and the tables that it is judged by: those of the book on every date, without the grouper."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from coding_workflow.guidelines.grouper import GroupingAnswer, GroupingClaim
from coding_workflow.guidelines.tables import CodeAnswer, Listing, PairAnswer, UnitsAnswer
from coding_workflow.policy.rules import FacilityPolicy
from tests.guidelines.book import Book, policy
from tests.guidelines.stories import dx, inpatient, outpatient

_DATE = re.compile(r"^(\d{4}-\d{2}-\d{2})(.*)$")
#: A stay that the grouper answers without an edit, in a DRG outside the post-acute transfer policy.
PLAIN = GroupingAnswer("43.1", "193", "193", "04", "OK", "1.0", "4.0", False, (), (), (), ())
_ALWAYS = (
    *("ICD-10-CM", "ICD-10-PCS", "ICD-10-CM-NOTES", "POA-EXEMPT"),
    *("HCPCS", "HCPCS-MODIFIER", "NCCI-PTP", "MUE", "COVERAGE", "IOCE"),
)


@dataclass(frozen=True)
class Told:
    """Two accounts as JSON, with what the tables answer beside the book."""

    fires: dict[str, Any]
    silent: dict[str, Any]
    grouping: GroupingAnswer = PLAIN
    silent_grouping: GroupingAnswer = PLAIN
    pairs: Mapping[tuple[str, str], str] = field(default_factory=dict)
    units: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    listings: Mapping[tuple[str, str], tuple[Listing, ...]] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    policy: Callable[[], FacilityPolicy] = policy


class Shelf(Book):
    """The book on any date, with the pairs, units and grouping of a case."""

    def __init__(self, told: Told, grouping: GroupingAnswer) -> None:
        super().__init__(date(2026, 6, 13))
        self._told, self._grouped = told, grouping

    def loaded(self, system: str, on: date | None = None) -> str | None:
        return "always" if system in _ALWAYS and system not in self._told.missing else None

    def code(self, system: str, code: str, on: date | None = None) -> CodeAnswer | None:
        return super().code(system, code) if system.startswith("ICD") else None

    def pairs(self, codes: frozenset[str], on: date | None = None) -> tuple[PairAnswer, ...]:
        return tuple(PairAnswer(*pair, indicator) for pair, indicator in self._told.pairs.items() if codes.issuperset(pair))

    def unit_limit(self, code: str, on: date | None = None) -> UnitsAnswer | None:
        limit = self._told.units.get(code)
        return UnitsAnswer(*limit) if limit else None

    def listings(self, system: str, code: str, on: date | None = None) -> tuple[Listing, ...]:
        return self._told.listings.get((system, code), ())

    def grouping(self, claim: GroupingClaim) -> GroupingAnswer | None:
        return self._grouped


def edited(*edits: tuple[str, str], **more: Any) -> GroupingAnswer:
    """A grouping with these edits of the Medicare Code Editor."""
    return replace(PLAIN, mce=edits, **more)


def ip(codes: str = "J44.1", **changes: Any) -> dict[str, Any]:
    """A Medicare stay with these diagnoses: ``"I10 L89.153:N"``."""
    return inpatient(diagnoses=dx(*codes.split()), **changes)


def op(codes: str = "M25.561", kind: str = "outpatient_surgery", **changes: Any) -> dict[str, Any]:
    """A Medicare visit of one day with these diagnoses."""
    return outpatient(kind, diagnoses=dx(*codes.split(), poa=""), **changes)


def shifted(account: Any, days: int) -> Any:
    """The same account with every date moved by so many days."""
    if isinstance(account, dict):
        return {key: shifted(value, days) for key, value in account.items()}
    if isinstance(account, list):
        return [shifted(value, days) for value in account]
    found = _DATE.match(account) if isinstance(account, str) else None
    if found is None:
        return account
    return (date.fromisoformat(found[1]) + timedelta(days=days)).isoformat() + found[2]
