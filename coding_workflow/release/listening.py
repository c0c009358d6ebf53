"""What release answers when floor 1 tells of a moment: a final-coded account that changed is checked again."""

from typing import Any

from accounts import listeners
from accounts.actors import Actor
from accounts.models import Account, Hold, HoldSource, Step
from accounts.outbox import enqueue


def start_listening() -> None:
    """Register; called once when the app is ready."""
    listeners.listen("step_moved", _on_step)
    listeners.listen("revision_raised", _on_revision)
    listeners.listen("hold_opened", _on_hold)
    listeners.listen("hold_closed", _on_hold)


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
