"""Encounters, and the coverage of their accounts."""

import dataclasses
import datetime
from typing import Any, Final

from accounts.errors import Refused
from accounts.locking import lock_account
from accounts.models import Account, Encounter, Payer
from coding_workflow.registration.facts import PatientFacts, VisitFacts, VisitMessage
from coding_workflow.registration.fhir import coverages, elements, systems, ub04, visits
from coding_workflow.registration.fhir.elements import Resource
from coding_workflow.registration.fhir.grouping import Visit, together
from coding_workflow.registration.hl7.times import Moment
from coding_workflow.registration.models import ResourceVersion
from coding_workflow.registration.services import elements as account_elements
from coding_workflow.registration.services import registering
from coding_workflow.registration.services.source import Source, fitting
from coding_workflow.registration.services.standing import bring_up

from .arrival import Arrival
from .graph import Waits, body_of

_DELETED: Final = Moment("", "deleted")
_TIMES: Final = frozenset({"admitted", "discharged"})
_LEVELS: Final = 5


def apply_encounter(arrival: Arrival) -> Account | None:
    """Bring the account of an encounter to where it stands. Raises Waits for its patient, or the Account it names."""
    resource = arrival.resource
    _refuse_other_facility(arrival)
    patient = arrival.patient(elements.part(resource, "subject"), "Encounter.subject")
    billed = _account_resource(arrival)
    own = _visit(arrival, resource, visits.account_number(resource, billed))
    arrival.version.said = sorted(arrival.said | _said(own[0]))
    if own[1] == "planned":
        arrival.source.flag("not_started")
        return arrival.before.account if arrival.before else None
    group, moments = _others(arrival, own[0].account_number)
    facts, state = together([own, *group])
    facts = _taken_back(facts, arrival.said) if facts.visit_number == own[0].visit_number else facts
    source = arrival.at(*moments)
    message = VisitMessage("A08", patient, facts, flags=())
    account = bring_up(facts=message, state="unsaid" if state == "planned" else state, source=source)
    if account is None or state == "cancelled":
        return account
    if group:
        _own_row(account, own[0], arrival)
    cover(arrival, account, patient, facts.visit_number)
    return account


def _visit(arrival: Arrival, encounter: Resource, number: str) -> Visit:
    people = {role: arrival.provider(visits.participant_reference(encounter, role)) for role in visits.ROLES}
    return visits.visit_facts(encounter, number, people), visits.state_of(encounter)


def _said(facts: VisitFacts) -> frozenset[str]:
    return frozenset(name for name in visits.ELEMENTS if getattr(facts, name) is not None)


def _taken_back(facts: VisitFacts, said: frozenset[str]) -> VisitFacts:
    """A resource is told whole: what an earlier version said and this one does not is taken back. The discharge is a step."""
    gone = {name for name in said - {"discharged", "patient_type"} if getattr(facts, name) is None}
    if facts.discharged is None:
        gone.discard("disposition")
    deletions: dict[str, Any] = {name: _DELETED if name in _TIMES else () if name in ub04.LISTS else "" for name in gone}
    return dataclasses.replace(facts, **deletions)


def _account_resource(arrival: Arrival) -> Resource | None:
    reference = visits.account_reference(arrival.resource)
    if not reference:
        return None
    inside = elements.contained(arrival.resource, reference)
    return inside or body_of(arrival.graph.need(reference, "Encounter.account", "Account").message)


def _others(arrival: Arrival, number: str) -> tuple[list[Visit], list[datetime.datetime]]:
    """The other encounters of the account by this feed, with the times of their versions."""
    rows = arrival.graph.in_force().filter(kind="Encounter", account__number=number).exclude(key=arrival.version.key)
    found = list(rows.order_by("key"))
    return [_visit(arrival, body_of(row.message), number) for row in found], [row.told_at for row in found]


def _own_row(account: Account, facts: VisitFacts, arrival: Arrival) -> None:
    """The visit's own row, where the account's stay is made of several. Raises Refused for another patient's number."""
    zone = arrival.source.zone
    values = {
        "patient_class": _class(account, facts, arrival.source),
        "started_at": facts.admitted.instant(zone) if facts.admitted else None,
        "ended_at": facts.discharged.instant(zone) if facts.discharged else None,
        "location": fitting(facts.location or "", Encounter, "location", "PV1", 3),
    }
    encounter, _ = Encounter.objects.update_or_create(
        facility=arrival.source.facility,
        visit_number=fitting(facts.visit_number, Encounter, "visit_number", "PV1", 19),
        defaults=values,
        create_defaults={"patient_id": account.patient_id, **values},
    )
    if encounter.patient_id != account.patient_id:
        raise Refused("registration.other_patient", "The visit number belongs to another patient.")
    encounter.accounts.add(account)


