"""The policy in force."""

import datetime
from functools import lru_cache

from accounts import clock
from accounts.models import Facility

from . import reading
from .models import PolicyVersion
from .rules import FacilityPolicy
from .standard import STANDARD


def policy_for(facility: Facility, on: datetime.date | None = None) -> FacilityPolicy:
    """The facility's policy on a business date (today unless given); the standard one while it has published none."""
    version = in_force(facility, on or clock.today(facility))
    return _read(version.document) if version else STANDARD


def in_force(facility: Facility, on: datetime.date) -> PolicyVersion | None:
    """The newest published version that has begun on a date."""
    rows = PolicyVersion.objects.filter(facility=facility, effective_from__lte=on)
    return rows.order_by("-effective_from", "-number").first()


@lru_cache(maxsize=64)
def _read(document: str) -> FacilityPolicy:
    """Reading is pure: the same text is always the same policy."""
    return reading.from_json(document)
