"""Who may ask, and who may see to a query that was asked; what both begin with."""

from django.db.models.functions import Now

from accounts.actors import Actor
from accounts.errors import Conflict, NotAllowed, Refused
from accounts.locking import lock_account
from accounts.models import Account, Step, WorkItem, WorkKind
from coding_workflow.coding.models import ProviderQuery
from coding_workflow.coding.services.desk import require_coder
from coding_workflow.staff.models import Role, User

#: Where an account may be asked about. Past release a correction comes first (a discrepancy case).
ASKED_AT = (Step.CODING, Step.FINAL_CODED)


def lock_for_asking(*, account_id: int, by: Actor) -> Account:
    """Lock the account for a coder who asks.

    Raises Conflict ``query.step`` before coding and after release, ``work.taken`` while somebody else codes the account;
    NotAllowed as ``require_coder``.
    """
    account = lock_account(account_id)
    if account.step not in ASKED_AT:
        raise Conflict("query.step", f"The account is {Step(account.step).label.lower()}; no query is sent about it now.")
    require_coder(account=account, by=by)
    others = WorkItem.objects.filter(account=account, kind=WorkKind.CODING, closed_at__isnull=True, leased_until__gt=Now())
    other = others.exclude(leased_to_id=by.user_id).select_related("leased_to").first()
    if other is not None:
        raise Conflict("work.taken", f"{other.leased_to} has this account open.")
    return account


def lock_for_seeing_to(*, account_id: int, query_id: int, by: Actor, supervisor: bool = False) -> tuple[Account, ProviderQuery]:
    """Lock the account of a query for a coder or supervisor of the facility (``supervisor``: only those).

    Raises NotAllowed ``query.role``, Refused ``query.unknown``.
    """
    account = lock_account(account_id)
    person = User.objects.filter(pk=by.user_id, is_active=True).first()
    roles = (Role.SUPERVISOR,) if supervisor else (Role.CODER, Role.SUPERVISOR)
    if person is None or not any(person.has_role(role, account.facility_id) for role in roles):
        who = "A supervisor" if supervisor else "A coder or supervisor"
        raise NotAllowed("query.role", f"{who} of this facility does this.")
    return account, query_of(account, query_id)


def query_of(account: Account, query_id: int) -> ProviderQuery:
    """One query of a locked account. Raises Refused ``query.unknown``."""
    query = ProviderQuery.objects.filter(account=account, pk=query_id).select_related("provider").first()
    if query is None:
        raise Refused("query.unknown", "There is no such query on this account.")
    return query


def require_status(query: ProviderQuery, *statuses: str) -> None:
    """Raise Conflict ``query.moved_on`` unless the query stands at one of these."""
    if query.status not in statuses:
        raise Conflict("query.moved_on", f"This query is {query.get_status_display().lower()} by now; look at it once more.")
