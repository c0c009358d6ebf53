"""What coding answers when floor 1 tells of a moment: an addendum that was waited for has arrived; there is a record to read
for suggestions; an account with open queries is combined into another; an encoder or the opening load told codes."""

from accounts import listeners
from accounts.actors import Actor
from accounts.models import Account, CodeSource, ToldCodes, WorkItem, WorkKind

from .services.proposing import propose
from .services.queries.documenting import documents_arrived
from .services.queries.ending import end_for_combining
from .services.suggesting import plan_suggestions


def start_listening() -> None:
    """Register; called once when the app is ready."""
    listeners.listen("revision_raised", _on_revision)
    listeners.listen("work_opened", _on_work)
    listeners.listen("account_combining", _on_combining)
    listeners.listen("codes_told", _on_codes)


def _on_revision(*, account: Account, what: str, by: Actor) -> None:
    if what == "document.received":
        documents_arrived(account=account, by=by)
        plan_suggestions(account)


def _on_work(*, item: WorkItem, by: Actor) -> None:
    if item.kind == WorkKind.CODING:
        plan_suggestions(item.account)


def _on_combining(*, account: Account, into: Account, by: Actor) -> None:
    end_for_combining(account=account, by=by)


def _on_codes(*, told: ToldCodes, by: Actor) -> None:
    if told.source != CodeSource.HOST:
        propose(told=told, by=by)
