"""What payment answers when floor 1 tells of a moment: whatever lands on a released account starts a discrepancy, and what
patient accounting says its codes are is compared with the release."""

from typing import Any

from accounts import listeners
from accounts.actors import Actor
from accounts.models import PAST_RELEASE, Account, CodeSource, Hold, ToldCodes
from accounts.outbox import enqueue


def start_listening() -> None:
    """Register; called once when the app is ready."""
    listeners.listen("revision_raised", _on_revision)
    listeners.listen("hold_opened", _on_hold)
    listeners.listen("codes_told", _on_codes)


def _on_revision(*, account: Account, what: str, by: Actor) -> None:
    if account.step in PAST_RELEASE:
        _ask(account)


def _on_hold(*, hold: Hold, by: Actor, **_: Any) -> None:
    if hold.blocking and hold.account.step in PAST_RELEASE:
        _ask(hold.account)


def _ask(account: Account) -> None:
    enqueue(kind="payment.late_change", key=str(account.pk), account_id=account.pk)


def _on_codes(*, told: ToldCodes, **_: Any) -> None:
    if told.source == CodeSource.HOST:
        enqueue(kind="payment.compare_host", key=str(told.account_id), account_id=told.account_id)
