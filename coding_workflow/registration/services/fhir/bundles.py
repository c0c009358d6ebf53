"""Bundles: a transaction, message or document is applied whole or not at all; of the others each entry stands for itself."""

from django.db import transaction

from accounts import clock
from accounts.actors import Actor
from coding_workflow.registration.fhir import checking, json_text, splitting
from coding_workflow.registration.fhir.elements import Resource
from coding_workflow.registration.models import InboundMessage, MessageStatus
from coding_workflow.registration.problem import Unreadable
from coding_workflow.registration.services.outcomes import fail, finish

from .keeping import keep_resource

#: Entries that are about the exchange.
_ENVELOPE = frozenset({"MessageHeader", "OperationOutcome", "Parameters"})


def attempt_bundle(message: InboundMessage, bundle: Resource) -> None:
    """Apply every entry in one savepoint; the first that fails undoes all and its reason is the Bundle's.

    Entries that wait for something, or that nobody reads here, do not undo anything. A loose Bundle that could not be taken
    apart is listed.
    """
    message.type = "Bundle"
    try:
        kind = checking.check_bundle(bundle)
        if kind.endswith("-response"):
            raise Unreadable("fhir.response", "A response says what a server did; it tells nothing new.", "Bundle.type")
        with transaction.atomic():
            _apply_all(message, bundle)
    except Unreadable as problem:
        fail(message, None, Actor.feed(message.feed), code=problem.code, sentence=problem.sentence, place=problem.place)
        return
    message.applied_at = clock.now()
    finish(message, MessageStatus.APPLIED)


def _apply_all(message: InboundMessage, bundle: Resource) -> None:
    text = json_text.text_of(bytes(message.raw))
    kept: dict[int, int] = {}
    for number, written in enumerate(splitting.entries_of(text)[1]):
        entry = json_text.loads(written)
        resource, _ = splitting.resource_of(entry)
        if resource.get("resourceType") in _ENVELOPE:
            continue
        if resource.get("resourceType") == "Bundle":
            raise Unreadable("fhir.bundle_in_bundle", "A Bundle inside a Bundle is not read.", f"Bundle.entry.{number}")
        one = keep_resource(written.encode("utf-8"), feed=message.feed, facility=message.facility, line=message.line)
        kept[one.pk] = number
    _refuse_failed(kept)


def _refuse_failed(kept: dict[int, int]) -> None:
    """An entry may have failed at once, or when what it waited for came."""
    failed = InboundMessage.objects.filter(pk__in=kept, status=MessageStatus.FAILED).order_by("pk").first()
    if failed is not None:
        place = f"Bundle.entry.{kept[failed.pk]}.{failed.place}".rstrip(".")
        raise Unreadable(failed.code, failed.sentence, place)
