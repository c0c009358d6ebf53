"""Publishing queues takes two people: one proposes a draft, another publishes it, sends it back, or the writer withdraws it."""

from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from accounts import clock
from accounts.errors import Conflict, NotAllowed, Refused
from accounts.models import Facility
from coding_workflow.guidelines.lab.writing import text_hash
from coding_workflow.policy.models import ProposalState
from coding_workflow.staff.models import User
from worklist.models import QueueSetDraft, QueueSetVersion

from . import document, services, sets
from .document import QueueSet
from .models import QueueSetProposal

#: Said where another proposal waits than the one that was read.
CHANGED: Final = "These are not the queues that you read. Read these, then decide."


def waiting(facility_id: int) -> QueueSetProposal | None:
    """The proposal that waits for a second person. One query."""
    found = QueueSetProposal.objects.filter(facility_id=facility_id, state=ProposalState.OPEN)
    return found.select_related("written_by", "facility").first()


def not_published(facility_id: int) -> "QuerySet[QueueSetProposal]":
    """What was sent back or withdrawn, newest first, with who wrote and who settled it."""
    found = QueueSetProposal.objects.filter(facility_id=facility_id, state__in=(ProposalState.RETURNED, ProposalState.WITHDRAWN))
    return found.select_related("written_by", "settled_by").order_by("-pk")


@transaction.atomic
def propose(*, facility: Facility, by: User, reason: str) -> QueueSetProposal:
    """Put the person's draft before a second person; the draft is spent. Nothing is in force yet.

    Raises NotAllowed ``queues.role``, Refused ``queues.no_reason``, ``queues.fault`` or ``queues.same``, Conflict
    ``queues.no_draft``, ``queues.moved_on`` when another version was published since the draft began, ``queues.waiting``.
    """
    services.require_writer(by, facility)
    services.lock(facility)
    draft = QueueSetDraft.objects.filter(facility=facility, user=by).first()
    if draft is None:
        raise Conflict("queues.no_draft", "There is no change to publish.")
    if draft.base != services.base_of(facility)[1]:
        raise Conflict("queues.moved_on", "Somebody published other queues meanwhile: look at theirs, then preview yours again.")
    made = _write(facility, _readable(draft.document), by, reason, None)
    draft.delete()
    return made


@transaction.atomic
def propose_back(*, facility: Facility, to: QueueSetVersion, by: User, reason: str) -> QueueSetProposal:
    """Put an earlier version before a second person, to be in force again. Raises what ``propose`` raises."""
    services.require_writer(by, facility)
    if to.facility_id != facility.pk:
        raise NotAllowed("queues.role", "That version is another facility's.")
    services.lock(facility)
    return _write(facility, _readable(to.document), by, reason, to.number)


@transaction.atomic
def publish_proposal(*, proposal_id: int, by: User, seen: str) -> QueueSetVersion:
    """Put a proposal in force; ``seen`` is the hash of what the person read. Open work moves in the background.

    Raises NotAllowed ``queues.role``, Refused ``queues.second`` (the writer), ``queues.fault``; Conflict ``queues.settled``,
    ``queues.changed`` (something else was read), ``queues.writer_gone`` (who wrote it writes no queues here any more) or
    ``queues.moved_on`` (another version is in force since it was written).
    """
    proposal = _locked(proposal_id)
    services.require_writer(by, proposal.facility)
    if by.pk == proposal.written_by_id:
        raise Refused("queues.second", services.SECOND)
    if seen != proposal.hash:
        raise Conflict("queues.changed", CHANGED)
    if not services.is_writer(proposal.written_by, proposal.facility):
        words = f"{proposal.written_by} writes no queues here any more. Send it back; somebody who does proposes it anew."
        raise Conflict("queues.writer_gone", words)
    if services.base_of(proposal.facility)[1] != proposal.base:
        raise Conflict("queues.moved_on", "Other queues are in force since this was written. Send it back to be written anew.")
    version = services.publish(
        facility=proposal.facility,
        queues=_readable(proposal.document),
        by=proposal.written_by,
        second=by,
        reason=proposal.reason,
        back_to=proposal.back_to,
    )
    _settle(proposal, ProposalState.PUBLISHED, by, version=version)
    return version


@transaction.atomic
def return_proposal(*, proposal_id: int, by: User, reason: str) -> QueueSetProposal:
    """Send a proposal back with words; its text is the writer's draft again, unless they have begun another.

    Raises NotAllowed ``queues.role``, Refused ``queues.second`` (the writer withdraws it) or ``queues.no_reason``, Conflict
    ``queues.settled``.
    """
    proposal = _locked(proposal_id)
    services.require_writer(by, proposal.facility)
    if by.pk == proposal.written_by_id:
        raise Refused("queues.second", "You wrote it: withdraw it instead.")
    return _give_back(proposal, ProposalState.RETURNED, by, reason)


@transaction.atomic
def withdraw_proposal(*, proposal_id: int, by: User, reason: str) -> QueueSetProposal:
    """Take one's own proposal back; it is a draft again, unless another was begun.

    Raises NotAllowed ``queues.writer``, Refused ``queues.no_reason``, Conflict ``queues.settled``.
    """
    proposal = _locked(proposal_id)
    if by.pk != proposal.written_by_id:
        raise NotAllowed("queues.writer", "Only who wrote it withdraws it; another person sends it back.")
    return _give_back(proposal, ProposalState.WITHDRAWN, by, reason)


def _write(facility: Facility, queues: QueueSet, by: User, reason: str, back_to: int | None) -> QueueSetProposal:
    """A proposal of what would be published; the facility's row is locked."""
    said = services.reasoned(reason)
    if waiting(facility.pk) is not None:
        raise Conflict("queues.waiting", "Another proposal waits: it is published, sent back or withdrawn first.")
    services.refuse_faults(facility, queues)
    before, number = services.base_of(facility)
    services.refuse_same(before, queues)
    text = document.to_text(queues)
    return QueueSetProposal.objects.create(
        facility=facility, document=text, hash=text_hash(text), base=number, back_to=back_to, reason=said, written_by=by
    )


def _readable(text: str) -> QueueSet:
    """Raises Refused ``queues.fault`` for a text that another release of the application wrote and this one cannot read."""
    queues = sets.read_text(text)
    if queues is None:
        raise Refused("queues.fault", "This release of the application cannot read these queues.")
    return queues


def _locked(proposal_id: int) -> QueueSetProposal:
    """The proposal under its facility's lock, while it waits. Raises Conflict ``queues.settled``."""
    found = QueueSetProposal.objects.select_related("facility").get(pk=proposal_id)
    services.lock(found.facility)
    proposal = QueueSetProposal.objects.select_related("facility", "written_by").get(pk=proposal_id)
    if proposal.state != ProposalState.OPEN:
        raise Conflict("queues.settled", f"This is settled already: {proposal.get_state_display().lower()}.")
    return proposal


def _give_back(proposal: QueueSetProposal, state: ProposalState, by: User, reason: str) -> QueueSetProposal:
    said = services.reasoned(reason)
    _settle(proposal, state, by, answer=said)
    QueueSetDraft.objects.get_or_create(
        facility=proposal.facility,
        user=proposal.written_by,
        defaults={"document": proposal.document, "base": proposal.base},
    )
    return proposal


def _settle(
    proposal: QueueSetProposal, state: ProposalState, by: User, *, version: QueueSetVersion | None = None, answer: str = ""
) -> None:
    proposal.state, proposal.settled_by, proposal.settled_at = state, by, clock.now()
    proposal.version, proposal.answer = version, answer
    proposal.save(update_fields=["state", "settled_by", "settled_at", "version", "answer"])
