"""Codes of the claim form: what patient accounting tells, what people entered beside it, and where the two differ. Pure.

Of a code of which people entered anything, only what they entered stands; everything else stands as patient accounting tells it.
"""

import datetime
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

CONDITION: Final = "condition"
OCCURRENCE: Final = "occurrence"
SPAN: Final = "span"
VALUE: Final = "value"
#: Each kind with its words, in the order of the form.
KINDS: Final[dict[str, str]] = {
    OCCURRENCE: "Occurrence code",
    SPAN: "Occurrence span",
    CONDITION: "Condition code",
    VALUE: "Value code",
}
#: Condition codes that say why a claim is changed (UB-04 FL 18-28): they go with a discrepancy's correction.
CLAIM_CHANGES: Final = frozenset({"D0", "D1", "D2", "D3", "D4", "D5", "D6", "D7", "D8", "D9", "E0"})
_FORM: Final = re.compile(r"[0-9A-Z]{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class ClaimCode:
    """One code with what goes with its kind: the day, the first and last day, or the amount."""

    kind: str
    code: str
    on: datetime.date | None = None
    through: datetime.date | None = None
    amount: Decimal | None = None

    @property
    def says(self) -> str:
        """What goes with the code, plainly: a date, two with a slash, or an amount; empty for a condition code."""
        if self.amount is not None:
            return format(self.amount.normalize(), "f")
        days = [day.isoformat() for day in (self.on, self.through) if day is not None]
        return "/".join(days)


@dataclass(frozen=True, slots=True)
class Difference:
    """A code of which both sides say something, and not the same; ``entered`` is empty where a person took the code off."""

    kind: str
    code: str
    accounting: tuple[str, ...]
    entered: tuple[str, ...]


def well_formed(code: str) -> bool:
    """Whether it is written as codes of the claim form are: two digits or capital letters. Which exist is not known here."""
    return _FORM.fullmatch(code) is not None


def told(
    *,
    conditions: Iterable[str],
    occurrences: Iterable[Mapping[str, Any]],
    spans: Iterable[Mapping[str, Any]],
    values: Iterable[Mapping[str, Any]],
) -> tuple[ClaimCode, ...]:
    """What patient accounting tells, as an account's row keeps it."""
    return (
        *(ClaimCode(OCCURRENCE, row["code"], _day(row.get("date"))) for row in occurrences),
        *(ClaimCode(SPAN, row["code"], _day(row.get("from")), _day(row.get("through"))) for row in spans),
        *(ClaimCode(CONDITION, code) for code in conditions),
        *(ClaimCode(VALUE, row["code"], amount=_amount(row["amount"])) for row in values),
    )


def standing(
    told: Iterable[ClaimCode], entered: Iterable[ClaimCode], off: Iterable[tuple[str, str]] = ()
) -> tuple[ClaimCode, ...]:
    """What goes on the claim: what people entered, and what was told of every other code. ``off``: kind and code taken off."""
    own = tuple(entered)
    settled = {(each.kind, each.code) for each in own} | set(off)
    return (*(each for each in told if (each.kind, each.code) not in settled), *own)


def differences(
    told: Iterable[ClaimCode], entered: Iterable[ClaimCode], off: Iterable[tuple[str, str]] = ()
) -> tuple[Difference, ...]:
    """Codes of which people say something else than patient accounting, in the order of the form."""
    theirs, ours = _by_code(told), _by_code(entered)
    for settled in off:
        ours.setdefault(settled, ())
    found = [
        Difference(kind, code, theirs[kind, code], said)
        for (kind, code), said in ours.items()
        if (kind, code) in theirs and theirs[kind, code] != said
    ]
    return tuple(sorted(found, key=lambda each: (list(KINDS).index(each.kind), each.code)))


def _by_code(codes: Iterable[ClaimCode]) -> dict[tuple[str, str], tuple[str, ...]]:
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for each in codes:
        found[each.kind, each.code] = tuple(sorted((*found.get((each.kind, each.code), ()), each.says)))
    return found


def _day(text: str | None) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _amount(text: object) -> Decimal:
    """Zero where the text is none: the claim's own checks refuse it."""
    try:
        return Decimal(str(text))
    except InvalidOperation:
        return Decimal(0)
