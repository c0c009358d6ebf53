"""Remittances: the list, one with its payments, what it says about claims, posting an 835, and lines that no claim answers to."""

from typing import Any, Final

from django.db import transaction
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from accounts.errors import NotAllowed, Refused
from coding_workflow.payment import selectors as payment
from coding_workflow.payment import services
from coding_workflow.payment.models import Remittance, RemittanceClaim, RemittanceStatus
from coding_workflow.payment.x12 import wording
from coding_workflow.staff.access import visible
from worklist.selectors import remittances as selectors

from .asking import ApiRequest
from .base import ApiView
from .claims import BILLER, READS
from .fields import AskedWhole
from .paging import PageAsked, page, page_of
from .parsing import X12Remittance
from .reaching import fetch, note, said_in_address
from .schema import operation

_MONEY: Final = (14, 2)


class RemittanceLine(serializers.Serializer[Remittance]):
    """One 835 file: posted whole, or set aside whole with the reasons."""

    id = serializers.IntegerField(source="pk")
    facility = serializers.IntegerField(source="facility_id")
    status = serializers.ChoiceField(RemittanceStatus.choices)
    total = serializers.DecimalField(*_MONEY)
    reasons = serializers.SerializerMethodField(help_text="Why it is set aside, one sentence for each.")
    posted_at = serializers.DateTimeField()
    posted_as = serializers.CharField(help_text="Who posted it, as kind:code.")

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_reasons(self, remittance: Remittance) -> list[str]:
        """The sentences."""
        return selectors.reasons(remittance)


class BesideShape(serializers.Serializer[selectors.Beside]):
    """Money moved beside claims (PLB); positive amounts lower the payment."""

    code = serializers.CharField()
    words = serializers.CharField()
    reference = serializers.CharField()
    amount = serializers.DecimalField(*_MONEY)


class PaymentShape(serializers.Serializer[selectors.PaymentLine]):
    """One payment of the file."""

    payer = serializers.CharField(source="payment.payer_name")
    payer_identifier = serializers.CharField(source="payment.payer_identifier")
    trace = serializers.CharField(source="payment.trace", help_text="TRN02.")
    amount = serializers.DecimalField(*_MONEY, source="payment.amount")
    method = serializers.CharField(source="payment.method")
    paid_on = serializers.DateField(source="payment.paid_on")
    beside = BesideShape(many=True)


class RemittanceShape(RemittanceLine):
    """A remittance with its payments; its lines are a list of their own."""

    payments = serializers.SerializerMethodField()

    @extend_schema_field(PaymentShape(many=True))
    def get_payments(self, remittance: Remittance) -> Any:
        """In the order of the file."""
        return [PaymentShape(one).data for one in selectors.payments(remittance)]


class AdjustmentShape(serializers.Serializer[payment.AdjustmentWords]):
    """Why paid differs from charged, at claim level (``line`` null) or at one service line."""

    line = serializers.IntegerField(allow_null=True)
    procedure = serializers.CharField()
    code = serializers.CharField(help_text="Group and reason: CO-45.")
    group = serializers.CharField(help_text="In words.")
    reason = serializers.CharField(help_text="In words.")
    amount = serializers.DecimalField(*_MONEY)


class RemittedLine(serializers.Serializer[Any]):
    """What a payment says about one claim; ``claim`` is null where no claim of the facility answers to it."""

    id = serializers.IntegerField(source="pk")
    remittance = serializers.IntegerField(source="payment.remittance_id")
    claim = serializers.IntegerField(source="claim_id", allow_null=True)
    account = serializers.IntegerField(source="account_id", allow_null=True)
    claim_number = serializers.CharField(help_text="CLP01, as the payer sent it back.")
    status = serializers.CharField(help_text="CLP02.")
    status_words = serializers.SerializerMethodField()
    charge = serializers.DecimalField(*_MONEY)
    paid = serializers.DecimalField(*_MONEY)
    patient_responsibility = serializers.DecimalField(*_MONEY)
    payer_control_number = serializers.CharField()
    remarks = serializers.ListField(child=serializers.CharField())
    note = serializers.CharField(help_text="What a biller should look at.")
    adjustments = serializers.SerializerMethodField()

    def get_status_words(self, said: RemittanceClaim) -> str:
        """The status as people read it."""
        return wording.claim_status(said.status)

    @extend_schema_field(AdjustmentShape(many=True))
    def get_adjustments(self, said: RemittanceClaim) -> Any:
        """Claim level first."""
        return AdjustmentShape(self.context["words"][said.pk], many=True).data


