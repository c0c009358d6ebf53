"""Discrepancy cases and their clocks in words."""

import datetime
from dataclasses import dataclass
from typing import Final

from django.utils import timezone

from accounts.claim_codes import CLAIM_CHANGES
from coding_workflow.codesets.codes import ICD_10_CM, display
from coding_workflow.payment.host.comparing import Difference
from coding_workflow.payment.models import HostComparison
from coding_workflow.payment.services.discrepancies import REFUND_DAYS
from coding_workflow.release.models import CaseSource, CaseState, DiscrepancyCase

#: Days before the refund date from which a case is marked.
SOON: Final = 14
#: Claim-change condition codes that a replacement can carry, in our own words.
CHANGES: Final[tuple[tuple[str, str], ...]] = (
    ("D0", "Dates of service changed"),
    ("D1", "Charges changed"),
    ("D2", "Revenue codes, HCPCS or rate codes changed"),
    ("D3", "Second or later interim bill"),
    ("D4", "Diagnosis or procedure codes changed"),
    ("D7", "Medicare becomes secondary"),
    ("D8", "Medicare becomes primary"),
    ("D9", "Another or several changes, told in the remarks"),
    ("E0", "Discharge status changed"),
)

_OF_DIAGNOSES: Final = frozenset({"principal", "lacks", "has", "order", "poa", "beginning"})


@dataclass(frozen=True, slots=True)
class Clocks:
    """When the discrepancy was known, and when money must be back, in words; ``mark`` is a state class or empty."""

    known_on: datetime.date
    known: str
    due_on: datetime.date | None
    refund: str
    mark: str


@dataclass(frozen=True, slots=True)
class HostFound:
    """What patient accounting's codes were when the case was opened: each difference as words, ours, theirs; and the newest
    comparison of the account."""

    found: HostComparison
    lines: tuple[tuple[str, str, str], ...]
    now: HostComparison


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case with its clocks; ``open`` until the correction was seen on a remittance or somebody closed it."""

    case: DiscrepancyCase
    clocks: Clocks
    open: bool


def line(case: DiscrepancyCase, today: datetime.date) -> CaseLine:
    """A case as lists and its own page show it."""
    return CaseLine(case, clocks(case, today), case.state not in {CaseState.VERIFIED, CaseState.CLOSED})


def host_of(case: DiscrepancyCase) -> HostFound | None:
    """The comparison that opened the case; None for cases of other sources. Two queries, or none."""
    if case.source != CaseSource.HOST:
        return None
    found = HostComparison.objects.filter(case=case).first()
    now = HostComparison.objects.filter(account_id=case.account_id).order_by("-pk").first()
    if found is None or now is None:
        return None
    return HostFound(found, tuple((each.words, _shown(each, each.ours), _shown(each, each.theirs)) for each in found.lines), now)


def _shown(difference: Difference, text: str) -> str:
    """Diagnosis codes with their points; procedures, indicators and groups as they are."""
    if difference.what not in _OF_DIAGNOSES:
        return text
    return " ".join(display(word, ICD_10_CM) if len(word) > 1 and word != "exempt" else word for word in text.split())


def clocks(case: DiscrepancyCase, today: datetime.date) -> Clocks:
    """The clocks on a business day. The 60 days of Medicare run from first knowledge (42 CFR 401.305)."""
    due = case.refund_due_on
    known = due - datetime.timedelta(days=REFUND_DAYS) if due else timezone.localtime(case.known_at).date()
    ended = case.state == CaseState.CLOSED
    refund, mark = ("Case closed", "") if ended else _refund(case, due, today)
    return Clocks(known, _ago((today - known).days), due, refund, mark)


def _refund(case: DiscrepancyCase, due: datetime.date | None, today: datetime.date) -> tuple[str, str]:
    if due is None:
        words = "Overpaid: due as the payer's contract says" if case.overpayment else "No overpayment, no refund clock"
        return words, ""
    left = (due - today).days
    if left < 0:
        return f"{_days(-left)} overdue", "hold"
    words = f"{_days(left)} left" if left else "Due today"
    return words, "hold" if left == 0 else "warn" if left <= SOON else ""


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def _ago(days: int) -> str:
    """Empty for a day to come: a demo's business date may stand before the instant."""
    return "" if days < 0 else "today" if days == 0 else f"{_days(days)} ago"


def claim_change(case: DiscrepancyCase) -> str:
    """The claim-change condition code that the account carries, or empty."""
    return next((code for code in case.account.condition_codes if code in CLAIM_CHANGES), "")
