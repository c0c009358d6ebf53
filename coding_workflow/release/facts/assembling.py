"""From rows to facts. Reads only; no name, no number of a patient goes into facts."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from accounts import claim_codes, clock
from accounts.models import Account, Coverage, EnteredClaimCode, Hold, HoldSource
from accounts.services.claim_codes import code_differences, codes_on_claim
from coding_workflow.coding import selectors as coding
from coding_workflow.coding.models import CodedDiagnosis, CodedProcedure, DiagnosisRole, RecordAbstract
from coding_workflow.guidelines.facts import (
    CodeDifference,
    DiscrepancyCase,
    Facts,
    Occurrence,
    OccurrenceSpan,
    OpenHold,
    Override,
    Patient,
    Payer,
    Provider,
    Query,
    Record,
    Value,
)
from coding_workflow.release import models

from .coders import coders_of
from .codes import diagnosis, lines, procedures
from .documents import documents, orders, versions_of
from .related import related_accounts

#: Raised when the same rows give other facts than before: facts that were stored earlier are then assembled anew.
ASSEMBLY = 2


def assemble(account: Account, written: coding.CodedRecord | None = None) -> Facts:
    """The facts of one account at this revision; about 16 queries, whatever the account's size.

    ``written`` is what the coder wrote, where the caller has read it already.
    """
    written = written or coding.coded_record(account.pk, professional=account.is_professional)
    coded, performed, abstract, stale = written.diagnoses, written.procedures, written.abstract, written.stale
    by_role = {role: [row for row in coded if row.role == role] for role in DiagnosisRole.values}
    charges, entry_owners = lines(account, performed, stale, written.pointers)
    versions = versions_of(account)
    return Facts(
        **elements(account),
        **claim_codes_of(account, written.claim_codes),
        patient=_patient(account, abstract),
        payer=payer(account.primary_coverage()),
        admitting_diagnosis=next((row.code for row in by_role[DiagnosisRole.ADMITTING]), ""),
        reason_for_visit=tuple(row.code for row in by_role[DiagnosisRole.REASON_FOR_VISIT]),
        diagnoses=tuple(diagnosis(row, stale) for row in by_role[DiagnosisRole.DIAGNOSIS]),
        external_causes=tuple(diagnosis(row, stale) for row in by_role[DiagnosisRole.EXTERNAL_CAUSE]),
        procedures=procedures(performed, stale),
        lines=charges,
        documents=documents(account, versions),
        record=_record(abstract),
        coders=coders_of(account, _people(coded, performed) | entry_owners),
        related_accounts=related_accounts(account),
        orders=orders(account, versions),
        queries=tuple(Query(str(row.pk), row.status, row.subject, tuple(row.codes)) for row in coding.queries_asked(account.pk)),
        open_holds=open_holds(Hold.objects.filter(account=account, resolved_at__isnull=True).order_by("pk")),
        discrepancy=_discrepancy(account),
        overrides=_overrides(account),
    )


def elements(account: Account) -> dict[str, Any]:
    """What the account's own row says, with facility, unit and the providers of its bill; the keys are those of facts."""
    return {
        "id": str(account.pk),
        "patient_class": account.patient_class,
        "discharge_date": account.discharge_date,
        "judged_on": clock.today(account.facility),
        "facility": account.facility.code,
        "billing_kind": account.billing_kind,
        "service": account.service,
        "provider_number": account.unit.npi if account.unit else account.facility.npi,
        "admit_date": account.admit_date,
        "admitted_at": account.admitted_at,
        "discharged_at": account.discharged_at,
        "discharge_status": account.discharge_status,
        "admission_type": account.admission_type,
        "point_of_origin": account.point_of_origin,
        "type_of_bill": account.type_of_bill,
        "place_of_service": account.place_of_service,
        "poa_exempt_hospital": not account.facility.ipps,
        "providers": _providers(account),
        "statement_from": account.statement_from,
        "statement_through": account.statement_through,
    }


def claim_codes_of(account: Account, entered: Iterable[EnteredClaimCode]) -> dict[str, Any]:
    """What goes on the claim as patient accounting tells it and people entered it, and where they differ."""
    rows = tuple(entered)
    said = {kind: [each for each in codes_on_claim(account, rows) if each.kind == kind] for kind in claim_codes.KINDS}
    return {
        "condition_codes": tuple(each.code for each in said[claim_codes.CONDITION]),
        "occurrence_codes": tuple(Occurrence(each.code, each.on) for each in said[claim_codes.OCCURRENCE]),
        "occurrence_spans": tuple(OccurrenceSpan(each.code, each.on, each.through) for each in said[claim_codes.SPAN]),
        "value_codes": tuple(Value(each.code, each.amount or Decimal(0)) for each in said[claim_codes.VALUE]),
        "code_differences": tuple(
            CodeDifference(each.kind, each.code, each.accounting, each.entered) for each in code_differences(account, rows)
        ),
    }


def payer(primary: Coverage | None) -> Payer:
    """Who is asked to pay first; empty without any coverage."""
    return Payer(primary.payer.code, primary.payer.kind) if primary else Payer()


def open_holds(rows: Iterable[Hold]) -> tuple[OpenHold, ...]:
    """Of open holds those that block and that the check did not place itself."""
    standing = (row for row in rows if row.blocking and row.source != HoldSource.CHECK)
    return tuple(OpenHold(row.key, row.message, row.condition, row.source, row.owner_role) for row in standing)


def _people(coded: list[CodedDiagnosis], performed: list[CodedProcedure]) -> set[int]:
    return {row.assigned_by_id for row in (*coded, *performed)}


def _patient(account: Account, abstract: RecordAbstract | None) -> Patient:
    weight = abstract.birth_weight_grams if abstract else None
    return Patient(birth_date=account.patient.birth_date, sex=account.patient.sex, birth_weight_grams=weight)


def _record(abstract: RecordAbstract | None) -> Record | None:
    if abstract is None:
        return None
    return Record(
        discharge_status=abstract.discharge_status or None,
        patient_class=abstract.patient_class,
        admit_date=abstract.admit_date,
        discharge_date=abstract.discharge_date,
        death_date=abstract.death_date,
        place_of_service=abstract.place_of_service or None,
        sources=tuple(sorted((str(element), str(version)) for element, version in abstract.sources.items())),
    )


def _providers(account: Account) -> tuple[Provider, ...]:
    named = [("attending", account.attending), ("operating", account.operating)]
    if account.is_professional:
        named = [(role, getattr(account, role)) for role in ("rendering", "referring", "supervising")]
    return tuple(Provider(role, provider.npi) for role, provider in named if provider is not None)


def _discrepancy(account: Account) -> DiscrepancyCase | None:
    case = models.DiscrepancyCase.objects.open().filter(account=account).first()
    return DiscrepancyCase(str(case.pk), case.root_cause, case.correction, case.prevention) if case else None


def _overrides(account: Account) -> tuple[Override, ...]:
    rows = models.Override.objects.filter(account=account, withdrawn_at__isnull=True).order_by("pk")
    return tuple(
        Override(row.rule, tuple(row.subjects), row.reason, str(row.by_id), str(row.second_id or ""), row.version) for row in rows
    )
