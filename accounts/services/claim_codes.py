"""Codes of the claim form of one account: told by patient accounting, entered by people, and what goes on the claim."""

from collections.abc import Iterable

from django.db.models import QuerySet

from accounts import claim_codes
from accounts.claim_codes import ClaimCode, Difference
from accounts.models import Account, EnteredClaimCode


def entered_codes(account_id: int) -> "QuerySet[EnteredClaimCode]":
    """What people entered and nobody ended, oldest first, with who entered it."""
    return EnteredClaimCode.objects.filter(account=account_id, ended_at__isnull=True).select_related("entered_by").order_by("pk")


def told_codes(account: Account) -> tuple[ClaimCode, ...]:
    """What patient accounting tells."""
    return claim_codes.told(
        conditions=account.condition_codes,
        occurrences=account.occurrence_codes,
        spans=account.occurrence_spans,
        values=account.value_codes,
    )


def codes_on_claim(account: Account, entered: Iterable[EnteredClaimCode]) -> tuple[ClaimCode, ...]:
    """What goes on the claim, with what was entered in place of what was told of the same code."""
    own, off = _sides(entered)
    return claim_codes.standing(told_codes(account), own, off)


def code_differences(account: Account, entered: Iterable[EnteredClaimCode]) -> tuple[Difference, ...]:
    """Codes of which people entered something else than patient accounting tells."""
    own, off = _sides(entered)
    return claim_codes.differences(told_codes(account), own, off)


def _sides(entered: Iterable[EnteredClaimCode]) -> tuple[list[ClaimCode], list[tuple[str, str]]]:
    rows = list(entered)
    return [row.said for row in rows if not row.off], [(row.kind, row.code) for row in rows if row.off]
