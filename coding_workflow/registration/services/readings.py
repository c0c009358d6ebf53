"""What each field of a message becomes: the sender's value beside ours, for the test bench. Writes nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from accounts.errors import Refused
from accounts.models import DocumentType
from coding_workflow.registration.facts import (
    ChargeFacts,
    CodeFacts,
    CodesMessage,
    CoverageFacts,
    DocumentFacts,
    MergeMessage,
    OrderFacts,
    PatientFacts,
    PersonMessage,
    ProviderFacts,
    RecordMessage,
    VisitFacts,
    VisitMessage,
)
from coding_workflow.registration.hl7.times import Moment

from . import elements
from .source import Source

_TYPES = frozenset(DocumentType.values)


@dataclass(frozen=True, slots=True)
class Reading:
    """One field: where it stands, what it is, what was sent and what it becomes; ``wrong`` when it becomes nothing."""

    place: str
    name: str
    sent: str
    becomes: str
    wrong: bool = False


def readings(facts: Any, source: Source) -> list[Reading]:
    """The fields that a message fills, in its order. Facts of a kind that is not known here have none."""
    if isinstance(facts, VisitMessage):
        found = [*_patient(facts.patient, source), *_visit(facts.visit, source)]
        return found + [reading for coverage in facts.coverages for reading in _coverage(coverage, source)]
    if isinstance(facts, RecordMessage):
        documents = [reading for document in facts.documents for reading in _document(document, source)]
        orders = [reading for order in facts.orders for reading in _order(order, source)]
        return documents + orders + [_charge(charge, source) for charge in facts.charges]
    if isinstance(facts, CodesMessage):
        return code_readings(facts, source)
    if isinstance(facts, PersonMessage):
        return list(_patient(facts.patient, source))
    if isinstance(facts, MergeMessage):
        return [*_patient(facts.patient, source), *_prior(facts)]
    return []


def code_readings(facts: CodesMessage, source: Source) -> list[Reading]:
    """The codes of a message, each with the system that it is read as."""
    found = [_plain("PID-18", "Account", facts.key.account_number)]
    if facts.coder:
        found.append(Reading("EVN-5, DG1-16", "Coded by", facts.coder, source.codes.coder(facts.coder)))
    if facts.drg:
        found.append(_plain("DRG-1", "DRG", facts.drg))
    return found + [_code(each, source) for each in (*(facts.diagnoses or ()), *(facts.procedures or ()))]


def _code(facts: CodeFacts, source: Source) -> Reading:
    system = source.codes.code_system(facts.system, facts.segment, facts.code)
    field = 25 if facts.segment == "FT1" else 3
    name = "Diagnosis" if facts.segment == "DG1" else "Procedure"
    return Reading(
        f"{facts.segment}-{field}", name, f"{facts.code} of {facts.system or 'no system'}", system or "not known", not system
    )


def _prior(facts: MergeMessage) -> Iterator[Reading]:
    """What ends or moves, and what it goes to."""
    prior = facts.prior
    if prior.mrn:
        yield Reading("MRG-1", "Number before", f"{prior.mrn} of {prior.authority}", facts.patient.mrn)
    if prior.account_number:
        yield Reading("MRG-3", "Account before", prior.account_number, facts.account_number or "the same")


def _order(facts: OrderFacts, source: Source) -> Iterator[Reading]:
    if facts.codes:
        yield Reading("OBR-4", "Order", " / ".join(facts.codes), source.codes.order_kind(facts.codes))
    yield _plain("ORC-2, ORC-3", "Order number", facts.source_id)
    if facts.status is not None:
        yield _plain("ORC-5", "Order status", facts.status)


def _patient(facts: PatientFacts, source: Source) -> Iterator[Reading]:
    yield Reading("PID-3", "Patient number", f"{facts.mrn} of {facts.authority}", facts.mrn)
    names = [facts.family_name, facts.given_name, facts.middle_name]
    if any(name is not None for name in names):
        yield _plain("PID-5", "Name", ", ".join(name for name in names if name))
    yield from _time("PID-7", "Birth date", facts.birth, source, date=True)
    if facts.sex is not None:
        known = facts.sex.upper() in {"F", "M", "U", ""}
        yield Reading("PID-8", "Sex", facts.sex, facts.sex.upper() if known else "unknown")
    address = [facts.address_line, facts.city, facts.state, facts.zip_code]
    if any(address):
        yield _plain("PID-11", "Address", ", ".join(part for part in address if part))


def _visit(visit: VisitFacts, source: Source) -> Iterator[Reading]:
    yield _plain("PID-18, else PV1-19", "Account", visit.account_number)
    yield _plain("PV1-19", "Visit", visit.visit_number)
    yield from _class(visit, source)
    yield from _coded("PV1-10", "Service", visit.service, source.codes.service(visit.service or ""))
    yield from _coded(
        "PV1-4", "Priority of the visit", visit.admission_type, source.codes.admission_type(visit.admission_type or "")
    )
    yield from _coded(
        "PV1-14", "Point of origin", visit.point_of_origin, source.codes.point_of_origin(visit.point_of_origin or "")
    )
    yield from _coded("PV1-36", "Discharge status", visit.disposition, source.codes.disposition(visit.disposition or ""))
    yield from _time("PV1-44", "Admitted", visit.admitted, source)
    yield from _time("PV1-45", "Discharged", visit.discharged, source)
    yield from _clinician("PV1-7", "Attending", visit.attending)
    yield from _clinician("PR1-11", "Operating", visit.operating)
    if _class_of(visit, source) == "professional":
        yield from _professional(visit, source)
    for place, name, codes in (
        ("UB2-3", "Condition codes", visit.condition_codes),
        ("UB2-6", "Value codes", visit.value_codes),
        ("UB2-7", "Occurrence codes", visit.occurrence_codes),
    ):
        if codes is not None:
            yield _plain(place, name, ", ".join(str(one) if isinstance(one, str) else f"{one[0]} {one[1]}" for one in codes))


def _professional(visit: VisitFacts, source: Source) -> Iterator[Reading]:
    """What else is read of a professional account."""
    place = visit.place_of_service or ""
    yield from _coded("PV1-3.6", "Place of service", visit.place_of_service, source.codes.place_of_service(place))
    mapped = source.codes.mapped_place(visit.location or "")
    if visit.place_of_service is None and mapped:
        yield Reading("PV1-3", "Place of service", visit.location or "", mapped)
    yield from _clinician("ROL-4, PV1-7", "Rendering", visit.rendering)
    yield from _clinician("ROL-4, PV1-8", "Referring", visit.referring)
    yield from _clinician("ROL-4", "Supervising", visit.supervising)
    if visit.billing_provider is not None:
        yield _plain("PV1-39", "Billing provider", visit.billing_provider)


def _class_of(visit: VisitFacts, source: Source) -> str:
    try:
        return elements.patient_class(visit, source)
    except Refused:
        return ""


def _class(visit: VisitFacts, source: Source) -> Iterator[Reading]:
    sent = " / ".join(code for code in (visit.class_code, visit.patient_type) if code)
    if not sent:
        return
    ours = _class_of(visit, source)
    yield Reading("PV1-2, PV1-18", "Patient class", sent, ours or "not known", wrong=not ours)


def _coverage(facts: CoverageFacts, source: Source) -> Iterator[Reading]:
    yield Reading("IN1-3", f"Payer {facts.rank}", facts.payer_code, source.codes.payer(facts.payer_code))
    if facts.member_id:
        yield _plain("IN1-36", f"Member of payer {facts.rank}", facts.member_id)


def _document(facts: DocumentFacts, source: Source) -> Iterator[Reading]:
    kind = source.codes.document_type(facts.type_codes, _TYPES)
    label = DocumentType(kind).label if kind else "not known"
    yield Reading("TXA-2, OBR-24", "Document type", " / ".join(facts.type_codes), label, wrong=not kind)
    yield _plain("TXA-12, OBR-3", "Document number", facts.source_id)
    yield Reading("TXA-17, OBR-25", "Document status", facts.status, facts.status)
    if facts.text is not None:
        yield Reading("OBX-5", "Text", f"{len(facts.text.splitlines())} lines", f"{len(facts.text)} characters")
    if facts.parent:
        yield Reading("TXA-13", f"Is {facts.relation or 'part'} of", facts.parent, facts.parent)
    yield from _clinician("TXA-9, OBR-32", "Author", facts.author)
    if facts.author is not None and facts.author.role:
        role = source.codes.author_role(facts.author.role)
        yield Reading("TXA-9.7", "Author's role", facts.author.role, role or "not known", wrong=not role)
    yield from _time("TXA-22", "Signed", facts.signed, source)


def _charge(facts: ChargeFacts, source: Source) -> Reading:
    day = facts.service.date(source.zone)
    parts = [facts.code, facts.hcpcs, *facts.modifiers]
    sent = " ".join(part for part in parts if part)
    revenue = f"revenue code {facts.revenue_code}" if facts.revenue_code else "revenue code by the chargemaster"
    return Reading(
        "FT1", f"Charge {facts.source_id}", sent, f"{facts.amount} $ on {day}, {facts.units} units, {revenue}", wrong=day is None
    )


def _plain(place: str, name: str, value: str) -> Reading:
    return Reading(place, name, value, value or "taken back")


def _coded(place: str, name: str, sent: str | None, ours: str) -> Iterator[Reading]:
    if sent is not None:
        yield Reading(place, name, sent, (ours or "not known") if sent else "taken back", wrong=bool(sent) and not ours)


def _time(place: str, name: str, moment: Moment | None, source: Source, *, date: bool = False) -> Iterator[Reading]:
    if moment is None:
        return
    day, instant = moment.date(source.zone), moment.instant(source.zone)
    shown = f"{instant.astimezone(source.zone):%Y-%m-%d %H:%M}" if instant and not date else f"{day}" if day else "not exact"
    yield Reading(place, name, moment.text, "taken back" if moment.deleted else shown)


def _clinician(place: str, name: str, facts: ProviderFacts | None) -> Iterator[Reading]:
    if facts is not None:
        npi = f", NPI {facts.npi}" if facts.npi else ", no NPI"
        yield Reading(place, name, facts.source_id, f"{facts.family_name}, {facts.given_name}{npi}")
