"""The claim file: for billers of the facility, written down each time, nothing for anybody else."""

import pytest
from django.http import Http404
from django.test import RequestFactory

from accounts.errors import NotAllowed
from accounts.models import AccessRecord
from coding_workflow.payment.models import Claim
from coding_workflow.payment.views import claim_file
from coding_workflow.staff.models import Role, RoleGrant, User
from tests.cast import Cast

from .stage import billed, claim_file_at


def ask(name: str, pk: int, cast: Cast):  # type: ignore[no-untyped-def]
    request = RequestFactory().get("/")
    request.user = User.objects.get(pk=getattr(cast, name).pk)
    request.htmx = False  # type: ignore[attr-defined]
    return claim_file(request, pk)


def file_of(cast: Cast) -> int:
    return billed(cast).file_id


def test_a_biller_gets_the_text_and_the_access_is_recorded(cast: Cast) -> None:
    pk = file_of(cast)
    response = ask("bill", pk, cast)
    assert response.content.decode() == Claim.objects.get().file.text
    assert response["Content-Disposition"].startswith('attachment; filename="claims-')
    assert AccessRecord.objects.filter(user=cast.bill, kind="claim.downloaded", account=Claim.objects.get().account).count() == 1


def test_another_role_is_refused_and_another_facility_finds_nothing(cast: Cast) -> None:
    pk = file_of(cast)
    with pytest.raises(NotAllowed):
        ask("dov", pk, cast)
    RoleGrant.objects.create(user=cast.dov, facility=cast.other, role=Role.BILLER)
    with pytest.raises(Http404):
        ask("dov", pk, cast)
    with pytest.raises(Http404):
        ask("bill", claim_file_at(cast, cast.other)["pk"], cast)
    assert not AccessRecord.objects.filter(user=cast.dov).exists()
