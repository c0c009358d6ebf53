"""Codes of the claim form on the account page: what goes on the claim, whose each is, and where patient accounting differs."""

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from accounts import claim_codes
from accounts.claim_codes import ClaimCode
from accounts.models import PAST_RELEASE, Account, EnteredClaimCode
from accounts.services.claim_codes import code_differences, codes_on_claim
from coding_workflow.coding.services.claiming import ENDED, ENTERERS
from coding_workflow.guidelines.words import says as in_words

from .workspace import Desk

#: What a form asks of each kind, by the names of its fields.
FIELDS: Final[dict[str, tuple[str, ...]]] = {
    claim_codes.OCCURRENCE: ("first_day",),
    claim_codes.SPAN: ("first_day", "last_day"),
    claim_codes.CONDITION: (),
    claim_codes.VALUE: ("amount",),
}


@dataclass(frozen=True, slots=True)
class ClaimCodeLine:
    """One code. ``pk`` is of what a person entered, None where patient accounting tells it; ``theirs`` is what patient
    accounting says otherwise. ``off``: a person took it off."""

    anchor: str
    pk: int | None
    said: ClaimCode
    says: str
    who: str
    at: datetime.datetime | None
    theirs: str
    off: bool
    fields: tuple[str, ...]

    @property
    def kind(self) -> str:
        """The kind in words."""
        return claim_codes.KINDS[self.said.kind]

    @property
    def title(self) -> str:
        """The kind and the code, as a button names them."""
        return f"{self.kind.lower()} {self.said.code}"


@dataclass(frozen=True, slots=True)
class ClaimCodes:
    """The lines in the order of the form. ``acts``: the person may change them; ``reopens``: that opens a discrepancy."""

    lines: tuple[ClaimCodeLine, ...]
    differing: int
    acts: bool
    reopens: bool
    kinds: tuple[tuple[str, str], ...] = tuple(claim_codes.KINDS.items())


def claim_codes_of(at: Desk, entered: Iterable[EnteredClaimCode]) -> ClaimCodes:
    """The codes of the account on the desk, with what people entered of them. No query."""
    account, rows = at.account, tuple(entered)
    differing = {(each.kind, each.code): each.accounting for each in code_differences(account, rows)}
    order = list(claim_codes.KINDS)
    lines = sorted(_lines(account, rows, differing), key=lambda line: (order.index(line.said.kind), line.said.code))
    enters = bool(at.roles & set(ENTERERS)) and account.step not in ENDED
    return ClaimCodes(tuple(lines), len(differing), at.writes or enters, account.step in PAST_RELEASE)


def _lines(
    account: Account, rows: tuple[EnteredClaimCode, ...], differing: dict[tuple[str, str], tuple[str, ...]]
) -> Iterator[ClaimCodeLine]:
    for row in rows:
        theirs = differing.get((row.kind, row.code), ())
        words = "; ".join(in_words(each) for each in theirs) or ("it on the claim" if theirs else "")
        yield _line(f"cc-{row.pk}", row.said, words, row)
    own = {(row.kind, row.code) for row in rows}
    told = (each for each in codes_on_claim(account, rows) if (each.kind, each.code) not in own)
    for number, each in enumerate(told):
        yield _line(f"ct-{number}", each, "", None)


def _line(anchor: str, said: ClaimCode, theirs: str, row: EnteredClaimCode | None) -> ClaimCodeLine:
    off = row is not None and row.off
    return ClaimCodeLine(
        anchor=anchor,
        pk=row.pk if row else None,
        said=said,
        says="" if off else in_words(said.says),
        who=row.entered_by.full_name if row else "",
        at=row.entered_at if row else None,
        theirs=theirs,
        off=off,
        fields=() if off else FIELDS[said.kind],
    )
