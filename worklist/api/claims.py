"""Claims: the list, one, and what a biller says of one that went out."""

from collections.abc import Callable
from typing import Any, ClassVar, Final

from rest_framework import serializers
from rest_framework.response import Response

from coding_workflow.payment import services
from coding_workflow.payment.models import Claim, ClaimStatus
from coding_workflow.staff.access import visible
from coding_workflow.staff.models import Role

from .asking import ApiRequest
from .base import ApiView
from .coding import ReasonIn
from .evidence import Nothing
from .fields import AskedWhole
from .paging import PageAsked, page, page_of
from .reaching import fetch, note, said_in_address
from .schema import operation

READS: Final = frozenset({Role.BILLER, Role.SUPERVISOR, Role.COMPLIANCE})
BILLER: Final = frozenset({Role.BILLER})


class ClaimShape(serializers.Serializer[Claim]):
    """One claim; its X12 text is handed out on its page."""

    id = serializers.IntegerField(source="pk")
    account = serializers.IntegerField(source="account_id")
    release = serializers.IntegerField(source="release_id")
    number = serializers.CharField(help_text="CLM01; comes back on the remittance.")
    form = serializers.CharField()
    type_of_bill = serializers.CharField()
    frequency = serializers.CharField()
    replaces = serializers.IntegerField(source="replaces_id", allow_null=True)
    payer = serializers.CharField(source="payer.name")
    total = serializers.DecimalField(12, 2)
    status = serializers.ChoiceField(ClaimStatus.choices)
    payer_control_number = serializers.CharField()
    made_at = serializers.DateTimeField()
    submitted_at = serializers.DateTimeField(allow_null=True)


class ClaimsAsked(PageAsked):
    """Which claims are listed."""

    status = serializers.ChoiceField(ClaimStatus.choices, required=False)
    account = AskedWhole(required=False)
    facility = AskedWhole(required=False)


ClaimsPage = page_of("ClaimsPage", ClaimShape)


class Claims(ApiView):
    """The list."""

    roles = {"GET": READS}

    @operation("claims_list", "List claims", answer=ClaimsPage, asked=ClaimsAsked)
    def get(self, request: ApiRequest) -> Response:
        """At your facilities, newest first."""
        asked = said_in_address(request, ClaimsAsked)
        note(request, "claims.viewed")
        names = {"status": "status", "account": "account_id", "facility": "facility_id"}
        rows = _rows().filter(**{field: asked[name] for name, field in names.items() if name in asked})
        return Response(page(visible(rows, request.user), asked, lambda claim: ClaimShape(claim).data))


class OneClaim(ApiView):
    """One claim."""

    roles = {"GET": READS}

    @operation("claims_read", "Read a claim", answer=ClaimShape)
    def get(self, request: ApiRequest, claim: int) -> Response:
        """What was billed to whom, and how far it is."""
        found = fetch(_rows(), request, claim)
        note(request, "claim.viewed", account=found.account)
        return Response(ClaimShape(found).data)


class _Mark(ApiView):
    """What became of a claim."""

    roles = {"POST": BILLER}
    verb: ClassVar[Callable[..., Claim]]

    def _mark(self, claim: int, known: type[serializers.Serializer[Any]]) -> Response:
        found = fetch(_rows(), self.request, claim)
        note(self.request, "claim.viewed", account=found.account)
        said = self.body(known)

        def mark() -> int:
            return int(type(self).verb(claim_id=claim, by=self.by(), **said).pk)

        return self.once(mark, lambda key: Response(ClaimShape(_rows().get(pk=key)).data))


class Submitted(_Mark):
    """Sent."""

    verb = services.mark_submitted

    @operation("claims_submitted", "Mark a claim as submitted", body=Nothing, answer=ClaimShape)
    def post(self, request: ApiRequest, claim: int) -> Response:
        """The file was sent."""
        return self._mark(claim, Nothing)


class Accepted(_Mark):
    """Taken in."""

    verb = services.mark_accepted

    @operation("claims_accepted", "Mark a claim as accepted", body=Nothing, answer=ClaimShape)
    def post(self, request: ApiRequest, claim: int) -> Response:
        """The payer took it in."""
        return self._mark(claim, Nothing)


class Rejected(_Mark):
    """Refused before processing."""

    verb = services.mark_rejected

    @operation("claims_rejected", "Mark a claim as rejected", body=ReasonIn, answer=ClaimShape)
    def post(self, request: ApiRequest, claim: int) -> Response:
        """Refused before processing, with the reason; denial work opens."""
        return self._mark(claim, ReasonIn)


def _rows() -> Any:
    return Claim.objects.select_related("account", "payer")
