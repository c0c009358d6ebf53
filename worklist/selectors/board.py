"""The release board: releasable accounts with their verdict, the wall of holds, the DNFB waterfall."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.utils.timezone import localtime

from accounts.models import Account, OwnerRole, WorkItem, WorkKind
from coding_workflow.coding.models import FinalCoding
from coding_workflow.release.models import Check, CheckDue, Verdict
from coding_workflow.staff.access import visible
from coding_workflow.staff.models import User
from worklist.models import Board, Counter

from .rows import CONDITION_WORDS, Row, row_of_account, with_row_parts

PAGE_SIZE: Final = 50

#: The parts of "discharged, not final billed", in the order of the flow. Every such account is in exactly one.
FLOW: Final[tuple[tuple[str, str], ...]] = (
    ("waiting", "Discharged, waiting (bill hold, documents)"),
    ("coding", "To code"),
    ("coding_held", "To code, held"),
    ("coded_held", "Final coded, held"),
    ("checking", "Final coded, being checked"),
    ("releasable", "Releasable"),
    ("released", "Released, not billed"),
)
#: Up to here the account is not final coded (DNFC).
NOT_FINAL_CODED: Final = frozenset({"waiting", "coding", "coding_held"})


@dataclass(frozen=True, slots=True)
class Releasable:
    """One account on the board: its row, the newest verdict in one line, who coded it."""

    row: Row
    verdict: str
    clean: bool
    drg: str
    coder: str
    own_work: bool


@dataclass(frozen=True, slots=True)
class WallLine:
    """Held accounts of one condition and owner."""

    condition: int
    condition_words: str
    owner: str
    open: int
    oldest_on: datetime.date | None
    dollars: Decimal


@dataclass(frozen=True, slots=True)
class FlowLine:
    """One part of the waterfall; ``share`` of the dollars in percent, for the bar."""

    key: str
    words: str
    open: int
    dollars: Decimal
    oldest_on: datetime.date | None
    share: int


@dataclass(frozen=True, slots=True)
class Waterfall:
    """The parts and their sum; the sum is added here, and a test compares it with an independent count."""

    lines: tuple[FlowLine, ...]
    open: int
    dollars: Decimal
    not_final_coded: int


def releasable(user: User, after: int | None = None) -> tuple[list[Releasable], int | None]:
    """Accounts with open release work, earliest rank first, and the key of the next page. Seven queries."""
    items = visible(WorkItem.objects.filter(kind=WorkKind.RELEASE, closed_at__isnull=True), user)
    if after is not None:
        last = WorkItem.objects.filter(pk=after).values_list("rank_at", flat=True).first()
        items = items.filter(rank_at__gte=last).exclude(rank_at=last, pk__lte=after) if last else items
    found = list(with_row_parts(items).order_by("rank_at", "pk")[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    lines = _with_verdicts([item.account for item in shown], user)
    return lines, (shown[-1].pk if len(found) > PAGE_SIZE else None)


def chosen(user: User, account_ids: Iterable[int]) -> list[Releasable]:
    """The same lines for accounts that were ticked."""
    accounts = visible(Account.objects.filter(pk__in=list(account_ids)), user)
    return _with_verdicts(list(with_row_parts(accounts, "").order_by("pk")), user)


def _with_verdicts(accounts: list[Account], user: User) -> list[Releasable]:
    ids = [account.pk for account in accounts]
    newest = Check.objects.filter(account__in=ids).order_by("account_id", "-pk").distinct("account_id").defer("facts")
    checks = {check.account_id: check for check in newest}
    finals = FinalCoding.objects.filter(account__in=ids).order_by("account_id", "-pk").distinct("account_id")
    coders = {final.account_id: final.coder for final in finals.select_related("coder")}
    due = {mark.account_id: mark for mark in CheckDue.objects.filter(account__in=ids)}
    return [
        _releasable(account, checks.get(account.pk), due.get(account.pk), coders.get(account.pk), user) for account in accounts
    ]


def _releasable(account: Account, check: Check | None, due: CheckDue | None, coder: User | None, user: User) -> Releasable:
    current = check is not None and check.revision == account.revision and due is None
    return Releasable(
        row=row_of_account(account),
        verdict=verdict_line(check, account.revision, due),
        clean=bool(current and check and check.verdict == Verdict.RELEASABLE and not _warnings(check)),
        drg=(check.drg or {}).get("drg", "") if check else "",
        coder=str(coder or "nobody"),
        own_work=coder is not None and coder.pk == user.pk,
    )


def verdict_line(check: Check | None, revision: int, due: CheckDue | None = None) -> str:
    """The newest verdict in one line. One on an older revision, or by what has changed since, says so and never reads as
    passed."""
    if check is None:
        return "Not checked yet"
    if check.revision != revision:
        return "Changed since the check; being checked again"
    if due is not None:
        return f"Check due since {localtime(due.since):%b %-d %H:%M}: {due.get_cause_display()}"
    if check.verdict != Verdict.RELEASABLE:
        held = sorted({finding["condition"] for finding in check.findings if finding["severity"] == "hold"})
        return "Held: " + (", ".join(CONDITION_WORDS[number].lower() for number in held) or "not every condition could be judged")
    warned = _warnings(check)
    return "All seven pass" + (f"; {warned} to look at" if warned else "")


def _warnings(check: Check) -> int:
    return sum(finding["severity"] == "warn" for finding in check.findings)


def wall(user: User) -> list[WallLine]:
    """Held accounts by condition and owner, most dollars first within a condition. One query."""
    found = Counter.objects.filter(facility_id__in=user.facility_ids(), board=Board.HOLD, open__gt=0)
    merged: dict[str, list[Counter]] = {}
    for counter in found:
        merged.setdefault(counter.key, []).append(counter)
    lines = [_wall_line(key, counters) for key, counters in merged.items()]
    return sorted(lines, key=lambda line: (line.condition or 9, -line.dollars))


def _wall_line(key: str, counters: list[Counter]) -> WallLine:
    number, _, owner = key.partition(":")
    return WallLine(
        condition=int(number),
        condition_words=CONDITION_WORDS[int(number)] if number != "0" else "Bill hold and policy",
        owner=OwnerRole(owner).label if owner in OwnerRole.values else owner,
        open=sum(counter.open for counter in counters),
        oldest_on=min((counter.oldest_on for counter in counters if counter.oldest_on), default=None),
        dollars=sum((counter.dollars for counter in counters), Decimal(0)),
    )


def waterfall(user: User) -> Waterfall:
    """Discharged, not final billed, part by part. One query."""
    counters = Counter.objects.filter(facility_id__in=user.facility_ids(), board=Board.FLOW).exclude(key="total")
    by_key: dict[str, list[Counter]] = {key: [] for key, _ in FLOW}
    for counter in counters:
        by_key[counter.key].append(counter)
    whole = sum((counter.dollars for counter in counters), Decimal(0))
    lines = tuple(_flow_line(key, words, by_key[key], whole) for key, words in FLOW)
    return Waterfall(
        lines=lines,
        open=sum(line.open for line in lines),
        dollars=sum((line.dollars for line in lines), Decimal(0)),
        not_final_coded=sum(line.open for line in lines if line.key in NOT_FINAL_CODED),
    )


def _flow_line(key: str, words: str, counters: list[Counter], whole: Decimal) -> FlowLine:
    dollars = sum((counter.dollars for counter in counters), Decimal(0))
    return FlowLine(
        key=key,
        words=words,
        open=sum(counter.open for counter in counters),
        dollars=dollars,
        oldest_on=min((counter.oldest_on for counter in counters if counter.oldest_on), default=None),
        share=round(100 * dollars / whole) if whole else 0,
    )
