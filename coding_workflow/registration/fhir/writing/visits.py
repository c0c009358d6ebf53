"""The account and its encounters."""

from collections.abc import Sequence
from typing import Final

from coding_workflow.registration.facts import VisitFacts
from coding_workflow.registration.fhir import systems
from coding_workflow.registration.fhir.elements import Resource

from . import ub04
from .parts import Namer, coding, concept, kept, period, place_of_service, time
from .people import clinician

#: Our classes in v3-ActCode; the exact word stands as the encounter's type.
_CLASSES: Final = {"inpatient": "IMP", "newborn": "IMP", "observation": "OBSENC", "emergency": "EMER"}
#: Roles of the bill in v3-ParticipationType, as far as it has them; our own word stands beside.
_ROLES: Final = {"attending": "ATND", "operating": "SPRF", "rendering": "PPRF", "referring": "REF", "supervising": ""}
_STATES: Final = {"in_house": "in-progress", "discharged": "finished", "cancelled": "cancelled", "planned": "planned"}


def encounter(
    facts: VisitFacts,
    state: str,
    namer: Namer,
    *,
    patient: Resource,
    account: Resource,
    facility: Resource,
    diagnoses: Sequence[Resource] = (),
) -> Resource:
    """An Encounter. ``facts.patient_type`` is our patient class; UB-04 codes stand under the NUBC's systems. Of a professional
    account ``facts.class_code`` is our class of the visit itself, and ``facility`` who bills: the facility or its unit.

    A stay that has ended without a known end cannot be *finished* (readers refuse that) and is *unknown*.
    """
    ended = state == "discharged" and facts.discharged is not None
    return kept(
        {
            "extension": [*place_of_service(facts.place_of_service or ""), *ub04.codes(facts)],
            "identifier": [namer.number("visit", facts.visit_number, "VN"), namer.number("account", facts.account_number, "AN")],
            "status": "unknown" if state == "discharged" and not ended else _STATES[state],
            "class": coding(systems.CLASS, _CLASSES.get(facts.class_code or facts.patient_type or "", "AMB")),
            "type": [concept(coding(systems.PATIENT_CLASS, one)) for one in (facts.patient_type, facts.class_code) if one],
            "serviceType": concept(coding(systems.SERVICE, facts.service or "")),
            "priority": concept(coding(systems.ADMISSION_TYPE, facts.admission_type or "")),
            "subject": patient,
            "participant": _participants(facts, namer),
            "period": period(time(facts.admitted), time(facts.discharged)),
            "diagnosis": list(diagnoses),
            "account": [account],
            "hospitalization": _hospitalization(facts),
            "location": [{"location": {"display": facts.location}}] if facts.location else [],
            "serviceProvider": facility,
        }
    )


def _participants(facts: VisitFacts, namer: Namer) -> list[Resource]:
    named = [(role, code, getattr(facts, role)) for role, code in _ROLES.items()]
    return [{"type": [_role(role, code)], "individual": clinician(one, namer)} for role, code, one in named if one is not None]


def _role(role: str, code: str) -> Resource:
    return concept(coding(systems.PARTICIPATION, code), coding(systems.PARTICIPANT, role))


def _hospitalization(facts: VisitFacts) -> Resource:
    return kept(
        {
            "admitSource": concept(coding(systems.POINT_OF_ORIGIN, facts.point_of_origin or "")),
            "dischargeDisposition": concept(coding(systems.DISCHARGE_STATUS, facts.disposition or "")),
        }
    )


def account(
    number: str, namer: Namer, *, patient: Resource, facility: Resource, coverages: Sequence[Resource], first: str, last: str
) -> Resource:
    """An Account with its coverages in the order in which they are asked to pay."""
    return kept(
        {
            "identifier": [namer.number("account", number, "AN")],
            "status": "active",
            "subject": [patient],
            "servicePeriod": period(first, last),
            "coverage": [{"coverage": each, "priority": rank} for rank, each in enumerate(coverages, start=1)],
            "owner": facility,
        }
    )