class RemittancesAsked(PageAsked):
    """Which remittances are listed."""

    status = serializers.ChoiceField(RemittanceStatus.choices, required=False)
    facility = AskedWhole(required=False)


class UnmatchedAsked(PageAsked):
    """At which facility."""

    facility = AskedWhole(required=False)


RemittancesPage = page_of("RemittancesPage", RemittanceLine)
RemittedPage = page_of("RemittedPage", RemittedLine)


class Remittances(ApiView):
    """The list, and posting."""

    roles = {"GET": READS, "POST": BILLER}
    parser_classes = (X12Remittance,)

    @operation("remittances_list", "List remittances", answer=RemittancesPage, asked=RemittancesAsked)
    def get(self, request: ApiRequest) -> Response:
        """At your facilities, newest first; those set aside among them."""
        asked = said_in_address(request, RemittancesAsked)
        note(request, "remittances.viewed")
        names = {"status": "status", "facility": "facility_id"}
        rows = payment.remittances().filter(**{field: asked[name] for name, field in names.items() if name in asked})
        return Response(page(visible(rows, request.user), asked, lambda one: RemittanceLine(one).data))

    @operation(
        "remittances_post",
        "Post a remittance (835)",
        body={"application/edi-x12": OpenApiTypes.BINARY},
        answer=RemittanceShape,
        status=201,
    )
    def post(self, request: ApiRequest) -> Response:
        """One 835 file in its own bytes, at most 5 MB. It is posted once and whole, or set aside whole: look at ``status`` and
        ``reasons``. The same file, or a payment that was posted before, is refused (409)."""
        raw = request.data
        if not isinstance(raw, bytes):
            raise Refused("remittance.file", "Send the 835 file as the body.")
        return self.once(lambda: self._post(raw), self._told, 201)

    @transaction.atomic
    def _post(self, raw: bytes) -> int:
        posted = services.post_remittance(raw=raw, by=self.by())
        if posted.facility_id not in self.request.user.facility_ids():
            raise NotAllowed("remittance.elsewhere", "The payee is a facility that you, or the token, do not act for.")
        return int(posted.pk)

    def _told(self, key: int | None) -> Response:
        one = payment.remittances().select_related("facility").get(pk=key or 0)
        note(self.request, "remittance.viewed", facility=one.facility)
        return Response(RemittanceShape(one).data)


class OneRemittance(ApiView):
    """One remittance."""

    roles = {"GET": READS}

    @operation("remittances_read", "Read a remittance", answer=RemittanceShape)
    def get(self, request: ApiRequest, remittance: int) -> Response:
        """With its payments and the money moved beside claims, or why it is set aside."""
        one = fetch(payment.remittances().select_related("facility"), request, remittance)
        note(request, "remittance.viewed", facility=one.facility)
        return Response(RemittanceShape(one).data)


class RemittedClaims(ApiView):
    """The lines of one remittance."""

    roles = {"GET": READS}

    @operation("remittances_claims", "List what a remittance says about claims", answer=RemittedPage, asked=PageAsked)
    def get(self, request: ApiRequest, remittance: int) -> Response:
        """In the order of the file, each with its adjustments in words; those of restricted accounts that you have not opened
        are left out."""
        one = fetch(payment.remittances().select_related("facility"), request, remittance)
        asked = said_in_address(request, PageAsked)
        note(request, "remittance.viewed", facility=one.facility)
        rows = RemittanceClaim.objects.filter(payment__remittance=one).select_related("payment")
        return Response(_lines(visible(rows, request.user), asked, newest_first=False))


class Unmatched(ApiView):
    """Lines that no claim answers to."""

    roles = {"GET": READS}

    @operation("remittances_unmatched", "List unmatched lines", answer=RemittedPage, asked=UnmatchedAsked)
    def get(self, request: ApiRequest) -> Response:
        """Claims on posted remittances that no claim of the facility answers to, newest first."""
        asked = said_in_address(request, UnmatchedAsked)
        note(request, "remittances.viewed")
        rows = payment.unmatched().filter(**({"facility_id": asked["facility"]} if "facility" in asked else {}))
        return Response(_lines(visible(rows, request.user), asked, newest_first=True))


def _lines(rows: Any, asked: dict[str, Any], *, newest_first: bool) -> dict[str, Any]:
    """One page with the adjustments of all its lines: two queries."""
    found = page(rows, asked, lambda said: said, newest_first=newest_first)
    words = payment.adjustments_of(found["rows"])
    return {**found, "rows": RemittedLine(found["rows"], many=True, context={"words": words}).data}
