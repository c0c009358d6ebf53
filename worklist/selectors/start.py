"""What somebody without a queue finds under My work: what waits for a person like them, and what each of their places is for."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django.urls import reverse

from coding_workflow.guidelines.models import RuleVersion, State
from coding_workflow.outbox import selectors as outbox
from coding_workflow.policy.models import PolicyProposal, ProposalState
from coding_workflow.policy.services import PUBLISHES
from coding_workflow.registration.models import MessageStatus
from coding_workflow.staff.models import Role, User
from coding_workflow.staff.selectors import openings_to_review
from worklist.models import QueueSetProposal
from worklist.queueing.services import WRITES
from worklist.selectors import imports, parked

#: By the place's code in ``worklist.frame.PLACES``.
PLACE_WORDS: Final[dict[str, str]] = {
    "go-board": "What may be released, and what holds the rest, by condition and owner",
    "go-queries": "Questions to providers: which are open, how long they take, how they are answered",
    "go-claims": "Claims, remittances, denials and discrepancies",
    "go-rules": "What the gate asks of every account, what each rule did lately, and rules of your own",
    "go-queues": "Which work goes to whom, in which order",
    "go-imports": "Messages of the feeds: what could not be applied and why, and what became of any one",
    "go-feeds": "How messages come in: listeners, folders, files; and a bench to try one",
    "go-status": "What runs, what waits, which code tables are in force",
    "go-process": "How accounts go through coding here, as a flow chart and as a text policy",
    "go-looks": "Who saw what",
    "go-people": "People, their roles, their competence for each type of coding",
    "go-tables": "Code tables by date: load an update, see what is in force",
}
_READS_IMPORTS: Final = (Role.ADMINISTRATOR, Role.SUPERVISOR, Role.COMPLIANCE)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that waits for people of a role: how many, in words, and where."""

    count: int
    words: str
    url: str


def waiting(user: User) -> list[Waiting]:
    """What waits for this person outside the queues; nothing that counts none. At most six queries."""
    found = [*_messages(user), *_parked(user), *_openings(user), *_proposals(user), *_rules(user)]
    return [each for each in found if each.count]


def _messages(user: User) -> Iterator[Waiting]:
    if any(user.has_role(role) for role in _READS_IMPORTS):
        failed = next(tab.count or 0 for tab in imports.tabs(user, "") if tab.value == MessageStatus.FAILED)
        yield Waiting(failed, _some(failed, "message", "could not be applied"), reverse("worklist:imports"))


def _parked(user: User) -> Iterator[Waiting]:
    if user.has_role(Role.ADMINISTRATOR):
        count = parked.seen(outbox.parked(), user).count()
        yield Waiting(
            count, _some(count, "piece of work is parked", many="pieces of work are parked"), reverse("worklist:parked")
        )


def _openings(user: User) -> Iterator[Waiting]:
    if user.has_role(Role.COMPLIANCE):
        count = openings_to_review(user)
        words = _some(count, "opening of a restricted account waits", many="openings of restricted accounts wait")
        yield Waiting(count, f"{words} for review", reverse("staff:openings"))


def _proposals(user: User) -> Iterator[Waiting]:
    """Policies and queues that others wrote: nobody publishes their own."""
    for model, roles, said, place in (
        (PolicyProposal, PUBLISHES, "Policy of {}, proposed by {}, waits for a second person", "worklist:policy_proposal"),
        (QueueSetProposal, WRITES, "Queues of {}, proposed by {}, wait for a second person", "worklist:queue_proposal"),
    ):
        if not any(user.has_role(role) for role in roles):
            continue
        open_ones = model.objects.filter(facility_id__in=user.facility_ids(), state=ProposalState.OPEN).exclude(written_by=user)
        for each in open_ones.select_related("facility", "written_by").order_by("facility__name"):
            yield Waiting(1, said.format(each.facility.name, each.written_by), reverse(place, args=[each.facility_id]))


def _rules(user: User) -> Iterator[Waiting]:
    if user.has_role(Role.ADMINISTRATOR):
        in_shadow = RuleVersion.objects.filter(state=State.SHADOW).exclude(written_by=user)
        count = in_shadow.filter(rule__facility__in=user.facility_ids()).count() + in_shadow.filter(rule__facility=None).count()
        words = _some(count, "rule of somebody else is observed in shadow", many="rules of others are observed in shadow")
        yield Waiting(count, f"{words} and may be published", reverse("worklist:rules"))


def _some(count: int, one: str, then: str = "", *, many: str = "") -> str:
    words = one if count == 1 else many or f"{one}s"
    return f"{count:,} {words} {then}".rstrip()
