"""The steps of an account and the allowed moves between them: the ONLY code that changes a step.

The database holds the same table (migration 0006); a test compares them and walks every pair that is not here.
"""

import uuid
from dataclasses import dataclass
from typing import Final

from . import clock, history, listeners
from .actors import Actor
from .errors import Conflict
from .models import Account, Step


@dataclass(frozen=True, slots=True)
class Move:
    """One allowed move, in the words of the department."""

    before: Step
    after: Step
    verb: str


MOVES: Final[tuple[Move, ...]] = (
    Move(Step.REGISTERED, Step.DISCHARGED, "discharge"),
    Move(Step.REGISTERED, Step.CANCELLED, "cancel admission"),
    Move(Step.REGISTERED, Step.CLOSED, "end without claim"),
    Move(Step.REGISTERED, Step.COMBINED, "combine"),
    Move(Step.DISCHARGED, Step.REGISTERED, "cancel discharge"),
    Move(Step.DISCHARGED, Step.CODING, "ready to code"),
    Move(Step.DISCHARGED, Step.CLOSED, "end without claim"),
    Move(Step.DISCHARGED, Step.COMBINED, "combine"),
    Move(Step.CODING, Step.REGISTERED, "cancel discharge"),
    Move(Step.CODING, Step.FINAL_CODED, "finalize coding"),
    Move(Step.CODING, Step.CLOSED, "end without claim"),
    Move(Step.CODING, Step.COMBINED, "combine"),
    Move(Step.FINAL_CODED, Step.REGISTERED, "cancel discharge"),
    Move(Step.FINAL_CODED, Step.CODING, "return to coding"),
    Move(Step.FINAL_CODED, Step.RELEASED, "release"),
    Move(Step.FINAL_CODED, Step.CLOSED, "end without claim"),
    Move(Step.FINAL_CODED, Step.COMBINED, "combine"),
    Move(Step.RELEASED, Step.BILLED, "bill"),
    Move(Step.RELEASED, Step.CODING, "reopen"),
    Move(Step.BILLED, Step.PAID, "settle"),
    Move(Step.BILLED, Step.CODING, "reopen"),
    Move(Step.PAID, Step.CODING, "reopen"),
    Move(Step.CLOSED, Step.CODING, "reopen"),
)

_VERBS: Final = {(move.before, move.after): move.verb for move in MOVES}


def allowed(before: str, after: str) -> bool:
    """Whether the table has this move."""
    return (Step(before), Step(after)) in _VERBS


def move(*, account: Account, to: Step, by: Actor, reason: str = "", action: uuid.UUID | None = None) -> None:
    """Move a locked account one step and append the event; listeners run in the same transaction.

    Raises Conflict ``account.move`` when the table does not allow it. Guards that belong to a stage are in that
    stage's service; the release row that a step past release needs is demanded by the database.
    """
    before = Step(account.step)
    if not allowed(before, to):
        raise Conflict("account.move", f"The account is {before.label.lower()}; it cannot go to {to.label.lower()} from there.")
    changed = _times(account, to)
    account.step = to
    account.save(update_fields=["step", *changed])
    payload = {"before": before.value, "after": to.value, "verb": _VERBS[before, to], "reason": reason}
    history.record(account=account, kind="account.moved", by=by, payload=payload, action=action)
    listeners.tell("step_moved", account=account, before=before, after=to, by=by)


def _times(account: Account, to: Step) -> list[str]:
    if to is Step.CODING and account.ready_at is None:
        account.ready_at = clock.now()
        return ["ready_at"]
    if to is Step.FINAL_CODED:
        account.final_coded_at = clock.now()
        return ["final_coded_at"]
    return []
