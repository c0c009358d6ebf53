"""How long a session lasts, and what ends it."""

import datetime

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from coding_workflow.staff import services, sessions
from coding_workflow.staff.models import SignInOutcome, SignInRecord
from tests.cast import PASSWORD, Cast
from tests.security.browser import grow_old, signed_in

ME = "/staff/me/"
START = datetime.datetime(2026, 11, 23, 9, 0, tzinfo=datetime.UTC)
MINUTE = datetime.timedelta(minutes=1)
SECOND = datetime.timedelta(seconds=1)


@pytest.fixture
def travel() -> "time_machine.Traveller":
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


def test_the_decision_is_exact_to_the_second() -> None:
    limits = sessions.Limits(idle=900, absolute=43_200)
    assert sessions.ended(0, 0, 900, limits) is None
    assert sessions.ended(0, 0, 900.1, limits) == SignInOutcome.IDLE
    assert sessions.ended(0, 43_199, 43_200, limits) is None
    assert sessions.ended(0, 43_199, 43_200.1, limits) == SignInOutcome.TOO_LONG


def test_input_keeps_a_session_and_fifteen_idle_minutes_end_it(cast: Cast, travel: time_machine.Traveller) -> None:
    client = signed_in(cast.ana)
    assert client.get(ME).status_code == 200
    travel.move_to(START + 14 * MINUTE + 59 * SECOND)
    assert client.get(ME).status_code == 200
    travel.move_to(START + 29 * MINUTE + 58 * SECOND)
    assert client.get(ME).status_code == 200
    travel.move_to(START + 45 * MINUTE)
    ended = client.get(ME)
    assert (ended.status_code, ended["Location"]) == (
        302,
        "/signin/login/?next=/staff/me/".replace("/staff/me/", "%2Fstaff%2Fme%2F"),
    )
    assert ended["Clear-Site-Data"] == '"cache", "storage"'
    assert SignInRecord.objects.get().outcome == SignInOutcome.IDLE
    assert client.get(ME).status_code == 302


def test_polling_does_not_keep_a_session(cast: Cast, travel: time_machine.Traveller) -> None:
    client = signed_in(cast.ana)
    client.get(ME)
    for minute in range(1, 15):
        travel.move_to(START + minute * MINUTE)
        assert client.get(ME, headers={"X-Polling": "1", "HX-Request": "true"}).status_code == 200
    travel.move_to(START + 15 * MINUTE + SECOND)
    ended = client.get(ME, headers={"X-Polling": "1", "HX-Request": "true", "HX-Current-URL": "http://testserver/staff/me/"})
    assert ended.status_code == 401
    assert ended["HX-Redirect"] == "/signin/login/?next=%2Fstaff%2Fme%2F"


def test_a_sign_of_life_keeps_a_session(cast: Cast, travel: time_machine.Traveller) -> None:
    client = signed_in(cast.ana)
    client.get(ME)
    travel.move_to(START + 14 * MINUTE)
    assert client.post(reverse("staff:still_here")).status_code == 204
    travel.move_to(START + 28 * MINUTE)
    assert client.get(ME).status_code == 200


def test_twelve_hours_end_a_session_however_busy(cast: Cast, travel: time_machine.Traveller) -> None:
    client = signed_in(cast.ana)
    for minutes in range(0, 12 * 60 + 1, 10):
        travel.move_to(START + minutes * MINUTE)
        assert client.get(ME).status_code == 200
    travel.shift(SECOND)
    assert client.get(ME).status_code == 302
    assert SignInRecord.objects.get().outcome == SignInOutcome.TOO_LONG


def test_disabling_a_person_ends_their_session_with_the_next_request(cast: Cast) -> None:
    client = signed_in(cast.ana)
    assert client.get(ME).status_code == 200
    services.disable_person(by=cast.ada, person=cast.ana, reason="left the hospital")
    assert client.get(ME).status_code == 302


def test_an_administrator_ends_all_sessions_of_a_person(cast: Cast) -> None:
    clients = [signed_in(cast.ana), signed_in(cast.ana)]
    services.end_sessions(by=cast.ada, person=cast.ana)
    assert [client.get(ME).status_code for client in clients] == [302, 302]
    assert signed_in(cast.ben).get(ME).status_code == 200


def test_changing_the_password_keeps_this_session_and_ends_the_others(cast: Cast) -> None:
    here, there = signed_in(cast.ana), signed_in(cast.ana)
    form = {"oldpassword": PASSWORD, "password1": "another fine long secret", "password2": "another fine long secret"}
    assert here.post(reverse("account_change_password"), form).status_code == 302
    assert (here.get(ME).status_code, there.get(ME).status_code) == (200, 302)


def test_signing_out_ends_the_session_on_the_server(cast: Cast) -> None:
    client = signed_in(cast.ana)
    kept = client.cookies["session"].value
    answer = client.post(reverse("account_logout"))
    assert (answer.status_code, answer["Clear-Site-Data"]) == (302, '"cache", "storage"')
    thief = Client()
    thief.cookies["session"] = kept
    assert thief.get(ME).status_code == 302
    assert SignInRecord.objects.get().outcome == SignInOutcome.SIGNED_OUT


def test_a_role_given_or_ended_holds_from_the_next_request(cast: Cast) -> None:
    client = signed_in(cast.ben)
    assert client.get(reverse("staff:openings")).status_code == 403
    grant = services.grant_role(by=cast.ada, person=cast.ben, facility=cast.main, role="compliance")
    assert client.get(reverse("staff:openings")).status_code == 200
    services.end_role(by=cast.ada, grant=grant)
    assert client.get(reverse("staff:openings")).status_code == 403


def test_sensitive_pages_ask_again_after_a_while(cast: Cast, travel: time_machine.Traveller) -> None:
    client = signed_in(cast.ada)
    page = reverse("staff:person", args=[cast.ana.pk])
    assert client.get(page).status_code == 200
    for minute in (10, 20):
        travel.move_to(START + minute * MINUTE)
        answer = client.get(page)
    assert answer["Location"].startswith(reverse("account_reauthenticate"))
    again = client.post(answer["Location"], {"password": PASSWORD})
    assert (again.status_code, again["Location"]) == (302, page)
    assert client.get(page).status_code == 200


@pytest.mark.parametrize(
    ("referer", "back"),
    [("http://testserver{page}?tab=roles", "{page}?tab=roles"), ("http://elsewhere.example{page}", "/"), ("", "/")],
)
def test_after_a_form_that_asked_again_the_person_is_back_on_its_page(cast: Cast, referer: str, back: str) -> None:
    client, page = signed_in(cast.ada), reverse("staff:person", args=[cast.ana.pk])
    grow_old(client)
    headers = {"Referer": referer.format(page=page)} if referer else {}
    answer = client.post(reverse("staff:end_sessions", args=[cast.ana.pk]), headers=headers)
    again = client.post(answer["Location"], {"password": PASSWORD})
    assert again["Location"] == back.format(page=page)
    assert client.get(again["Location"]).status_code == 200
