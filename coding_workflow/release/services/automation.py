"""The check as automation serves it: judge, and release clean accounts where policy does so by itself."""

from django.db import transaction

from accounts.locking import lock_account
from accounts.models import Account, Coverage, Hold, Step
from coding_workflow.coding import selectors as coding
from coding_workflow.release.models import Check, Verdict
from coding_workflow.staff.models import Role, User

from .approving import release_by_policy
from .checking import judge, run_check


@transaction.atomic
def check_and_release(*, account_id: int) -> Check | None:
    """Run the check; then release without a person where the facility's policy says so (decisions.md 18).

    Never releases what a person must look at: an account with a hold, or one that the accountable supervisor coded.
    """
    check = run_check(account_id=account_id)
    if check is None or check.verdict != Verdict.RELEASABLE:
        return check
    account = lock_account(account_id)
    if account.step != Step.FINAL_CODED or _held(account):
        return check
    judgement = judge(account)
    row = judgement.policy.auto_release_for(account.patient_class, _payer_kind(account))
    supervisor = _supervisor(row.accountable_supervisor, account) if row else None
    if supervisor is None or supervisor.pk in coding.coder_ids(account.pk):
        return check
    release_by_policy(
        account_id=account.pk, verdict=check, judgement=judgement, policy_hash=judgement.policy.hash, supervisor=supervisor
    )
    return check


def _held(account: Account) -> bool:
    return Hold.objects.filter(account=account, resolved_at__isnull=True, blocking=True).exists()


def _payer_kind(account: Account) -> str:
    primary = Coverage.objects.filter(account=account).select_related("payer").order_by("rank").first()
    return primary.payer.kind if primary else ""


def _supervisor(username: str, account: Account) -> User | None:
    person = User.objects.filter(username=username, is_active=True).first()
    return person if person and person.has_role(Role.SUPERVISOR, account.facility_id) else None
