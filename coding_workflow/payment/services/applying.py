"""What a posted payment does to the claims that it names."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.db.models import Sum

from accounts import history, lifecycle
from accounts.actors import Actor
from accounts.locking import lock_accounts
from accounts.models import Account, Step, WorkItem, WorkKind
from accounts.services.work import close_work, open_work
from coding_workflow.payment.models import Adjustment, Claim, ClaimStatus, Payment, RemittanceClaim
from coding_workflow.payment.x12 import remittance as x12
from coding_workflow.payment.x12 import wording
from coding_workflow.release.models import CaseState, DiscrepancyCase

#: Statuses that decide nothing here: forwarded elsewhere, predetermination.
_UNDECIDED: Final = frozenset({"23", "25"})


@dataclass(slots=True)
class Known:
    """What is known before a payment is applied, read once for all its claims; ``balances`` runs along (dollars paid)."""

    claims: dict[str, Claim]
    accounts: dict[int, Account]
    balances: dict[int, Decimal]
    with_denial: set[int]
    cases: dict[int, DiscrepancyCase]


def apply(payment: Payment, said: x12.Payment, by: Actor) -> list[RemittanceClaim]:
    """Store what the payment says about each claim and bring matched claims up to date.

    Claims match by our number (CLM01), exactly, at this facility; others are kept unmatched. Accounts are locked in
    key order first.
    """
    known = _known(payment.facility_id, {one.claim_number for one in said.claims})
    rows = []
    for position, one in enumerate(said.claims, start=1):
        claim = known.claims.get(one.claim_number)
        rows.append(_row(payment, position, one, claim, known))
        if claim is not None:
            _settle(claim, payment, one, known, by)
    RemittanceClaim.objects.bulk_create(rows, batch_size=1000)
    found = [each for row, one in zip(rows, said.claims, strict=True) for each in _adjustments(row, one)]
    Adjustment.objects.bulk_create(found, batch_size=1000)
    Claim.objects.bulk_update(known.claims.values(), ["status", "payer_control_number"], batch_size=500)
    return rows


def _known(facility_id: int, numbers: set[str]) -> Known:
    """Lock first, then read: what was read before the locks could be old."""
    ours = Claim.objects.filter(facility_id=facility_id, number__in=numbers)
    accounts = lock_accounts(ours.values_list("account_id", flat=True))
    keys = [account.pk for account in accounts]
    claims = {claim.number: claim for claim in ours.order_by("pk")}
    paid = RemittanceClaim.objects.filter(claim__in=ours).values_list("claim_id").annotate(Sum("paid"))
    denials = WorkItem.objects.filter(account__in=keys, kind=WorkKind.DENIAL, closed_at__isnull=True)
    cases = DiscrepancyCase.objects.filter(account__in=keys, state=CaseState.RESUBMITTED)
    return Known(
        claims=claims,
        accounts={account.pk: account for account in accounts},
        balances={claim_id: total for claim_id, total in paid if claim_id is not None},
        with_denial=set(denials.values_list("account_id", flat=True)),
        cases={case.corrected_release_id: case for case in cases if case.corrected_release_id},
    )


def is_denied(one: x12.ClaimRemit) -> bool:
    """Denied by status 4, or nothing paid and nothing left to the patient although something was charged."""
    if one.status == x12.DENIED:
        return True
    return one.charge > 0 and one.paid == 0 and one.patient_responsibility == 0


def _row(payment: Payment, position: int, one: x12.ClaimRemit, claim: Claim | None, known: Known) -> RemittanceClaim:
    return RemittanceClaim(
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
        note=_note(one, claim, known),
    )


def _note(one: x12.ClaimRemit, claim: Claim | None, known: Known) -> str:
    """What a biller should look at, in words."""
    if claim is None:
        return "No claim of this facility has this number."
    notes = []
    paid_before = known.balances.get(claim.pk, Decimal(0))
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


def _all_adjustments(one: x12.ClaimRemit) -> list[x12.Adjustment]:
    return [*one.adjustments, *(each for line in one.lines for each in line.adjustments)]


def _adjustments(row: RemittanceClaim, one: x12.ClaimRemit) -> Iterator[Adjustment]:
    yield from (_adjustment(row, each, None, None) for each in one.adjustments)
    for place, line in enumerate(one.lines, start=1):
        yield from (_adjustment(row, each, place, line) for each in line.adjustments)


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


def _settle(claim: Claim, payment: Payment, one: x12.ClaimRemit, known: Known, by: Actor) -> None:
    account = known.accounts[claim.account_id]
    changed = _changed(claim, one)
    known.balances[claim.pk] = known.balances.get(claim.pk, Decimal(0)) + one.paid
    payload = {"claim": claim.pk, "remittance": payment.remittance_id, "paid": str(one.paid), "status": one.status}
    history.record(account=account, kind=f"claim.{changed}", by=by, payload=payload)
    if claim.status == ClaimStatus.SUPERSEDED:
        return
    if changed == "denied":
        open_work(account=account, kind=WorkKind.DENIAL, by=by, why=_why(one))
        known.with_denial.add(account.pk)
    if changed == "paid":
        _paid(account, claim, known, by)


def _changed(claim: Claim, one: x12.ClaimRemit) -> str:
    """Bring the claim's columns up to date; answers the event's word. A superseded claim stays superseded."""
    claim.payer_control_number = one.payer_control_number[:50] or claim.payer_control_number
    if one.status in _UNDECIDED:
        return "informed"
    word = "reversed" if one.status == x12.REVERSAL else "denied" if is_denied(one) else "paid"
    if claim.status != ClaimStatus.SUPERSEDED:
        claim.status = {"reversed": ClaimStatus.SUBMITTED, "denied": ClaimStatus.DENIED, "paid": ClaimStatus.PAID}[word]
    return word


def _paid(account: Account, claim: Claim, known: Known, by: Actor) -> None:
    if account.pk in known.with_denial:
        close_work(account=account, kind=WorkKind.DENIAL, outcome="paid", by=by)
        known.with_denial.discard(account.pk)
    if account.step == Step.BILLED:
        lifecycle.move(account=account, to=Step.PAID, by=by)
    case = known.cases.pop(claim.release_id, None)
    if case is not None:
        case.state = CaseState.VERIFIED
        case.save(update_fields=["state"])
        history.record(account=account, kind="discrepancy.verified", by=by, payload={"case": case.pk})
        close_work(account=account, kind=WorkKind.DISCREPANCY, outcome="verified", by=by)


def _why(one: x12.ClaimRemit) -> str:
    codes = dict.fromkeys(f"{each.group}-{each.reason}: {wording.reason(each.reason)}" for each in _all_adjustments(one))
    return ("; ".join(codes) or "Denied without a reason code")[:200]
