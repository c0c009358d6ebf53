"""Final coded, and back again."""

from django.db import transaction

from accounts import lifecycle
from accounts.actors import Actor
from accounts.errors import Conflict, Refused
from accounts.locking import lock_account
from accounts.models import Account, Step, WorkKind
from accounts.services.work import close_work, open_work
from coding_workflow.coding import selectors
from coding_workflow.coding.models import FinalCoding

from .desk import open_for_coding


@transaction.atomic
def finalize_coding(*, account_id: int, by: Actor, revision: int | None = None) -> FinalCoding:
    """Declare the account final coded; the release check follows by itself.

    ``revision`` is the one the coder saw: Conflict ``account.changed`` when something arrived meanwhile. Raises
    Refused ``coding.empty`` without a diagnosis, and what ``open_for_coding`` raises.
    """
    account = open_for_coding(account_id=account_id, by=by)
    if revision is not None and revision != account.revision:
        raise Conflict("account.changed", "Something on the account changed since you opened it; look at it once more.")
    if selectors.principal(account.pk) is None:
        raise Refused("coding.empty", "Assign at least the principal or first-listed diagnosis first.", fix="diagnoses")
    final = FinalCoding.objects.create(
        facility_id=account.facility_id, account=account, revision=account.revision, coder_id=by.person_id
    )
    close_work(account=account, kind=WorkKind.CODING, outcome="finalized", by=by)
    lifecycle.move(account=account, to=Step.FINAL_CODED, by=by)
    return final


@transaction.atomic
def return_to_coding(*, account_id: int, by: Actor, reason: str) -> Account:
    """Send a final-coded account back to the coder who finalized it, with words. Raises Refused ``return.no_reason``."""
    if not reason.strip():
        raise Refused("return.no_reason", "Say what the coder should look at.")
    account = lock_account(account_id)
    reopen_coding(account=account, by=by, reason=reason)
    return account


def reopen_coding(*, account: Account, by: Actor, reason: str) -> None:
    """Move a locked account to the coding step and open coding work for the coder who finalized it last."""
    last = selectors.last_finalization(account.pk)
    close_work(account=account, kind=WorkKind.RELEASE, outcome="returned", by=by)
    lifecycle.move(account=account, to=Step.CODING, by=by, reason=reason)
    open_work(
        account=account,
        kind=WorkKind.CODING,
        by=by,
        coding_type=account.patient_class,
        returned_to_id=last.coder_id if last else None,
        why=reason[:200],
    )
