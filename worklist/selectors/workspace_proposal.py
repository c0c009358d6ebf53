"""What an encoder or the opening load says the codes are, beside those on the account."""

import datetime
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from accounts import clock
from accounts.models import Account, CodeSource, Step
from coding_workflow.codesets import selectors as codesets
from coding_workflow.coding.models import DiagnosisRole, ProposalState, ProposedCode
from coding_workflow.coding.selectors import other_poa, proposed_or_taken, proposed_role
from coding_workflow.coding.services.proposing import told_now

from .workspace import Desk
from .workspace_codes import Codes

Change = Literal["new", "poa", "there"]
_TITLES: Final = {CodeSource.ENCODER: "The encoder's codes", CodeSource.OPENING: "Codes from the opening load"}
_LISTS: Final = {
    DiagnosisRole.ADMITTING: "Admitting", DiagnosisRole.REASON_FOR_VISIT: "Reason for visit",
    DiagnosisRole.EXTERNAL_CAUSE: "External cause", "": "Procedure",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ProposalLine:
    """One proposed code. ``there``: it is on the account as it was told; ``poa``: on the account with another indicator."""

    pk: int
    code: str
    title: str
    listed: str
    poa: str
    said: str
    change: Change
    poa_now: str = ""

    @property
    def anchor(self) -> str:
        """The id of its row."""
        return f"proposed-{self.pk}"


@dataclass(frozen=True, slots=True)
class Proposal:
    """All of it. ``acts``: the person may take it over now; ``waits``: coding is not done yet; ``others`` are codes on the
    account that were not told, ``dropped`` those among them that were taken over and are not told any more."""

    title: str
    coder: str
    told_at: datetime.datetime
    final: bool
    acts: bool
    waits: bool
    lines: tuple[ProposalLine, ...]
    others: tuple[str, ...]
    dropped: tuple[str, ...]

    @property
    def differing(self) -> int:
        """How many codes are not on the account as they were told."""
        return sum(line.change != "there" for line in self.lines)

    @property
    def summary(self) -> str:
        """The heading: what there is to do, or that there is nothing."""
        if not self.differing:
            return f"{len(self.dropped)} not told any more" if self.dropped else "as on the account"
        if self.acts:
            return f"{self.differing} to take over"
        if self.waits:
            return f"{self.differing} {'waits' if self.differing == 1 else 'wait'} for the coder"
        return f"{self.differing} {'differs' if self.differing == 1 else 'differ'}"


def proposal_of(desk: Desk, codes: Codes) -> Proposal | None:
    """The open proposal of an account, or what is told no more of one that was taken over; None without either. Two queries, and
    one for each code system in it."""
    known = proposed_or_taken(desk.account.pk)
    if not known:
        return None
    rows = [row for row in known if row.state == ProposalState.OPEN]
    others, dropped = _not_told(desk.account, known, codes)
    if not rows and not dropped:
        return None
    told = (rows or known)[0].told
    titles = _titles(desk.account, rows, codes.on)
    there = Counter((line.plain, line.modifiers, line.performed_on) for line in codes.procedures)
    return Proposal(
        title=_TITLES.get(CodeSource(told.source), "Codes of another system"),
        coder=str(told.coder or told.named),
        told_at=max(row.told.told_at for row in rows or known),
        final=told.final,
        acts=desk.writes and desk.account.step == Step.CODING,
        waits=desk.account.step in (Step.REGISTERED, Step.DISCHARGED, Step.CODING),
        lines=tuple(_line(row, desk.account, codes, titles, there) for row in rows),
        others=others,
        dropped=dropped,
    )


def _not_told(account: Account, known: Sequence[ProposedCode], codes: Codes) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Codes on the account that are not told: the coder's own, and those that were taken over from an earlier list."""
    said = {(proposed_role(code, account), code.code) for _, code in told_now(account)}
    taken = {(proposed_role(row, account), row.code) for row in known if row.state == ProposalState.TAKEN}
    coded = [((part.role, line.plain), line.code) for part in codes.lists for line in part.lines]
    coded += [(("", line.plain), line.code) for line in codes.procedures]
    left = [(key, code) for key, code in coded if key not in said]
    return tuple(code for key, code in left if key not in taken), tuple(code for key, code in left if key in taken)


def _titles(account: Account, rows: Sequence[ProposedCode], on: datetime.date | None) -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for system in {row.system for row in rows}:
        entries = codesets.lookup_many(
            system, {row.code for row in rows if row.system == system}, on or clock.today(account.facility)
        )
        found |= {(system, code): entry.title for code, entry in entries.items()}
    return found


def _line(
    row: ProposedCode,
    account: Account,
    codes: Codes,
    titles: dict[tuple[str, str], str],
    there: Counter[tuple[str, str, datetime.date | None]],
) -> ProposalLine:
    role = proposed_role(row, account)
    change, poa_now = _procedure_change(row, there) if not role else _diagnosis_change(row, role, codes)
    return ProposalLine(
        pk=row.pk,
        code=codesets.display(row.code, row.system),
        title=titles.get((row.system, row.code), ""),
        listed=_LISTS.get(role, ""),
        poa=row.poa,
        said=_said(row),
        change=change,
        poa_now=poa_now,
    )


def _diagnosis_change(row: ProposedCode, role: str, codes: Codes) -> tuple[Change, str]:
    lines = (line for part in codes.lists if part.role == role for line in part.lines)
    known = next((line for line in lines if line.plain == row.code), None)
    if known is None:
        return "new", ""
    return ("poa", known.poa or "blank") if other_poa(row, known.poa) else ("there", "")


def _procedure_change(row: ProposedCode, there: Counter[tuple[str, str, datetime.date | None]]) -> tuple[Change, str]:
    """Each procedure on the account answers for one that was told."""
    modifiers = " ".join(row.modifiers)
    key = next(
        (key for key in there if key[:2] == (row.code, modifiers) and row.performed_on in (None, key[2]) and there[key]), None
    )
    if key is None:
        return "new", ""
    there[key] -= 1
    return "there", ""


def _said(row: ProposedCode) -> str:
    """Day, modifiers, units and who performed it, as far as they were told."""
    parts = [
        f"{row.performed_on:%m/%d/%Y}" if row.performed_on else "",
        " ".join(row.modifiers),
        f"{row.units} units" if row.units not in {"", "1"} else "",
        f"by {row.provider}" if row.provider else "",
    ]
    return " · ".join(part for part in parts if part)
