"""The account and its encounters."""

from collections.abc import Sequence
from typing import Final

from coding_workflow.registration.facts import ProviderFacts, VisitFacts
from coding_workflow.registration.fhir import systems
from coding_workflow.registration.fhir.elements import Resource

from .parts import Namer, coding, concept, kept, period, time
from .people import clinician

#: Our classes in v3-ActCode; the exact word stands as the encounter's type.
_CLASSES: Final = {"inpatient": "IMP", "newborn": "IMP", "observation": "OBSENC", "emergency": "EMER"}
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
    """An Encounter. ``facts.patient_type`` is our patient class; UB-04 codes stand under the NUBC's systems.

    A stay that has ended without a known end cannot be *finished* (readers refuse that) and is *unknown*.
    """
    ended = state == "discharged" and facts.discharged is not None
    return kept(
        {
            "identifier": [namer.number("visit", facts.visit_number, "VN"), namer.number("account", facts.account_number, "AN")],
            "status": "unknown" if state == "discharged" and not ended else _STATES[state],
            "class": coding(systems.CLASS, _CLASSES.get(facts.patient_type or "", "AMB")),
            "type": [concept(coding(systems.PATIENT_CLASS, facts.patient_type or ""))],
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
    roles: tuple[tuple[str, ProviderFacts | None], ...] = (("ATND", facts.attending), ("SPRF", facts.operating))
    return [
        {"type": [concept(coding(systems.PARTICIPATION, role))], "individual": clinician(one, namer)}
        for role, one in roles
        if one is not None
    ]


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
