"""Messages: what could not be applied, trying it again, and delivering HL7 v2."""

from typing import Final

from django.db import transaction
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.response import Response

from accounts.errors import NotAllowed, Refused
from coding_workflow.registration import services
from coding_workflow.registration.models import FeedFormat, InboundMessage, MessageStatus
from coding_workflow.staff.access import visible
from coding_workflow.staff.models import Role
from worklist.selectors import imports as selectors

from .asking import ApiRequest
from .base import ApiView
from .evidence import Nothing
from .fields import Strict
from .paging import PageAsked, page, page_of
from .parsing import Hl7Er7, Hl7Message
from .reaching import fetch, note, said_in_address
from .schema import operation

MENDS: Final = frozenset({Role.ADMINISTRATOR, Role.SUPERVISOR})
READS: Final = MENDS | {Role.COMPLIANCE}
#: The feed of messages whose sender names none.
FEED: Final = "api"
_FEED: Final = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$"


class MessageLine(serializers.Serializer[InboundMessage]):
    """A message and what became of it."""

    id = serializers.IntegerField(source="pk")
    feed = serializers.CharField()
    format = serializers.ChoiceField(FeedFormat.choices)
    line = serializers.IntegerField(help_text="Of the file it came in; 0 where files have no lines.")
    control_id = serializers.CharField(help_text="MSH-10, the key of a resource, or what tells a row apart.")
    type = serializers.CharField()
    trigger = serializers.CharField()
    status = serializers.ChoiceField(MessageStatus.choices)
    facility = serializers.CharField(source="facility.code", allow_null=True, default=None)
    account = serializers.IntegerField(source="account_id", allow_null=True)
    code = serializers.CharField(help_text="Why it failed or waits; empty once applied.")
    sentence = serializers.CharField()
    place = serializers.SerializerMethodField(
        help_text="Where in the message: PID-7, Encounter.period.end, Bundle.entry.4.Patient.gender, a column of a row."
    )
    flags = serializers.ListField(child=serializers.CharField())
    times_received = serializers.IntegerField()
    received_at = serializers.DateTimeField()
    applied_at = serializers.DateTimeField(allow_null=True)

    def get_place(self, message: InboundMessage) -> str:
        """Segment and field, element (of which entry) or column."""
        return selectors.place(message)


class MessageShape(MessageLine):
    """A message with its words; empty where it is too large to be shown."""

    text = serializers.SerializerMethodField()

    def get_text(self, message: InboundMessage) -> str:
        """HL7 segment by segment, a resource indented, a row below its header."""
        return selectors.text(message)


class ImportsAsked(PageAsked):
    """Which messages are listed."""

    status = serializers.ChoiceField(
        [choice for choice in MessageStatus.choices if choice[0] in dict(selectors.TABS)], default=selectors.FIRST
    )


class FeedAsked(Strict):
    """From which feed a message comes: its mapping of local codes applies."""

    feed = serializers.RegexField(_FEED, default=FEED, help_text="The feed's code.")


ImportsPage = page_of("ImportsPage", MessageLine)


class Imports(ApiView):
    """The list, and delivering."""

    roles = {"GET": READS, "POST": MENDS}
    parser_classes = (Hl7Message, Hl7Er7)
    takes_messages = True

    @operation("imports_list", "List messages that were not applied", answer=ImportsPage, asked=ImportsAsked)
    def get(self, request: ApiRequest) -> Response:
        """Failed, waiting for their account, or set aside; newest first."""
        asked = said_in_address(request, ImportsAsked)
        note(request, "imports.viewed")
        rows = visible(selectors.listed().filter(status=asked["status"]), request.user)
        return Response(page(rows, asked, lambda message: MessageLine(message).data))

    @operation(
        "imports_deliver",
        "Deliver an HL7 v2 message",
        body={"application/hl7-v2": OpenApiTypes.BINARY, "x-application/hl7-v2+er7": OpenApiTypes.BINARY},
        answer=MessageLine,
        status=201,
        asked=FeedAsked,
    )
    def post(self, request: ApiRequest) -> Response:
        """One message, in its own bytes, at most 4 MB. It is kept and applied, or kept and listed with the reason: look at
        ``status``. However often it comes, it acts once. Messages for another facility than the token's are refused."""
        feed = said_in_address(request, FeedAsked)["feed"]
        raw = request.data
        if not isinstance(raw, bytes):
            raise Refused("registration.empty", "Send the message as the body.")
        return self.once(lambda: self._deliver(raw, feed), self._told, 201)

    @transaction.atomic
    def _deliver(self, raw: bytes, feed: str) -> int:
        message = services.import_message(raw, feed=feed)
        user = self.request.user
        if message.facility_id is not None and message.facility_id not in user.facility_ids():
            raise NotAllowed("registration.elsewhere", "The message names a facility (MSH-4) that you do not act for.")
        account = message.account
        if account is not None and account.restricted and not user.is_system and account.pk not in user.opened_restricted_ids():
            raise NotAllowed("registration.restricted", "The message is for a restricted account: open it with a reason first.")
        return int(message.pk)

    def _told(self, key: int | None) -> Response:
        message = selectors.listed().get(pk=key or 0)
        note(self.request, "import.viewed", account=message.account, facility=message.facility)
        return Response(MessageLine(message).data)


class OneImport(ApiView):
    """One message."""

    roles = {"GET": READS}

    @operation("imports_read", "Read a message", answer=MessageShape)
    def get(self, request: ApiRequest, message: int) -> Response:
        """With its words, what became of it and why."""
        one = fetch(selectors.listed(), request, message)
        note(request, "import.viewed", account=one.account, facility=one.facility)
        return Response(MessageShape(one).data)


class Replay(ApiView):
    """Try again."""

    roles = {"POST": MENDS}

    @operation("imports_replay", "Try a message again", body=Nothing, answer=MessageLine)
    def post(self, request: ApiRequest, message: int) -> Response:
        """After the mapping or its account was mended. Look at ``status`` for what became of it."""
        one = fetch(selectors.listed(), request, message)
        note(request, "import.viewed", account=one.account, facility=one.facility)
        self.body(Nothing)

        def again() -> int:
            return int(services.replay_message(one.pk, by=self.by()).pk)

        return self.once(again, lambda key: Response(MessageLine(selectors.listed().get(pk=key or 0)).data))
