"""What an open query does to its account: the holds it stands behind, and whose work it is."""

from typing import Final

from accounts.actors import Actor
from accounts.errors import Conflict
from accounts.models import Account, Hold, HoldSource, OwnerRole, Step, WorkKind
from accounts.services.holds import place_hold, resolve_hold
from accounts.services.work import close_work, open_work
from coding_workflow.coding.models import ProviderQuery, QueryStatus
from coding_workflow.coding.services.finalizing import reopen_coding

OUTSTANDING: Final = "query.outstanding"
ADDENDUM: Final = "query.addendum"


def hold_for_answer(*, account: Account, query: ProviderQuery, by: Actor) -> Hold:
    """Hold condition 2 until the provider answers."""
    message = f"A query about “{query.subject}” waits for {query.provider}."
    return _hold(account, query, by, OUTSTANDING, message)


def hold_for_addendum(*, account: Account, query: ProviderQuery, by: Actor) -> Hold:
    """Hold condition 2 until the answer stands in the record, signed (decisions: a query is not part of the legal record)."""
    message = f"{query.provider} answered the query about “{query.subject}”; the signed addendum is awaited."
    return _hold(account, query, by, ADDENDUM, message)


def _hold(account: Account, query: ProviderQuery, by: Actor, reason: str, message: str) -> Hold:
    return place_hold(
        account=account,
        source=HoldSource.POLICY,
        key=f"{reason}:{query.pk}",
        reason=reason,
        message=message,
        by=by,
        condition=2,
        owner_role=OwnerRole.PROVIDER,
        fix="queries",
        milestone="documented",
    )


def end_holds(*, account: Account, query: ProviderQuery, by: Actor, resolution: str) -> None:
    """Resolve what is open of the query's holds; a supervisor may have resolved one by hand."""
    keys = [f"{reason}:{query.pk}" for reason in (OUTSTANDING, ADDENDUM)]
    for hold in Hold.objects.filter(account=account, source=HoldSource.POLICY, key__in=keys, resolved_at__isnull=True):
        resolve_hold(account=account, hold=hold, by=by, resolution=resolution)


def leave_to_provider(*, account: Account, query: ProviderQuery, by: Actor) -> None:
    """The coder has done what there is to do for now: coding work ends, the query is what the account waits for."""
    close_work(account=account, kind=WorkKind.CODING, outcome="queried", by=by)
    open_work(account=account, kind=WorkKind.QUERY, by=by, why=f"Query to {query.provider}"[:200])


def give_back(*, account: Account, query: ProviderQuery, by: Actor, why: str) -> None:
    """The account returns to the coder who asked, wherever it stands; query work ends with the last open question."""
    if not ProviderQuery.objects.filter(account=account, status=QueryStatus.SENT).exists():
        close_work(account=account, kind=WorkKind.QUERY, outcome="answered", by=by)
    if account.step == Step.FINAL_CODED:
        reopen_coding(account=account, by=by, reason=why)
    elif account.step == Step.CODING:
        open_work(
            account=account,
            kind=WorkKind.CODING,
            by=by,
            coding_type=account.patient_class,
            returned_to_id=query.asked_by_id,
            why=why[:200],
        )


def change_status(query: ProviderQuery, status: str, **changes: object) -> None:
    """Move a query of a locked account on; the number of rows is checked. Raises Conflict ``query.moved_on``."""
    moved = ProviderQuery.objects.filter(pk=query.pk, status=query.status).update(status=status, **changes)
    if not moved:
        raise Conflict("query.moved_on", "Somebody was first; look at the query once more.")
    query.refresh_from_db()
