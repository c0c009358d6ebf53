"""The message behind a change: whose it is, when it was sent, and how its codes are read."""

import datetime
import uuid
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from django.db import models

from accounts.actors import Actor
from accounts.models import Facility
from coding_workflow.registration.hl7.problem import HL7Problem
from coding_workflow.registration.mapping import LocalCodes
from coding_workflow.registration.models import FeedMap


@dataclass
class Source:
    """Where a registration comes from.

    ``foreign_authorities`` number the patients of other facilities; ``flags`` collects what was applied but is worth a look.
    ``registered`` are account numbers that exist from now on, ``settled`` accounts that now belong to another patient or
    hold another's documents: what waited for the ones, or was refused for the others, is tried again.
    """

    facility: Facility
    by: Actor
    sent_at: datetime.datetime
    codes: LocalCodes = field(default_factory=LocalCodes)
    foreign_authorities: frozenset[str] = frozenset()
    action: uuid.UUID = field(default_factory=uuid.uuid4)
    flags: list[str] = field(default_factory=list)
    registered: list[str] = field(default_factory=list)
    settled: set[int] = field(default_factory=set)

    @property
    def zone(self) -> ZoneInfo:
        """The facility's wall clock."""
        return ZoneInfo(self.facility.time_zone)

    def flag(self, code: str) -> None:
        """Remember a code once."""
        if code not in self.flags:
            self.flags.append(code)


def local_codes(facility: Facility, feed: str) -> LocalCodes:
    """The facility's mapping; rows of this feed go before rows for every feed."""
    rows = FeedMap.objects.filter(facility=facility, feed__in=("", feed)).order_by("feed")
    return LocalCodes({(row.kind, row.local): row.ours for row in rows})


def fitting(text: str, model: type[models.Model], name: str, segment: str, number: int) -> str:
    """The text, when the column holds it. Refuses rather than cuts: a cut name or number is another one."""
    longest: int | None = getattr(model._meta.get_field(name), "max_length", None)
    if longest is not None and len(text) > longest:
        raise HL7Problem("hl7.too_long", f"The value is longer than {longest} characters.", segment, number)
    return text
