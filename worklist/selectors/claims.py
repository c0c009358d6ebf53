"""Claims, remittances and discrepancy cases as the billers' page lists them."""

from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import Count, QuerySet, Value

from accounts import clock
from accounts.models import Account
from coding_workflow.payment import selectors as payment
from coding_workflow.payment.models import Claim, ClaimForm, ClaimStatus, RemittanceClaim
from coding_workflow.payment.selectors import AdjustmentWords
from coding_workflow.release.models import CaseState, DiscrepancyCase
from coding_workflow.staff.access import visible
from coding_workflow.staff.models import User
from worklist import cms1500, ub04
from worklist.cms1500 import Cms1500
from worklist.ub04 import Ub04

from . import deliveries, remittances
from .cases import CaseLine, line
from .unmade import unmade, with_reasons

PAGE_SIZE: Final = 50
UNMADE, CASES, REMITTANCES, UNMATCHED, CODES = "unmade", "cases", "remittances", "unmatched", "codes"

#: The tabs, in the order of a claim's life.
TABS: Final[tuple[tuple[str, str], ...]] = (
    (UNMADE, "Not made"),
    (ClaimStatus.MADE, "To send"),
    (ClaimStatus.SUBMITTED, "Submitted"),
    (ClaimStatus.ACCEPTED, "Accepted"),
    (ClaimStatus.REJECTED, "Rejected"),
    (ClaimStatus.DENIED, "Denied"),
    (ClaimStatus.PAID, "Paid"),
    (CODES, "Final codes"),
    (CASES, "Discrepancies"),
    (REMITTANCES, "Remittances"),
    (UNMATCHED, "Unmatched"),
)
FIRST: Final = ClaimStatus.MADE.value
#: Claims that wait for somebody here; the others wait for their payer.
_WAITING: Final = (ClaimStatus.MADE, ClaimStatus.REJECTED, ClaimStatus.DENIED)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a tab; ``next_after`` is the key of its last row when there are more."""

    rows: list[Any] = field(default_factory=list)
    next_after: int | None = None


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab; ``count`` is what waits for somebody here, on the tabs that hold work."""

    value: str
    name: str
    here: bool
    count: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What one payment said about the claim, with its adjustments in words."""

    remittance: RemittanceClaim
    adjustments: list[AdjustmentWords]


def page(user: User, tab: str, after: int | None = None) -> Page:
    """The rows of one tab, newest first, by keyset. One query; those of claims not made take another for the reasons."""
    rows = visible(_rows(tab), user)
    if after is not None:
        rows = rows.filter(pk__lt=after)
    found = list(rows[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    return Page(_shown(tab, shown), shown[-1].pk if len(found) > PAGE_SIZE else None)


def tabs(user: User, here: str) -> list[Tab]:
    """The tabs, with how much waits on those that hold work. One query."""
    counts = _counts(user)
    return [Tab(value, name, value == here, counts.get(value, 0)) for value, name in TABS]


def _counts(user: User) -> dict[str, int]:
    claims = visible(Claim.objects.filter(status__in=_WAITING), user).order_by()
    by_status = claims.values_list("status").annotate(count=Count("pk"))
    others = {
        UNMADE: visible(unmade(), user),
        CASES: visible(_rows(CASES), user),
        REMITTANCES: visible(payment.quarantined(), user),
        UNMATCHED: visible(payment.unmatched(), user),
        CODES: visible(deliveries.waiting_here(), user),
    }
    counted = [_counted(name, rows) for name, rows in others.items()]
    return dict(by_status.union(*counted, all=True))


def _counted(name: str, rows: "QuerySet[Any]") -> "QuerySet[Any, tuple[str, int]]":
    named = rows.model.objects.filter(pk__in=rows.order_by().values("pk"))
    return named.annotate(name=Value(name)).order_by().values_list("name").annotate(count=Count("pk"))


def _rows(tab: str) -> "QuerySet[Any]":
    if tab == UNMADE:
        return unmade().order_by("-pk")
    if tab == CASES:
        return DiscrepancyCase.objects.exclude(state=CaseState.CLOSED).select_related("account__patient").order_by("-pk")
    if tab == REMITTANCES:
        return payment.remittances()
    if tab == CODES:
        return deliveries.deliveries()
    if tab == UNMATCHED:
        return payment.unmatched().order_by("-pk")
    return payment.claims().select_related("account__patient").filter(status=tab)


def _shown(tab: str, rows: list[Any]) -> list[Any]:
    if tab == UNMADE:
        return with_reasons(rows)
    if tab == REMITTANCES:
        return [remittances.line(one) for one in rows]
    return [line(case, clock.today()) for case in rows] if tab == CASES else rows


def form(claim: Claim) -> Ub04 | Cms1500:
    """The claim as a UB-04 or, a professional one, as a CMS-1500, read from the text of its file."""
    reads = cms1500.read if claim.form == ClaimForm.PROFESSIONAL else ub04.read
    return reads(claim.file.text, claim.number)


def answers(claim: Claim) -> list[Answer]:
    """What payers said, oldest first. Two queries."""
    said = payment.answers_to(claim)
    words = payment.adjustments_of(said)
    return [Answer(one, words[one.pk]) for one in said]


def chain(claim: Claim) -> list[Claim]:
    """Every claim of the account, oldest first: what replaced what."""
    return payment.claims_of(claim.account_id)


def cases(account: Account) -> list[CaseLine]:
    """The account's discrepancies, newest first."""
    found = DiscrepancyCase.objects.filter(account=account).order_by("-pk")
    return [line(case, clock.today()) for case in found]
