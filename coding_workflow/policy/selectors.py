"""The policy in force, its versions, and what is being written."""

import datetime
import json
from functools import lru_cache
from typing import Any

from accounts import clock
from accounts.models import Facility
from coding_workflow.staff.models import User

from . import reading
from .models import PolicyDraft, PolicyProposal, PolicyVersion, ProposalState
from .rules import FacilityPolicy
from .standard import STANDARD
from .text import usernames


def policy_for(facility: Facility, on: datetime.date | None = None) -> FacilityPolicy:
    """The facility's policy on a business date (today unless given); the standard one while it has published none."""
    return read(in_force(facility, on or clock.today(facility)))


def observes(facility: Facility) -> bool:
    """Whether the facility has not gone live: the gate reports, holds nothing and releases nothing."""
    return policy_for(facility).observes(clock.today(facility))


def in_force(facility: Facility, on: datetime.date) -> PolicyVersion | None:
    """The newest published version that has begun on a date."""
    rows = PolicyVersion.objects.filter(facility=facility, effective_from__lte=on)
    return rows.order_by("-effective_from", "-number").first()


def read(version: PolicyVersion | None) -> FacilityPolicy:
    """What a version says; the standard policy without one."""
    return _read(version.document) if version else STANDARD


@lru_cache(maxsize=64)
def _read(document: str) -> FacilityPolicy:
    """Reading is pure: the same text is always the same policy."""
    return reading.from_json(document)


def newest(facility: Facility) -> PolicyVersion | None:
    """The version published last, begun or not: what the next one changes."""
    return PolicyVersion.objects.filter(facility=facility).order_by("-number").first()


def newest_number(facility: Facility) -> int:
    """The number of that version; 0 where nothing was published."""
    found = newest(facility)
    return found.number if found else 0


def newest_policy(facility: Facility) -> FacilityPolicy:
    """What that version says."""
    return read(newest(facility))


def to_come(facility: Facility, on: datetime.date) -> PolicyVersion | None:
    """The published version that begins next after a date."""
    rows = PolicyVersion.objects.filter(facility=facility, effective_from__gt=on)
    return rows.order_by("effective_from", "-number").first()


def waiting(facility: Facility) -> PolicyProposal | None:
    """The proposal that waits for a second person."""
    rows = PolicyProposal.objects.filter(facility=facility, state=ProposalState.OPEN)
    return rows.select_related("facility", "written_by").first()


def draft_of(facility: Facility, person: User) -> PolicyDraft | None:
    """What the person is changing."""
    return PolicyDraft.objects.filter(facility=facility, user=person).first()


def plain_of(document: str) -> Any:
    """The plain data of a stored text."""
    return json.loads(document)


def people_of(*policies: FacilityPolicy) -> dict[str, str]:
    """Full names of the people whom policies name, by sign-in name. One query at most."""
    named = set().union(*(usernames(policy) for policy in policies))
    return {person.username: str(person) for person in User.objects.filter(username__in=named)} if named else {}
