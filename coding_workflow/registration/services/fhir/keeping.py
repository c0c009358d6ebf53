"""Keeping one resource, once, and applying it."""

import hashlib

from django.db.models import F

from accounts.actors import Actor
from accounts.models import Facility
from coding_workflow.registration.fhir import elements, json_text, splitting
from coding_workflow.registration.models import FeedFormat, InboundMessage, MessageStatus
from coding_workflow.registration.problem import Unreadable
from coding_workflow.registration.services import inbound
from coding_workflow.registration.services.outcomes import fail
from coding_workflow.registration.services.vetting import FHIR_UNIT, vet


def identity(raw: bytes) -> tuple[str, str]:
    """The key of a resource and the hash of what it says: blanks and the order of names make no difference. What may not be
    read here is known by its bytes alone."""
    return _identity(raw, _problem(raw))


def _problem(raw: bytes) -> Unreadable | None:
    try:
        vet(raw, FHIR_UNIT)
    except Unreadable as problem:
        return problem
    return None


def _identity(raw: bytes, problem: Unreadable | None) -> tuple[str, str]:
    if problem is not None:
        return "", hashlib.sha256(raw).hexdigest()
    try:
        value = json_text.loads(json_text.text_of(raw))
        resource, address = splitting.resource_of(value)
        return elements.aliases(resource, address)[0], json_text.digest(json_text.canonical(value))
    except Unreadable:
        return "", json_text.digest(raw.decode("latin-1"))


def keep_resource(raw: bytes, *, feed: str, facility: Facility | None, line: int = 0, by: int | None = None) -> InboundMessage:
    """Keep a resource as it came and apply it, inside the caller's transaction. One that is here acts once; one that had
    failed is tried again. One that cannot be read within its bounds is listed unread."""
    problem = _problem(raw)
    control_id, sha256 = _identity(raw, problem)
    message, created = InboundMessage.objects.get_or_create(
        feed=feed,
        control_id=control_id,
        sha256=sha256,
        defaults={"raw": raw, "format": FeedFormat.FHIR, "facility": facility, "line": line, "brought_by_id": by},
    )
    if not created:
        InboundMessage.objects.filter(pk=message.pk).update(times_received=F("times_received") + 1)
    if message.facility is None:
        message.facility = facility
    if not created and message.status != MessageStatus.FAILED:
        return message
    if problem is not None:
        fail(message, None, Actor.feed(feed), code=problem.code, sentence=problem.sentence, place=problem.place)
    else:
        inbound.attempt(message)
    return message
