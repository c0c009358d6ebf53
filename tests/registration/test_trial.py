"""The test bench: what would happen, with place and reason, and not a trace of it afterwards."""

import datetime

import pytest
from django.apps import apps
from django.conf import LazySettings

from accounts.models import Account
from coding_workflow.registration.models import Feed
from coding_workflow.registration.services import import_message
from coding_workflow.registration.services.trial import try_message
from tests.cast import Cast
from tests.registration import coded, sending
from tests.registration.feeds import feed_of


@pytest.fixture
def feed(cast: Cast, settings: LazySettings) -> Feed:
    settings.BUSINESS_DATE = datetime.date(2026, 9, 30)
    cast.ada.act_as(("administrator",))
    return feed_of(cast)


def _rows() -> dict[str, int]:
    return {model.__name__: model._base_manager.count() for model in apps.get_models()}


def _text(raw: bytes) -> str:
    return raw.decode().replace("\r", "\r\n")


def test_an_admission_shows_where_it_would_go_and_leaves_nothing(cast: Cast, feed: Feed) -> None:
    before = _rows()
    trial = try_message(text=_text(sending.admit()), feed=feed, by=cast.ada)
    assert (trial.status, trial.facility) == ("applied", "Main Street Hospital")
    assert (trial.patient, trial.account) == ("M100 of MRN, new", "A100, not known yet")
    read = {reading.place: (reading.sent, reading.becomes) for reading in trial.readings}
    assert read["PV1-2, PV1-18"] == ("I", "inpatient")
    assert read["PID-7"] == ("19570203", "1957-02-03")
    assert {effect.name: effect.after for effect in trial.effects}["Step"] == "Registered"
    assert _rows() == before


def test_a_change_stands_beside_what_the_account_holds_now(cast: Cast, feed: Feed) -> None:
    import_message(sending.admit(), feed="adt")
    trial = try_message(text=_text(sending.discharge()), feed=feed, by=cast.ada)
    effects = {effect.name: (effect.before, effect.after) for effect in trial.effects}
    assert effects["Step"] == ("Registered", "Coding")
    assert effects["Discharge status"] == ("", "01")
    assert trial.account == "A100, registered"
    assert Account.objects.get().step == "registered"


@pytest.mark.parametrize(
    ("raw", "status", "place"),
    [
        (sending.discharge(disposition="ZZ"), "failed", "PV1-36"),
        (sending.admit(class_code="?"), "failed", "PV1-2"),
        (sending.admit().replace(b"|19570203|", b"|19573303|"), "failed", "PID-7"),
        (sending.admit(facility="NOWHERE"), "failed", "MSH-4"),
        (b"MSH|", "failed", "MSH"),
        (b"", "failed", ""),
    ],
)
def test_a_refusal_has_its_reason_and_place(cast: Cast, feed: Feed, raw: bytes, status: str, place: str) -> None:
    import_message(sending.admit("c-first"), feed="adt")
    before = _rows()
    trial = try_message(text=_text(raw), feed=feed, by=cast.ada)
    assert (trial.status, trial.place) == (status, place)
    assert trial.sentence
    assert _rows() == before


def test_what_comes_before_its_account_and_what_came_before_are_said(cast: Cast, feed: Feed) -> None:
    assert try_message(text=_text(sending.summary()), feed=feed, by=cast.ada).status == "parked"
    import_message(sending.admit(), feed="adt")
    assert "came before" in try_message(text=_text(sending.admit()), feed=feed, by=cast.ada).sentence


def test_another_facility_and_a_restricted_account_show_nothing(cast: Cast, feed: Feed) -> None:
    feed.facilities.add(cast.other)
    elsewhere = try_message(text=_text(sending.admit(facility="OTHER")), feed=feed, by=cast.ada)
    assert (elsewhere.status, elsewhere.readings, elsewhere.facility) == ("", (), "")
    import_message(sending.admit(), feed="adt")
    Account.objects.update(restricted="VIP")
    hidden = try_message(text=_text(sending.discharge()), feed=feed, by=cast.ada)
    assert (hidden.status, hidden.effects, hidden.account) == ("", (), "")


def test_an_encoders_codes_show_what_they_are_read_as_and_are_not_kept(cast: Cast, feed: Feed) -> None:
    import_message(sending.admit(), feed="other")
    Feed.objects.filter(pk=feed.pk).update(carries="encoder")
    feed.refresh_from_db()
    before = _rows()
    trial = try_message(text=_text(coded.final(operator="ANAX")), feed=feed, by=cast.ada)
    assert (trial.status, trial.flags, trial.effects) == ("applied", ("coder_unknown",), ())
    read = [(reading.place, reading.sent, reading.becomes) for reading in trial.readings]
    assert ("EVN-5, DG1-16", "ANAX", "ANAX") in read and ("DRG-1", "193", "193") in read
    assert ("DG1-3", "J18.9 of I10", "ICD-10-CM") in read and ("PR1-3", "0BH17EZ of I10P", "ICD-10-PCS") in read
    wrong = try_message(text=_text(coded.final(segments=[coded.dg1("J18.9", system="OWN")])), feed=feed, by=cast.ada)
    assert (wrong.status, wrong.place) == ("failed", "DG1-3")
    assert [(reading.becomes, reading.wrong) for reading in wrong.readings if reading.place == "DG1-3"] == [("not known", True)]
    assert _rows() == before
