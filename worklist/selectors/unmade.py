"""Releases whose claim is not made: waiting for the worker, or unfit with reasons, each with the place that mends it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.urls import reverse

from accounts.models import Account, Hold, Step
from coding_workflow.payment.models import Delivery
from coding_workflow.payment.services import handing_over, making
from coding_workflow.payment.services.certified import RELEASE_AGAIN
from coding_workflow.release.models import Release

#: Where a reason is mended, in words: places of the account page, by their anchor.
_ON_ACCOUNT: Final[dict[str, tuple[str, str]]] = {
    "claim_elements": ("#abstract", "Compare the claim elements"),
    "claim_codes": ("#claim-codes", "Enter the codes of the claim"),
    "registration": ("#abstract", "See what registration sent"),
    "providers": ("#abstract", "See the providers"),
    "charges": ("#charges", "Go to the charges"),
    "diagnoses": ("#diagnoses", "Go to the diagnoses"),
    "procedures": ("#procedures", "Go to the procedures"),
}
_OTHER_PAGES: Final[dict[str, tuple[str, str]]] = {
    "release": ("worklist:board", "Go to the release board"),
    "claims": ("worklist:claims", "Post the remittance"),
}
#: Places without a page: who mends them.
_BY_OTHERS: Final[dict[str, str]] = {
    "facility": "An administrator mends the facility's own entry.",
    "payer": "An administrator mends the payer's entry.",
    "billing": "Bill it outside this application.",
    "destination": "An administrator names the patient accounting system.",
}
#: Who undoes a mistaken name or number.
_SETS_BACK: Final = "An administrator sets back payer, facility and unit; registration a clinician."
_SAID_FIRST: Final = (making.NO_CLAIM, handing_over.NO_CODES)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why the claim cannot be made, and the one place that mends it; without ``url``, ``go`` says who does. ``release_again``:
    releasing the account anew does."""

    sentence: str
    url: str
    go: str
    release_again: bool = False


@dataclass(frozen=True, slots=True)
class Unmade:
    """A released account without its claim; without reasons the worker has not come to it yet."""

    account: Account
    release_id: int
    reasons: tuple[Reason, ...]

    @property
    def release_again(self) -> bool:
        """Whether a new release mends it."""
        return any(reason.release_again for reason in self.reasons)


def unmade() -> "QuerySet[Account]":
    """Accounts that are released and not billed, nor on their way to patient accounting, with patient and standing release."""
    newest = Release.objects.filter(account=OuterRef("pk")).order_by("-sequence").values("pk")[:1]
    accounts = Account.objects.filter(step=Step.RELEASED).select_related("patient")
    found = accounts.annotate(release_id=Subquery(newest)).filter(release_id__isnull=False)
    return found.exclude(Exists(Delivery.objects.filter(release=OuterRef("release_id"))))


def with_reasons(accounts: Iterable[Account]) -> list[Unmade]:
    """The accounts with what stands in the way. One query."""
    shown = list(accounts)
    holds: dict[int, list[Hold]] = {account.pk: [] for account in shown}
    for hold in Hold.objects.filter(account__in=holds, reason="claim.unfit", resolved_at__isnull=True).order_by("pk"):
        holds[hold.account_id].append(hold)
    return [
        Unmade(account, account.release_id, tuple(_reason(hold) for hold in holds[account.pk]))  # type: ignore[attr-defined]
        for account in shown
    ]


def _reason(hold: Hold) -> Reason:
    sentence = hold.message
    for words in _SAID_FIRST:
        sentence = sentence.removeprefix(words)
    if hold.fix == RELEASE_AGAIN:
        return Reason(sentence, "", _SETS_BACK, release_again=True)
    if hold.fix in _BY_OTHERS:
        return Reason(sentence, "", _BY_OTHERS[hold.fix])
    if hold.fix in _OTHER_PAGES:
        view, words = _OTHER_PAGES[hold.fix]
        return Reason(sentence, reverse(view) + ("?show=remittances" if hold.fix == "claims" else ""), words)
    anchor, words = _ON_ACCOUNT.get(hold.fix, ("", "Open the account"))
    return Reason(sentence, reverse("worklist:account", args=[hold.account_id]) + anchor, words)
