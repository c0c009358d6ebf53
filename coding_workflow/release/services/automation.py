"""The check as automation serves it: judge, and release clean accounts where policy does so by itself."""

from django.db import transaction

from accounts.locking import lock_account
from accounts.models import Account, Hold, Step
from coding_workflow.coding import selectors as coding
from coding_workflow.policy.selectors import observes, policy_for
from coding_workflow.release.models import Check, Verdict
from coding_workflow.staff.models import Role, User

from .approving import release_by_policy
from .checking import judge, keep_verdict, route, run_check


@transaction.atomic
def check_and_release(*, account_id: int) -> Check | None:
    """Run the check; then release without a person where the facility's policy says so."""
    check = run_check(account_id=account_id)
    if check is not None:
        release_clean(account_id=account_id, check=check)
    return check


def release_clean(*, account_id: int, check: Check) -> None:
    """Release an account that was just checked, where the facility's policy does so without a person.

    Judged again under its lock with everything in force at this instant, as an approval is: what has changed since the check
    holds it, and sends it where a check would. Never releases what a person must look at: an account with a hold, or one
    that the accountable supervisor coded.
    """
    if check.verdict != Verdict.RELEASABLE:
        return
    account = lock_account(account_id)
    supervisor = _accountable(account)
    if supervisor is None or account.step != Step.FINAL_CODED or _held(account) or observes(account.facility):
        return
    judgement = judge(account)
    verdict = keep_verdict(account=account, judgement=judgement)
    if verdict.verdict != Verdict.RELEASABLE or _held(account):
        route(account, judgement.evaluation)
        return
    release_by_policy(
        account_id=account.pk, verdict=verdict, judgement=judgement, policy_hash=judgement.policy.hash, supervisor=supervisor
    )


def _accountable(account: Account) -> User | None:
    """The supervisor who answers for releasing this account without a person, unless they coded it."""
    primary = account.primary_coverage()
    row = policy_for(account.facility).auto_release_for(
        account.patient_class, primary.payer.kind if primary else "", account.service
    )
    person: User | None = User.objects.filter(username=row.accountable_supervisor, is_active=True).first() if row else None
    if person is None or not person.has_role(Role.SUPERVISOR, account.facility_id):
        return None
    return None if person.pk in coding.coder_ids(account.pk) else person


def _held(account: Account) -> bool:
    return Hold.objects.filter(account=account, resolved_at__isnull=True, blocking=True).exists()
