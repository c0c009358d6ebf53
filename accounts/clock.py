"""What day it is for the business, and what instant it is.

A hospital's day is its facility's local date. ``BUSINESS_DATE`` makes it stand still: the demo's clock stands
inside the code tables that are loaded. Leases and the outbox do not ask here; they use the database's clock.
"""

import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

if TYPE_CHECKING:
    from .models import Facility


def now() -> datetime.datetime:
    """This instant, aware, UTC."""
    return timezone.now()


def today(facility: "Facility | None" = None) -> datetime.date:
    """The business date at a facility, or at the installation's own time zone."""
    return today_in(facility.time_zone if facility is not None else timezone.get_default_timezone_name())


def today_in(zone: str) -> datetime.date:
    """The business date in a time zone, by the name that the facility has it."""
    standing: datetime.date | None = settings.BUSINESS_DATE
    return now().astimezone(ZoneInfo(zone)).date() if standing is None else standing


def day_of(instant: datetime.datetime, zone: str) -> datetime.date:
    """The business date on which something happened: local to the zone, and never after a date that stands still."""
    return min(instant.astimezone(ZoneInfo(zone)).date(), today_in(zone))
