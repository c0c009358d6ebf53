"""What the gate would do with the accounts that are final coded, while it only reports. Cost follows open accounts."""

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from accounts.models import Account, Facility, Step
from coding_workflow.release.models import Check, Verdict

PAGE_SIZE: Final = 50
_MOST_RULES: Final = 20


@dataclass(frozen=True, slots=True)
class Judged:
    """One account and what would become of it; ``first`` is the first thing that would hold it."""

    account: Account
    held: bool
    first: str


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule that would hold accounts; ``example`` is one of its sentences."""

    rule: str
    accounts: int
    dollars: Decimal
    owner: str
    example: str


@dataclass(frozen=True, slots=True)
class Report:
    """All final-coded accounts of a facility by their newest verdict; ``waiting`` have none on their present revision yet."""

    clean: int
    held: int
    waiting: int
    dollars_clean: Decimal
    dollars_held: Decimal
    rules: tuple[RuleLine, ...]
    shown: tuple[Judged, ...]
    next_after: int | None


def report(facility: Facility, after: int = 0) -> Report:
    """The report, with one page of accounts in the order of their keys. Three queries."""
    coded = Account.objects.filter(facility=facility, step=Step.FINAL_CODED)
    accounts = dict(coded.order_by("pk").values_list("pk", "total_charges"))
    revisions = dict(coded.values_list("pk", "revision"))
    newest = Check.objects.filter(account__in=coded).order_by("account_id", "-pk").distinct("account_id")
    rows = newest.values_list("account_id", "revision", "verdict", "findings")
    verdicts = {pk: (verdict, findings) for pk, revision, verdict, findings in rows if revision == revisions.get(pk)}
    clean = [pk for pk, (verdict, _) in verdicts.items() if verdict == Verdict.RELEASABLE and pk in accounts]
    held = [pk for pk in verdicts if pk in accounts and pk not in set(clean)]
    page = [pk for pk in accounts if pk > after][: PAGE_SIZE + 1]
    shown = page[:PAGE_SIZE]
    return Report(
        clean=len(clean),
        held=len(held),
        waiting=len(accounts) - len(clean) - len(held),
        dollars_clean=sum((accounts[pk] for pk in clean), Decimal(0)),
        dollars_held=sum((accounts[pk] for pk in held), Decimal(0)),
        rules=_by_rule({pk: _holding(verdicts[pk][1]) for pk in held}, accounts),
        shown=_judged(shown, verdicts),
        next_after=shown[-1] if len(page) > PAGE_SIZE else None,
    )


def _holding(findings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [finding for finding in findings if finding["severity"] == "hold"]


def _by_rule(held: dict[int, list[dict[str, Any]]], charges: dict[int, Decimal]) -> tuple[RuleLine, ...]:
    accounts: Counter[str] = Counter()
    dollars: dict[str, Decimal] = {}
    said: dict[str, dict[str, Any]] = {}
    for pk, findings in held.items():
        for rule in {finding["rule"] for finding in findings}:
            accounts[rule] += 1
            dollars[rule] = dollars.get(rule, Decimal(0)) + charges[pk]
        for finding in findings:
            said.setdefault(finding["rule"], finding)
    ordered = sorted(accounts, key=lambda rule: (-accounts[rule], rule))[:_MOST_RULES]
    return tuple(RuleLine(rule, accounts[rule], dollars[rule], said[rule]["owner"], said[rule]["message"]) for rule in ordered)


def _judged(keys: list[int], verdicts: dict[int, tuple[str, list[dict[str, Any]]]]) -> tuple[Judged, ...]:
    rows = Account.objects.filter(pk__in=keys).select_related("patient").order_by("pk")
    found = []
    for account in rows:
        verdict, findings = verdicts.get(account.pk, ("", []))
        holding = _holding(findings)
        first = holding[0]["message"] if holding else "" if verdict else "Not judged yet."
        found.append(Judged(account, bool(verdict) and verdict != Verdict.RELEASABLE, first))
    return tuple(found)
