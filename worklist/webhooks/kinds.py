"""What a receiver can be told of, and from which event of an account's history each comes. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind: its code, what it means, the event behind it with what that must say, and the id that is told besides."""

    code: str
    words: str
    event: str
    subject: str = ""
    says: Mapping[str, str] = field(default_factory=dict)

    def fits(self, payload: Mapping[str, Any]) -> bool:
        """Whether an event of its kind is one of these."""
        return all(payload.get(name) == value for name, value in self.says.items())

    def ids(self, payload: Mapping[str, Any]) -> dict[str, int]:
        """The row that it is about, by its key."""
        value = payload.get(self.subject)
        return {self.subject: value} if isinstance(value, int) else {}


KINDS: Final[tuple[Kind, ...]] = (
    Kind("account.registered", "An account was registered", "registration.registered"),
    Kind("account.final_coded", "An account was declared final coded", "account.moved", says={"after": "final_coded"}),
    Kind("account.released", "An account was released to billing", "release.approved", "release"),
    Kind("account.reopened", "An account went back to coding", "account.moved", says={"after": "coding", "verb": "reopen"}),
    Kind("hold.opened", "A hold was opened", "hold.opened", "hold"),
    Kind("hold.resolved", "A hold was resolved", "hold.resolved", "hold"),
    Kind("query.sent", "A query was sent to a provider", "query.sent", "query"),
    Kind("query.answered", "A provider answered a query", "query.answered", "query"),
    Kind("claim.made", "A claim was made", "claim.made", "claim"),
    Kind("claim.rejected", "A claim was rejected before processing", "claim.rejected", "claim"),
    Kind("discrepancy.opened", "A discrepancy was opened", "discrepancy.opened", "case"),
)
BY_CODE: Final[dict[str, Kind]] = {kind.code: kind for kind in KINDS}


def of_event(event: str, payload: Mapping[str, Any]) -> list[Kind]:
    """The kinds that an event is; none for most."""
    return [kind for kind in KINDS if kind.event == event and kind.fits(payload)]


#: Events that are something at all: asked first, of every event.
EVENTS: Final = frozenset(kind.event for kind in KINDS)
