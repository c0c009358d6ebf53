"""What a posted payment does to the claims that it names."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from accounts import history, lifecycle
from accounts.actors import Actor
from accounts.locking import lock_accounts
from accounts.models import Account, Step, WorkKind
from accounts.services.work import close_work, open_work
from coding_workflow.payment.models import Adjustment, Claim, ClaimStatus, Payment, RemittanceClaim
from coding_workflow.payment.x12 import remittance as x12
from coding_workflow.payment.x12 import wording
from coding_workflow.release.models import CaseState, DiscrepancyCase

#: Statuses that decide nothing here: forwarded elsewhere, predetermination.
_UNDECIDED: Final = frozenset({"23", "25"})


def apply(payment: Payment, said: x12.Payment, by: Actor) -> list[RemittanceClaim]:
    """Store what the payment says about each claim and bring matched claims up to date.

    Claims match by our number (CLM01), exactly, at this facility; others are kept unmatched. Accounts are locked in
    key order first.
    """
    claims = _claims(payment.facility_id, [one.claim_number for one in said.claims])
    accounts = {account.pk: account for account in lock_accounts(claim.account_id for claim in claims.values())}
    rows = []
    for position, one in enumerate(said.claims, start=1):
        claim = claims.get(one.claim_number)
        row = _row(payment, position, one, claim)
        _adjustments(row, one)
        if claim is not None:
            _settle(accounts[claim.account_id], claim, row, one, by)
        rows.append(row)
    return rows


def is_denied(one: x12.ClaimRemit) -> bool:
    """Denied by status 4, or nothing paid and nothing left to the patient although something was charged."""
    if one.status == x12.DENIED:
        return True
    return one.charge > 0 and one.paid == 0 and one.patient_responsibility == 0


def _claims(facility_id: int, numbers: Iterable[str]) -> dict[str, Claim]:
    rows = Claim.objects.filter(facility_id=facility_id, number__in=set(numbers)).order_by("pk")
    return {claim.number: claim for claim in rows}


def _row(payment: Payment, position: int, one: x12.ClaimRemit, claim: Claim | None) -> RemittanceClaim:
    return RemittanceClaim.objects.create(
        facility_id=payment.facility_id,
        payment=payment,
        position=position,
        account_id=claim.account_id if claim else None,
        claim=claim,
        claim_number=one.claim_number[:38],
        status=one.status[:2],
        charge=one.charge,
        paid=one.paid,
        patient_responsibility=one.patient_responsibility,
        payer_control_number=one.payer_control_number[:50],
        remarks=one.remarks,
        note=_note(one, claim),
    )


def _note(one: x12.ClaimRemit, claim: Claim | None) -> str:
    """What a biller should look at, in words."""
    if claim is None:
        return "No claim of this facility has this number."
    notes = []
    paid_before = _balance(claim)
    if one.status == x12.REVERSAL and paid_before != -one.paid:
        notes.append("A reversal of what was not paid here in this amount.")
    if one.status != x12.REVERSAL and claim.status == ClaimStatus.PAID and paid_before != 0 and one.paid != 0:
        notes.append("Paid before and not reversed: perhaps paid twice.")
    if one.status != x12.REVERSAL and one.charge != claim.total:
        notes.append("The charge is not the one that was billed.")
    groups = {adjustment.group for adjustment in _all_adjustments(one)}
    if groups - x12.GROUPS:
        notes.append("An adjustment group is unknown.")
    return " ".join(notes)


def _balance(claim: Claim) -> Decimal:
    return sum((row.paid for row in claim.remittances.all()), Decimal(0))


def _all_adjustments(one: x12.ClaimRemit) -> list[x12.Adjustment]:
    return [*one.adjustments, *(each for line in one.lines for each in line.adjustments)]


def _adjustments(row: RemittanceClaim, one: x12.ClaimRemit) -> None:
    found = [_adjustment(row, each, None, None) for each in one.adjustments]
    for place, line in enumerate(one.lines, start=1):
        found += [_adjustment(row, each, place, line) for each in line.adjustments]
    Adjustment.objects.bulk_create(found)


def _adjustment(row: RemittanceClaim, each: x12.Adjustment, place: int | None, line: x12.LineRemit | None) -> Adjustment:
    return Adjustment(
        facility_id=row.facility_id,
        remittance_claim=row,
        line=place,
        procedure=line.procedure[:80] if line else "",
        group=each.group[:2],
        reason=each.reason[:5],
        amount=each.amount,
        quantity=each.quantity,
        remarks=line.remarks if line else [],
    )


def _settle(account: Account, claim: Claim, row: RemittanceClaim, one: x12.ClaimRemit, by: Actor) -> None:
    changed = _changed(claim, one)
    claim.save(update_fields=["status", "payer_control_number"])
    payload = {"claim": claim.pk, "remittance": row.payment.remittance_id, "paid": str(one.paid), "status": one.status}
    history.record(account=account, kind=f"claim.{changed}", by=by, payload=payload)
    if claim.status == ClaimStatus.SUPERSEDED:
        return
    if changed == "denied":
        open_work(account=account, kind=WorkKind.DENIAL, by=by, why=_why(one))
    if changed == "paid":
        _paid(account, claim, by)


def _changed(claim: Claim, one: x12.ClaimRemit) -> str:
    """Bring the claim's columns up to date; answers the event's word. A superseded claim stays superseded."""
    claim.payer_control_number = one.payer_control_number[:50] or claim.payer_control_number
    if one.status in _UNDECIDED:
        return "informed"
    word = "reversed" if one.status == x12.REVERSAL else "denied" if is_denied(one) else "paid"
    if claim.status != ClaimStatus.SUPERSEDED:
        claim.status = {"reversed": ClaimStatus.SUBMITTED, "denied": ClaimStatus.DENIED, "paid": ClaimStatus.PAID}[word]
    return word


def _paid(account: Account, claim: Claim, by: Actor) -> None:
    close_work(account=account, kind=WorkKind.DENIAL, outcome="paid", by=by)
    if account.step == Step.BILLED:
        lifecycle.move(account=account, to=Step.PAID, by=by)
    case = DiscrepancyCase.objects.filter(
        account=account, corrected_release_id=claim.release_id, state=CaseState.RESUBMITTED
    ).first()
    if case is not None:
        case.state = CaseState.VERIFIED
        case.save(update_fields=["state"])
        history.record(account=account, kind="discrepancy.verified", by=by, payload={"case": case.pk})
        close_work(account=account, kind=WorkKind.DISCREPANCY, outcome="verified", by=by)


def _why(one: x12.ClaimRemit) -> str:
    codes = dict.fromkeys(f"{each.group}-{each.reason}: {wording.reason(each.reason)}" for each in _all_adjustments(one))
    return ("; ".join(codes) or "Denied without a reason code")[:200]
