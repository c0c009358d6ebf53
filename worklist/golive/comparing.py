"""What patient accounting has unbilled against what is here: to the account and to the cent. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from .reading import HostAccount

Kind = Literal["not_here", "not_there", "differs"]
WORDS: Final[dict[Kind, str]] = {
    "not_here": "Only in patient accounting",
    "not_there": "Only here",
    "differs": "Other charges",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One account that does not agree; an amount is None where the account is not there."""

    number: str
    kind: Kind
    there: Decimal | None
    here: Decimal | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Counts and dollars of both sides, and every difference: those only there, only here, then those of other charges.

    The dollars of the differences are exactly the difference of the sums.
    """

    there: int
    here: int
    agreeing: int
    dollars_there: Decimal
    dollars_here: Decimal
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Loaded:
    """Counts of one kind (codes, holds) over all unbilled accounts; ``there`` is None where the list does not say it.

    ``differing``: account number, count there, count here.
    """

    there: int | None
    here: int
    differing: tuple[tuple[str, int, int], ...] = ()


def compare_counts(theirs: Mapping[str, int | None], ours: Mapping[str, int]) -> Loaded:
    """Counts by account number; accounts whose count the list leaves out are not compared."""
    said = {number: count for number, count in theirs.items() if count is not None}
    other = tuple((number, said[number], ours.get(number, 0)) for number in sorted(said) if said[number] != ours.get(number, 0))
    return Loaded(sum(said.values()) if said else None, sum(ours.values()), other)


def compare(host: Iterable[HostAccount], ours: Mapping[str, Decimal]) -> Comparison:
    """``ours``: charges by account number of everything discharged and not final billed here."""
    theirs = {account.number: account.charges for account in host}
    missing = [Difference(number, "not_here", theirs[number], None) for number in sorted(theirs.keys() - ours.keys())]
    extra = [Difference(number, "not_there", None, ours[number]) for number in sorted(ours.keys() - theirs.keys())]
    both = sorted(theirs.keys() & ours.keys())
    other = [Difference(number, "differs", theirs[number], ours[number]) for number in both if theirs[number] != ours[number]]
    return Comparison(
        there=len(theirs),
        here=len(ours),
        agreeing=len(both) - len(other),
        dollars_there=sum(theirs.values(), Decimal(0)),
        dollars_here=sum(ours.values(), Decimal(0)),
        differences=(*missing, *extra, *other),
    )
