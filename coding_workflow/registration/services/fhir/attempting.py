"""Applying one kept resource: alone in a savepoint, then whatever waited for it."""

from collections.abc import Callable
from typing import Final

from django.db import DataError, transaction

from accounts import clock
from accounts.actors import Actor
from accounts.errors import Refused
from accounts.models import Account
from accounts.scope import scoped
from coding_workflow.registration.fhir import checking, elements, json_text, splitting
from coding_workflow.registration.fhir.records import replaced_references
from coding_workflow.registration.hl7.problem import HL7Problem
from coding_workflow.registration.models import InboundMessage, MessageStatus, ResourceVersion
from coding_workflow.registration.problem import Unreadable
from coding_workflow.registration.services import inbound
from coding_workflow.registration.services.applying import queue_up_for
from coding_workflow.registration.services.outcomes import close_error_work, fail, finish
from coding_workflow.registration.services.vetting import FHIR_UNIT, vet

from . import people, places, records, visits
from .arrival import Arrival, again, arrival_of
from .graph import Waits

_APPLY: Final[dict[str, Callable[[Arrival], Account | None]]] = {
    "Patient": people.apply_patient,
    "Practitioner": people.apply_practitioner,
    "PractitionerRole": people.keep,
    "Organization": people.keep,
    "Location": people.keep,
    "Binary": people.keep,
    "Account": people.keep,
    "Encounter": visits.apply_encounter,
    "Coverage": visits.apply_coverage,
    "DocumentReference": records.apply_document,
    "Composition": records.apply_document,
    "ChargeItem": records.apply_charge,
    "Condition": records.apply_hint,
    "Procedure": records.apply_hint,
}
_DOCUMENTS: Final = ("DocumentReference", "Composition")
#: What is made again when a resource comes that it was made from before.
_MADE_AGAIN: Final[dict[str, tuple[str, ...]]] = {
    "Practitioner": _DOCUMENTS,
    "PractitionerRole": ("Encounter", *_DOCUMENTS),
    "Account": ("Encounter",),
    "Encounter": _DOCUMENTS,
}


def attempt_resource(message: InboundMessage, resource: elements.Resource, address: str) -> None:
    """Apply the resource of a kept message, and write down what became of it."""
    arrival: Arrival | None = None
    try:
        kind = elements.text(resource, "resourceType")
        message.type = kind[:40]
        flags = checking.check(resource)
        if kind not in checking.READ:
            _set_aside(message)
            return
        arrival = arrival_of(message, resource, address)
        message.sent_at = arrival.version.told_at
        for flag in flags:
            arrival.source.flag(flag)
        if _is_older(arrival):
            arrival.source.flag("older_version")
            _applied(message, arrival)
            return
        with scoped([arrival.source.facility.pk]):
            _apply(message, arrival)
    except Waits as waits:
        message.place = waits.place[:120]
        finish(message, MessageStatus.PARKED, waits.code, waits.sentence)
    except Unreadable as problem:
        _fail(message, arrival, problem.code, problem.sentence, problem.place)
    except HL7Problem as problem:
        place = places.of_field(problem.segment, problem.field)
        _fail(message, arrival, places.code(problem.code), problem.sentence, place)
    except Refused as refusal:
        _fail(message, arrival, refusal.code, places.sentence(refusal), places.of_code(refusal.code))
    except DataError:
        _fail(message, arrival, "registration.not_storable", "A value does not fit the database.")
    else:
        _applied(message, arrival)
        _wake(message, arrival)


def _apply(message: InboundMessage, arrival: Arrival) -> None:
    """In one savepoint: the facts, which version is in force, and what is made from it."""
    account = _APPLY[arrival.kind](arrival)
    if arrival.before is not None:
        ResourceVersion.objects.filter(pk=arrival.before.pk).update(in_force=False)
    version = arrival.version
    version.in_force, version.account = True, account
    version.save(update_fields=["in_force", "account", "said"])
    message.account = account
    message.account_number = account.number if account and arrival.kind == "Encounter" else ""
    if arrival.kind == "Coverage" and "payor_is_a_person" not in arrival.source.flags:
        visits.spread_coverage(arrival)
    _make_again(arrival)


def _make_again(arrival: Arrival) -> None:
    """What was made from an earlier version, or without this resource, is made again; what cannot be is flagged."""
    kinds = list(_MADE_AGAIN.get(arrival.kind, ()))
    keys = arrival.version.aliases
    if arrival.kind == "Encounter" and arrival.before is None:
        kinds = []
    for version in arrival.graph.made_from(keys, *kinds) if kinds else ():
        _project(arrival, version)
    for reference in replaced_references(arrival.resource) if arrival.kind in _DOCUMENTS else ():
        replaced = arrival.graph.find(elements.reference_keys(reference))
        if replaced is not None and replaced.kind in _DOCUMENTS:
            _project(arrival, replaced)


def _project(arrival: Arrival, version: ResourceVersion) -> None:
    try:
        with transaction.atomic():
            if version.kind == "Encounter" and arrival.kind == "Account":
                visits.recover(arrival, version)
            else:
                _APPLY[version.kind](again(version, arrival.source, arrival.graph))
    except (Refused, HL7Problem, Unreadable, Waits):
        arrival.source.flag("not_brought_up_to_date")


def _is_older(arrival: Arrival) -> bool:
    """Whether a newer version is in force; of two told at the same time the hash decides, in whatever order they come."""
    if arrival.before is None:
        return False
    ours, theirs = ((version.told_at, version.message.sha256) for version in (arrival.version, arrival.before))
    return ours < theirs


def _applied(message: InboundMessage, arrival: Arrival) -> None:
    message.flags = arrival.source.flags
    message.applied_at = clock.now()
    finish(message, MessageStatus.APPLIED)
    close_error_work(message.account_id, arrival.source.by)


def _wake(message: InboundMessage, arrival: Arrival) -> None:
    """What waited for this resource; for an encounter also what waited for its account, by whatever feed."""
    keys = list(arrival.version.aliases)
    if arrival.kind == "Encounter" and message.account_id is not None:
        keys += [key for key in arrival.version.refers_to if key.startswith("Account")]
        queue_up_for(arrival.source.facility, message.account_number)
    inbound.follow_up(message, arrival.source)
    for waiting in arrival.graph.waiting(arrival.kind, keys):
        inbound.attempt(waiting)


def _set_aside(message: InboundMessage) -> None:
    message.aside_reason = f"Resources of type {message.type} are not read: nothing of an account is in them."
    message.aside_at = clock.now()
    message.save(update_fields=["aside_reason", "aside_at"])
    finish(message, MessageStatus.ASIDE, "fhir.type")


def _fail(message: InboundMessage, arrival: Arrival | None, code: str, sentence: str, place: str = "") -> None:
    """The account that a failure belongs to is that of an earlier version."""
    account = arrival.before.account if arrival and arrival.before else None
    fail(message, account, Actor.feed(message.feed), code=code, sentence=sentence, place=place)


def attempt(message: InboundMessage) -> None:
    """Apply a kept resource, entry or Bundle."""
    try:
        vet(bytes(message.raw), FHIR_UNIT)
        value = json_text.loads(json_text.text_of(bytes(message.raw)))
        resource, address = splitting.resource_of(value)
    except Unreadable as problem:
        _fail(message, None, problem.code, problem.sentence, problem.place)
        return
    if resource.get("resourceType") == "Bundle":
        from .bundles import attempt_bundle  # noqa: PLC0415 - a Bundle's entries come back here

        attempt_bundle(message, resource)
        return
    attempt_resource(message, resource, address)
