"""Whether a remittance adds up, as the 835 guide asks: line, claim and payment. Amounts are Decimal throughout."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final

from .remittance import Adjustment, ClaimRemit, Payment

_ZERO: Final = Decimal(0)


def imbalances(payment: Payment) -> list[str]:
    """Sentences for everything that does not add up to the cent; empty when the payment balances.

    Line: charge less adjustments is paid. Claim: charge less all adjustments is paid; lines, where there are any, sum to
    the claim's charge. Payment: claims paid less provider adjustments (PLB) is the amount of BPR.
    """
    found = [sentence for place, claim in enumerate(payment.claims, start=1) for sentence in _claim(place, claim)]
    paid = sum((claim.paid for claim in payment.claims), _ZERO)
    moved = sum((one.amount for one in payment.provider_adjustments), _ZERO)
    if paid - moved != payment.amount:
        found.append("The claims paid less provider adjustments are not the amount of the payment.")
    return found


def _claim(place: int, claim: ClaimRemit) -> Iterator[str]:
    adjusted = _sum(claim.adjustments) + sum((_sum(line.adjustments) for line in claim.lines), _ZERO)
    if claim.charge - adjusted != claim.paid:
        yield f"Claim {place}: the charge less its adjustments is not the amount paid."
    if claim.lines and sum((line.charge for line in claim.lines), _ZERO) != claim.charge:
        yield f"Claim {place}: its lines do not add up to its charge."
    if claim.lines and sum((line.paid for line in claim.lines), _ZERO) - _sum(claim.adjustments) != claim.paid:
        yield f"Claim {place}: its lines do not add up to the amount paid."
    for number, line in enumerate(claim.lines, start=1):
        if line.charge - _sum(line.adjustments) != line.paid:
            yield f"Claim {place}, line {number}: the charge less its adjustments is not the amount paid."
    responsible = _sum(one for one in claim.adjustments if one.group == "PR")
    responsible += sum((_sum(one for one in line.adjustments if one.group == "PR") for line in claim.lines), _ZERO)
    if claim.patient_responsibility and responsible != claim.patient_responsibility:
        yield f"Claim {place}: the patient's share is not the sum of its PR adjustments."


def _sum(adjustments: Iterable[Adjustment]) -> Decimal:
    return sum((one.amount for one in adjustments), _ZERO)
