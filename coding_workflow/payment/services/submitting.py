"""What a biller says about a claim that went out."""

from collections.abc import Collection

from django.db import transaction

from accounts import clock, history
from accounts.actors import Actor
from accounts.errors import Conflict, Refused
from accounts.locking import lock_account
from accounts.models import Account, WorkKind
from accounts.services.work import open_work
from coding_workflow.payment.models import Claim, ClaimFile, ClaimStatus
from coding_workflow.staff.models import Role

from .rights import require


@transaction.atomic
def mark_submitted(*, claim_id: int, by: Actor) -> Claim:
    """Write down that the claim's file was sent. Raises NotAllowed ``payment.role``, Conflict ``claim.status``."""
    account, claim = _locked(claim_id, by, {ClaimStatus.MADE})
    now = clock.now()
    claim.status, claim.submitted_at, claim.submitted_by_id = ClaimStatus.SUBMITTED, now, by.user_id
    claim.save(update_fields=["status", "submitted_at", "submitted_by"])
    ClaimFile.objects.filter(pk=claim.file_id, sent_at__isnull=True).update(sent_at=now)
    history.record(account=account, kind="claim.submitted", by=by, payload={"claim": claim.pk, "file": claim.file_id})
    return claim


@transaction.atomic
def mark_accepted(*, claim_id: int, by: Actor) -> Claim:
    """Write down that the payer took the claim in. Raises NotAllowed ``payment.role``, Conflict ``claim.status``."""
    account, claim = _locked(claim_id, by, {ClaimStatus.SUBMITTED})
    claim.status = ClaimStatus.ACCEPTED
    claim.save(update_fields=["status"])
    history.record(account=account, kind="claim.accepted", by=by, payload={"claim": claim.pk})
    return claim


@transaction.atomic
def mark_rejected(*, claim_id: int, by: Actor, reason: str) -> Claim:
    """Write down that clearinghouse or payer refused the file before processing; opens denial work.

    The next release makes an original again. Raises Refused ``claim.no_reason``, and what ``mark_submitted`` raises.
    """
    if not reason.strip():
        raise Refused("claim.no_reason", "Say why the claim was rejected.")
    account, claim = _locked(claim_id, by, {ClaimStatus.SUBMITTED, ClaimStatus.ACCEPTED})
    claim.status = ClaimStatus.REJECTED
    claim.save(update_fields=["status"])
    history.record(account=account, kind="claim.rejected", by=by, payload={"claim": claim.pk, "reason": reason})
    open_work(account=account, kind=WorkKind.DENIAL, by=by, why=reason[:200])
    return claim


def _locked(claim_id: int, by: Actor, statuses: Collection[ClaimStatus]) -> tuple[Account, Claim]:
    found = Claim.objects.filter(pk=claim_id).values_list("account_id", flat=True).first()
    if found is None:
        raise Refused("claim.unknown", "There is no such claim.")
    account = lock_account(found)
    require(Role.BILLER, by=by, facility_id=account.facility_id)
    claim = Claim.objects.select_for_update().get(pk=claim_id)
    if claim.status not in statuses:
        raise Conflict("claim.status", f"The claim is {ClaimStatus(claim.status).label.lower()} already.")
    return account, claim
