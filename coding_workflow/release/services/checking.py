"""The release check: judge an account by everything in force, keep the verdict, open and clear holds."""

import hashlib
from collections.abc import Collection, Iterable
from typing import Any

from django.db import transaction

from accounts import clock, history
from accounts.actors import Actor
from accounts.locking import lock_account
from accounts.models import Account, Hold, HoldSource, Step, WorkKind
from accounts.services.holds import place_hold, resolve_hold
from accounts.services.work import close_work, open_work
from coding_workflow.coding.selectors import CodedRecord
from coding_workflow.coding.services.finalizing import reopen_coding
from coding_workflow.guidelines.findings import Evaluation, Finding
from coding_workflow.release.facts import ASSEMBLY, assemble
from coding_workflow.release.in_force import InForce, Judgement
from coding_workflow.release.models import Check, ShadowFinding, Verdict

from . import due

CHECKER = Actor.system("release.check")
_KEY_LENGTH = 160


def judge(account: Account, written: CodedRecord | None = None) -> Judgement:
    """Judge an account as it stands now, under the rules, tables and policy in force at this instant. Writes nothing.

    ``written`` is what the coder wrote, where the caller has read it already.
    """
    return InForce(account.facility).judge(assemble(account, written))


@transaction.atomic
def run_check(*, account_id: int) -> Check | None:
    """Check a final-coded account: verdict of record, holds opened and cleared, work routed.

    Answers None at any other step; while the account is being coded, a check that is due only clears what it no longer
    finds. Running it twice on the same facts makes one check.
    """
    account = lock_account(account_id)
    seen = due.seen([account_id])
    check = _check(account) if account.step == Step.FINAL_CODED else None
    if seen and account.step == Step.CODING:
        clear_stale_holds(account)
    due.done(seen)
    return check


def _check(account: Account) -> Check:
    in_force = InForce(account.facility)
    judgement = in_force.check(assemble(account))
    check = keep_verdict(account=account, judgement=judgement)
    if not in_force.observes:
        route(account, judgement.evaluation)
    return check


def clear_stale_holds(account: Account) -> None:
    """Clear the check's own holds that it would no longer open, on a locked account that is with its coder.

    Opens nothing and keeps no verdict: the account is judged when it is finalized.
    """
    standing = list(_standing(account))
    if standing:
        wanted = {hold_key(finding) for finding in judge(account).evaluation.holding}
        _clear(account, [hold for hold in standing if hold.key not in wanted])


def keep_verdict(*, account: Account, judgement: Judgement) -> Check:
    """Store the verdict of a locked account unless the newest says the same of the same, and bring the check's own holds
    into line with its findings; while the facility observes, there are none."""
    newest = Check.objects.filter(account=account).defer("facts", "findings").order_by("-pk").first()
    check = newest if newest and says_the_same(newest, account, judgement) else _store(account, judgement)
    keep_shadow([(check, judgement)])
    observes = judgement.policy.observes(clock.today(account.facility))
    align_holds(account, () if observes else judgement.evaluation.holding, list(_standing(account)))
    return check


def says_the_same(check: Check, account: Account, judgement: Judgement) -> bool:
    """Whether a verdict was made of the same facts under the same rules, tables and policy."""
    then = check.revision, check.ruleset_hash, check.tables_hash, check.policy_hash, check.facts_hash
    evaluation = judgement.evaluation
    now = evaluation.ruleset_hash, judgement.tables_hash, judgement.policy.hash, judgement.facts_hash
    return then == (account.revision, *now)


def verdict_of(account: Account, judgement: Judgement) -> Check:
    """The row of a verdict, not yet stored."""
    evaluation = judgement.evaluation
    return Check(
        facility_id=account.facility_id,
        account=account,
        revision=account.revision,
        ruleset_hash=evaluation.ruleset_hash,
        tables_hash=judgement.tables_hash,
        policy_hash=judgement.policy.hash,
        facts_hash=judgement.facts_hash,
        engine_version=evaluation.engine_version,
        verdict=Verdict(evaluation.verdict),
        conditions={str(number): status for number, status in evaluation.conditions.items()},
        findings=[finding.as_dict() for finding in evaluation.findings],
        drg=evaluation.drg.as_dict() if evaluation.drg else None,
        tables=dict(evaluation.tables),
        facts=judgement.facts_text,
        assembly=ASSEMBLY,
    )


def checked_event(check: Check) -> dict[str, Any]:
    """What the account's history says of a verdict that was stored."""
    return {"check": check.pk, "revision": check.revision, "verdict": check.verdict}


def _store(account: Account, judgement: Judgement) -> Check:
    check = verdict_of(account, judgement)
    check.save(force_insert=True)
    history.record(account=account, kind="release.checked", by=CHECKER, payload=checked_event(check))
    return check


def keep_shadow(checked: Iterable[tuple[Check, Judgement]]) -> None:
    """Write down what rules in shadow would have found at these checks; what is there already stays as it is."""
    rows = [
        ShadowFinding(
            facility_id=check.facility_id,
            account_id=check.account_id,
            verdict=check,
            rule=finding.rule,
            version=finding.version,
            subjects=list(finding.subjects),
            message=finding.message,
            severity=finding.severity,
        )
        for check, judgement in checked
        for finding in judgement.shadow
    ]
    if rows:
        ShadowFinding.objects.bulk_create(rows, ignore_conflicts=True)


def _standing(account: Account) -> Iterable[Hold]:
    return Hold.objects.filter(account=account, source=HoldSource.CHECK, resolved_at__isnull=True)


def align_holds(account: Account, holding: Iterable[Finding], standing: Collection[Hold]) -> None:
    """Open holds for findings that are new and clear those that are gone. ``standing``: the check's own open ones."""
    wanted = {hold_key(finding): finding for finding in holding}
    _clear(account, [hold for hold in standing if hold.key not in wanted])
    kept = {hold.key for hold in standing}
    for key, finding in wanted.items():
        if key not in kept:
            _open_hold(account, key, finding)


def _clear(account: Account, holds: Iterable[Hold]) -> None:
    for hold in holds:
        resolve_hold(account=account, hold=hold, by=CHECKER, resolution="The check no longer finds it.")


def _open_hold(account: Account, key: str, finding: Finding) -> None:
    place_hold(
        account=account,
        source=HoldSource.CHECK,
        key=key,
        reason=finding.rule,
        message=finding.message,
        condition=finding.condition,
        owner_role=finding.owner,
        fix=finding.fix,
        by=CHECKER,
    )


def hold_key(finding: Finding) -> str:
    """The finding's key, shortened by a hash where it is longer than a hold's key may be."""
    if len(finding.key) <= _KEY_LENGTH:
        return finding.key
    return f"{finding.key[:95]}:{hashlib.sha256(finding.key.encode()).hexdigest()}"


def route(account: Account, evaluation: Evaluation) -> None:
    """Releasable and unheld: release work. Held by the coder's own findings: back to the same coder."""
    coders = [finding for finding in evaluation.holding if finding.owner == "coding"]
    if coders:
        reopen_coding(account=account, by=CHECKER, reason=coders[0].message)
        return
    if (
        evaluation.verdict == "releasable"
        and not Hold.objects.filter(account=account, resolved_at__isnull=True, blocking=True).exists()
    ):
        open_work(account=account, kind=WorkKind.RELEASE, by=CHECKER)
        return
    close_work(account=account, kind=WorkKind.RELEASE, outcome="held", by=CHECKER)
