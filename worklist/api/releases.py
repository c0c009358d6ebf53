"""Releases: the list, one, approving, sending back, and the certificate."""

from typing import Any, Final

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.response import Response

from accounts.models import Account
from coding_workflow.release.models import Certificate, Release
from coding_workflow.release.services.approving import approve_release, send_back
from coding_workflow.staff.access import visible
from coding_workflow.staff.models import Role

from .asking import ApiRequest
from .base import ApiView
from .coding import ReasonIn
from .evidence import FinalShape, Nothing
from .fields import AskedWhole
from .paging import PageAsked, page, page_of
from .reaching import fetch, note, open_account, said_in_address
from .schema import operation

READS: Final = frozenset({Role.SUPERVISOR, Role.COMPLIANCE, Role.BILLER})
TAKES_DEFENCE: Final = frozenset({Role.SUPERVISOR, Role.COMPLIANCE})
SUPERVISOR: Final = frozenset({Role.SUPERVISOR})


class ReleaseShape(serializers.Serializer[Release]):
    """One release of an account to billing."""

    id = serializers.IntegerField(source="pk")
    account = serializers.IntegerField(source="account_id")
    sequence = serializers.IntegerField()
    frequency = serializers.CharField(help_text="Last digit of the type of bill: 1, or 7 for a replacement.")
    supersedes = serializers.IntegerField(source="supersedes_id", allow_null=True)
    revision = serializers.IntegerField()
    check = serializers.IntegerField(source="verdict_id")
    approved_by = serializers.IntegerField(source="approved_by_id")
    by_policy = serializers.SerializerMethodField()
    statement_from = serializers.DateField(allow_null=True)
    statement_through = serializers.DateField(allow_null=True)
    released_at = serializers.DateTimeField()
    certificate = serializers.CharField(source="certificate.sha256", allow_null=True, default=None, help_text="Its SHA-256.")

    def get_by_policy(self, release: Release) -> bool:
        """Released by policy, for which the approver is accountable."""
        return bool(release.policy)


class ReleasesAsked(PageAsked):
    """Which releases are listed."""

    account = AskedWhole(required=False)
    facility = AskedWhole(required=False)


ReleasesPage = page_of("ReleasesPage", ReleaseShape)


class Releases(ApiView):
    """The list."""

    roles = {"GET": READS}

    @operation("releases_list", "List releases", answer=ReleasesPage, asked=ReleasesAsked)
    def get(self, request: ApiRequest) -> Response:
        """At your facilities, newest first."""
        asked = said_in_address(request, ReleasesAsked)
        note(request, "releases.listed")
        wanted = {f"{name}_id": asked[name] for name in ("account", "facility") if name in asked}
        rows = visible(_rows().filter(**wanted), request.user)
        return Response(page(rows, asked, lambda release: ReleaseShape(release).data))


class OneRelease(ApiView):
    """One release."""

    roles = {"GET": READS}

    @operation("releases_read", "Read a release", answer=ReleaseShape)
    def get(self, request: ApiRequest, release: int) -> Response:
        """With the SHA-256 of its certificate."""
        found = fetch(_rows(), request, release)
        note(request, "release.viewed", account=found.account)
        return Response(ReleaseShape(found).data)


class CertificateOf(ApiView):
    """The certificate."""

    roles = {"GET": TAKES_DEFENCE}

    @operation("releases_certificate", "Take a release's certificate", answer=OpenApiTypes.OBJECT)
    def get(self, request: ApiRequest, release: int) -> HttpResponse:
        """The bytes that its SHA-256 is over; ``manage.py verify_release`` replays them."""
        one = fetch(Certificate.objects.select_related("account"), request, _certificate(release))
        note(request, "certificate.downloaded", account=one.account)
        return HttpResponse(one.text.encode(), content_type="application/json")


class Approve(ApiView):
    """Approve."""

    roles = {"POST": SUPERVISOR}

    @operation("releases_approve", "Approve a release", body=Nothing, answer=ReleaseShape, status=201, matches=True)
    def post(self, request: ApiRequest, account: int) -> Response:
        """The account is judged again under its lock; that verdict is certified. Who coded it does not approve it. A verdict
        that holds is kept, with its holds, though the approval is refused (422)."""
        open_account(request, account, "account.viewed")
        self.body(Nothing)

        def approve() -> int:
            revision = Account.objects.values_list("revision", flat=True).get(pk=account)
            return int(approve_release(account_id=account, by=self.by(), revision=revision).pk)

        return self.change(account, approve, lambda key: ReleaseShape(_rows().get(pk=key)).data, 201)


class SendBack(ApiView):
    """Send back."""

    roles = {"POST": SUPERVISOR}

    @operation("releases_send_back", "Send an account back to its coder", body=ReasonIn, answer=FinalShape, matches=True)
    def post(self, request: ApiRequest, account: int) -> Response:
        """With words for the coder who finalized it."""
        open_account(request, account, "account.viewed")
        said = self.body(ReasonIn)

        def back() -> int:
            return int(send_back(account_id=account, by=self.by(), **said).pk)

        return self.change(account, back, lambda _: FinalShape(Account.objects.get(pk=account)).data)


def _rows() -> Any:
    return Release.objects.select_related("account", "certificate").defer("certificate__text")


def _certificate(release: int) -> int:
    """The key of a release's certificate; 0, which no row has, where there is none."""
    return Certificate.objects.filter(release_id=release).values_list("pk", flat=True).first() or 0
