"""Checking many accounts again: locked and read together, judged one by one, written together."""

import datetime
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import structlog
from django.db import transaction

from accounts import chain, clock
from accounts.models import Account, Event, Facility, Hold, HoldSource, Step, WorkItem, WorkKind
from accounts.outbox import enqueue
from coding_workflow.guidelines.facts import Facts, FactsError, facts_from_json
from coding_workflow.outbox.runs import place_of
from coding_workflow.release.facts import ASSEMBLY, SharedRows, assemble, refreshed
from coding_workflow.release.in_force import InForce, Judgement
from coding_workflow.release.models import Check, CheckDue

from . import automation, due
from .checking import (
    CHECKER,
    align_holds,
    checked_event,
    clear_stale_holds,
    hold_key,
    keep_shadow,
    route,
    says_the_same,
    verdict_of,
)

log = structlog.get_logger(__name__)

#: What an account's row is read with: what is read again for its facts, and its mark. The patient is under the revision.
_JOINED: Final = ("unit", "attending", "operating", "check_due")
#: Those that are due and in use now are looked at again after a moment.
_MOMENT: Final = datetime.timedelta(seconds=2)
#: The size of a batch by its attempt: whole at first, later smaller, at last one account alone.
_SMALLER: Final = {3: 10}
_ALONE_FROM: Final = 4


@dataclass(frozen=True)
class Judged:
    """A final-coded account with its new judgement, and what stood before it."""

    account: Account
    facts: Facts
    judgement: Judgement
    newest: Check | None
    holds: tuple[Hold, ...]
    has_work: bool

    @property
    def standing(self) -> list[Hold]:
        """The check's own open holds."""
        return [hold for hold in self.holds if hold.source == HoldSource.CHECK]


def recheck_due(*, facility_id: int, place: int, attempt: int = 1) -> int:
    """Check again a batch of a facility's accounts that are due, and ask for the next; answers how many were taken.

    Accounts that somebody works on are passed over: their turn comes with another batch. One that cannot be judged or
    written gets a row of its own in the outbox, and the others go on. A batch that ended as a whole is tried again
    smaller, at last with one account: what ends it then is that account, and ``days`` sets it apart. Killed and run
    again it changes nothing twice: verdicts, marks and the next request commit together.
    """
    with transaction.atomic():
        accounts = _take(facility_id, _SMALLER.get(attempt, due.BATCH if attempt < _ALONE_FROM else 1))
        failed = _recheck(accounts)
        # Asked for before any mark is touched: who publishes may hold the row of this request and wait for a mark.
        others = CheckDue.objects.filter(facility_id=facility_id, apart=False).exclude(account__in=accounts)
        if others.exists():
            _ask_for_the_next(facility_id, place, at_once=bool(accounts))
        due.set_apart(sorted(failed))
        due.done({account.pk: account.check_due.marks for account in accounts if account.pk not in failed})
    return len(accounts)


def _take(facility_id: int, most: int) -> list[Account]:
    """The next accounts that nobody has locked, in key order, with their marks as they are before anything is judged."""
    rows = Account.objects.select_for_update(of=("self",), skip_locked=True).select_related(*_JOINED)
    wanted = rows.filter(check_due__facility_id=facility_id, check_due__apart=False)
    accounts = list(wanted.order_by("check_due__account_id")[:most])
    facility = Facility.objects.get(pk=facility_id)
    for account in accounts:
        account.facility = facility
    return accounts


def _ask_for_the_next(facility_id: int, place: int, *, at_once: bool) -> None:
    not_before = None if at_once else clock.now() + _MOMENT
    key, payload = f"{facility_id}:{place}", {"place": place}
    enqueue(kind=due.RECHECK, key=key, facility_id=facility_id, payload=payload, not_before=not_before)


def _recheck(accounts: Sequence[Account]) -> set[int]:
    """Check locked accounts again; answers the keys of those that failed. At other steps there is nothing to check."""
    final_coded = [account for account in accounts if account.step == Step.FINAL_CODED]
    coding = [account for account in accounts if account.step == Step.CODING]
    failed: set[int] = set()
    if final_coded:
        in_force = InForce(final_coded[0].facility)
        judged, failed = _judge(final_coded, in_force)
        failed |= _keep(judged, in_force)
    held = Hold.objects.filter(account__in=coding, resolved_at__isnull=True, source=HoldSource.CHECK)
    misled = set(held.values_list("account_id", flat=True))
    return failed | _each((account for account in coding if account.pk in misled), clear_stale_holds)


def _each(accounts: Iterable[Account], work: Callable[[Account], object]) -> set[int]:
    """Do something for each account in a savepoint of its own; answers the keys of those where it failed."""
    failed = set()
    for account in accounts:
        try:
            with transaction.atomic():
                work(account)
        except Exception as error:  # one account must not stop the others; it is tried again by itself
            log.warning("release.recheck_failed", account=account.pk, error=place_of(error))
            failed.add(account.pk)
    return failed


