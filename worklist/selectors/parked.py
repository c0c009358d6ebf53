"""Work that the outbox gave up on, in words."""

from dataclasses import dataclass
from typing import Final

from django.db.models import QuerySet

from accounts.models import OutboxRow
from coding_workflow.outbox import selectors as outbox
from coding_workflow.staff.access import visible
from coding_workflow.staff.models import Role, User

#: Lines shown; when more is parked, one cause is behind most of it and mending that comes first.
MOST_SHOWN: Final = 200

#: Every kind of work, as what was to be done.
WORDS: Final[dict[str, str]] = {
    "release.check": "Check the account",
    "payment.make_claims": "Make the claims of a release",
    "payment.late_change": "Look at a change after release",
    "payment.compare_host": "Compare patient accounting's codes with the release",
    "registration.ready_to_code": "End the bill hold",
    "registration.import_file": "Import an uploaded file of messages",
    "registration.bulk": "Try many messages again, or set them aside",
    "registration.bill_holds": "End bill holds that a policy shortened",
    "release.recheck": "Check again what a change can touch",
    "release.backtest": "Backtest a rule",
    "coding.query_ladder": "Remind of a provider query",
    "coding.suggest": "Read a record for codes to suggest",
    "codesets.read_upload": "Read an uploaded code table",
    "codesets.load_upload": "Load a code table",
    "worklist.reroute": "Put open work where the new queues want it",
    "worklist.webhook": "Tell a receiver (webhook)",
    "worklist.query_mail": "Remind of a provider query by mail",
}
_REASONS: Final[dict[str, str]] = {
    "outbox.worker_lost": "Its process died each time.",
    "outbox.unknown_kind": "This version of the application does not know this work.",
    "webhook.host": "Its host is no longer on the installation's list.",
    "webhook.address": "Its host's name leads into a network that webhooks do not enter.",
    "webhook.redirect": "Its receiver sends elsewhere; webhooks do not follow.",
}


@dataclass(frozen=True, slots=True)
class ParkedLine:
    """One piece of work: what was to be done, and why it could not. ``error`` is a code and place, for support."""

    row: OutboxRow
    words: str
    why: str
    error: str


def seen(rows: "QuerySet[OutboxRow]", user: User) -> "QuerySet[OutboxRow]":
    """Rows of the person's facilities; administrators also see those of the system itself."""
    mine = visible(rows, user)
    return mine | rows.filter(facility=None) if user.has_role(Role.ADMINISTRATOR) else mine


def parked(user: User) -> list[ParkedLine]:
    """What is parked, oldest first. One query."""
    return [_line(row) for row in seen(outbox.parked().select_related("account", "facility"), user)[:MOST_SHOWN]]


def _line(row: OutboxRow) -> ParkedLine:
    why = _REASONS.get(row.error, f"It failed {row.attempts} times.")
    return ParkedLine(row, WORDS.get(row.kind, row.kind), why, row.error)
