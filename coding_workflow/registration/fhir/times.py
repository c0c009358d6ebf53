"""FHIR dates and times in the words of the other feeds (``Moment``): what was said, and how exactly."""

import datetime
import re
from typing import Any, Final
from zoneinfo import ZoneInfo

from coding_workflow.registration.hl7.times import Moment, Precision
from coding_workflow.registration.problem import Unreadable

#: R4 ``date``, ``dateTime`` and ``instant``: a time of day has seconds and a zone.
_SHAPE: Final = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d{2})(?:-(?P<day>\d{2})"
    r"(?:T(?P<hour>\d{2}):(?P<minute>\d{2}):(?P<second>\d{2})(?:\.\d{1,9})?(?P<zone>Z|[+-]\d{2}:\d{2}))?)?)?",
    re.ASCII,
)
_PARTS: Final = ("year", "month", "day", "hour", "minute", "second")
_EARLIEST: Final = 1800
_LATEST: Final = 2200
_UTC: Final = ZoneInfo("UTC")


def moment(value: Any, place: str) -> Moment | None:
    """A time, or None where nothing is said. Refuses what is no time of the calendar, and years that no record is of."""
    if value is None:
        return None
    found = _SHAPE.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise _no_time(place)
    said = {part: int(found[part]) for part in _PARTS if found[part]}
    try:
        local = datetime.datetime(  # noqa: DTZ001 - a wall clock
            said["year"],
            said.get("month", 1),
            said.get("day", 1),
            said.get("hour", 0),
            said.get("minute", 0),
            said.get("second", 0),
        )
    except ValueError:
        raise _no_time(place) from None
    if not _EARLIEST <= local.year <= _LATEST:
        raise _no_time(place)
    precision: Precision = "second" if "hour" in said else ("year", "month", "day")[len(said) - 1]
    return Moment(value, precision, local, _offset(found["zone"], place))


def instant(value: Any, place: str) -> datetime.datetime | None:
    """An instant such as ``meta.lastUpdated``; None where it is not said or has no time of day."""
    said = moment(value, place)
    return said.instant(_UTC) if said else None


def _offset(zone: str | None, place: str) -> int | None:
    if zone is None or zone == "Z":
        return 0 if zone else None
    hours, minutes = int(zone[1:3]), int(zone[4:])
    if hours > 14 or minutes > 59:
        raise _no_time(place)
    return (hours * 60 + minutes) * (-1 if zone[0] == "-" else 1)


def _no_time(place: str) -> Unreadable:
    return Unreadable("fhir.bad_time", "This is not a date or time of the calendar.", place)
