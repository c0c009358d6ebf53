"""The record of an account and a claim as FHIR R4 (docs/fhir.md). Errors are problems, as everywhere here."""

from typing import Final

from django.http import HttpResponse, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes

from coding_workflow.payment.models import Claim
from coding_workflow.payment.record import claim_alone, record_of
from coding_workflow.registration.fhir.writing.parts import line
from coding_workflow.staff.models import Role

from .asking import ApiRequest
from .base import ApiView
from .claims import READS
from .reaching import etag, fetch, note, open_account
from .rendering import FhirJson, Json
from .schema import operation

#: Who may take the whole of a record out: it holds queries and releases, which not everybody reads.
TAKES_RECORD: Final = frozenset({Role.SUPERVISOR, Role.COMPLIANCE})


class _Fhir(ApiView):
    """Answers with a resource, under FHIR's type unless plain JSON is asked for."""

    renderer_classes = (FhirJson, Json)

    def _content_type(self) -> str:
        return str(self.request.accepted_renderer.media_type)


class AccountRecord(_Fhir):
    """The record."""

    roles = {"GET": TAKES_RECORD}

    @operation("accounts_fhir", "Take an account's record as FHIR", answer=OpenApiTypes.OBJECT)
    def get(self, request: ApiRequest, account: int) -> StreamingHttpResponse:
        """A Bundle of type collection, sent as it is read: patient, visits, payers, documents with their words, charges, codes,
        queries, who coded and approved, claims. 422 over 10,000 entries; ``manage.py fhir_export`` writes those in parts."""
        opened = open_account(request, account, "record.taken")
        record = record_of(opened.pk)
        answer = StreamingHttpResponse(record.whole(), content_type=self._content_type())
        answer["ETag"] = etag(opened.revision)
        return answer


class OneClaim(_Fhir):
    """A claim."""

    roles = {"GET": READS}

    @operation("claims_fhir", "Take a claim as FHIR", answer=OpenApiTypes.OBJECT)
    def get(self, request: ApiRequest, claim: int) -> HttpResponse:
        """A Claim with patient, coverage, payer, facility and clinicians contained in it. 422 when the account no longer has
        the payer that was billed."""
        rows = Claim.objects.select_related(
            "account__facility", "account__patient", "account__unit", "release__verdict", "replaces"
        )
        found = fetch(rows, request, claim)
        note(request, "claim.downloaded", account=found.account)
        return HttpResponse(line(claim_alone(found)), content_type=self._content_type())
