"""Claims and cases at any facility, for the walk over addresses."""

from typing import Any

from accounts.models import Facility, Payer
from coding_workflow.payment.models import Claim, ClaimFile
from coding_workflow.release.models import DiscrepancyCase
from tests.cast import SEPTEMBER, Cast
from tests.payment.stage import claim_file_at


def claim_at(cast: Cast, facility: Facility) -> dict[str, Any]:
    """A claim that was made and not sent: answers the arguments of ``reverse``."""
    file = ClaimFile.objects.get(pk=claim_file_at(cast, facility)["pk"])
    payer, _ = Payer.objects.get_or_create(facility=facility, code="WALK", defaults={"name": "Walk Health", "kind": "commercial"})
    made = Claim.objects.create(
        facility=facility, account=file.account, release=file.release, file=file, payer=payer,
        number=f"W{file.pk}", type_of_bill="0111", frequency="1", total=0,
    )  # fmt: skip
    return {"pk": made.pk}


def case_at(cast: Cast, facility: Facility) -> dict[str, Any]:
    """An open discrepancy case: answers the arguments of ``reverse``."""
    claim = Claim.objects.get(pk=claim_at(cast, facility)["pk"])
    known = f"{SEPTEMBER}T12:00:00Z"
    case = DiscrepancyCase.objects.create(
        facility=facility, account=claim.account, release=claim.release, source="person", description="Walked", known_at=known
    )
    return {"pk": case.pk}
