"""Leave of absence (A21, A22) and what was told of it wrongly (A52, A53)."""

from accounts.locking import lock_account
from accounts.models import Account
from accounts.services.combined import survivor
from accounts.services.leaves import record_leave
from coding_workflow.registration.facts import VisitMessage
from coding_workflow.registration.hl7 import events
from coding_workflow.registration.hl7.problem import HL7Problem

from .registering import update_registration
from .source import Source


def leave(*, account_id: int, facts: VisitMessage, source: Source) -> Account:
    """Keep the notice with the account, or with the one it was combined into. PV1 is read as in every message.

    Raises HL7Problem ``hl7.bad_time`` without an exact day, and what ``update_registration`` raises.
    """
    account = update_registration(account_id=account_id, facts=facts, source=source)
    keeps = lock_account(survivor(account).pk) if account.combined_into_id else account
    on = facts.occurred.date(source.zone) if facts.occurred else None
    if facts.occurred is None or on is None:
        raise HL7Problem("hl7.bad_time", "A leave of absence needs its day.", "EVN", 6)
    record_leave(
        account=keeps,
        kind=events.LEAVES[facts.trigger],
        on=on,
        at=facts.occurred.instant(source.zone),
        expected_on=facts.expected_back.date(source.zone) if facts.expected_back else None,
        sent_at=source.sent_at,
        by=source.by,
        action=source.action,
    )
    return lock_account(account.pk)