def _class(account: Account, facts: VisitFacts, source: Source) -> str:
    of_account = "" if account.is_professional else account_elements.patient_class(facts, source)
    return of_account or registering.class_of_visit(account, facts, source) or account.patient_class


def _refuse_other_facility(arrival: Arrival) -> None:
    """The provider of the service, as far as its Organizations are known, may not be another facility."""
    reference, within = elements.part(arrival.resource, "serviceProvider"), arrival.resource
    for _ in range(_LEVELS):
        names = {key.rpartition("|")[2].rpartition("/")[2] for key in elements.reference_keys(reference)} if reference else set()
        names |= _facilities_of_units(reference)
        known = arrival.graph.resolve(within, reference) if reference else None
        if known:
            names |= {value for _, value, _ in elements.identifiers(known)} | {elements.text(known, "id")}
            names |= _facilities_of_units(known)
        if names & arrival.source.foreign_authorities:
            raise Refused("registration.other_facility", "The encounter is another facility's.")
        if not known:
            return
        reference, within = elements.part(known, "partOf"), known


def _facilities_of_units(of: Resource) -> set[str]:
    return {code for system, _, _ in elements.identifiers(of) if (code := systems.facility_of_unit(system))}


def cover(arrival: Arrival, account: Account, patient: PatientFacts, visit_number: str) -> None:
    """Bring the payers of an account up to date with the coverages that are in force for its first day."""
    found, moments = _coverages(arrival, account)
    if account.coverages.count() > len(found) and moments:
        arrival.source.flag("coverage_taken_back")
    if not found:
        return
    facts = VisitMessage(
        "A08",
        patient,
        VisitFacts(account_number=account.number, visit_number=visit_number),
        coverages=tuple(coverages.coverage_facts(rank, each, payor) for rank, (each, payor) in enumerate(found, start=1)),
    )
    registering.update_registration(account_id=account.pk, facts=facts, source=arrival.at(*moments))


def _coverages(arrival: Arrival, account: Account) -> tuple[list[tuple[Resource, Resource]], list[datetime.datetime]]:
    """Coverages in their order with their payors; and the times of every version that was looked at."""
    graph, encounter = arrival.graph, arrival.resource
    beneficiary = graph.need(elements.part(encounter, "subject"), "Encounter.subject", "Patient")
    rows = list(graph.made_from(beneficiary.aliases, "Coverage"))
    bodies = [(row.key, body_of(row.message)) for row in rows]
    billed, moments = None, [row.told_at for row in rows]
    reference = visits.account_reference(encounter)
    version = graph.find(elements.reference_keys(reference, "Account")) if reference else None
    if version is not None:
        billed = body_of(version.message)
        moments.append(version.told_at)
    in_force = [(key, body) for key, body in bodies if coverages.covers(body, account.admit_date)]
    ordered = coverages.in_order(in_force, billed)
    found = [(each, payor) for each in ordered if (payor := payor_of(arrival, each)) is not None]
    return found, moments


def payor_of(arrival: Arrival, coverage: Resource) -> Resource | None:
    """The Organization that pays; None where a person pays. Raises Waits for one that is named and not here."""
    reference = coverages.payor_reference(coverage)
    if elements.reference_keys(reference)[:1] and elements.reference_keys(reference)[0].startswith(
        ("Patient/", "RelatedPerson/")
    ):
        return None
    found = arrival.graph.resolve(coverage, reference) or coverages.stated_payor(coverage)
    if not found:
        raise Waits("Organization", "Coverage.payor")
    return found


def apply_coverage(arrival: Arrival) -> Account | None:
    """Check that a coverage can be used; the accounts are covered when it is in force. Raises Waits for patient and payor."""
    arrival.patient(elements.part(arrival.resource, "beneficiary"), "Coverage.beneficiary")
    payor = payor_of(arrival, arrival.resource)
    if payor is None:
        arrival.source.flag("payor_is_a_person")
        return None
    facts = coverages.coverage_facts(1, arrival.resource, payor)
    fitting(arrival.source.codes.payer(facts.payer_code), Payer, "code", "IN1", 3)
    return None


def spread_coverage(arrival: Arrival) -> None:
    """The accounts of the patient's encounters take the coverage, where its period fits."""
    patient = arrival.graph.need(elements.part(arrival.resource, "beneficiary"), "Coverage.beneficiary", "Patient")
    for version in arrival.graph.made_from(patient.aliases, "Encounter"):
        recover(arrival, version)


def recover(arrival: Arrival, version: ResourceVersion) -> None:
    """Cover the account of one encounter again, as of the newest of what decides it. Nothing where it has none."""
    if version.account is None:
        return
    account = lock_account(version.account.pk)
    encounter = dataclasses.replace(arrival, resource=body_of(version.message), source=arrival.at(version.told_at))
    patient = encounter.patient(elements.part(encounter.resource, "subject"), "Encounter.subject")
    cover(encounter, account, patient, visits.visit_number(encounter.resource))
