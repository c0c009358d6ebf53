"""The codes pane: diagnoses by list and order, procedures, charges, and the state of the evidence behind each."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from accounts import stay
from accounts.models import Account, ChargeLine
from coding_workflow.codesets import selectors as codesets
from coding_workflow.coding import selectors as coding
from coding_workflow.coding.models import CodedDiagnosis, CodedItem, CodedProcedure, DiagnosisRole, Evidence, PresentOnAdmission
from coding_workflow.coding.services.pointing import REPORTED

from .workspace_services import ServiceLine, numbered, service_lines

Titles = Mapping[tuple[str, str], str]

#: Lists that the guidelines judge by the record; admitting diagnosis and reason for visit need no passage.
_RESTS_ON_RECORD: Final = (DiagnosisRole.DIAGNOSIS, DiagnosisRole.EXTERNAL_CAUSE)


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """One passage or citation behind a code; ``stale`` when a newer version of the document has come."""

    pk: int
    anchor: str
    code: str
    document: int
    version: int
    title: str
    start: int | None
    end: int | None
    quote: str
    stale: bool


@dataclass(frozen=True, slots=True)
class DiagnosisLine:
    """One diagnosis code of a list; ``word`` and ``state`` say how it stands with its evidence."""

    pk: int
    anchor: str
    code: str
    plain: str
    title: str
    role: str
    poa: str
    place: int
    first: bool
    last: bool
    evidence: tuple[EvidenceLine, ...]
    copied: bool = False


@dataclass(frozen=True, slots=True)
class ProcedureLine:
    """One procedure code: PCS with its date, or CPT/HCPCS with modifiers, units and the charge it goes on."""

    pk: int
    anchor: str
    code: str
    plain: str
    title: str
    system: str
    performed_on: datetime.date | None
    modifiers: str
    units: Decimal
    charge: str
    evidence: tuple[EvidenceLine, ...]


@dataclass(frozen=True, slots=True)
class CodeList:
    """One list of the claim under its name."""

    role: str
    title: str
    lines: tuple[DiagnosisLine, ...]


@dataclass(frozen=True, slots=True)
class Charge:
    """One charge line; ``coded`` when a coder's code stands on it already."""

    pk: int
    words: str
    amount: Decimal
    units: Decimal
    service_date: datetime.date
    free: bool


@dataclass(frozen=True, slots=True)
class Codes:
    """Everything that the pane shows, and what it needs to offer more.

    Of a professional account also its service lines, and each diagnosis code with its number on the claim.
    """

    lists: tuple[CodeList, ...]
    procedures: tuple[ProcedureLine, ...]
    charges: tuple[Charge, ...]
    inpatient: bool
    on: datetime.date | None
    system: str
    procedure_systems: tuple[str, ...]
    professional: bool = False
    services: tuple[ServiceLine, ...] = ()
    numbers: tuple[tuple[str, int], ...] = ()
    roles: tuple[tuple[str, str], ...] = tuple(DiagnosisRole.choices)
    poa_choices: tuple[tuple[str, str], ...] = tuple(PresentOnAdmission.choices)

    @property
    def every(self) -> tuple[DiagnosisLine | ProcedureLine, ...]:
        """All codes that rest on the record, diagnoses first."""
        diagnoses = (line for part in self.lists if part.role in _RESTS_ON_RECORD for line in part.lines)
        return (*diagnoses, *self.procedures)

    @property
    def has_principal(self) -> bool:
        """Whether a principal or first-listed diagnosis is assigned."""
        return bool(self.lists[0].lines)


def codes_pane(account: Account, written: coding.CodedRecord, titles: Titles | None = None) -> Codes:
    """The codes in force. ``titles`` are those the judgement has read already; the others are looked up.

    One query, and two for each code system with a code whose title is not known yet.
    """
    diagnoses, procedures, stale = written.diagnoses, written.procedures, written.stale
    on = coding.code_date(account)
    known = _titles(account, on, [*diagnoses, *procedures], titles or {})
    coded = {row.charge_id for row in procedures if row.charge_id}
    listed = _lists(account)
    return Codes(
        lists=tuple(_list(role, label, diagnoses, known, stale) for role, label in listed),
        procedures=tuple(_procedure(row, known, stale) for row in procedures),
        charges=tuple(_charge(line, line.pk in coded, account) for line in _charges(account)),
        inpatient=account.is_inpatient,
        on=on,
        system=coding.diagnosis_system(account),
        procedure_systems=coding.procedure_systems(account),
        roles=_roles(listed),
        **_professional(account, written),
    )


