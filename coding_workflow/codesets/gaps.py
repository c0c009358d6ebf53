"""Days that no release covers. Pure."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final

#: So long before a table ends it is said that the next one is missing.
AHEAD: Final = datetime.timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Gap:
    """Days from ``starts`` until the day before ``ends`` (None: for good) that no release covers.

    ``urgent``: today is in it, or it begins soon.
    """

    starts: datetime.date
    ends: datetime.date | None
    urgent: bool


def gaps(periods: Sequence[tuple[datetime.date, datetime.date | None]], today: datetime.date) -> list[Gap]:
    """What lies between and after the periods of one table's releases, in order; what lies before the first is history."""
    found: list[Gap] = []
    ordered = sorted(periods, key=lambda period: period[0])
    for (_, ends), beginning in zip_longest(ordered, [starts for starts, _ in ordered[1:]]):
        if ends is not None and ends != beginning:
            found.append(_gap(ends, beginning, today))
    return found


def _gap(starts: datetime.date, ends: datetime.date | None, today: datetime.date) -> Gap:
    over = ends is not None and ends <= today
    return Gap(starts, ends, urgent=not over and starts <= today + AHEAD)
