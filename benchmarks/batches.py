"""One batch of checking again in this process, undone, beside an empty batch: queries, and processor time of each side."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from statistics import median
from typing import Any, Final, TypeVar

from django.db import transaction

from accounts import clock
from accounts.models import Account, Facility
from accounts.scope import scoped
from coding_workflow.guidelines import grouper
from coding_workflow.policy.models import PolicyVersion
from coding_workflow.policy.selectors import policy_for
from coding_workflow.release.models import CheckDue, DueCause
from coding_workflow.release.services.due import BATCH
from coding_workflow.release.services.rechecking import recheck_due

from . import costs
from .arithmetic import FEWEST_ROUNDS, Ratio, ratio
from .spent import Spent, timed

_ROUNDS: Final = max(FEWEST_ROUNDS, 7)
Told = TypeVar("Told")


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch by the rounds' medians; ``to_empty`` is Python's processor time by that of a batch that finds nothing due."""

    accounts: int
    queries: int
    clock: float
    processor: float
    to_empty: Ratio

    def __str__(self) -> str:
        return (
            f"{self.queries / self.accounts:.2f} queries, {self.clock / self.accounts:.2f} ms, of it "
            f"{self.processor / self.accounts:.2f} of Python an account; {self.to_empty.middle:,.0f} times an empty batch "
            f"({self.to_empty.low:,.0f}-{self.to_empty.high:,.0f})"
        )


def run(facility: Facility) -> dict[str, Any]:
    """Print and answer a batch with the same verdicts and one with new ones."""
    told = {"same": measured(facility, new=False), "new": measured(facility, new=True)}
    for name, batch in told.items():
        print(f"A batch of {batch.accounts}, {name} verdicts, in one process, undone: {batch}.")
    return {name: asdict(batch) for name, batch in told.items()}


def measured(facility: Facility, *, new: bool, rounds: int = _ROUNDS) -> Batch:
    """The first accounts of a facility where none is due; ``new``: under another policy than they were judged by."""
    judged = Account.objects.filter(facility=facility, checks__isnull=False).order_by("pk")
    keys = list(judged.values_list("pk", flat=True)[:BATCH])

    def one(due: Sequence[int]) -> Spent:
        return _batch(facility, due, new=new, watch=lambda: timed(lambda: _recheck(facility)))

    queries = _batch(facility, keys, new=new, watch=lambda: costs.counted(lambda: _recheck(facility))).queries
    pairs = [(one(keys), one([])) for _ in range(rounds)]
    return Batch(
        accounts=len(keys),
        queries=queries,
        clock=median(full.clock for full, _ in pairs),
        processor=median(full.processor for full, _ in pairs),
        to_empty=ratio([(full.processor, empty.processor) for full, empty in pairs]),
    )


def _batch(facility: Facility, keys: Sequence[int], *, new: bool, watch: Callable[[], Told]) -> Told:
    """What ``watch`` tells of a batch in which these are due; stays are grouped anew, and everything is undone."""
    with scoped([facility.pk]):
        if new:
            _another_policy(facility)
        marks = {"facility": facility, "since": clock.now(), "cause": DueCause.POLICY}
        CheckDue.objects.bulk_create([CheckDue(account_id=key, **marks) for key in keys])
        grouper.answer.cache_clear()
        told = watch()
        if CheckDue.objects.filter(facility=facility).exists():
            raise RuntimeError("the batch left accounts that are due")
        transaction.set_rollback(True)
    return told


def _recheck(facility: Facility) -> None:
    recheck_due(facility_id=facility.pk, place=0)


def _another_policy(facility: Facility) -> None:
    """Published without telling anybody, so that nothing else is marked."""
    last = PolicyVersion.objects.filter(facility=facility).latest("number")
    policy = replace(policy_for(facility), title="Another policy")
    PolicyVersion.objects.create(
        facility=facility,
        number=last.number + 1,
        document=policy.to_json(),
        hash=policy.hash,
        effective_from=last.effective_from,
        written_by=last.written_by,
        published_by=last.published_by,
    )