def _roles(listed: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """The lists that a new code may go on; a hospital's form offers them all."""
    offered = {role for role, _ in listed}
    return tuple(each for each in DiagnosisRole.choices if len(offered) > len(REPORTED) or each[0] in offered)


def _professional(account: Account, written: coding.CodedRecord) -> dict[str, Any]:
    """Nothing for a facility's account. One query for a professional one."""
    if not account.is_professional:
        return {}
    numbers = numbered(written.diagnoses)
    system = coding.diagnosis_system(account)
    shown = tuple((codesets.display(code, system), number) for code, number in numbers.items())
    return {"professional": True, "services": service_lines(account, written), "numbers": shown}


def _lists(account: Account) -> list[tuple[str, str]]:
    names = dict(DiagnosisRole.choices) | {DiagnosisRole.DIAGNOSIS: "Diagnoses"}
    if account.is_professional:
        return [(role, names[role]) for role in REPORTED]
    unused = DiagnosisRole.REASON_FOR_VISIT if account.is_inpatient else DiagnosisRole.ADMITTING
    return [(role, names[role]) for role in DiagnosisRole if role != unused]


def _list(role: str, label: str, rows: list[CodedDiagnosis], titles: Titles, stale: set[int]) -> CodeList:
    mine = [row for row in rows if row.role == role]
    return CodeList(role, label, tuple(_diagnosis(row, place, len(mine), titles, stale) for place, row in enumerate(mine, 1)))


def _diagnosis(row: CodedDiagnosis, place: int, count: int, titles: Titles, stale: set[int]) -> DiagnosisLine:
    anchor = f"dx-{row.pk}"
    return DiagnosisLine(
        pk=row.pk,
        anchor=anchor,
        code=codesets.display(row.code, row.system),
        plain=row.code,
        title=titles.get((row.system, row.code), ""),
        role=row.role,
        poa=row.poa,
        place=place,
        first=place == 1,
        last=place == count,
        evidence=_evidence(row, anchor, stale),
        copied=row.copied_from_id is not None,
    )


def _procedure(row: CodedProcedure, titles: Titles, stale: set[int]) -> ProcedureLine:
    anchor = f"px-{row.pk}"
    return ProcedureLine(
        pk=row.pk,
        anchor=anchor,
        code=codesets.display(row.code, row.system),
        plain=row.code,
        title=titles.get((row.system, row.code), ""),
        system=row.system,
        performed_on=row.performed_on,
        modifiers=" ".join(row.modifiers),
        units=row.units.normalize() if row.units % 1 else row.units.quantize(Decimal(1)),
        charge=f"{row.charge.revenue_code} {row.charge.description}".strip() if row.charge else "",
        evidence=_evidence(row, anchor, stale),
    )


def _evidence(row: CodedItem, anchor: str, stale: set[int]) -> tuple[EvidenceLine, ...]:
    code = codesets.display(row.code, row.system)
    passages: Iterable[Evidence] = row.passages  # type: ignore[attr-defined]
    return tuple(
        EvidenceLine(
            pk=passage.pk,
            anchor=anchor,
            code=code,
            document=passage.version.document_id,
            version=passage.version_id,
            title=passage.version.document.title,
            start=passage.start,
            end=passage.end,
            quote=" ".join(passage.quote.split()),
            stale=passage.version_id in stale,
        )
        for passage in passages
    )


def _titles(account: Account, judged_on: datetime.date | None, rows: list[CodedItem], known: Titles) -> Titles:
    """The titles that are not known yet, each from the table of its account's or line's day."""
    missing: dict[tuple[str, datetime.date], set[str]] = {}
    for row in rows:
        on = stay.line_date(judged_on, _service(row), inpatient=account.is_inpatient)
        if on and (row.system, row.code) not in known:
            missing.setdefault((row.system, on), set()).add(row.code)
    found = dict(known)
    for (system, on), plain in missing.items():
        entries = codesets.lookup_many(system, plain, on)
        found |= {(system, code): entry.title for code, entry in entries.items()}
    return found


def _service(row: CodedItem) -> datetime.date | None:
    if not isinstance(row, CodedProcedure):
        return None
    return row.charge.service_date if row.charge else row.performed_on


def _charges(account: Account) -> Iterable[ChargeLine]:
    return ChargeLine.objects.filter(account=account, voided_at__isnull=True).order_by("revenue_code", "service_date", "pk")


def _charge(line: ChargeLine, coded: bool, account: Account) -> Charge:
    code = " ".join([line.hcpcs, *line.modifiers]).strip()
    words = " ".join(part for part in (line.revenue_code, line.description, code) if part)
    units = line.units.quantize(Decimal(1)) if line.units % 1 == 0 else line.units.normalize()
    return Charge(
        line.pk, words, line.amount, units, line.service_date, free=not coded and (account.is_professional or not line.hcpcs)
    )
