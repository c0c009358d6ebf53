"""Publishing a policy takes two people: one wrote it, another publishes it, sends it back, or the writer withdraws it."""

import datetime

from django.db import transaction

from accounts import clock, listeners
from accounts.actors import Actor
from accounts.errors import Conflict, NotAllowed, Refused
from accounts.models import Facility
from coding_workflow.policy import reading, selectors
from coding_workflow.policy.models import PolicyProposal, PolicyVersion, ProposalState
from coding_workflow.policy.rules import FacilityPolicy
from coding_workflow.staff.models import User

from . import rights

_SECOND = "Another administrator, or compliance, publishes what you wrote."


@transaction.atomic
def publish_policy(
    *, facility: Facility, policy: FacilityPolicy, by: User, second: User, effective_from: datetime.date
) -> PolicyVersion:
    """Publish the next version: ``by``, an administrator, wrote it; ``second``, another or compliance, publishes it.

    Raises NotAllowed ``policy.role``, Refused ``policy.second`` when it is one person, ``policy.fault`` with the
    first place that is wrong.
    """
    rights.require_writer(by, facility)
    rights.require_publisher(second, facility)
    if by.pk == second.pk:
        raise Refused("policy.second", _SECOND)
    rights.refuse_faults(policy)
    lock(facility)
    last = selectors.newest(facility)
    version = PolicyVersion.objects.create(
        facility=facility,
        number=last.number + 1 if last else 1,
        document=policy.to_json(),
        hash=policy.hash,
        effective_from=effective_from,
        written_by=by,
        published_by=second,
    )
    listeners.tell("policy_published", version=version, by=Actor.person(second.pk))
    return version


@transaction.atomic
def publish_proposal(*, proposal_id: int, by: User, seen: str) -> PolicyVersion:
    """Put a proposal into force on its day, or today where that day has passed. ``seen`` is the hash of what the person read.

    Raises NotAllowed ``policy.role``; Refused ``policy.second`` (the writer), ``policy.fault``; Conflict ``policy.settled``,
    ``policy.changed`` (another text was read) or ``policy.moved_on`` (another version was published since it was written).
    """
    proposal = _locked(proposal_id)
    rights.require_publisher(by, proposal.facility)
    if by.pk == proposal.written_by_id:
        raise Refused("policy.second", _SECOND)
    if seen != proposal.hash:
        raise Conflict("policy.changed", "This is not the text that you read. Read this one, then publish it.")
    if selectors.newest_number(proposal.facility) != proposal.base:
        raise Conflict(
            "policy.moved_on", "Another version was published since this was written. Send it back to be written anew."
        )
    policy = reading.from_json(proposal.document)
    wrong = next(rights.people_faults(proposal.facility, policy), None)
    if wrong is not None:
        raise Refused("policy.fault", str(wrong), fix=wrong.place)
    version = publish_policy(
        facility=proposal.facility,
        policy=policy,
        by=proposal.written_by,
        second=by,
        effective_from=max(proposal.effective_from, clock.today(proposal.facility)),
    )
    _settle(proposal, ProposalState.PUBLISHED, by, version=version)
    rights.write_down(facility=proposal.facility, kind="policy.published", by=by, reason=proposal.reason, number=version.number)
    return version


@transaction.atomic
def return_proposal(*, proposal_id: int, by: User, reason: str) -> PolicyProposal:
    """Send a proposal back to who wrote it, with words.

    Raises NotAllowed ``policy.role``, Refused ``policy.second`` (the writer withdraws it) or ``policy.reason``, Conflict
    ``policy.settled``.
    """
    proposal = _locked(proposal_id)
    rights.require_publisher(by, proposal.facility)
    if by.pk == proposal.written_by_id:
        raise Refused("policy.second", "You wrote it: withdraw it instead.")
    said = rights.reasoned(reason)
    _settle(proposal, ProposalState.RETURNED, by, answer=said)
    rights.write_down(facility=proposal.facility, kind="policy.returned", by=by, reason=said)
    return proposal


@transaction.atomic
def withdraw_proposal(*, proposal_id: int, by: User, reason: str) -> PolicyProposal:
    """Take one's own proposal back.

    Raises NotAllowed ``policy.writer``, Refused ``policy.reason``, Conflict ``policy.settled``.
    """
    proposal = _locked(proposal_id)
    if by.pk != proposal.written_by_id:
        raise NotAllowed("policy.writer", "Only who wrote it withdraws it; another person sends it back.")
    said = rights.reasoned(reason)
    _settle(proposal, ProposalState.WITHDRAWN, by, answer=said)
    rights.write_down(facility=proposal.facility, kind="policy.withdrawn", by=by, reason=said)
    return proposal


def lock(facility: Facility) -> None:
    """Let writers of one facility's policy follow each other: two would take the same number.

    Whoever writes on accounts meanwhile does not wait: marking them may take a moment.
    """
    Facility.objects.select_for_update(no_key=True).get(pk=facility.pk)


def _locked(proposal_id: int) -> PolicyProposal:
    """The proposal under its facility's lock, while it waits. Raises Conflict ``policy.settled``."""
    found = PolicyProposal.objects.select_related("facility").get(pk=proposal_id)
    lock(found.facility)
    proposal = PolicyProposal.objects.select_related("facility", "written_by").get(pk=proposal_id)
    if proposal.state != ProposalState.OPEN:
        raise Conflict("policy.settled", f"This is settled already: {proposal.get_state_display().lower()}.")
    return proposal


def _settle(
    proposal: PolicyProposal, state: ProposalState, by: User, *, version: PolicyVersion | None = None, answer: str = ""
) -> None:
    proposal.state, proposal.settled_by, proposal.settled_at = state, by, clock.now()
    proposal.version, proposal.answer = version, answer
    proposal.save(update_fields=["state", "settled_by", "settled_at", "version", "answer"])
