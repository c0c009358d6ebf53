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
    standing: datetime.date | None = settings.BUSINESS_DATE
    if standing is not None:
        return standing
    zone = ZoneInfo(facility.time_zone) if facility is not None else timezone.get_default_timezone()
    return now().astimezone(zone).date()
