"""Raising an account's revision: whatever the gate judges has changed."""

from accounts import listeners
from accounts.actors import Actor
from accounts.models import Account


def touch(*, account: Account, what: str, by: Actor) -> int:
    """Tell the floors above that judged facts changed; answers the revision now in force.

    Triggers on the fact tables have raised the number already, so that plain SQL cannot pass it by; this reads it
    back onto the locked ``account``. Call it once at the end of a service. ``what`` is a dotted code.
    """
    account.refresh_from_db(fields=["revision", "total_charges"])
    listeners.tell("revision_raised", account=account, what=what, by=by)
    return account.revision
