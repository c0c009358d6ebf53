"""Approving: judged again under the account lock, certified, released."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from accounts import history, lifecycle
from accounts.actors import Actor
from accounts.errors import Conflict, NotAllowed, Refused
from accounts.locking import lock_account, lock_accounts
from accounts.models import Account, Hold, Step, WorkKind
from accounts.outbox import enqueue
from accounts.services.work import close_work
from coding_workflow.coding import selectors as coding
from coding_workflow.coding.services import return_to_coding
from coding_workflow.guidelines.words import day
from coding_workflow.policy.selectors import observes, policy_for
from coding_workflow.release.certificates import certify
from coding_workflow.release.models import Check, DiscrepancyCase, Release, Verdict
from coding_workflow.staff.models import Role, User

from .checking import Judgement, judge, keep_verdict

_REPLACEMENT = "7"
_ORIGINAL = "1"


@dataclass(frozen=True, slots=True)
class Approval:
    """What became of one account in a bulk approval; ``sentence`` says why it was not released."""

    account_id: int
    release_id: int | None
    sentence: str = ""


def approve_release(*, account_id: int, by: Actor, revision: int, action: uuid.UUID | None = None) -> Release:
    """Release a final-coded account to billing.

    The account is judged again under its lock with everything in force at this instant; that verdict is certified.
    A verdict that holds is kept (holds are opened) even though the approval is refused. ``revision`` is the one the
    approver saw. Raises NotAllowed ``release.role`` or ``release.own_work``, Conflict ``release.step`` or
    ``account.changed`` or ``release.observing``, Refused ``release.held`` with the first thing that holds.
    """
    approver = require_approver(account_id=account_id, by=by)
    with transaction.atomic():
        account = lock_account(account_id)
        _check_release(account, approver, revision)
        judgement = judge(account)
        verdict = keep_verdict(account=account, judgement=judgement)
    _refuse_held(account, verdict)
    with transaction.atomic():
        account = lock_account(account_id)
        return _release(account, verdict, judgement, approver, by, "", action)


def release_by_policy(*, account_id: int, verdict: Check, judgement: Judgement, policy_hash: str, supervisor: User) -> Release:
    """Release a clean, locked account where policy does so by itself; ``supervisor`` is accountable."""
    account = lock_account(account_id)
    _check_release(account, supervisor, account.revision)
    _refuse_held(account, verdict)
    return _release(account, verdict, judgement, supervisor, Actor.policy("auto_release"), policy_hash, None)


def approve_selected(*, selected: Sequence[tuple[int, int]], by: Actor) -> list[Approval]:
    """Approve several accounts, each ``(account, revision seen)``, in key order; one refusal does not stop the others.

    What a refused approval found (its verdict and holds) is kept, as ``approve_release`` says.
    """
    action = uuid.uuid4()
    results = []
    for account_id, revision in sorted(selected):
        try:
            release = approve_release(account_id=account_id, by=by, revision=revision, action=action)
            results.append(Approval(account_id, release.pk))
        except Refused as refusal:
            results.append(Approval(account_id, None, refusal.sentence))
    return results


def send_back(*, account_id: int, by: Actor, reason: str) -> Account:
    """Return a final-coded account to its coder with words. Raises NotAllowed ``release.role``."""
    require_approver(account_id=account_id, by=by)
    return return_to_coding(account_id=account_id, by=by, reason=reason)


def require_approver(*, account_id: int, by: Actor) -> User:
    """The supervisor at the account's facility, or NotAllowed."""
    account = next(iter(lock_accounts([account_id])), None)
    approver: User | None = User.objects.filter(pk=by.user_id, is_active=True).first()
    if account is None or approver is None or not approver.has_role(Role.SUPERVISOR, account.facility_id):
        raise NotAllowed("release.role", "Only a supervisor of this facility approves releases.")
    return approver


def _check_release(account: Account, approver: User, revision: int) -> None:
    _refuse_observing(account)
    if account.step != Step.FINAL_CODED:
        raise Conflict("release.step", f"The account is {Step(account.step).label.lower()}; there is nothing to approve.")
    if revision != account.revision:
        raise Conflict("account.changed", "Something on the account changed since you looked; look at it once more.")
    if approver.pk in coding.coder_ids(account.pk):
        raise NotAllowed("release.own_work", "You coded this account; another supervisor approves it.")


def _refuse_observing(account: Account) -> None:
    """Nothing leaves a facility that has not gone live: its bills go out by the process before this one."""
    if observes(account.facility):
        sentence = (
            f"This facility observes until {day(policy_for(account.facility).observe_until)}: the gate judges, holds nothing, "
            "and nothing is released from here."
        )
        raise Conflict("release.observing", sentence, fix="golive")


def _refuse_held(account: Account, verdict: Check) -> None:
    hold = Hold.objects.filter(account=account, resolved_at__isnull=True, blocking=True).order_by("condition", "pk").first()
    if hold is not None:
        raise Refused("release.held", hold.message, fix=hold.fix)
    if verdict.verdict != Verdict.RELEASABLE:
        raise Refused("release.held", "A condition could not be judged; open the gate to see which.", fix="gate")


def _release(
    account: Account, verdict: Check, judgement: Judgement, approver: User, by: Actor, policy_hash: str, action: uuid.UUID | None
) -> Release:
    last = Release.objects.filter(account=account).order_by("-sequence").first()
    case = DiscrepancyCase.objects.open().filter(account=account).first()
    release = Release.objects.create(
        facility_id=account.facility_id,
        account=account,
        sequence=last.sequence + 1 if last else 1,
        frequency=_REPLACEMENT if case else _ORIGINAL,
        supersedes=last,
        revision=account.revision,
        verdict=verdict,
        statement_from=account.statement_from,
        statement_through=account.statement_through,
        approved_by=approver,
        policy=policy_hash,
    )
    certificate = certify(account=account, release=release, judgement=judgement, approver=approver)
    payload = {"release": release.pk, "revision": account.revision, "certificate": certificate.sha256}
    history.record(account=account, kind="release.approved", by=by, payload=payload, action=action)
    lifecycle.move(account=account, to=Step.RELEASED, by=by, action=action)
    close_work(account=account, kind=WorkKind.RELEASE, outcome="released", by=by)
    enqueue(kind="payment.make_claims", key=str(release.pk), account_id=account.pk, payload={"release": release.pk})
    return release
