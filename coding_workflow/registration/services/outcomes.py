"""What became of a message, written on it, and the import-error work of its account."""

import structlog

from accounts.actors import Actor
from accounts.locking import lock_account
from accounts.models import Account, WorkItem, WorkKind
from accounts.services.work import close_work, open_work
from coding_workflow.registration.models import InboundMessage, MessageStatus

log = structlog.get_logger(__name__)


def fail(
    message: InboundMessage,
    account: Account | None,
    by: Actor,
    *,
    code: str,
    sentence: str,
    segment: str = "",
    field: int = 0,
    place: str = "",
) -> None:
    """List a message with its reason and place, and open import-error work where its account is known."""
    message.segment, message.field, message.place = segment[:3], field, place[:120]
    message.account = account
    finish(message, MessageStatus.FAILED, code, sentence)
    log.info("message_failed", message=message.pk, code=code)
    if account is not None:
        account = lock_account(account.pk)
        open_work(account=account, kind=WorkKind.IMPORT_ERROR, by=by, why="A message could not be applied")


def finish(message: InboundMessage, status: MessageStatus, code: str = "", sentence: str = "") -> None:
    """Write down the status; a place is kept only of what failed or waits."""
    message.status, message.code, message.sentence = status, code, sentence[:300]
    if status not in {MessageStatus.FAILED, MessageStatus.PARKED}:
        message.place = ""
    if status != MessageStatus.FAILED:
        message.segment, message.field = "", 0
    message.save(
        update_fields=[
            "facility", "account", "type", "trigger", "sent_at", "status", "account_number", "code", "sentence", "segment",
            "field", "place", "flags", "applied_at",
        ]
    )  # fmt: skip


def close_error_work(account_id: int | None, by: Actor, outcome: str = "mended") -> None:
    """The account's import-error work ends when nothing of it is left in the list."""
    if account_id is None:
        return
    open_items = WorkItem.objects.filter(account_id=account_id, kind=WorkKind.IMPORT_ERROR, closed_at__isnull=True)
    if not open_items.exists():
        return
    if InboundMessage.objects.filter(account_id=account_id, status=MessageStatus.FAILED).exists():
        return
    account = lock_account(account_id)
    close_work(account=account, kind=WorkKind.IMPORT_ERROR, outcome=outcome, by=by)
