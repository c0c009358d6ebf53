"""Writing a policy: a draft of one's own, kept as typed, then proposed to a second person. Files in and out."""

import datetime
import json
from typing import Any, Final

from django.db import transaction

from accounts import clock
from accounts.errors import Conflict, Refused
from accounts.models import Facility
from coding_workflow.policy import files, reading, selectors
from coding_workflow.policy.models import PolicyDraft, PolicyProposal, PolicyVersion, ProposalState
from coding_workflow.policy.reading import MAX_CHARACTERS, PolicyInvalid
from coding_workflow.staff.models import User

from . import rights
from .publishing import lock

_AHEAD: Final = datetime.timedelta(days=366)


@transaction.atomic
def keep_draft(*, facility: Facility, by: User, plain: Any, base: int) -> PolicyDraft:
    """Keep what a person is changing, right or wrong; it changes nothing yet.

    Raises NotAllowed ``policy.role``, Refused ``policy.too_long``.
    """
    rights.require_writer(by, facility)
    text = json.dumps(plain, ensure_ascii=False)
    if len(text) > MAX_CHARACTERS:
        raise Refused("policy.too_long", f"A policy has room for {MAX_CHARACTERS:,} characters: take something out first.")
    given = {"document": text, "base": base}
    kept, _ = PolicyDraft.objects.update_or_create(facility=facility, user=by, defaults=given)
    return kept


@transaction.atomic
def throw_draft(*, facility: Facility, by: User) -> None:
    """Forget what the person changed; nothing happens where there is nothing."""
    PolicyDraft.objects.filter(facility=facility, user=by).delete()


@transaction.atomic
def take_up(*, version: PolicyVersion, by: User, reason: str) -> PolicyDraft:
    """Begin a draft from an earlier version, so that two people can bring it back.

    Raises NotAllowed ``policy.role``, Refused ``policy.reason``, Conflict ``policy.draft`` where the person has a draft.
    """
    rights.require_writer(by, version.facility)
    said = rights.reasoned(reason)
    _refuse_second_draft(version.facility, by)
    base = selectors.newest_number(version.facility)
    draft = keep_draft(facility=version.facility, by=by, plain=json.loads(version.document), base=base)
    rights.write_down(facility=version.facility, kind="policy.rolled_back", by=by, reason=said, number=version.number)
    return draft


@transaction.atomic
def propose(*, facility: Facility, by: User, reason: str, effective_from: datetime.date) -> PolicyProposal:
    """Put one's draft before a second person, to be in force from a day on; the draft is spent.

    Raises NotAllowed ``policy.role``; Refused ``policy.reason``, ``policy.day`` (a day that has passed, or over a year
    ahead), ``policy.fault`` with the first place that is wrong, ``policy.same``; Conflict ``policy.no_draft``,
    ``policy.moved_on`` (another version was published since the draft was begun), ``policy.waiting`` (a proposal waits).
    """
    rights.require_writer(by, facility)
    said = rights.reasoned(reason)
    _refuse_day(facility, effective_from)
    lock(facility)
    draft = PolicyDraft.objects.filter(facility=facility, user=by).first()
    if draft is None:
        raise Conflict("policy.no_draft", "There is no change to publish.")
    newest = selectors.newest(facility)
    if draft.base != (newest.number if newest else 0):
        raise Conflict("policy.moved_on", "Another version was published since you began: look at what yours changes of it.")
    if selectors.waiting(facility) is not None:
        raise Conflict("policy.waiting", "Another proposal waits: it is published, sent back or withdrawn first.")
    proposal = _write(facility, draft, by, said, effective_from)
    draft.delete()
    rights.write_down(facility=facility, kind="policy.proposed", by=by, reason=said)
    return proposal


def _write(facility: Facility, draft: PolicyDraft, by: User, reason: str, effective_from: datetime.date) -> PolicyProposal:
    policy, faults = reading.from_plain(json.loads(draft.document))
    wrong = next(iter((*faults, *rights.people_faults(facility, policy))), None)
    if wrong is not None:
        raise Refused("policy.fault", str(wrong), fix=wrong.place)
    if policy == selectors.newest_policy(facility):
        raise Refused("policy.same", "This is what the newest version says already.")
    return PolicyProposal.objects.create(
        facility=facility,
        document=policy.to_json(),
        hash=policy.hash,
        base=draft.base,
        reason=reason,
        effective_from=effective_from,
        written_by=by,
        state=ProposalState.OPEN,
    )


def _refuse_day(facility: Facility, day: datetime.date) -> None:
    today = clock.today(facility)
    if not today <= day <= today + _AHEAD:
        raise Refused("policy.day", f"Choose a day from {today:%Y-%m-%d} on, within a year.", fix="effective_from")


def _refuse_second_draft(facility: Facility, by: User) -> None:
    if PolicyDraft.objects.filter(facility=facility, user=by).exists():
        raise Conflict("policy.draft", "You have changes of your own: propose them or throw them away first.")


@transaction.atomic
def import_policy(*, facility: Facility, text: str, by: User, reason: str) -> PolicyDraft:
    """Take a file in as one's draft; two people publish it afterwards.

    Raises NotAllowed ``policy.role``; Refused ``policy.reason`` or ``policy.file`` with the first place that is wrong;
    Conflict ``policy.draft``.
    """
    rights.require_writer(by, facility)
    said = rights.reasoned(reason)
    _refuse_second_draft(facility, by)
    try:
        policy = files.from_file(text)
    except PolicyInvalid as invalid:
        raise Refused("policy.file", f"The file cannot be taken in. {invalid.faults[0]}", fix="file") from None
    base = selectors.newest_number(facility)
    draft = keep_draft(facility=facility, by=by, plain=json.loads(policy.to_json()), base=base)
    rights.write_down(facility=facility, kind="policy.imported", by=by, reason=said)
    return draft


@transaction.atomic
def export_policy(*, facility: Facility, version: PolicyVersion | None, by: User, reason: str) -> str:
    """The text of a file with a version, or with the standard policy; that it left is written down.

    Raises NotAllowed ``policy.role``, Refused ``policy.reason``.
    """
    rights.require_writer(by, facility)
    said = rights.reasoned(reason)
    policy = selectors.read(version)
    number = version.number if version else 0
    rights.write_down(facility=facility, kind="policy.exported", by=by, reason=said, number=number)
    return files.to_file(policy)
