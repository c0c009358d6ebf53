"""A claim as FHIR R4 ``Claim``: what the 837 of the same claim says, element by element.

Types of supporting information, of diagnoses and of the care team are those of CARIN for Blue Button, which payers use.
"""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from coding_workflow.payment.x12 import claim as x12
from coding_workflow.registration.fhir import systems
from coding_workflow.registration.fhir.elements import Resource
from coding_workflow.registration.fhir.writing.parts import (
    coding,
    concept,
    diagnosis_code,
    every,
    identifier,
    kept,
    money,
    number,
    period,
    stamp,
)

from .coded import on_admission

_TYPE: Final = "http://terminology.hl7.org/CodeSystem/claim-type"
_PRIORITY: Final = "http://terminology.hl7.org/CodeSystem/processpriority"
_RELATED: Final = "http://terminology.hl7.org/CodeSystem/ex-relatedclaimrelationship"
_DIAGNOSIS: Final = "http://terminology.hl7.org/CodeSystem/ex-diagnosistype"
_PROCEDURE: Final = "http://terminology.hl7.org/CodeSystem/ex-procedure-type"
_INFORMATION: Final = "http://terminology.hl7.org/CodeSystem/claiminformationcategory"
_CARIN: Final = "http://hl7.org/fhir/us/carin-bb/CodeSystem/"
_DIAGNOSIS_TYPE: Final = f"{_CARIN}C4BBClaimDiagnosisType"
_CARE_TEAM: Final = f"{_CARIN}C4BBClaimCareTeamRole"
_SUPPORTING: Final = f"{_CARIN}C4BBSupportingInfoType"
_MS_DRG: Final = (
    "https://www.cms.gov/Medicare/Medicare-Fee-for-Service-Payment/AcuteInpatientPPS/MS-DRG-Classifications-and-Software"
)
#: How a line without a revenue code (a professional one) comes out of rolling up.
_NO_REVENUE: Final = "0000"
_NUBC: Final = "https://www.nubc.org/CodeSystem/"
_CONTROL_NUMBER: Final = "urn:coding-workflow:payer-control-number"


@dataclass(frozen=True, slots=True)
class Parties:
    """References to who and what the claim names; ``people`` are attending and operating, as far as there are any."""

    patient: Resource
    coverage: Resource
    insurer: Resource
    provider: Resource
    people: tuple[tuple[str, Resource], ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of the claim besides what it says: its identifier, its status in R4's words (``active``, ``cancelled``,
    ``draft``), when it was made, and the number of the claim that it takes the place of."""

    number: Resource
    status: str
    made_at: datetime.datetime
    professional: bool = False
    prior: Resource | None = None


def claim(said: x12.Claim, parties: Parties, standing: Standing) -> Resource:
    """The Claim, without its resource type. Lines carry a procedure code or say that none applies (R4 asks for one)."""
    form = "professional" if standing.professional else "institutional"
    return kept(
        {
            "identifier": every(standing.number),
            "status": standing.status,
            "type": concept(coding(_TYPE, form)),
            "use": "claim",
            "patient": parties.patient,
            "billablePeriod": period(said.statement_from.isoformat(), said.statement_through.isoformat()),
            "created": stamp(standing.made_at),
            "insurer": parties.insurer,
            "provider": parties.provider,
            "priority": concept(coding(_PRIORITY, "normal")),
            "related": _related(said, standing),
            "careTeam": [_member(place, *one) for place, one in enumerate(parties.people, start=1)],
            "supportingInfo": _numbered(_supporting(said)),
            "diagnosis": _numbered(_diagnoses(said)),
            "procedure": _numbered(_procedure(place, one) for place, one in enumerate(said.procedures)),
            "insurance": [{"sequence": 1, "focal": True, "coverage": parties.coverage}],
            "item": _numbered(_item(line) for line in said.lines),
            "total": money(said.total),
        }
    )


def _numbered(parts: Iterator[Resource]) -> list[Resource]:
    return [{"sequence": place, **each} for place, each in enumerate(parts, start=1)]


def _related(said: x12.Claim, standing: Standing) -> list[Resource]:
    """The claim that this one changes: our number of it, and the payer's, under which it is replaced (frequency 7) or voided."""
    if not (standing.prior or said.payer_control_number):
        return []
    related = {
        "claim": {"identifier": standing.prior} if standing.prior else None,
        "relationship": concept(coding(_RELATED, "prior")),
        "reference": identifier(_CONTROL_NUMBER, said.payer_control_number),
    }
    return [kept(related)]


