"""Deleting a visit (A23): only one on which nothing hangs, and nothing is removed from the database."""

from accounts import lifecycle
from accounts.errors import Conflict
from accounts.locking import lock_account
from accounts.models import Account, Hold, Step, WorkItem
from coding_workflow.registration.facts import VisitMessage

from .identity import refuse_other_patient
from .source import Source


def remove(*, account_id: int, facts: VisitMessage, source: Source) -> Account:
    """Cancel a registered account that holds nothing; twice is once.

    Raises Conflict ``registration.something_hangs`` when it has documents, charges, orders, holds or work, or was discharged:
    a person decides then, and the message stays listed.
    """
    account = lock_account(account_id)
    refuse_other_patient(account, facts.patient.authority, facts.patient.mrn, source)
    if account.step == Step.CANCELLED:
        return account
    holds = _holds(account)
    if holds:
        raise Conflict("registration.something_hangs", f"The account cannot be deleted: it has {', '.join(holds)}.")
    lifecycle.move(account=account, to=Step.CANCELLED, by=source.by, reason="Deleted by the sender", action=source.action)
    return account


def _holds(account: Account) -> list[str]:
    """What hangs on the account, in words."""
    there = {
        "documents": account.documents.exists(),
        "charges": account.charges.exists(),
        "orders": account.orders.exists(),
        "leaves of absence": account.leave_notices.exists(),
        "open holds": Hold.objects.filter(account=account, resolved_at__isnull=True).exists(),
        "open work": WorkItem.objects.filter(account=account, closed_at__isnull=True).exists(),
        "combined accounts": account.combined_from.exists(),
        f"the step {Step(account.step).label.lower()}": account.step != Step.REGISTERED,
    }
    return [words for words, is_there in there.items() if is_there]
