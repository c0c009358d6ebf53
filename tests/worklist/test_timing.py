"""Whose time went where: minutes of real input, activities, what is entered afterwards, and what it comes to an hour."""

import datetime
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import Client

from accounts.errors import Refused
from accounts.models import Account, WorkItem
from coding_workflow.coding.models import FinalCoding
from coding_workflow.staff.models import User
from tests.cast import Cast
from tests.security.browser import signed_in
from worklist import timing
from worklist.models import TimeSpell
from worklist.selectors import timing as selectors

_NINE = datetime.datetime(2026, 11, 25, 14, 0, tzinfo=datetime.UTC)
_MINUTE = datetime.timedelta(minutes=1)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(_NINE, tick=False) as traveller:
        yield traveller


@pytest.fixture
def account(cast: Cast) -> Account:
    return cast.account()


def _ping(account: Account, user: User) -> None:
    timing.worked_on(account_id=account.pk, facility_id=account.facility_id, user=user)


def _spent(cast: Cast, user: User | None = None) -> selectors.PersonTime:
    day = selectors.local_day(cast.main)
    (found,) = selectors.time_of([user or cast.ana], cast.main, day, day)
    return found


def _minutes(spent: datetime.timedelta) -> float:
    return spent / _MINUTE


def test_minutes_with_input_count_and_a_pause_does_not(cast: Cast, account: Account, clock: time_machine.Traveller) -> None:
    for _ in range(5):
        _ping(account, cast.ana)
        clock.shift(_MINUTE)
    clock.shift(40 * _MINUTE)
    for _ in range(3):
        _ping(account, cast.ana)
        clock.shift(_MINUTE)
    assert TimeSpell.objects.filter(user=cast.ana).count() == 2
    assert _minutes(_spent(cast).coding["inpatient"]) == 5 + 3


def test_no_minute_is_counted_on_two_accounts(cast: Cast, account: Account, clock: time_machine.Traveller) -> None:
    _ping(account, cast.ana)
    clock.shift(datetime.timedelta(seconds=20))
    _ping(cast.account("A2"), cast.ana)
    assert _minutes(_spent(cast).total.spent) == pytest.approx(1 + 20 / 60)


def test_an_activity_runs_until_it_is_stopped_or_an_account_is_worked_on(
    cast: Cast, account: Account, clock: time_machine.Traveller
) -> None:
    timing.start_activity(facility=cast.main, user=cast.ana, activity="meeting")
    clock.shift(30 * _MINUTE)
    timing.start_activity(facility=cast.main, user=cast.ana, activity="education")
    clock.shift(15 * _MINUTE)
    timing.stop_activity(user=cast.ana)
    with pytest.raises(Refused, match="No activity"):
        timing.stop_activity(user=cast.ana)
    timing.start_activity(facility=cast.main, user=cast.ana, activity="no_work")
    clock.shift(5 * _MINUTE)
    _ping(account, cast.ana)
    assert timing.running_activity(cast.ana) is None
    spent = _spent(cast)
    assert {name: _minutes(each) for name, each in spent.activities.items()} == {"meeting": 30, "education": 15, "no_work": 5}
    # The minute before the first input was not worked: the activity went on then.
    assert _minutes(spent.total.spent) == 0


def test_what_was_forgotten_is_entered_with_a_reason_and_never_twice(cast: Cast, clock: time_machine.Traveller) -> None:
    values = {"facility": cast.main, "user": cast.ana, "activity": "education", "reason": "Forgot to start it"}
    began, until = _NINE - 90 * _MINUTE, _NINE - 30 * _MINUTE
    timing.enter_activity(began_at=began, until=until, **values)
    refused = [
        ({"began_at": began, "until": until}, "time.overlap"),
        ({"began_at": until, "until": began}, "time.period"),
        ({"began_at": until, "until": _NINE + _MINUTE}, "time.period"),
        ({"began_at": _NINE - datetime.timedelta(days=8), "until": _NINE - datetime.timedelta(days=7.9)}, "time.period"),
        ({"began_at": _NINE - datetime.timedelta(days=2), "until": _NINE - datetime.timedelta(days=1)}, "time.period"),
        ({"began_at": until, "until": _NINE, "reason": " no "}, "time.reason"),
        ({"began_at": until, "until": _NINE, "activity": "sleeping"}, "time.activity"),
        ({"began_at": until, "until": _NINE, "facility": cast.other}, "time.facility"),
    ]
    for more, code in refused:
        with pytest.raises(Refused) as refusal:
            timing.enter_activity(**values | more)
        assert refusal.value.code == code
    assert TimeSpell.objects.count() == 1


