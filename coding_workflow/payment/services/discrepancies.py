"""A discrepancy after release: known, corrected, kept from happening again (condition 7)."""

import datetime
from typing import Final

from django.db import transaction

from accounts import clock, history
from accounts.actors import Actor
from accounts.claim_codes import CLAIM_CHANGES
from accounts.errors import Conflict, Refused
from accounts.locking import lock_account
from accounts.models import PAST_RELEASE, Account, Hold, HoldSource, OwnerRole, PayerKind, WorkKind
from accounts.services.holds import place_hold, resolve_hold
from accounts.services.revisions import touch
from accounts.services.work import close_work, open_work
from coding_workflow.coding.services.finalizing import reopen_coding
from coding_workflow.payment.models import Claim, ClaimStatus
from coding_workflow.release.models import CaseSource, CaseState, DiscrepancyCase, Release
from coding_workflow.staff.models import Role

from .certified import RELEASE_AGAIN
from .making import NO_CLAIM, lift_reasons, release_of, stands
from .rights import require

#: Days to report and return an overpayment after it is identified (42 CFR 401.305, Medicare A and B).
REFUND_DAYS: Final = 60
LATE: Final = Actor.system("payment.late_change")
#: Who answers for a case: they alone close it.
_RESPONSIBLE: Final = (Role.SUPERVISOR, Role.COMPLIANCE)
_VOID_ONLY: Final = frozenset({"D5", "D6"})
_LATE_WORDS: Final = "Something that the gate judges arrived or changed after release: document, charge, claim element or hold."


@transaction.atomic
def open_discrepancy(
    *, account_id: int, by: Actor, source: str, description: str, overpayment: bool = False, root_cause: str = ""
) -> DiscrepancyCase:
    """Open a case on a released account and reopen it: back to the coder who finalized it, with a hold until corrected.

    ``source`` is a ``CaseSource``. The 60-day clock of a Medicare overpayment runs from now, the first knowledge.
    Raises NotAllowed ``payment.role``, Refused ``discrepancy.no_description`` or ``discrepancy.source``, Conflict
    ``discrepancy.step`` when the account is not past release (then it is corrected where it is).
    """
    account = lock_account(account_id)
    require(Role.BILLER, Role.SUPERVISOR, Role.REVIEWER, Role.COMPLIANCE, by=by, facility_id=account.facility_id)
    _check_opening(account, source, description)
    release = Release.objects.filter(account=account).order_by("-sequence").first()
    if release is None:
        raise Conflict("discrepancy.step", "The account was never released; there is no claim to correct.")
    case = _case(account, release, by, source, description, overpayment, root_cause)
    _carry_over(account, case, by)
    case.save()
    payload = {"case": case.pk, "release": release.pk, "source": source, "overpayment": overpayment}
    history.record(account=account, kind="discrepancy.opened", by=by, payload=payload)
    close_work(account=account, kind=WorkKind.DENIAL, outcome="discrepancy", by=by)
    reopen_coding(account=account, by=by, reason=description)
    open_work(account=account, kind=WorkKind.DISCREPANCY, by=by, why=description[:200])
    _hold(account, case, by)
    touch(account=account, what="discrepancy.opened", by=by)
    return case


@transaction.atomic
def release_again(*, release_id: int, by: Actor) -> DiscrepancyCase:
    """Open a case on a released account that has no claim because somebody on it has another name or number by now.

    Raises NotAllowed ``payment.role``, Conflict ``discrepancy.step`` where the release is not the standing one of an account
    that waits for its claim, and ``discrepancy.unchanged`` where that is not what keeps the claim.
    """
    release = release_of(release_id)
    account = lock_account(release.account_id)
    require(Role.BILLER, Role.SUPERVISOR, by=by, facility_id=account.facility_id)
    if not stands(account, release):
        raise Conflict("discrepancy.step", "The account is not as it was released any more; look where it is now.")
    key = f"claim:{release.pk}:{RELEASE_AGAIN}"
    said = Hold.objects.filter(account=account, key=key, resolved_at__isnull=True).first()
    if said is None:
        raise Conflict("discrepancy.unchanged", "Nobody on this claim has another name or number than was judged.")
    description = said.message.removeprefix(NO_CLAIM)
    case = open_discrepancy(account_id=account.pk, by=by, source=CaseSource.PERSON, description=description)
    lift_reasons(account, by, "The account is released again.")
    return case


