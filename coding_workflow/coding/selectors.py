"""Reads of what the coder wrote."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import Exists, Max, OuterRef, Prefetch, QuerySet

from accounts import clock, stay
from accounts.models import Account, ChargeLine, DocumentVersion, EnteredClaimCode
from accounts.services.claim_codes import entered_codes
from accounts.told_codes import ToldCode, is_external
from coding_workflow.codesets import selectors as codesets

from .models import (
    CodedDiagnosis,
    CodedProcedure,
    DiagnosisRole,
    Evidence,
    FinalCoding,
    LinePointers,
    ProposalState,
    ProposedCode,
    ProviderQuery,
    QueryStatus,
    RecordAbstract,
    Suggestion,
    SuggestionState,
)


@dataclass(frozen=True, slots=True)
class CodedRecord:
    """What the coder wrote on one account, read once for the gate and for the page that shows it.

    ``stale`` are the document versions behind its passages that a newer one has replaced. ``pointers``: charge line -> the
    diagnoses that the coder pointed it to, on a professional account. ``claim_codes`` are those that people entered.
    """

    diagnoses: list[CodedDiagnosis]
    procedures: list[CodedProcedure]
    abstract: RecordAbstract | None
    stale: set[int]
    pointers: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    claim_codes: tuple[EnteredClaimCode, ...] = ()


def coded_record(account_id: int, *, professional: bool = False) -> CodedRecord:
    """The codes in force with their passages, the pointers, and the newest abstract. Eight queries at most."""
    diagnoses, procedures = list(diagnoses_in_force(account_id)), list(procedures_in_force(account_id))
    versions = {passage.version_id for row in (*diagnoses, *procedures) for passage in row.passages}  # type: ignore[attr-defined]
    pointers = pointers_in_force(account_id) if professional else {}
    entered = tuple(entered_codes(account_id))
    return CodedRecord(diagnoses, procedures, abstract_of(account_id), stale_versions(versions), pointers, entered)


def pointers_in_force(account_id: int) -> dict[int, tuple[str, ...]]:
    """Charge line -> the diagnosis codes that the coder pointed it to; none where the coder took the sender's away. One query."""
    rows = LinePointers.objects.filter(account_id=account_id, superseded_at__isnull=True)
    return {charge: tuple(codes) for charge, codes in rows.values_list("charge_id", "diagnoses")}


def pointed(line: ChargeLine, pointers: Mapping[int, tuple[str, ...]]) -> tuple[str, ...]:
    """The diagnoses that a line is for: as the coder pointed it, else as the sender linked it."""
    return pointers[line.pk] if line.pk in pointers else tuple(line.diagnoses)


def code_date(account: Account, service: datetime.date | None = None) -> datetime.date | None:
    """The date whose tables judge the account, as the gate chooses it; with ``service`` that of a line of this day."""
    on = stay.tables_date(discharged=account.discharge_date, statement_through=account.statement_through)
    if on is None and not account.is_inpatient:
        charges = ChargeLine.objects.filter(account=account, voided_at__isnull=True)
        on = charges.aggregate(last=Max("service_date"))["last"]
    return stay.line_date(on, service, inpatient=account.is_inpatient)


def diagnosis_system(account: Account) -> str:
    """The diagnosis code system in force for the account."""
    return codesets.diagnosis_system(code_date(account) or clock.today(account.facility))


def procedure_systems(account: Account) -> tuple[str, ...]:
    """Procedure code systems that the account's bill takes: ICD for inpatients, CPT and HCPCS for outpatients."""
    if not account.is_inpatient:
        return ("CPT", "HCPCS")
    return (codesets.procedure_system(code_date(account) or clock.today(account.facility)),)


def diagnoses_in_force(account_id: int) -> QuerySet[CodedDiagnosis]:
    """The account's diagnosis codes in order, each with its evidence as ``passages``."""
    rows = CodedDiagnosis.objects.filter(account_id=account_id, superseded_at__isnull=True)
    return rows.prefetch_related(_passages()).order_by("role", "position", "pk")


def procedures_in_force(account_id: int) -> QuerySet[CodedProcedure]:
    """The account's procedure codes in order, each with its evidence as ``passages``."""
    rows = CodedProcedure.objects.filter(account_id=account_id, superseded_at__isnull=True)
    return rows.select_related("provider", "charge").prefetch_related(_passages()).order_by("position", "pk")


def _passages() -> "Prefetch[str]":
    live = Evidence.objects.filter(unlinked_at__isnull=True).select_related("version", "version__document")
    return Prefetch("evidence", queryset=live, to_attr="passages")


def principal(account_id: int) -> CodedDiagnosis | None:
    """The principal (first-listed) diagnosis, or None."""
    return diagnoses_in_force(account_id).filter(role=DiagnosisRole.DIAGNOSIS).first()


def abstract_of(account_id: int) -> RecordAbstract | None:
    """The newest abstract, or None while nobody has read the record for it."""
    return RecordAbstract.objects.filter(account_id=account_id).order_by("-pk").first()


