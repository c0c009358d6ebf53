"""HL7 times: what was said, how exactly, and which instant and date that is at the facility."""

import datetime
import re
from dataclasses import dataclass
from typing import Literal
from zoneinfo import ZoneInfo

from .problem import HL7Problem

Precision = Literal["deleted", "year", "month", "day", "hour", "minute", "second"]

_SHAPE = re.compile(
    r"(?P<year>\d{4})(?:(?P<month>\d{2})(?:(?P<day>\d{2})(?:(?P<hour>\d{2})(?:(?P<minute>\d{2})"
    r"(?:(?P<second>\d{2})(?:\.\d{1,4})?)?)?)?)?)?(?P<offset>[+-]\d{4})?",
    re.ASCII,
)
_PARTS: tuple[Precision, ...] = ("year", "month", "day", "hour", "minute", "second")


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as a message says it: ``local`` is the clock on the sender's wall, ``offset`` minutes from UTC if said.

    ``precision`` ``deleted`` is HL7's ``""``. Text with day precision or finer has a date.
    """

    text: str
    precision: Precision
    local: datetime.datetime | None = None
    offset: int | None = None

    @property
    def deleted(self) -> bool:
        """The sender took the value back."""
        return self.precision == "deleted"

    @property
    def has_time(self) -> bool:
        """Exact to the hour or better."""
        return self.precision in {"hour", "minute", "second"}

    def instant(self, zone: ZoneInfo) -> datetime.datetime | None:
        """The aware instant; without an offset the wall clock is the facility's. None without a time of day."""
        if self.local is None or not self.has_time:
            return None
        if self.offset is None:
            return self.local.replace(tzinfo=zone)
        return self.local.replace(tzinfo=datetime.timezone(datetime.timedelta(minutes=self.offset)))

    def date(self, zone: ZoneInfo) -> datetime.date | None:
        """The calendar date at the facility; None when only year or month was said."""
        if self.local is None or self.precision in {"year", "month"}:
            return None
        instant = self.instant(zone)
        return instant.astimezone(zone).date() if instant else self.local.date()


def parse(text: str, segment: str, field: int) -> Moment | None:
    """A time, or None for an empty field. Refuses what is no time of the calendar."""
    if not text:
        return None
    if text == '""':
        return Moment(text, "deleted")
    found = _SHAPE.fullmatch(text)
    if found is None:
        raise _no_time(segment, field)
    said: dict[str, int] = {part: int(found[part]) for part in _PARTS if found[part]}
    try:
        local = datetime.datetime(said["year"], said.get("month", 1), said.get("day", 1), *_clock(said))  # noqa: DTZ001 - a wall clock
    except ValueError:
        raise _no_time(segment, field) from None
    return Moment(text, _PARTS[len(said) - 1], local, _offset(found["offset"], segment, field))


def _clock(said: dict[str, int]) -> tuple[int, int, int]:
    return said.get("hour", 0), said.get("minute", 0), min(said.get("second", 0), 59)


def _offset(text: str | None, segment: str, field: int) -> int | None:
    if text is None:
        return None
    hours, minutes = int(text[1:3]), int(text[3:])
    if hours > 14 or minutes > 59:
        raise _no_time(segment, field)
    return (hours * 60 + minutes) * (-1 if text[0] == "-" else 1)


def _no_time(segment: str, field: int) -> HL7Problem:
    return HL7Problem("hl7.bad_time", "This is not a date or time of the calendar.", segment, field)


def write(value: datetime.datetime | datetime.date) -> str:
    """HL7 text of a date, or of an instant with its offset (an aware datetime is expected)."""
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y%m%d%H%M%S%z")
    return value.strftime("%Y%m%d")
