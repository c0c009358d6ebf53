"""Lists and single rows: only one's own facilities, in the role that the page asks for."""

import datetime

import pytest
from django.http import Http404
from django.test import RequestFactory
from django.urls import reverse

from accounts import clock
from accounts.errors import NotAllowed, Refused
from accounts.models import AccessRecord, Account, Hold
from accounts.services.holds import place_hold
from coding_workflow.staff import services
from coding_workflow.staff.access import Restricted, fetch, open_account, visible
from coding_workflow.staff.models import BreakGlass, Role, RoleGrant, User
from tests.cast import Cast
from tests.security.browser import signed_in
from tests.security.url_table import account as account_at

REASON = "Coding this stay, returned by review"


def _request(user: User, **headers: str) -> object:
    request = RequestFactory().get("/", headers=headers)
    request.user = User.objects.get(pk=user.pk)
    return request


def test_acting_in_a_role_narrows_every_list_to_where_it_is_held(cast: Cast) -> None:
    RoleGrant.objects.create(user=cast.cleo, facility=cast.other, role=Role.CODER)
    account_at(cast, cast.main), account_at(cast, cast.other)
    cleo = User.objects.get(pk=cast.cleo.pk)
    assert Account.objects.visible_to(cleo).count() == 2
    cleo.act_as([Role.SUPERVISOR])
    assert [account.facility_id for account in Account.objects.visible_to(cleo)] == [cast.main.pk]
    cleo.act_as([Role.CODER])
    assert [account.facility_id for account in Account.objects.visible_to(cleo)] == [cast.other.pk]


def test_another_facilitys_row_is_as_unknown(cast: Cast) -> None:
    foreign = account_at(cast, cast.other)["pk"]
    for pk in (foreign, 987_654_321):
        with pytest.raises(Http404):
            fetch(Account.objects.all(), cast.ana, pk)
        with pytest.raises(Http404):
            open_account(_request(cast.ana), pk)
    assert not AccessRecord.objects.exists()


def test_opening_an_account_leaves_an_access_record_and_polling_none(cast: Cast) -> None:
    account = cast.account()
    assert open_account(_request(cast.ana), account.pk) == account
    open_account(_request(cast.ana, **{"X-Polling": "1"}), account.pk)
    assert list(AccessRecord.objects.values_list("user_id", "account_id", "kind")) == [
        (cast.ana.pk, account.pk, "account.viewed")
    ]


def test_an_act_leaves_an_access_record_whatever_it_calls_itself(cast: Cast) -> None:
    request = RequestFactory().post("/", headers={"X-Polling": "1"})
    request.user = User.objects.get(pk=cast.ana.pk)
    open_account(request, cast.account().pk)
    assert AccessRecord.objects.count() == 1


def test_a_restricted_account_and_what_belongs_to_it_are_hidden_until_opened(cast: Cast) -> None:
    account = cast.account(restricted="employee")
    place_hold(account=account, source="manual", key="k", reason="manual.other", message="Waits", by=cast.actor("ana"))
    with pytest.raises(Restricted):
        open_account(_request(cast.ana), account.pk)
    assert not visible(Hold.objects.all(), cast.ana).exists()
    services.break_glass(user=cast.ana, account=account, reason=REASON)
    assert open_account(_request(cast.ana), account.pk) == account
    assert visible(Hold.objects.all(), cast.ana).count() == 1
    assert not Account.objects.visible_to(cast.ben).exists()


def test_glass_stays_open_an_hour_for_one_account_and_one_person(cast: Cast) -> None:
    account, second = cast.account(restricted="VIP"), cast.account("A2", restricted="VIP")
    opened = services.break_glass(user=cast.ana, account=account, reason=REASON)
    assert opened.expires_at - opened.opened_at == datetime.timedelta(minutes=60)
    assert services.break_glass(user=cast.ana, account=account, reason=REASON) == opened
    assert User.objects.get(pk=cast.ana.pk).opened_restricted_ids() == {account.pk}
    assert second.pk not in cast.ana.opened_restricted_ids()
    assert cast.ben.opened_restricted_ids() == frozenset()
    record = AccessRecord.objects.get(kind="account.break_glass")
    assert (record.user_id, record.account_id, record.reason) == (cast.ana.pk, account.pk, REASON)


def test_glass_closes_by_itself(cast: Cast) -> None:
    account = cast.account(restricted="VIP")
    past = clock.now() - datetime.timedelta(minutes=61)
    BreakGlass.objects.create(
        user=cast.ana,
        account=account,
        facility=cast.main,
        reason=REASON,
        opened_at=past,
        expires_at=past + datetime.timedelta(minutes=60),
    )
    assert User.objects.get(pk=cast.ana.pk).opened_restricted_ids() == frozenset()


@pytest.mark.parametrize("reason", ["", "because", " " * 40, "x" * 201, "a   b   c   d  "])
def test_glass_takes_a_reason(cast: Cast, reason: str) -> None:
    with pytest.raises(Refused):
        services.break_glass(user=cast.ana, account=cast.account(restricted="VIP"), reason=reason)


def test_glass_is_not_for_administrators_strangers_and_other_facilities(cast: Cast) -> None:
    account = cast.account(restricted="VIP")
    foreign = Account.objects.get(pk=account_at(cast, cast.other, restricted="VIP")["pk"])
    for user, target in ((cast.ada, account), (cast.dov, account), (cast.ana, foreign)):
        with pytest.raises(NotAllowed):
            services.break_glass(user=user, account=target, reason=REASON)


def test_the_page_opens_a_restricted_account_and_compliance_sees_it(cast: Cast) -> None:
    account = cast.account(restricted="VIP")
    page = reverse("staff:restricted", args=[account.pk])
    client = signed_in(cast.ana)
    short = client.post(page, {"reason": "because", "next": "/account/1/"})
    assert short.status_code == 422
    assert "because" in short.content.decode()
    done = client.post(page, {"reason": REASON, "next": "/staff/me/"})
    assert (done.status_code, done["Location"]) == (302, "/staff/me/")
    assert client.post(page, {"reason": REASON, "next": "//evil.example"})["Location"] == "/"
    openings = signed_in(cast.cora).get(reverse("staff:openings")).content.decode()
    assert REASON in openings
    assert f">{account.number}</td>" in openings