def test_a_wrong_record_is_withdrawn_and_stays(cast: Cast, clock: time_machine.Traveller) -> None:
    spell = timing.start_activity(facility=cast.main, user=cast.ana, activity="meeting")
    clock.shift(10 * _MINUTE)
    with pytest.raises(Refused, match="not yours"):
        timing.withdraw_time(spell_id=spell.pk, user=cast.ben, reason="Not my meeting")
    timing.withdraw_time(spell_id=spell.pk, user=cast.ana, reason="Clicked by mistake")
    assert _spent(cast).activities == {}
    assert TimeSpell.objects.get().withdrawn_why == "Clicked by mistake"
    with pytest.raises(Refused, match="withdrawn already"):
        timing.withdraw_time(spell_id=spell.pk, user=cast.ana, reason="Once more")
    old = timing.start_activity(facility=cast.main, user=cast.ana, activity="meeting")
    clock.shift(datetime.timedelta(days=8))
    with pytest.raises(Refused, match="stays as it was recorded"):
        timing.withdraw_time(spell_id=old.pk, user=cast.ana, reason="Long ago")


def test_a_rate_is_that_of_one_class_and_takes_half_an_hour(cast: Cast, account: Account, clock: time_machine.Traveller) -> None:
    for _ in range(45):
        _ping(account, cast.ana)
        clock.shift(_MINUTE)
    FinalCoding.objects.create(facility=cast.main, account=account, revision=1, coder=cast.ana)
    FinalCoding.objects.create(facility=cast.main, account=account, revision=2, coder=cast.ana)
    spent = _spent(cast)
    (inpatient,) = spent.rates
    assert (inpatient.coded, inpatient.an_hour) == (1, pytest.approx(60 / 45))
    _ping(cast.account("E1", patient_class="emergency"), cast.ana)
    assert [rate.an_hour is None for rate in _spent(cast).rates] == [False, True]


def test_time_before_midnight_is_of_that_day(cast: Cast, clock: time_machine.Traveller) -> None:
    clock.move_to(datetime.datetime(2026, 11, 26, 4, 30, tzinfo=datetime.UTC))  # 23:30 in New York
    day = selectors.local_day(cast.main)
    timing.start_activity(facility=cast.main, user=cast.ana, activity="system_down")
    clock.shift(60 * _MINUTE)
    timing.stop_activity(user=cast.ana)
    both = [selectors.time_of([cast.ana], cast.main, each, each)[0] for each in (day, day + datetime.timedelta(days=1))]
    assert [_minutes(each.activities["system_down"]) for each in both] == [30, 30]


def test_two_starts_at_once_leave_one_activity(committed_db: str, cast: Cast) -> None:
    def start(kind: str) -> None:
        try:
            timing.start_activity(facility=cast.main, user=cast.ana, activity=kind)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(start, ["meeting", "education", "audit", "other"]))
    assert TimeSpell.objects.filter(until__isnull=True).count() == 1
    assert TimeSpell.objects.count() == 4


def test_two_pages_that_tell_at_once_count_one_minute(committed_db: str, cast: Cast) -> None:
    account = cast.account()

    def tell(_: int) -> None:
        try:
            _ping(account, cast.ana)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(tell, range(4)))
    assert TimeSpell.objects.count() == 1


