"""What release answers when floor 1 tells of a moment: a final-coded account that changed is checked again, and accounts
are marked when what they are judged by has changed."""

from collections.abc import Iterable
from typing import Any

from accounts import clock, listeners
from accounts.actors import Actor
from accounts.errors import Conflict
from accounts.models import Account, Facility, Hold, HoldSource, Step
from accounts.outbox import enqueue
from coding_workflow.codesets.models import TableRelease
from coding_workflow.guidelines.lab.definition import Definition
from coding_workflow.policy.models import PolicyVersion
from coding_workflow.staff.models import Competence

from .models import DueCause, Release
from .services import reaching
from .services.due import Reach, mark_due


def start_listening() -> None:
    """Register; called once when the app is ready."""
    listeners.listen("step_moved", _on_step)
    listeners.listen("revision_raised", _on_revision)
    listeners.listen("hold_opened", _on_hold)
    listeners.listen("hold_closed", _on_hold)
    listeners.listen("tables_loaded", _on_tables)
    listeners.listen("rules_changed", _on_rules)
    listeners.listen("policy_published", _on_policy)
    listeners.listen("competence_changed", _on_competence)
    listeners.listen("account_combining", _on_combining)


def request_check(account: Account) -> None:
    """Ask for a check of the account, once however often it changes before the check runs."""
    enqueue(kind="release.check", key=str(account.pk), account_id=account.pk)


def _on_step(*, account: Account, before: Step, after: Step, by: Actor) -> None:
    if after is Step.FINAL_CODED:
        request_check(account)


def _on_revision(*, account: Account, what: str, by: Actor) -> None:
    if account.step == Step.FINAL_CODED:
        request_check(account)


def _on_hold(*, hold: Hold, by: Actor, **_: Any) -> None:
    if hold.source != HoldSource.CHECK and hold.account.step == Step.FINAL_CODED:
        request_check(hold.account)


def _on_tables(*, release: TableRelease, by: Actor) -> None:
    for reach in reaching.of_release(release):
        mark_due(reach=reach, cause=DueCause.TABLES)


def _on_rules(*, facility: Facility | None, definitions: Iterable[Definition], by: Actor) -> None:
    for reach in reaching.of_rules(facility, definitions):
        mark_due(reach=reach, cause=DueCause.RULES)


def _on_policy(*, version: PolicyVersion, by: Actor) -> None:
    # One that begins later is looked up on its day (services/days.py).
    if version.effective_from <= clock.today(version.facility):
        mark_due(reach=Reach(facility_id=version.facility_id), cause=DueCause.POLICY)


def _on_competence(*, competence: Competence, by: Actor) -> None:
    mark_due(reach=reaching.of_competence(competence), cause=DueCause.COMPETENCE)


def _on_combining(*, account: Account, into: Account, by: Actor) -> None:
    """What was billed under the account's number stays there: patient accounting takes the claim back first."""
    if Release.objects.filter(account=account).exists():
        raise Conflict("account.was_released", "The account was released to billing; it cannot be combined into another.")
