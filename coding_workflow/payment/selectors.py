"""Reads of claims, remittances, for pages and boards. Lists start with ``staff.access.visible``."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet

from .models import Adjustment, Claim, Remittance, RemittanceClaim, RemittanceStatus
from .x12 import wording


@dataclass(frozen=True, slots=True)
class AdjustmentWords:
    """One adjustment as a biller reads it; ``line`` is empty at claim level."""

    line: int | None
    procedure: str
    code: str
    group: str
    reason: str
    amount: Decimal


def claims() -> "QuerySet[Claim]":
    """Claims with account, payer and file number, newest first."""
    return Claim.objects.select_related("account", "payer", "replaces", "file").defer("file__text").order_by("-pk")


def claims_of(account_id: int) -> list[Claim]:
    """The claims of one account in the order they were made."""
    return list(claims().filter(account_id=account_id).order_by("pk"))


def remittances() -> "QuerySet[Remittance]":
    """Remittances without their bytes, newest first."""
    return Remittance.objects.defer("raw").select_related("posted_by").order_by("-pk")


def quarantined() -> "QuerySet[Remittance]":
    """Remittances set aside with their reasons."""
    return remittances().filter(status=RemittanceStatus.QUARANTINED)


def unmatched() -> "QuerySet[RemittanceClaim]":
    """Claims on posted remittances that no claim of the facility answers to."""
    return RemittanceClaim.objects.filter(claim__isnull=True).select_related("payment").order_by("pk")


def answers_to(claim: Claim) -> list[RemittanceClaim]:
    """What payers said about a claim, oldest first."""
    return list(claim.remittances.select_related("payment").order_by("pk"))


def adjustments(answer: RemittanceClaim) -> list[AdjustmentWords]:
    """The adjustments of one answer in our own words, claim level first."""
    return adjustments_of([answer])[answer.pk]


def adjustments_of(answers: Collection[RemittanceClaim]) -> dict[int, list[AdjustmentWords]]:
    """The adjustments of several answers by the answer's key, each as ``adjustments`` gives them. One query."""
    found: dict[int, list[AdjustmentWords]] = {answer.pk: [] for answer in answers}
    for row in Adjustment.objects.filter(remittance_claim__in=found).order_by("pk"):
        found[row.remittance_claim_id].append(_in_words(row))
    return found


def _in_words(row: Adjustment) -> AdjustmentWords:
    code = f"{row.group}-{row.reason}"
    return AdjustmentWords(row.line, row.procedure, code, wording.group(row.group), wording.reason(row.reason), row.amount)