@pytest.mark.django_db
def test_the_database_keeps_spells_whole_and_never_loses_one(cast: Cast, account: Account) -> None:
    at = {"facility": cast.main, "user": cast.ana, "began_at": _NINE}
    for wrong in (
        {"account": account, "activity": "meeting", "until": _NINE},
        {"account": account},
        {},
        {"activity": "other", "until": _NINE - _MINUTE},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            TimeSpell.objects.create(**at | wrong)
    kept = TimeSpell.objects.create(**at | {"activity": "other", "until": _NINE})
    with pytest.raises(Exception, match=r"permission denied|refuse"), transaction.atomic():
        TimeSpell.objects.filter(pk=kept.pk).delete()


# The pages


def _said(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_activity_is_started_in_two_clicks_and_shown_on_every_page(cast: Cast) -> None:
    ana = signed_in(cast.ana)
    home = _said(ana, "/")
    assert 'href="/time/"' in home and "goes-on" not in home
    sent = ana.post(f"/time/{cast.main.pk}/", {"do": "start", "activity": "meeting"})
    assert sent["Location"] == f"/time/?at={cast.main.pk}"
    assert "Meeting since" in _said(ana, sent["Location"])
    assert "Meeting" in _said(ana, "/") and "goes-on" in _said(ana, "/")
    ana.post(f"/time/{cast.main.pk}/", {"do": ["start", "stop"]})
    assert "goes-on" not in _said(ana, "/time/")


def test_input_on_an_account_that_i_have_counts_and_of_another_does_not(cast: Cast, account: Account) -> None:
    ana = signed_in(cast.ana)
    assert ana.post(f"/account/{account.pk}/here/").status_code == 204
    assert not TimeSpell.objects.exists()
    until = datetime.datetime.now(tz=datetime.UTC) + 20 * _MINUTE
    at = {"kind": "coding", "coding_type": "inpatient", "rank_at": _NINE, "leased_to": cast.ana, "leased_until": until}
    WorkItem.objects.create(facility=cast.main, account=account, **at)
    ana.post(f"/time/{cast.main.pk}/", {"do": "start", "activity": "meeting"})
    assert ana.post(f"/account/{account.pk}/here/").status_code == 204
    assert TimeSpell.objects.filter(account=account, user=cast.ana).count() == 1
    assert "goes-on" not in _said(ana, "/")


def test_what_is_refused_is_said_with_what_was_typed(cast: Cast) -> None:
    typed = {"do": "enter", "activity": "education", "on": "2026-11-20", "from": "9am", "to": "10:00", "reason": "A course"}
    answer = signed_in(cast.ana).post(f"/time/{cast.main.pk}/", typed)
    page = answer.content.decode()
    assert (answer.status_code, "times like 14:30" in page, 'value="A course"' in page) == (422, True, True)
    assert signed_in(cast.ana).post(f"/time/{cast.main.pk}/", {"do": "nothing"}).status_code == 422
    assert (
        signed_in(cast.ana).post(f"/time/{cast.main.pk}/", {"do": "withdraw", "spell": "x", "reason": "Because"}).status_code
        == 409
    )


def test_a_supervisor_sees_the_team_as_page_and_file_and_it_is_written_down(cast: Cast, account: Account) -> None:
    _ping(account, cast.ana)
    timing.start_activity(facility=cast.main, user=cast.ben, activity="audit")
    cleo = signed_in(cast.cleo)
    page = _said(cleo, "/time/team/?first=nonsense&last=2999-01-01")
    assert "Ana" in page and "Audit and review talks" in page and "Ada" not in page
    file = cleo.get("/time/team.csv")
    assert file["Content-Type"].startswith("text/csv")
    lines = file.content.decode().splitlines()
    assert lines[0] == "person,kind,what,hours,final coded"
    assert "Ana,coding,Inpatient,0.02,0" in lines
    assert signed_in(cast.ana).get("/time/team/").status_code == 403
