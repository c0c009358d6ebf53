"""Claims of this system answered by the demo's simulated payer; used by the seed and the journey, never by a real payer."""

import datetime
from collections.abc import Collection, Sequence

from accounts import clock

from .models import Claim
from .simulated_payer import Bill, Payee, answer


def answer_claims(
    claims: Sequence[Claim], *, denied: Collection[int] = (), paid_on: datetime.date | None = None, trace: str = ""
) -> bytes:
    """An 835 for claims of one facility and one payer; ``denied`` are keys of claims to deny (CO-50), the rest is paid.

    Post it with ``post_remittance``. The trace number comes from the first claim unless given.
    """
    first = claims[0]
    facility = first.facility
    if len({(claim.facility_id, claim.payer_id) for claim in claims}) != 1:
        raise ValueError("One remittance answers claims of one facility and one payer.")
    return answer(
        [_bill(claim, denied=claim.pk in denied) for claim in claims],
        payee=Payee(facility.name, facility.npi),
        payer=first.payer.name,
        payer_id=first.payer.electronic_id,
        paid_on=paid_on or clock.today(facility),
        trace=trace or f"SIM-{first.number}",
        test=first.file.test,
    )


def _bill(claim: Claim, *, denied: bool) -> Bill:
    before = claim.replaces
    return Bill(claim.number, claim.total, denied, _bill(before, denied=not _was_paid(before)) if before else None)


def _was_paid(claim: Claim) -> bool:
    return any(row.paid > 0 for row in claim.remittances.all())
