"""One question to one value, as a closure. What is not there answers no to a question, and yes to its negation."""

import datetime
from collections.abc import Callable, Sequence
from typing import Any, Final

from coding_workflow.guidelines.case import Case

from . import values
from .definition import Moment, Value
from .vocabulary import Attribute

Match = Callable[[Any, Case], bool]

_OPPOSITE: Final = {"is_not": "is", "none_of": "one_of", "not_under": "under", "not_given": "given"}


def match(attribute: Attribute, operator: str, value: Value) -> Match:
    """The question as ``(value found, case) -> bool``. Never raises for a value of the attribute's kind."""
    if operator in _OPPOSITE:
        positive = match(attribute, _OPPOSITE[operator], value)
        return lambda found, case: not positive(found, case)
    if operator == "given":
        return lambda found, case: not values.absent(found)
    one = _MAKERS[operator](value)
    if attribute.several:
        return _any_of(one)
    return one if operator == "is" and not isinstance(value, Moment) else _present(one)


def _present(one: Match) -> Match:
    return lambda found, case: not (found is None or found == "") and one(found, case)


def _any_of(one: Match) -> Match:
    return lambda found, case: any(one(each, case) for each in found or ())


def split_range(code: str) -> tuple[str, str]:
    """``I10-I16`` as its ends; a single code as itself and nothing."""
    low, _, high = code.partition("-")
    return low, high


def in_range(code: str, low: str, high: str) -> bool:
    """From everything under ``low`` to everything under ``high``."""
    return low <= code and code[: len(high)] <= high


def _ranges(wanted: Sequence[Any]) -> list[tuple[str, str]]:
    split = (split_range(each) for each in wanted if isinstance(each, str) and "-" in each)
    return [(low, high) for low, high in split if high]


def _is(value: Any) -> Match:
    if isinstance(value, Moment):
        return lambda found, case: _day(found) == _day(values.moment(case, value.of, value.days, exact=_is_instant(found)))
    return lambda found, case: bool(found == value)


def _one_of(wanted: Any) -> Match:
    exact, ranges = frozenset(wanted), _ranges(wanted)
    if not ranges:
        return lambda found, case: found in exact
    return lambda found, case: found in exact or any(in_range(found, low, high) for low, high in ranges)


def _under(wanted: Any) -> Match:
    beginnings, ranges = tuple(each for each in wanted if "-" not in each), _ranges(wanted)
    if not ranges:
        return lambda found, case: bool(found.startswith(beginnings))
    return lambda found, case: found.startswith(beginnings) or any(in_range(found, low, high) for low, high in ranges)


def _at_least(value: Any) -> Match:
    return lambda found, case: bool(found >= value)


def _at_most(value: Any) -> Match:
    return lambda found, case: bool(found <= value)


def _between(pair: Any) -> Match:
    low, high = pair
    if isinstance(low, Moment):
        return lambda found, case: not _side(found, case, low, -1) and not _side(found, case, high, 1) and _known(case, low, high)
    return lambda found, case: bool(low <= found <= high)


def _before(value: Any) -> Match:
    return lambda found, case: _side(found, case, value, -1)


def _after(value: Any) -> Match:
    return lambda found, case: _side(found, case, value, 1)


def _known(case: Case, *moments: Moment) -> bool:
    return all(values.moment(case, each.of, each.days, exact=False) is not None for each in moments)


def _side(found: Any, case: Case, when: Moment, side: int) -> bool:
    """Whether a day or instant lies before (-1) or after (1) the moment; no where the moment is not known."""
    base = values.moment(case, when.of, when.days, exact=_is_instant(found))
    if base is None:
        return False
    if not _is_instant(base):
        found = _day(found)
    return bool(found < base) if side < 0 else bool(found > base)


def _is_instant(found: Any) -> bool:
    return isinstance(found, datetime.datetime)


def _day(found: Any) -> Any:
    return found.date() if isinstance(found, datetime.datetime) else found


_MAKERS: Final[dict[str, Callable[[Any], Match]]] = {
    "is": _is,
    "one_of": _one_of,
    "under": _under,
    "at_least": _at_least,
    "at_most": _at_most,
    "between": _between,
    "before": _before,
    "after": _after,
}
