"""One resource that has come: its version, its source, and what its facts need of other resources."""

import dataclasses
import datetime
from dataclasses import dataclass, field

from accounts.actors import Actor
from accounts.errors import Refused
from accounts.models import Account
from coding_workflow.registration.facts import AccountKey, PatientFacts, ProviderFacts
from coding_workflow.registration.fhir import elements, people, referring, times
from coding_workflow.registration.fhir.elements import Resource
from coding_workflow.registration.models import InboundMessage, ResourceVersion
from coding_workflow.registration.services.resolving import places_of
from coding_workflow.registration.services.source import Source, local_codes

from .graph import Graph, Waits, body_of


@dataclass
class Arrival:
    """A version of a resource and the feed it came by."""

    version: ResourceVersion
    resource: Resource
    graph: Graph
    source: Source
    before: ResourceVersion | None = field(default=None)

    @property
    def kind(self) -> str:
        """The resource's type."""
        return self.version.kind

    @property
    def said(self) -> frozenset[str]:
        """The elements that the version in force before this one said, or one before that."""
        return frozenset(self.before.said if self.before else ())

    def own_systems(self) -> frozenset[str]:
        """Identifier systems that are the facility's own."""
        return frozenset({self.source.facility.code, *self.source.facility.hl7_codes})

    def patient(self, reference: Resource, place: str) -> PatientFacts:
        """The number of the patient that is meant, and nothing else of the patient. Raises Waits."""
        found = self.graph.need(reference, place, "Patient")
        facts = people.patient_facts(body_of(found.message), self.own_systems())
        return PatientFacts(facts.authority, facts.mrn)

    def provider(self, reference: Resource) -> ProviderFacts | None:
        """The clinician of a reference; by a PractitionerRole the practitioner of it."""
        if not (reference.get("reference") or reference.get("identifier")):
            return None
        known = self.graph.resolve(self.resource, reference)
        if known and elements.text(known, "resourceType") == "PractitionerRole":
            inner = elements.part(known, "practitioner")
            return people.provider_of(inner, self.graph.resolve(known, inner)) or people.provider_of(reference, None)
        return people.provider_of(reference, known)

    def account(self, encounter: ResourceVersion, place: str) -> Account:
        """The account of an encounter. Raises Waits while it has none."""
        if encounter.account is None:
            raise Waits("Encounter", place)
        return encounter.account

    def at(self, *moments: datetime.datetime) -> Source:
        """The source as of the newest of several versions."""
        return dataclasses.replace(self.source, sent_at=max([self.source.sent_at, *moments]))


def key_of(account: Account, patient: PatientFacts | None) -> AccountKey:
    """The account with the patient's number as a second check, where one is named."""
    return AccountKey(account.number, patient.authority, patient.mrn) if patient else AccountKey(account.number)


def arrival_of(message: InboundMessage, resource: Resource, address: str) -> Arrival:
    """The arrival of a message that was read, its version written down. Raises Refused where no facility is said."""
    if message.facility is None:
        raise Refused("registration.facility_not_said", "Nobody said which facility this feed delivers for.")
    graph = Graph(message.facility, message.feed)
    graph.queue_up()
    told_at = times.instant(elements.part(resource, "meta").get("lastUpdated"), "meta.lastUpdated") or message.received_at
    keys = elements.aliases(resource, address)
    version, _ = ResourceVersion.objects.get_or_create(
        message=message,
        defaults={
            "facility": message.facility,
            "feed": message.feed,
            "kind": elements.text(resource, "resourceType"),
            "key": keys[0],
            "told_at": told_at,
            "aliases": list(keys),
            "refers_to": list(referring.references_of(resource)),
        },
    )
    before = graph.in_force().filter(key=version.key).exclude(pk=version.pk).first()
    return Arrival(version, resource, graph, _source(message, version.told_at), before)


def again(version: ResourceVersion, source: Source, graph: Graph) -> Arrival:
    """A version in force, to be projected again because something that it is made from came."""
    return Arrival(version, body_of(version.message), graph, dataclasses.replace(source, sent_at=version.told_at), version)


def _source(message: InboundMessage, told_at: datetime.datetime) -> Source:
    facility = message.facility
    assert facility is not None  # noqa: S101 - asked by arrival_of
    return Source(
        facility=facility,
        by=Actor.feed(message.feed),
        sent_at=told_at,
        codes=local_codes(facility, message.feed),
        foreign_authorities=places_of(message.feed).foreign_authorities(facility),
        action=message.action,
    )