def _member(sequence: int, role: str, who: Resource) -> Resource:
    return {"sequence": sequence, "provider": who, "role": concept(coding(_CARE_TEAM, role))}


def _supporting(said: x12.Claim) -> Iterator[Resource]:
    """What the form says besides codes and lines: bill type, admission, status, and the UB-04 codes."""
    for kind, system, code in (
        ("typeofbill", systems.TYPE_OF_BILL, said.type_of_bill),
        ("admtype", systems.ADMISSION_TYPE, said.admission_type),
        ("pointoforigin", systems.POINT_OF_ORIGIN, said.point_of_origin),
        ("discharge-status", systems.DISCHARGE_STATUS, said.patient_status),
        ("drg", _MS_DRG, said.drg),
    ):
        if code:
            yield {"category": concept(coding(_SUPPORTING, kind)), "code": concept(coding(system, code))}
    if said.admission:
        until = said.discharged_at.date().isoformat() if said.discharged_at else ""
        stay = period(said.admission.isoformat(), until)
        yield {"category": concept(coding(_SUPPORTING, "admissionperiod")), "timingPeriod": stay}
    yield from _ub04(said)


def _ub04(said: x12.Claim) -> Iterator[Resource]:
    for condition in said.conditions:
        yield _information("ConditionCodes", condition)
    for occurrence in said.occurrences:
        yield {**_information("OccurrenceCodes", occurrence.code), "timingDate": occurrence.date.isoformat()}
    for span in said.spans:
        between = period(span.first.isoformat(), span.last.isoformat())
        yield {**_information("OccurrenceSpanCodes", span.code), "timingPeriod": between}
    for value in said.values:
        yield {**_information("ValueCodes", value.code), "valueQuantity": {"value": number(value.amount)}}
    if said.note:
        yield {"category": concept(coding(_INFORMATION, "info")), "valueString": said.note}


def _information(system: str, code: str) -> Resource:
    return {"category": concept(coding(_INFORMATION, "info")), "code": concept(coding(_NUBC + system, code))}


def _diagnoses(said: x12.Claim) -> Iterator[Resource]:
    """Principal first, with the group on it: R4 has the package code on a diagnosis."""
    address = systems.ICD_9_CM if said.code_set == "ICD-9" else systems.ICD_10_CM
    admitting = [x12.Diagnosis(said.admitting_diagnosis)] if said.admitting_diagnosis else []
    groups: tuple[tuple[str, str, list[x12.Diagnosis]], ...] = (
        (_DIAGNOSIS, "principal", [said.principal]),
        (_DIAGNOSIS_TYPE, "other", list(said.other_diagnoses)),
        (_DIAGNOSIS, "admitting", admitting),
        (_DIAGNOSIS_TYPE, "patientreasonforvisit", [x12.Diagnosis(code) for code in said.reason_for_visit]),
        (_DIAGNOSIS_TYPE, "externalcauseofinjury", list(said.external_causes)),
    )
    for system, kind, found in groups:
        for one in found:
            if one.code:
                yield _diagnosis(one, address, coding(system, kind), said.drg if kind == "principal" else "")


def _diagnosis(one: x12.Diagnosis, address: str, kind: Resource, drg: str) -> Resource:
    return kept(
        {
            "diagnosisCodeableConcept": concept(coding(address, diagnosis_code(one.code))),
            "type": [concept(kind)],
            "onAdmission": concept(on_admission(one.poa)),
            "packageCode": concept(coding(_MS_DRG, drg)),
        }
    )


def _procedure(place: int, one: x12.Procedure) -> Resource:
    return kept(
        {
            "type": [concept(coding(_PROCEDURE, "secondary" if place else "primary"))],
            "date": one.date.isoformat() if one.date else "",
            "procedureCodeableConcept": concept(coding(systems.ICD_10_PCS, one.code)),
        }
    )


def _item(line: x12.ServiceLine) -> Resource:
    absent = coding(systems.ABSENT, "not-applicable")
    service = coding(systems.of_service(line.hcpcs), line.hcpcs) if line.hcpcs else absent
    modifiers = systems.of_service(line.hcpcs)
    return kept(
        {
            "revenue": concept(coding(systems.REVENUE, line.revenue_code if line.revenue_code != _NO_REVENUE else "")),
            "productOrService": concept(service),
            "modifier": [concept(coding(modifiers, one)) for one in line.modifiers],
            "servicedDate": line.date.isoformat() if line.date else "",
            "quantity": {"value": number(line.units)} if line.units != Decimal(0) else {},
            "net": money(line.amount),
        }
    )
