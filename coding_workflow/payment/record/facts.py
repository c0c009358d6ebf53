"""Rows as the facts that the FHIR writers take; the same that readers of feeds make of what comes."""

import datetime
from typing import Any
from zoneinfo import ZoneInfo

from accounts import claim_codes
from accounts.models import Account, ChargeLine, Coverage, DocumentVersion, Encounter, Facility, Patient, Provider, Step
from accounts.services.claim_codes import told_codes
from coding_workflow.registration.facts import (
    ChargeFacts,
    CoverageFacts,
    DocumentFacts,
    PatientFacts,
    ProviderFacts,
    VisitFacts,
)
from coding_workflow.registration.fhir.writing.parts import Namer, moment_of


def namer_of(facility: Facility) -> Namer:
    """How resources of a facility are named."""
    return Namer(facility.code, facility.npi)


def patient_facts(patient: Patient, zone: ZoneInfo) -> PatientFacts:
    """Who; empty elements stay empty."""
    return PatientFacts(
        authority=patient.authority,
        mrn=patient.mrn,
        family_name=patient.family_name,
        given_name=patient.given_name,
        middle_name=patient.middle_name,
        birth=moment_of(None, zone, patient.birth_date),
        sex=patient.sex,
        address_line=patient.address_line,
        city=patient.city,
        state=patient.state,
        zip_code=patient.zip_code,
    )


def provider_facts(provider: Provider | None, role: str = "") -> ProviderFacts | None:
    """A clinician; ``role`` as the document knows it."""
    if provider is None:
        return None
    return ProviderFacts(provider.source_id, provider.family_name, provider.given_name, provider.npi, role)


def visit_facts(account: Account, encounter: Encounter | None, zone: ZoneInfo, *, alone: bool) -> VisitFacts:
    """One encounter of an account with the account's elements. The times are the account's where it has one encounter, else
    the encounter's own. An account without any is its own visit. Of a professional account the class of the visit is told apart
    from the account's."""
    own_class = encounter.patient_class if encounter and not alone and not account.is_professional else account.patient_class
    begun, ended = (account.admitted_at, account.discharged_at) if alone or encounter is None else _times(encounter)
    return VisitFacts(
        account_number=account.number,
        visit_number=encounter.visit_number if encounter else account.number,
        class_code=encounter.patient_class if encounter and account.is_professional else None,
        patient_type=own_class,
        service=account.service,
        location=encounter.location if encounter else "",
        admission_type=account.admission_type,
        point_of_origin=account.point_of_origin,
        disposition=account.discharge_status,
        admitted=moment_of(begun, zone, account.admit_date),
        discharged=moment_of(ended, zone, account.discharge_date) if account.step != Step.REGISTERED else None,
        attending=provider_facts(account.attending),
        operating=provider_facts(account.operating),
        **_ub04(account),
        **(_professional(account) if account.is_professional else {}),
    )


def _ub04(account: Account) -> dict[str, Any]:
    """As patient accounting tells them: what people entered beside it is not read back as if it had."""
    said = told_codes(account)
    return {
        "condition_codes": tuple(each.code for each in said if each.kind == claim_codes.CONDITION),
        "occurrence_codes": tuple((each.code, each.on) for each in said if each.kind == claim_codes.OCCURRENCE),
        "occurrence_spans": tuple((each.code, each.on, each.through) for each in said if each.kind == claim_codes.SPAN),
        "value_codes": tuple((each.code, each.amount) for each in said if each.kind == claim_codes.VALUE),
    }


def _professional(account: Account) -> dict[str, Any]:
    return {
        "place_of_service": account.place_of_service,
        "rendering": provider_facts(account.rendering),
        "referring": provider_facts(account.referring),
        "supervising": provider_facts(account.supervising),
        "billing_provider": account.unit.code if account.unit else None,
    }


def _times(encounter: Encounter) -> tuple[datetime.datetime | None, datetime.datetime | None]:
    return encounter.started_at, encounter.ended_at


def state_of(account: Account) -> str:
    """How far the stay is, in the words of the readers."""
    if account.step == Step.CANCELLED:
        return "cancelled"
    return "in_house" if account.step == Step.REGISTERED else "discharged"


def coverage_facts(coverage: Coverage) -> CoverageFacts:
    """One payer in its place."""
    payer = coverage.payer
    return CoverageFacts(coverage.rank, payer.code, payer.name, coverage.member_id, coverage.group_number)


def document_facts(version: DocumentVersion, zone: ZoneInfo) -> DocumentFacts:
    """The newest version of a document, with its words."""
    document = version.document
    return DocumentFacts(
        source_id=document.source_id,
        type_codes=(document.type,),
        title=document.title,
        text=version.text,
        status=version.status,
        author=provider_facts(version.author, version.author_role),
        authored=moment_of(version.authored_at, zone),
        signed=moment_of(version.signed_at, zone),
    )


def charge_facts(line: ChargeLine, zone: ZoneInfo) -> ChargeFacts:
    """One line of the ledger; its code is the chargemaster's where there is an entry."""
    moment = moment_of(None, zone, line.service_date)
    assert moment is not None  # noqa: S101 - a line has a day of service
    return ChargeFacts(
        source_id=line.source_id,
        code=line.entry.code if line.entry else line.hcpcs,
        description=line.description,
        amount=line.amount,
        units=line.units,
        service=moment,
        revenue_code=line.revenue_code,
        hcpcs=line.hcpcs,
        modifiers=tuple(line.modifiers),
        place_of_service=line.place_of_service,
        rendering=provider_facts(line.rendering),
        diagnoses=tuple(line.diagnoses),
    )
