"""Which facility a page is about, and its policy: in force, published last, and as the person is changing it."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from django.http import Http404
from django.urls import reverse

from accounts import clock
from accounts.models import Facility
from coding_workflow.policy import form, reading, selectors
from coding_workflow.policy.changes import Change, changes
from coding_workflow.policy.models import PolicyDraft, PolicyProposal, PolicyVersion
from coding_workflow.policy.reading import Fault
from coding_workflow.policy.rules import FacilityPolicy
from coding_workflow.policy.services import PUBLISHES, WRITES
from coding_workflow.policy.services.rights import people_faults
from coding_workflow.policy.shapes import Choices
from coding_workflow.policy.text import Section, sections
from coding_workflow.staff.access import StaffRequest
from coding_workflow.staff.models import Role, User

__all__ = ["PUBLISHES", "SAMPLES", "WORKS", "WRITES"]

#: Who sees the accounts behind a step; administrators see how many there are.
WORKS: Final = (Role.CODER, Role.REVIEWER, Role.SUPERVISOR, Role.BILLER, Role.COMPLIANCE)

#: Who sees the daily sample; supervisors look at it.
SAMPLES: Final = (Role.SUPERVISOR, Role.COMPLIANCE)


@dataclass(frozen=True)
class Bench:
    """A person's look at a facility's policy. Each part is read when it is asked for."""

    facility: Facility
    person: User

    @cached_property
    def newest(self) -> PolicyVersion | None:
        """What the next version changes."""
        return selectors.newest(self.facility)

    @cached_property
    def in_force(self) -> PolicyVersion | None:
        """The version of today."""
        return selectors.in_force(self.facility, clock.today(self.facility))

    @cached_property
    def to_come(self) -> PolicyVersion | None:
        """A version that was published for a later day."""
        return selectors.to_come(self.facility, clock.today(self.facility))

    @cached_property
    def draft(self) -> PolicyDraft | None:
        """What the person is changing."""
        return selectors.draft_of(self.facility, self.person)

    @cached_property
    def waiting(self) -> PolicyProposal | None:
        """What waits for a second person."""
        return selectors.waiting(self.facility)

    @cached_property
    def before(self) -> FacilityPolicy:
        """The policy of the newest version."""
        return selectors.read(self.newest)

    @cached_property
    def plain(self) -> dict[str, Any]:
        """The person's changes as typed, or the newest policy, as plain data with exactly today's settings."""
        text = self.draft.document if self.draft else self.before.to_json()
        return form.fit(FacilityPolicy, selectors.plain_of(text))

    @cached_property
    def judged(self) -> tuple[FacilityPolicy, tuple[Fault, ...]]:
        """The person's policy as far as it can be read, and what is wrong in it."""
        policy, faults = reading.from_plain(self.plain)
        return policy, (*faults, *people_faults(self.facility, policy))

    @property
    def after(self) -> FacilityPolicy:
        """The person's policy; where something is wrong with stand-ins."""
        return self.judged[0]

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What is wrong in it."""
        return self.judged[1]

    @cached_property
    def people(self) -> dict[str, str]:
        """Full names of whoever is named before or after."""
        return selectors.people_of(self.before, self.after)

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """What the person's changes say differently from the newest version."""
        return changes(sections(self.before, self.people), self.sections)

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """The person's policy as text."""
        return sections(self.after, self.people)

    @property
    def base(self) -> int:
        """The version that the person's changes started from."""
        return self.draft.base if self.draft else self.number

    @property
    def number(self) -> int:
        """The newest version's number; 0 where nothing was published."""
        return self.newest.number if self.newest else 0

    @property
    def overtaken(self) -> bool:
        """Somebody published another version since the person began."""
        return self.draft is not None and self.draft.base != self.number

    @cached_property
    def choosable(self) -> dict[str, Choices]:
        """Who can be chosen where the policy names a person."""
        roles = (Role.ADMINISTRATOR, Role.SUPERVISOR)
        return {role.value: tuple(_names(self.facility, role)) for role in roles}

    def may(self, *roles: Role) -> bool:
        """Whether the person holds one of the roles here."""
        return any(self.person.has_role(role, self.facility.pk) for role in roles)

    @property
    def may_write(self) -> bool:
        """Whether the person changes the policy here."""
        return self.may(*WRITES)

    @property
    def may_see_sample(self) -> bool:
        """Whether the person sees what policy released by itself, where it does."""
        return self.may(*SAMPLES) and bool(selectors.read(self.in_force).auto_release)

    @property
    def may_publish(self) -> bool:
        """Whether the person is a second person here."""
        return self.may(*PUBLISHES)


def _names(facility: Facility, role: Role) -> list[tuple[str, str]]:
    return [(person.username, str(person)) for person in User.objects.holding(role, facility.pk).distinct()]


def reach(request: StaffRequest, pk: int) -> Facility:
    """A facility where the person holds a role of the page; Http404 for any other."""
    found = Facility.objects.filter(pk=pk).first() if pk in request.user.facility_ids() else None
    if found is None:
        raise Http404("There is no such record.")
    return found


def bench_of(request: StaffRequest, pk: int) -> Bench:
    """The person's look at a facility; Http404 for any other facility."""
    return Bench(reach(request, pk), request.user)


def facilities_of(request: StaffRequest) -> list[Facility]:
    """The facilities that the person may choose."""
    return list(Facility.objects.filter(pk__in=request.user.facility_ids()).order_by("name"))


def edit_address(facility: Facility) -> str:
    """The page where the person changes the policy."""
    return reverse("worklist:edit_policy", args=[facility.pk])


def version_named(facility: Facility, text: str) -> PolicyVersion | None:
    """The version that an address names by its number; None for anything else."""
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        return None
    rows = PolicyVersion.objects.filter(facility=facility, number=int(text))
    return rows.select_related("facility", "written_by", "published_by").first()