@transaction.atomic
def record_correction(
    *, case_id: int, by: Actor, root_cause: str, correction: str, prevention: str, claim_change: str = ""
) -> DiscrepancyCase:
    """Say why it happened, what is corrected and what keeps it from happening again; lifts the case's hold.

    A facility's Medicare account whose claim went out also needs ``claim_change``, the one condition code of the replacement
    (D0-D4, D7-D9, E0; D4 or D9 for changed codes, as the contractor asks). Raises NotAllowed ``payment.role``,
    Refused ``discrepancy.incomplete`` or ``discrepancy.claim_change``, Conflict ``discrepancy.state``.
    """
    account, case = _locked(case_id, by, (CaseState.OPEN, CaseState.CORRECTING), *_RESPONSIBLE, Role.BILLER)
    words = [root_cause.strip(), correction.strip(), prevention.strip()]
    if not all(words):
        raise Refused("discrepancy.incomplete", "Root cause, correction and prevention are all needed before a re-release.")
    _check_claim_change(account, claim_change)
    case.root_cause, case.correction, case.prevention = words
    case.state = CaseState.CORRECTING
    case.save(update_fields=["root_cause", "correction", "prevention", "state"])
    _set_claim_change(account, claim_change)
    payload = {"case": case.pk, "claim_change": claim_change}
    history.record(account=account, kind="discrepancy.corrected", by=by, payload=payload)
    _lift_hold(account, case, by)
    touch(account=account, what="discrepancy.corrected", by=by)
    return case


@transaction.atomic
def close_case(*, case_id: int, by: Actor, words: str) -> DiscrepancyCase:
    """Close a case whose correction went out; for an overpayment ``words`` say how it was returned.

    Raises NotAllowed ``payment.role``, Refused ``discrepancy.no_words``, Conflict ``discrepancy.state`` before the
    corrected claim was made.
    """
    account, case = _locked(case_id, by, (CaseState.RESUBMITTED, CaseState.VERIFIED), *_RESPONSIBLE)
    if not words.strip():
        raise Refused("discrepancy.no_words", "Say how the case ends; for an overpayment, how it was returned.")
    _finish(account, case, words, by)
    return case


@transaction.atomic
def look_at_late_change(*, account_id: int) -> DiscrepancyCase | None:
    """Open a case when a released account no longer is what was released; None when it is, or was reopened meanwhile."""
    account = lock_account(account_id)
    if account.step not in PAST_RELEASE:
        return None
    latest = Release.objects.filter(account=account).order_by("-sequence").first()
    held = Hold.objects.filter(account=account, blocking=True, resolved_at__isnull=True).exists()
    if latest is None or (latest.revision == account.revision and not held):
        return None
    return open_discrepancy(account_id=account_id, by=LATE, source=CaseSource.LATE_CHANGE, description=_LATE_WORDS)


def _check_opening(account: Account, source: str, description: str) -> None:
    if source not in CaseSource.values:
        raise Refused("discrepancy.source", "Say how the discrepancy was found.")
    if not description.strip():
        raise Refused("discrepancy.no_description", "Describe the discrepancy.")
    if account.step not in PAST_RELEASE:
        raise Conflict("discrepancy.step", "The account is not past release; correct it where it is.")


def _case(
    account: Account, release: Release, by: Actor, source: str, description: str, overpayment: bool, root_cause: str
) -> DiscrepancyCase:
    return DiscrepancyCase(
        facility_id=account.facility_id,
        account=account,
        release=release,
        source=source,
        description=description,
        known_at=clock.now(),
        known_by_id=by.user_id,
        overpayment=overpayment,
        refund_due_on=_refund_due(account, clock.today(account.facility)) if overpayment else None,
        root_cause=root_cause,
    )


