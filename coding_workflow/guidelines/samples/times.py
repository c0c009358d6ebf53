"""When a sample account happened: all of it inside one release of the tables, 2026-05-01 to 2026-09-30."""

import datetime
from dataclasses import dataclass

from .drawing import Draw
from .templates import Template

FIRST, LAST = datetime.date(2026, 5, 1), datetime.date(2026, 9, 30)
_HOURS = (13, 20)


@dataclass(frozen=True, slots=True)
class Times:
    """Admission and discharge as dates and as instants of the same dates."""

    admitted: datetime.date
    discharged: datetime.date
    arrived_at: datetime.datetime
    left_at: datetime.datetime

    @property
    def nights(self) -> int:
        """Midnights between the two."""
        return (self.discharged - self.admitted).days


def at(day: datetime.date, hour: int) -> datetime.datetime:
    """An hour of a day in UTC."""
    return datetime.datetime(day.year, day.month, day.day, hour, tzinfo=datetime.UTC)


def times(draw: Draw, template: Template, *, overnight: bool) -> Times:
    """A stay of the template's length; a visit of one day; a recurring account of one month."""
    nights = draw.between(*template.days) if overnight else 0
    nights = 28 if template.patient_class == "recurring" else nights
    admitted = FIRST + datetime.timedelta(days=draw.between(0, (LAST - FIRST).days - nights))
    if template.patient_class == "recurring":
        admitted = datetime.date(2026, draw.between(FIRST.month, LAST.month), 1)
    discharged = admitted + datetime.timedelta(days=nights)
    return Times(admitted, discharged, at(admitted, _HOURS[0]), at(discharged, _HOURS[1]))
