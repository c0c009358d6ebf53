"""Codes and charge lines with their evidence, as facts."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from accounts.models import Account, ChargeLine, ChargeSource
from coding_workflow.coding import selectors as coding
from coding_workflow.coding.models import CodedDiagnosis, CodedItem, CodedProcedure
from coding_workflow.guidelines.facts import Diagnosis, Evidence, Line, Procedure

#: Procedure systems that ICD bills use; the others go on charge lines.
ICD_SYSTEMS = frozenset({"ICD-10-PCS", "ICD-9-CM-PX"})


def diagnosis(row: CodedDiagnosis, stale: Collection[int]) -> Diagnosis:
    """One diagnosis with its passages."""
    return Diagnosis(
        code=row.code,
        poa=row.poa,
        evidence=evidence(row, stale),
        coder=str(row.assigned_by_id),
        system=row.system,
        copied=row.copied_from_id is not None,
    )


def procedures(rows: list[CodedProcedure], stale: Collection[int]) -> tuple[Procedure, ...]:
    """ICD procedures; CPT and HCPCS codes are lines."""
    return tuple(
        Procedure(
            code=row.code,
            system=row.system,
            date=row.performed_on,
            evidence=evidence(row, stale),
            coder=str(row.assigned_by_id),
            specimen=row.specimen_sent,
        )
        for row in rows
        if row.system in ICD_SYSTEMS
    )


def lines(
    account: Account, rows: list[CodedProcedure], stale: Collection[int], pointers: Mapping[int, tuple[str, ...]]
) -> tuple[tuple[Line, ...], set[int]]:
    """Charge lines, the coder's code in place of the chargemaster's where there is one; and the owners of entries.

    A coder's code without a charge is a line without an amount: the gate asks for the charge. Lines of a professional account
    carry their pointers, and place of service and renderer of their own or of the account.
    """
    coded = {row.charge_id: row for row in rows if row.system not in ICD_SYSTEMS and row.charge_id}
    uncharged = [row for row in rows if row.system not in ICD_SYSTEMS and not row.charge_id]
    charges = ChargeLine.objects.filter(account=account, voided_at__isnull=True).order_by("pk")
    charges = charges.select_related("entry", "rendering") if account.is_professional else charges.select_related("entry")
    found = [_line(charge, coded.get(charge.pk), stale) for charge in charges]
    if account.is_professional:
        found = [_professional(line, charge, account, pointers) for line, charge in zip(found, charges, strict=True)]
    owners = {charge.entry.owner_id for charge in charges if charge.entry and charge.entry.owner_id}
    return (*found, *(_coded_line(row, stale) for row in uncharged)), owners


def _line(charge: ChargeLine, row: CodedProcedure | None, stale: Collection[int]) -> Line:
    if row is not None:
        return _coded_line(row, stale, charge)
    owner = charge.entry.owner_id if charge.entry else None
    return Line(
        revenue_code=charge.revenue_code,
        hcpcs=charge.hcpcs,
        modifiers=tuple(charge.modifiers),
        units=charge.units,
        date=charge.service_date,
        charge=charge.amount,
        source=ChargeSource.CHARGEMASTER.value,
        owner=str(owner) if owner else None,
    )


def _professional(line: Line, charge: ChargeLine, account: Account, pointers: Mapping[int, tuple[str, ...]]) -> Line:
    by = charge.rendering or account.rendering
    return replace(
        line,
        revenue_code="",
        pointers=coding.pointed(charge, pointers),
        place_of_service=charge.place_of_service or account.place_of_service,
        rendering=by.npi if by else "",
    )


def _coded_line(row: CodedProcedure, stale: Collection[int], charge: ChargeLine | None = None) -> Line:
    return Line(
        revenue_code=charge.revenue_code if charge else "",
        hcpcs=row.code,
        modifiers=tuple(row.modifiers),
        units=row.units,
        date=charge.service_date if charge else row.performed_on,
        charge=charge.amount if charge else None,
        source=ChargeSource.CODER.value,
        coder=str(row.assigned_by_id),
        evidence=evidence(row, stale),
        specimen=row.specimen_sent,
    )


def evidence(row: CodedItem, stale: Collection[int]) -> tuple[Evidence, ...]:
    """The passages of a code; on a version that a newer one has replaced they are to re-confirm."""
    return tuple(
        Evidence(
            document=str(passage.version.document_id),
            start=passage.start,
            end=passage.end,
            quote=passage.quote,
            reconfirm=passage.version_id in stale,
        )
        for passage in row.passages  # type: ignore[attr-defined]
    )
