"""The resources of one feed at one facility: what a reference means, and what hangs on a resource."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from django.db import connection
from django.db.models import Q, QuerySet

from accounts.errors import Refused
from accounts.models import Facility
from coding_workflow.registration.fhir import json_text
from coding_workflow.registration.fhir.elements import Resource, contained, reference_keys
from coding_workflow.registration.fhir.splitting import resource_of
from coding_workflow.registration.models import InboundMessage, MessageStatus, ResourceVersion

#: Of a version as it is looked up: not the columns of its message that say what became of that.
_READ: Final = (
    "facility_id", "feed", "message_id", "kind", "key", "told_at", "aliases", "refers_to", "said", "in_force", "account_id",
    "message__raw", "message__sha256",
)  # fmt: skip
#: The last word of the place where something waits for a resource of a kind. Nobody waits for the others.
_WAITED_AT: Final[dict[str, tuple[str, ...]]] = {
    "Patient": ("subject", "beneficiary"),
    "Encounter": ("encounter", "context", "account"),
    "Account": ("account",),
    "Organization": ("payor",),
    "Binary": ("url",),
}


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
        """The newest applied versions with the words of their messages."""
        rows = ResourceVersion.objects.filter(facility=self.facility, feed=self.feed, in_force=True)
        return rows.select_related("message").only(*_READ)

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

    def waiting(self, kind: str, keys: Sequence[str]) -> Iterator[InboundMessage]:
        """Messages that wait for a resource of this kind and refer to this one, oldest first. One that somebody replays is
        passed over, and so is one that needs another resource before it asks for this."""
        at = Q(*(("message__place__endswith", f".{word}") for word in _WAITED_AT.get(kind, ())), _connector=Q.OR)
        if not at:
            return
        rows = ResourceVersion.objects.filter(facility=self.facility, feed=self.feed, refers_to__has_any_keys=list(keys))
        parked = rows.filter(at, message__status=MessageStatus.PARKED)
        for pk in list(parked.order_by("told_at", "pk").values_list("message_id", flat=True)):
            message = (
                InboundMessage.objects.select_for_update(skip_locked=True).filter(pk=pk, status=MessageStatus.PARKED).first()
            )
            if message is not None:
                yield message