def _refund_due(account: Account, known_on: datetime.date) -> datetime.date | None:
    """Only Medicare A and B run on the rule's clock; other payers by contract."""
    return known_on + datetime.timedelta(days=REFUND_DAYS) if _is_medicare(account) else None


def _is_medicare(account: Account) -> bool:
    first = account.primary_coverage()
    return first is not None and first.payer.kind == PayerKind.MEDICARE


def _carry_over(account: Account, case: DiscrepancyCase, by: Actor) -> None:
    """One open case per account: an unfinished one ends here, and an overpayment keeps its first knowledge and its clock."""
    before = DiscrepancyCase.objects.open().select_for_update().filter(account=account).first()
    if before is None:
        return
    if before.overpayment:
        case.overpayment, case.known_at, case.known_by = True, before.known_at, before.known_by
        case.refund_due_on = before.refund_due_on
    _finish(account, before, "A further discrepancy was found before this one was verified; the newer case carries on.", by)


def _hold(account: Account, case: DiscrepancyCase, by: Actor) -> None:
    place_hold(
        account=account,
        source=HoldSource.POLICY,
        key=f"discrepancy:{case.pk}",
        reason="discrepancy.open",
        message="A discrepancy was found after release. Record root cause, correction and prevention before it goes out again.",
        by=by,
        condition=7,
        owner_role=OwnerRole.COMPLIANCE if case.overpayment else OwnerRole.SUPERVISOR,
        fix="discrepancy",
    )


def _lift_hold(account: Account, case: DiscrepancyCase, by: Actor) -> None:
    key = f"discrepancy:{case.pk}"
    for hold in Hold.objects.filter(account=account, source=HoldSource.POLICY, key=key, resolved_at__isnull=True):
        resolve_hold(account=account, hold=hold, by=by, resolution="Root cause, correction and prevention are recorded.")


def _locked(case_id: int, by: Actor, states: tuple[CaseState, ...], *roles: Role) -> tuple[Account, DiscrepancyCase]:
    account_id = DiscrepancyCase.objects.filter(pk=case_id).values_list("account_id", flat=True).first()
    if account_id is None:
        raise Refused("discrepancy.unknown", "There is no such case.")
    account = lock_account(account_id)
    require(*roles, by=by, facility_id=account.facility_id)
    case = DiscrepancyCase.objects.select_for_update().get(pk=case_id)
    if case.state not in states:
        raise Conflict("discrepancy.state", f"The case is {CaseState(case.state).label.lower()} now.")
    return account, case


def _check_claim_change(account: Account, code: str) -> None:
    """Exactly one reason on a changed Medicare claim; D5 and D6 only void a claim. A professional claim has none."""
    if account.is_professional:
        if code:
            raise Refused("discrepancy.claim_change", "A professional claim carries no claim-change condition code.")
        return
    if code and (code not in CLAIM_CHANGES or code in _VOID_ONLY):
        raise Refused("discrepancy.claim_change", "Choose a claim-change condition code: D0-D4, D7-D9 or E0.")
    went_out = Claim.objects.filter(account=account).exclude(status__in=(ClaimStatus.MADE, ClaimStatus.REJECTED)).exists()
    if not code and went_out and _is_medicare(account):
        raise Refused(
            "discrepancy.claim_change",
            "A changed Medicare claim carries exactly one claim-change condition code; D4 or D9 for changed codes.",
            fix="discrepancy",
        )


def _set_claim_change(account: Account, code: str) -> None:
    if code:
        account.condition_codes = [one for one in account.condition_codes if one not in CLAIM_CHANGES] + [code]
        account.save(update_fields=["condition_codes"])


def _finish(account: Account, case: DiscrepancyCase, words: str, by: Actor) -> None:
    case.state, case.closing_words, case.closed_at = CaseState.CLOSED, words, clock.now()
    case.save(update_fields=["state", "closing_words", "closed_at"])
    close_work(account=account, kind=WorkKind.DISCREPANCY, outcome="closed", by=by)
    _lift_hold(account, case, by)
    history.record(account=account, kind="discrepancy.closed", by=by, payload={"case": case.pk})
