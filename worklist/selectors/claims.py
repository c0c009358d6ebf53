"""Claims, remittances and discrepancy cases as the billers' page lists them."""

from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import QuerySet

from coding_workflow.payment import selectors as payment
from coding_workflow.payment.models import Claim, ClaimStatus, RemittanceClaim
from coding_workflow.payment.selectors import AdjustmentWords
from coding_workflow.release.models import CaseState, DiscrepancyCase
from coding_workflow.staff.access import visible
from coding_workflow.staff.models import User
from worklist.ub04 import Ub04, read

PAGE_SIZE: Final = 50
CASES, REMITTANCES, UNMATCHED = "cases", "remittances", "unmatched"

#: The tabs, in the order of a claim's life.
TABS: Final[tuple[tuple[str, str], ...]] = (
    (ClaimStatus.MADE, "To send"),
    (ClaimStatus.SUBMITTED, "Submitted"),
    (ClaimStatus.ACCEPTED, "Accepted"),
    (ClaimStatus.REJECTED, "Rejected"),
    (ClaimStatus.DENIED, "Denied"),
    (ClaimStatus.PAID, "Paid"),
    (CASES, "Discrepancies"),
    (REMITTANCES, "Remittances"),
    (UNMATCHED, "Unmatched"),
)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a tab; ``next_after`` is the key of its last row when there are more."""

    rows: list[Any] = field(default_factory=list)
    next_after: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What one payment said about the claim, with its adjustments in words."""

    remittance: RemittanceClaim
    adjustments: list[AdjustmentWords]


def page(user: User, tab: str, after: int | None = None) -> Page:
    """The rows of one tab, newest first (cases: soonest refund date first), by keyset. One query."""
    rows = visible(_rows(tab), user)
    if after is not None:
        rows = rows.filter(pk__lt=after)
    found = list(rows[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    return Page(shown, shown[-1].pk if len(found) > PAGE_SIZE else None)


def _rows(tab: str) -> "QuerySet[Any]":
    if tab == CASES:
        open_cases = DiscrepancyCase.objects.exclude(state__in=(CaseState.VERIFIED, CaseState.CLOSED))
        return open_cases.select_related("account", "account__patient", "release").order_by("-pk")
    if tab == REMITTANCES:
        return payment.remittances()
    if tab == UNMATCHED:
        return payment.unmatched().order_by("-pk")
    return payment.claims().select_related("account__patient").filter(status=tab)


def form(claim: Claim) -> Ub04:
    """The claim as a UB-04, read from the text of its file."""
    return read(claim.file.text, claim.number)


def answers(claim: Claim) -> list[Answer]:
    """What payers said, oldest first."""
    return [Answer(one, payment.adjustments(one)) for one in payment.answers_to(claim)]


def chain(claim: Claim) -> list[Claim]:
    """Every claim of the account, oldest first: what replaced what."""
    return payment.claims_of(claim.account_id)


def open_case(claim: Claim) -> DiscrepancyCase | None:
    """The account's open discrepancy, if any."""
    cases = DiscrepancyCase.objects.filter(account=claim.account_id)
    return cases.exclude(state__in=(CaseState.VERIFIED, CaseState.CLOSED)).first()
