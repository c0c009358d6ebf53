"""Restricted accounts by the API: opened by a person with a reason for a time, listed and reviewed by compliance."""

import datetime

import pytest

from accounts.models import AccessRecord, Account
from coding_workflow.staff.models import BreakGlass, BreakGlassReview, Role, RoleGrant, User
from coding_workflow.staff.services import make_token
from tests.api.operations import opening
from tests.api.sending import Program, as_program, by_session, problem
from tests.cast import Cast
from tests.security.browser import signed_in

WHY = "The payer asks for this record today"


@pytest.fixture
def vip(hospital: Cast) -> Account:
    return hospital.account("V1", restricted="VIP")


def test_a_reason_opens_it_for_a_time_and_leaves_a_record(hospital: Cast, vip: Account) -> None:
    ana = by_session(hospital.ana)
    assert problem(ana.get(f"accounts/{vip.pk}/")) == (403, "account.restricted")
    for body, wrong in (({"reason": "short"}, (400, "fields")), ({"reason": WHY, "minutes": 61}, (422, "glass.minutes"))):
        assert problem(ana.post(f"accounts/{vip.pk}/open/", body)) == wrong
    assert not BreakGlass.objects.exists()
    answer = ana.post(f"accounts/{vip.pk}/open/", {"reason": WHY, "minutes": 10}, Idempotency_Key="k1")
    assert answer.status_code == 201
    opened = BreakGlass.objects.get()
    assert opened.expires_at - opened.opened_at == datetime.timedelta(minutes=10)
    assert (answer.json()["reason"], answer.json()["review"]) == (WHY, None)
    assert ana.get(f"accounts/{vip.pk}/").status_code == 200
    assert ana.post(f"accounts/{vip.pk}/open/", {"reason": WHY}).json()["id"] == opened.pk
    look = AccessRecord.objects.get(kind="account.break_glass")
    assert (look.user, look.account_id, look.reason) == (hospital.ana, vip.pk, WHY)
    assert "Testcase" not in answer.content.decode()


def test_what_is_not_restricted_and_who_is_a_program_opens_nothing(hospital: Cast, vip: Account) -> None:
    plain = hospital.account("P1")
    ana = by_session(hospital.ana)
    assert problem(ana.post(f"accounts/{plain.pk}/open/", {"reason": WHY})) == (422, "glass.not_restricted")
    program = User.objects.create(username="reports", full_name="Report server", is_system=True, password="!")
    RoleGrant.objects.create(user=program, facility=hospital.main, role=Role.COMPLIANCE)
    token = make_token(
        by=hospital.ada, owner=program, facility=hospital.main, name="Reports", scope="write", roles=[Role.COMPLIANCE], days=30
    )[1]
    assert problem(Program(token).post(f"accounts/{vip.pk}/open/", {"reason": WHY})) == (403, "glass.token")
    assert problem(as_program(hospital.ana, hospital.main).post(f"accounts/{vip.pk}/open/", {"reason": WHY})) == (
        403,
        "glass.token",
    )
    assert not BreakGlass.objects.exists()


def test_a_session_proves_again_who_it_is(hospital: Cast, vip: Account, settings) -> None:
    client = signed_in(hospital.ana)
    send = {"data": {"reason": WHY}, "content_type": "application/json"}
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
    refused = client.post(f"/api/v1/accounts/{vip.pk}/open/", **send)
    assert problem(refused) == (403, "staff.proof") and refused.json()["fix"]["href"]
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
    assert client.post(f"/api/v1/accounts/{vip.pk}/open/", **send).status_code == 201


def test_compliance_lists_reads_and_reviews_once_and_not_their_own(hospital: Cast, vip: Account) -> None:
    ana, cora = by_session(hospital.ana), by_session(hospital.cora)
    key = ana.post(f"accounts/{vip.pk}/open/", {"reason": WHY}).json()["id"]
    ana.get(f"accounts/{vip.pk}/")
    assert problem(cora.post(f"openings/{key}/review/", {"outcome": "justified"})) == (422, "glass.open")
    key = opening(hospital, hospital.main)["opening"]
    token = as_program(hospital.cora, hospital.main)
    assert problem(token.post(f"openings/{key}/review/", {"outcome": "justified"})) == (403, "glass.token")
    assert key in [one["id"] for one in cora.get("openings/").json()["rows"]]
    assert cora.get("openings/?reviewed=true").json() == {"rows": [], "next_after": None}
    assert {"looks", "acts", "reason", "person"} <= set(cora.get(f"openings/{key}/").json())
    assert problem(cora.post(f"openings/{key}/review/", {"outcome": "passed_on"})) == (422, "glass.words")
    answer = cora.post(f"openings/{key}/review/", {"outcome": "justified", "words": "Billing asked."})
    assert answer.json()["review"]["outcome"] == "justified" and BreakGlassReview.objects.get().reviewer == hospital.cora
    assert problem(cora.post(f"openings/{key}/review/", {"outcome": "justified"})) == (409, "glass.reviewed")
    assert [one["id"] for one in cora.get("openings/?reviewed=true").json()["rows"]] == [key]


def test_the_list_goes_on_by_key(hospital: Cast) -> None:
    keys = [opening(hospital, hospital.main)["opening"] for _ in range(3)]
    opening(hospital, hospital.other)
    cora = as_program(hospital.cora, hospital.main, "read")
    first = cora.get("openings/?limit=2").json()
    assert [one["id"] for one in first["rows"]] == keys[:0:-1]
    rest = cora.get(f"openings/?limit=2&after={first['next_after']}").json()
    assert ([one["id"] for one in rest["rows"]], rest["next_after"]) == (keys[:1], None)
