"""One remittance as a biller reads it: payments, what each says about claims, money moved beside claims."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from coding_workflow.payment import selectors as payment
from coding_workflow.payment.models import Payment, ProviderAdjustment, Remittance, RemittanceClaim
from coding_workflow.payment.selectors import AdjustmentWords
from coding_workflow.payment.x12 import wording
from coding_workflow.staff.access import visible
from coding_workflow.staff.models import User

PAGE_SIZE: Final = 50


@dataclass(frozen=True, slots=True)
class Beside:
    """Money moved at provider level: positive amounts lower the payment."""

    code: str
    words: str
    reference: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class PaymentLine:
    """One payment of the file with what was moved beside its claims."""

    payment: Payment
    beside: tuple[Beside, ...]


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """What the payer said about one claim; without ``said.claim`` it is unmatched."""

    said: RemittanceClaim
    status: str
    adjustments: list[AdjustmentWords]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page of a remittance; ``next_after`` is the key of its last claim when there are more."""

    payments: tuple[PaymentLine, ...]
    claims: tuple[ClaimLine, ...]
    next_after: int | None


@dataclass(frozen=True, slots=True)
class RemittanceLine:
    """One remittance of a list: the first reason why it is set aside, and how many more there are."""

    remittance: Remittance
    why: str
    more: int


def line(remittance: Remittance) -> RemittanceLine:
    """A remittance as lists show it."""
    first, *others = reasons(remittance) or [""]
    return RemittanceLine(remittance, first, len(others))


def reasons(remittance: Remittance) -> list[str]:
    """Why the file was set aside, one sentence for each reason."""
    return remittance.reason.splitlines()


def sheet(user: User, remittance: Remittance, after: int | None = None) -> Sheet:
    """Payments and 50 claims of a posted remittance, in the order of the file. Four queries."""
    said = RemittanceClaim.objects.filter(payment__remittance=remittance, pk__gt=after or 0).order_by("pk")
    found = list(visible(said.select_related("claim", "account__patient"), user)[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    words = payment.adjustments_of(shown)
    lines = tuple(ClaimLine(one, wording.claim_status(one.status), words[one.pk]) for one in shown)
    return Sheet(payments(remittance), lines, shown[-1].pk if len(found) > PAGE_SIZE else None)


def payments(remittance: Remittance) -> tuple[PaymentLine, ...]:
    """The payments of a remittance in the order of the file, with the money moved beside claims. Two queries."""
    rows = Payment.objects.filter(remittance=remittance)
    beside: dict[int, list[Beside]] = {}
    for one in ProviderAdjustment.objects.filter(payment__remittance=remittance):
        words = wording.provider_reason(one.reason)
        beside.setdefault(one.payment_id, []).append(Beside(one.reason, words, one.reference, one.amount))
    return tuple(PaymentLine(each, tuple(beside.get(each.pk, ()))) for each in rows)
