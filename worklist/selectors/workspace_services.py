"""Service lines of a professional account: what is charged, who coded it, and the diagnoses that each line is for."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from accounts.models import Account, ChargeLine
from coding_workflow.codesets import selectors as codesets
from coding_workflow.coding import selectors as coding
from coding_workflow.coding.models import CodedDiagnosis, CodedProcedure
from coding_workflow.coding.services.pointing import REPORTED
from coding_workflow.guidelines.service_codes import is_cpt


@dataclass(frozen=True, slots=True)
class Pointed:
    """One diagnosis of a line: its number on the claim, 0 when it is not on the account."""

    number: int
    code: str


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """One charge line as it goes on the claim. ``came`` is the code that a coder has still to assign.

    ``typed`` is what the field of its diagnoses holds: numbers, or the code where it is not on the account. ``linked``: as the
    sender linked it; no coder has pointed it.
    """

    pk: int
    anchor: str
    code: str
    system: str
    modifiers: str
    units: Decimal
    amount: Decimal
    service_date: datetime.date
    place: str
    rendering: str
    came: bool
    pointed: tuple[Pointed, ...]
    typed: str
    linked: bool


def numbered(diagnoses: Sequence[CodedDiagnosis]) -> dict[str, int]:
    """Code -> its number on a professional claim: the diagnoses in order, then the external causes."""
    rows = [row for role in REPORTED for row in diagnoses if row.role == role]
    return {row.code: number for number, row in enumerate(rows, start=1)}


def read_pointers(text: str, numbers: Mapping[str, int]) -> list[str]:
    """Codes of what a coder typed: numbers or letters of the claim (``1 2``, ``AB``), or codes; anything else as typed."""
    by_number = {str(number): code for code, number in numbers.items()}
    by_letter = {chr(ord("A") + number - 1): code for code, number in numbers.items() if number <= 12}
    found: list[str] = []
    for word in text.upper().replace(",", " ").split():
        letters = word if word.isalpha() and len(word) <= 4 and all(mark in by_letter for mark in word) else ""
        found += [by_letter[mark] for mark in letters] or [by_number.get(word, word)]
    return found


def service_lines(account: Account, written: coding.CodedRecord) -> tuple[ServiceLine, ...]:
    """The lines in the order in which they were charged. One query."""
    numbers = numbered(written.diagnoses)
    coded = {row.charge_id: row for row in written.procedures if row.charge_id}
    charges = ChargeLine.objects.filter(account=account, voided_at__isnull=True).select_related("rendering", "entry")
    system = coding.diagnosis_system(account)
    return tuple(_line(line, coded.get(line.pk), written.pointers, numbers, system) for line in charges.order_by("pk"))


def _line(
    line: ChargeLine, row: CodedProcedure | None, pointers: Mapping[int, tuple[str, ...]], numbers: Mapping[str, int], system: str
) -> ServiceLine:
    codes = coding.pointed(line, pointers)
    units = row.units if row else line.units
    return ServiceLine(
        pk=line.pk,
        anchor=f"line-{line.pk}",
        code=row.code if row else line.hcpcs,
        system="CPT" if is_cpt(row.code if row else line.hcpcs) else "HCPCS",
        modifiers=" ".join(row.modifiers if row else line.modifiers),
        units=units.quantize(Decimal(1)) if units % 1 == 0 else units.normalize(),
        amount=line.amount,
        service_date=line.service_date,
        place=line.place_of_service,
        rendering=str(line.rendering or ""),
        came=row is None and not (line.entry and line.entry.owner_id),
        pointed=tuple(Pointed(numbers.get(code, 0), codesets.display(code, system)) for code in codes),
        typed=" ".join(str(numbers[code]) if code in numbers else codesets.display(code, system) for code in codes),
        linked=line.pk not in pointers and bool(codes),
    )