def last_finalization(account_id: int) -> FinalCoding | None:
    """The newest finalization, or None."""
    return FinalCoding.objects.filter(account_id=account_id).select_related("coder").order_by("-pk").first()


def coder_ids(account_id: int) -> set[int]:
    """Everyone who assigned, changed or pointed to a code in force, or finalized: they neither review nor approve it."""
    assigned = (
        model.objects.filter(account_id=account_id, superseded_at__isnull=True) for model in (CodedDiagnosis, CodedProcedure)
    )
    diagnoses, procedures = (rows.order_by().values_list("assigned_by_id", "changed_by_id") for rows in assigned)
    pointed = LinePointers.objects.filter(account_id=account_id, superseded_at__isnull=True).order_by()
    pairs = (*diagnoses, *procedures.union(pointed.values_list("pointed_by_id", "pointed_by_id")))
    last = last_finalization(account_id)
    return {person for pair in pairs for person in pair} | ({last.coder_id} if last else set())


def stale_versions(version_ids: Iterable[int]) -> set[int]:
    """Those document versions that a newer one has replaced: evidence on them is to re-confirm."""
    rows = DocumentVersion.objects.filter(pk__in=set(version_ids)).annotate(newest=Max("document__versions__number"))
    return {row.pk for row in rows if row.number < row.newest}


def queries_asked(account_id: int) -> QuerySet[ProviderQuery]:
    """The queries that were sent about an account and not taken back, oldest first. A draft is nobody's knowledge yet."""
    rows = ProviderQuery.objects.filter(account_id=account_id)
    return rows.exclude(status__in=(QueryStatus.DRAFT, QueryStatus.WITHDRAWN)).order_by("pk")


def suggestions_open(account_id: int) -> QuerySet[Suggestion]:
    """What the coder of an account is offered and has not settled, in the order of the record, with version and document."""
    rows = Suggestion.objects.filter(account_id=account_id, state=SuggestionState.OFFERED)
    return rows.select_related("version__document").defer("version__text").order_by("pk")


def proposed_open(account_id: int) -> QuerySet[ProposedCode]:
    """What an encoder or the opening load proposes for an account and the coder has not settled, in its order."""
    rows = ProposedCode.objects.filter(account_id=account_id, state=ProposalState.OPEN)
    return rows.select_related("told__coder", "provider").order_by("position", "pk")


def proposed_or_taken(account_id: int) -> list[ProposedCode]:
    """What is proposed for an account, and what was taken over, each in its order."""
    rows = ProposedCode.objects.filter(account_id=account_id, state__in=(ProposalState.OPEN, ProposalState.TAKEN))
    return list(rows.select_related("told__coder", "provider").order_by("position", "pk"))


def proposed_role(row: ProposedCode | ToldCode, account: Account) -> str:
    """The list of the claim that a proposed or told diagnosis belongs in; empty for a procedure.

    What was said at the beginning is the admitting diagnosis of a stay and the reason for the visit of an outpatient.
    """
    if row.kind == "procedure":
        return ""
    if row.kind == "admitting" and account.is_inpatient:
        return DiagnosisRole.ADMITTING
    if row.kind in {"admitting", "reason"}:
        return DiagnosisRole.REASON_FOR_VISIT
    return DiagnosisRole.EXTERNAL_CAUSE if is_external(row.system, row.code) else DiagnosisRole.DIAGNOSIS


def other_poa(row: ProposedCode, poa: str) -> bool:
    """Whether a proposed diagnosis was told with another POA. A list without any POA does not say that all are exempt."""
    return row.poa != poa and any(code.poa for code in row.told.rows)


def same_procedure(row: ProposedCode) -> CodedProcedure | None:
    """The procedure in force that a proposed one is already, unless it was taken over from another."""
    there = CodedProcedure.objects.filter(
        account_id=row.account_id, system=row.system, code=row.code, modifiers=row.modifiers, superseded_at__isnull=True
    )
    if row.performed_on:
        there = there.filter(performed_on=row.performed_on)
    taken = ProposedCode.objects.filter(account_id=row.account_id, state=ProposalState.TAKEN, procedure__isnull=False)
    return there.exclude(pk__in=taken.values("procedure_id")).order_by("position", "pk").first()


#: So many earlier accounts are offered.
EARLIER = 5


def earlier_accounts(account: Account) -> QuerySet[Account]:
    """Coded accounts of the same patient at the facility that were discharged before this one, newest first.

    Restricted accounts are not among them: they open with a reason of their own.
    """
    before = account.discharge_date or clock.today(account.facility)
    rows = Account.objects.filter(facility_id=account.facility_id, patient_id=account.patient_id, restricted="")
    coded = CodedDiagnosis.objects.filter(account=OuterRef("pk"), role=DiagnosisRole.DIAGNOSIS, superseded_at__isnull=True)
    return rows.filter(Exists(coded), discharge_date__lt=before).exclude(pk=account.pk).order_by("-discharge_date", "-pk")
