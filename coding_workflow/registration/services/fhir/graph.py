"""The resources of one feed at one facility: what a reference means, and what hangs on a resource."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import QuerySet

from accounts.errors import Refused
from accounts.models import Facility
from coding_workflow.registration.fhir import json_text
from coding_workflow.registration.fhir.elements import Resource, contained, reference_keys
from coding_workflow.registration.fhir.splitting import resource_of
from coding_workflow.registration.models import InboundMessage, MessageStatus, ResourceVersion


class Waits(Exception):
    """A resource refers to one that has not come yet."""

    code = "registration.waits_for"

    def __init__(self, kind: str, place: str) -> None:
        super().__init__(self.code)
        self.place = place
        self.sentence = f"It refers to a resource of type {kind} that has not come yet; it is applied when that comes."


def body_of(message: InboundMessage) -> Resource:
    """The resource of a kept message that was read before."""
    return resource_of(json_text.loads(json_text.text_of(bytes(message.raw))))[0]


@dataclass(frozen=True)
class Graph:
    """One feed's resources at one facility."""

    facility: Facility
    feed: str

    def queue_up(self) -> None:
        """Resources of one feed run one after the other: what parks itself is seen by what comes next."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [self.facility.pk, f"fhir:{self.feed}"])

    def in_force(self) -> "QuerySet[ResourceVersion]":
        """The newest applied versions."""
        rows = ResourceVersion.objects.filter(facility=self.facility, feed=self.feed, in_force=True)
        return rows.select_related("message", "account")

    def find(self, keys: Sequence[str]) -> ResourceVersion | None:
        """The one that is meant; a literal key goes before an identifier. Refuses keys that two resources answer to."""
        for key in keys:
            found = list(self.in_force().filter(aliases__contains=[key])[:2])
            if len(found) > 1:
                raise Refused("registration.two_resources", "A reference by identifier fits more than one resource.")
            if found:
                return found[0]
        return None

    def need(self, reference: Resource, place: str, *kinds: str) -> ResourceVersion:
        """As ``find``, of a reference. Raises Waits."""
        found = self.find(reference_keys(reference, *kinds))
        if found is None:
            raise Waits(kinds[0] if kinds else "resource", place)
        return found

    def resolve(self, within: Resource, reference: Resource) -> Resource | None:
        """What a reference means, inside the resource or among the known ones; None when it is not here."""
        inside = contained(within, reference)
        if inside:
            return inside
        found = self.find(reference_keys(reference))
        return body_of(found.message) if found else None

    def made_from(self, keys: Sequence[str], *kinds: str) -> "QuerySet[ResourceVersion]":
        """Versions in force that refer to a resource, oldest first."""
        rows = self.in_force().filter(refers_to__has_any_keys=list(keys), kind__in=kinds)
        return rows.order_by("told_at", "pk")

    def waiting(self, keys: Sequence[str]) -> Iterator[InboundMessage]:
        """Messages that wait for something and refer to this, oldest first. One that somebody replays is passed over."""
        rows = ResourceVersion.objects.filter(facility=self.facility, feed=self.feed, refers_to__has_any_keys=list(keys))
        ids = list(
            rows.filter(message__status=MessageStatus.PARKED).order_by("told_at", "pk").values_list("message_id", flat=True)
        )
        for pk in ids:
            message = (
                InboundMessage.objects.select_for_update(skip_locked=True).filter(pk=pk, status=MessageStatus.PARKED).first()
            )
            if message is not None:
                yield message