def _together_or_each(accounts: Sequence[Account], judge: Callable[[Account], Judged]) -> tuple[list[Judged], set[int]]:
    """Judge all in one savepoint; where one of them fails, each in its own, so that the others go on."""
    try:
        with transaction.atomic():
            return [judge(account) for account in accounts], set()
    except Exception as error:  # whose it was shows when each is judged by itself
        log.warning("release.recheck_apart", accounts=len(accounts), error=place_of(error))
    judged: list[Judged] = []
    failed = _each(accounts, lambda account: judged.append(judge(account)))
    return judged, failed


def _judge(accounts: Sequence[Account], in_force: InForce) -> tuple[list[Judged], set[int]]:
    """Judge each from the facts of its newest verdict where they still hold, else from its rows."""
    ids = [account.pk for account in accounts]
    newest = _newest(ids)
    stored = {account.pk: _stored(account, newest.get(account.pk)) for account in accounts}
    in_force.read_first([facts for facts in stored.values() if facts])
    coders = {int(coder.id) for facts in stored.values() if facts for coder in facts.coders}
    shared = SharedRows.read(accounts, coders)
    work = WorkItem.objects.filter(account__in=ids, kind=WorkKind.RELEASE, closed_at__isnull=True)
    with_work = set(work.values_list("account_id", flat=True))

    def judge(account: Account) -> Judged:
        kept = stored[account.pk]
        facts = (refreshed(account, kept, shared) if kept else None) or assemble(account)
        holds = tuple(shared.holds.get(account.pk, ()))
        return Judged(account, facts, in_force.check(facts), newest.get(account.pk), holds, account.pk in with_work)

    return _together_or_each(accounts, judge)


def _newest(account_ids: Sequence[int]) -> dict[int, Check]:
    rows = Check.objects.filter(account__in=account_ids).defer("findings", "conditions", "tables", "drg")
    return {check.account_id: check for check in rows.order_by("account_id", "-pk").distinct("account_id")}


def _stored(account: Account, check: Check | None) -> Facts | None:
    """The facts of a verdict on the account's present revision, assembled as this release does; None where they are not."""
    if check is None or check.revision != account.revision or check.assembly != ASSEMBLY:
        return None
    try:
        return facts_from_json(json.loads(check.facts))
    except (FactsError, ValueError):
        return None


def _keep(judged: Sequence[Judged], in_force: InForce) -> set[int]:
    """Write verdicts, and bring holds and work into line with them; answers the keys of those that failed."""
    by_key = {each.account.pk: each for each in judged}
    failed: set[int] = set()
    try:
        with transaction.atomic():
            checks = _write(judged)
    except Exception as error:  # whose row it was shows when each is written by itself
        log.warning("release.recheck_apart", accounts=len(judged), error=place_of(error))
        checks = {}
        failed = _each([each.account for each in judged], lambda account: checks.update(_write([by_key[account.pk]])))
    unsettled = [each.account for each in judged if each.account.pk in checks and _is_unsettled(each, in_force)]
    return failed | _each(unsettled, lambda account: _settle(by_key[account.pk], checks[account.pk], in_force))


def _write(judged: Sequence[Judged]) -> dict[int, Check]:
    """The verdict of each account, new where it says something else than the newest; three statements at most."""
    checks = {
        each.account.pk: each.newest
        for each in judged
        if each.newest and says_the_same(each.newest, each.account, each.judgement)
    }
    new = Check.objects.bulk_create(
        [verdict_of(each.account, each.judgement) for each in judged if each.account.pk not in checks]
    )
    Event.objects.bulk_create([_event(check) for check in new])
    checks |= {check.account_id: check for check in new}
    keep_shadow((checks[each.account.pk], each.judgement) for each in judged)
    return checks


def _event(check: Check) -> Event:
    return Event(
        facility_id=check.facility_id,
        account_id=check.account_id,
        kind="release.checked",
        actor_kind=CHECKER.kind,
        actor=CHECKER.code,
        payload=chain.canonical(checked_event(check)),
    )


def _is_unsettled(each: Judged, in_force: InForce) -> bool:
    """Whether holds or work differ from what the judgement asks for; while the facility observes, there are no holds."""
    if in_force.observes:
        return bool(each.standing)
    holding = each.judgement.evaluation.holding
    if {hold_key(finding) for finding in holding} != {hold.key for hold in each.standing}:
        return True
    if any(finding.owner == "coding" for finding in holding):
        return True
    clean = each.judgement.evaluation.verdict == "releasable" and not any(hold.blocking for hold in each.holds)
    return clean != each.has_work or (clean and _goes_by_itself(each, in_force))


def _settle(each: Judged, check: Check, in_force: InForce) -> None:
    align_holds(each.account, () if in_force.observes else each.judgement.evaluation.holding, each.standing)
    if in_force.observes:
        return
    route(each.account, each.judgement.evaluation)
    if _goes_by_itself(each, in_force):
        automation.release_clean(account_id=each.account.pk, check=check)


def _goes_by_itself(each: Judged, in_force: InForce) -> bool:
    account = each.account
    return in_force.policy.auto_release_for(account.patient_class, each.facts.payer.kind, account.service) is not None
