"""The release check: judge an account by everything in force, keep the verdict, open and clear holds."""

import hashlib
from dataclasses import dataclass

from django.db import transaction

from accounts import chain, history
from accounts.actors import Actor
from accounts.locking import lock_account
from accounts.models import Account, Hold, HoldSource, Step, WorkKind
from accounts.services.holds import place_hold, resolve_hold
from accounts.services.work import close_work, open_work
from coding_workflow.coding.selectors import CodedRecord
from coding_workflow.coding.services.finalizing import reopen_coding
from coding_workflow.guidelines.engine import evaluate
from coding_workflow.guidelines.facts import facts_to_json, sha256
from coding_workflow.guidelines.findings import Evaluation, Finding
from coding_workflow.guidelines.selectors import ruleset_for
from coding_workflow.policy.rules import FacilityPolicy
from coding_workflow.policy.selectors import policy_for
from coding_workflow.release.facts import assemble
from coding_workflow.release.models import Check, Verdict
from coding_workflow.release.tables import tables_of

CHECKER = Actor.system("release.check")
_KEY_LENGTH = 160


@dataclass(frozen=True)
class Judgement:
    """One judgement with everything it was made from."""

    facts_text: str
    policy: FacilityPolicy
    evaluation: Evaluation

    @property
    def tables_hash(self) -> str:
        """SHA-256 over the labels of the tables that were asked."""
        return hashlib.sha256(chain.canonical(dict(self.evaluation.tables)).encode()).hexdigest()


def judge(account: Account, written: CodedRecord | None = None) -> Judgement:
    """Judge an account as it stands now, under the rules, tables and policy in force at this instant. Writes nothing.

    ``written`` is what the coder wrote, where the caller has read it already.
    """
    facts = assemble(account, written)
    policy = policy_for(account.facility)
    evaluation = evaluate(facts, ruleset_for(account.facility), tables_of(facts), policy)
    return Judgement(facts_to_json(facts), policy, evaluation)


@transaction.atomic
def run_check(*, account_id: int) -> Check | None:
    """Check a final-coded account: verdict of record, holds opened and cleared, work routed.

    Answers None, and does nothing, at any other step. Running it twice on the same facts makes one check.
    """
    account = lock_account(account_id)
    if account.step != Step.FINAL_CODED:
        return None
    judgement = judge(account)
    check = keep_verdict(account=account, judgement=judgement)
    _route(account, judgement.evaluation)
    return check


def keep_verdict(*, account: Account, judgement: Judgement) -> Check:
    """Store the verdict of a locked account once, and bring the check's own holds into line with its findings."""
    evaluation = judgement.evaluation
    check, made = Check.objects.get_or_create(
        account=account,
        revision=account.revision,
        ruleset_hash=evaluation.ruleset_hash,
        tables_hash=judgement.tables_hash,
        policy_hash=judgement.policy.hash,
        facts_hash=sha256(judgement.facts_text),
        defaults={
            "facility_id": account.facility_id,
            "engine_version": evaluation.engine_version,
            "verdict": Verdict(evaluation.verdict),
            "conditions": {str(number): status for number, status in evaluation.conditions.items()},
            "findings": [finding.as_dict() for finding in evaluation.findings],
            "drg": evaluation.drg.as_dict() if evaluation.drg else None,
            "tables": dict(evaluation.tables),
            "facts": judgement.facts_text,
        },
    )
    if made:
        payload = {"check": check.pk, "revision": account.revision, "verdict": check.verdict}
        history.record(account=account, kind="release.checked", by=CHECKER, payload=payload)
    _align_holds(account, evaluation)
    return check


def _align_holds(account: Account, evaluation: Evaluation) -> None:
    wanted = {hold_key(finding): finding for finding in evaluation.holding}
    standing = Hold.objects.filter(account=account, source=HoldSource.CHECK, resolved_at__isnull=True)
    for hold in standing:
        if hold.key not in wanted:
            resolve_hold(account=account, hold=hold, by=CHECKER, resolution="The check no longer finds it.")
    kept = {hold.key for hold in standing}
    for key, finding in wanted.items():
        if key not in kept:
            _open_hold(account, key, finding)


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


def _route(account: Account, evaluation: Evaluation) -> None:
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
