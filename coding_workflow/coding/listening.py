"""What coding answers when floor 1 tells of a moment: an addendum that was waited for has arrived."""

from accounts import listeners
from accounts.actors import Actor
from accounts.models import Account

from .services.queries.documenting import documents_arrived


def start_listening() -> None:
    """Register; called once when the app is ready."""
    listeners.listen("revision_raised", _on_revision)


def _on_revision(*, account: Account, what: str, by: Actor) -> None:
    if what == "document.received":
        documents_arrived(account=account, by=by)
