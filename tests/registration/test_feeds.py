"""Setting feeds up: what is refused with its field, the history, rights, and how each is doing."""

import datetime
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, transaction

from accounts import clock
from accounts.errors import Conflict, NotAllowed, Refused
from accounts.models import Account
from coding_workflow.registration import selectors
from coding_workflow.registration.models import Feed, FeedEvent, FeedMap, FeedState
from coding_workflow.registration.services import feeds as services
from coding_workflow.registration.services import import_message
from coding_workflow.registration.services.delivering import import_for_feed
from coding_workflow.registration.services.feeds import FeedSettings
from coding_workflow.registration.services.heartbeats import Pulse, beat
from coding_workflow.staff.models import RoleGrant
from tests.cast import Cast
from tests.registration import sending
from tests.registration.feeds import feed_of, mllp_feed
from tests.registration.fhir import resources as fhir
from tests.registration.test_csv import file_of


def _settings(cast: Cast, **changes: Any) -> FeedSettings:
    values = {"title": "Admissions", "kind": "mllp", "facility_ids": [cast.main.pk], "address": "0.0.0.0", "port": 2575}
    return FeedSettings(**{**values, **changes})


def test_a_feed_is_set_up_and_changed_with_its_history(cast: Cast) -> None:
    feed = services.create_feed(code="adt", settings=_settings(cast, allowed=["10.1.2.3", "10.1.3.9/24"]), by=cast.ada)
    assert feed.allowed == ["10.1.2.3/32", "10.1.3.0/24"]
    services.change_feed(feed_id=feed.pk, settings=_settings(cast, port=2576, allowed=["10.1.2.3"]), by=cast.ada)
    services.change_feed(feed_id=feed.pk, settings=_settings(cast, port=2576, allowed=["10.1.2.3"]), by=cast.ada)
    created, changed = FeedEvent.objects.order_by("pk")
    assert (created.kind, created.changes["facilities"]) == ("feed.created", [None, ["MAIN"]])
    assert changed.changes == {"port": [2575, 2576], "allowed": [["10.1.2.3/32", "10.1.3.0/24"], ["10.1.2.3/32"]]}
    with pytest.raises(DatabaseError), transaction.atomic():
        changed.delete()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": " "}, "title"),
        ({"facility_ids": []}, "facilities"),
        ({"address": "somewhere"}, "address"),
        ({"port": None}, "port"),
        ({"port": 65536}, "port"),
        ({"allowed": ["10.1.2"]}, "allowed"),
        ({"allowed": ["0.0.0.0/0"]}, "allowed"),
        ({"idle_seconds": 1}, "idle_seconds"),
        ({"format": "csv"}, "format"),
        ({"kind": "folder"}, "folder"),
        ({"kind": "folder", "folder": "../etc"}, "folder"),
        ({"kind": "folder", "folder": "a/../../b"}, "folder"),
        ({"kind": "folder", "folder": "/etc"}, "folder"),
        ({"carries": "rumours"}, "carries"),
        ({"carries": "encoder", "kind": "upload", "format": "csv"}, "carries"),
    ],
)
def test_settings_that_cannot_be_are_refused_with_their_field(cast: Cast, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refusal:
        services.create_feed(code="adt", settings=_settings(cast, **changes), by=cast.ada)
    assert refusal.value.fix == field
    assert not Feed.objects.exists()


def test_codes_ports_and_folders_are_taken_once(cast: Cast) -> None:
    services.create_feed(code="adt", settings=_settings(cast), by=cast.ada)
    for code, changes, fix in (
        ("adt", {"port": 1}, "code"),
        ("a b", {"port": 1}, "code"),
        ("oru", {}, "port"),
    ):
        with pytest.raises(Refused) as refusal:
            services.create_feed(code=code, settings=_settings(cast, **changes), by=cast.ada)
        assert refusal.value.fix == fix


def test_who_does_not_administer_every_facility_changes_nothing(cast: Cast) -> None:
    feed = feed_of(cast)
    feed.facilities.add(cast.other)
    for by in (cast.ada, cast.cleo):
        with pytest.raises(NotAllowed, match=r"feed\.role"):
            services.change_feed(feed_id=feed.pk, settings=_settings(cast), by=by)
        with pytest.raises(NotAllowed, match=r"feed\.role"):
            services.put_map(feed_id=feed.pk, facility_id=cast.main.pk, kind="disposition", local="H", ours="01", by=by)
    with pytest.raises(NotAllowed, match=r"feed\.role"):
        services.create_feed(code="new", settings=_settings(cast, facility_ids=[cast.other.pk]), by=cast.ada)
    RoleGrant.objects.create(user=cast.ada, facility=cast.other, role="administrator")
    cast.ada.forget_rights()
    services.change_feed(feed_id=feed.pk, settings=_settings(cast, facility_ids=[cast.main.pk]), by=cast.ada)
    assert [one.code for one in feed.facilities.all()] == ["MAIN"]


def test_rules_and_mappings_come_and_go_with_their_history(cast: Cast) -> None:
    feed = feed_of(cast)
    route = services.add_route(feed_id=feed.pk, facility_id=cast.main.pk, sending_facility="SYS", authority="", by=cast.ada)
    with pytest.raises(Conflict, match=r"feed\.route_once"):
        services.add_route(feed_id=feed.pk, facility_id=cast.main.pk, sending_facility="SYS", authority="", by=cast.ada)
    with pytest.raises(Refused, match=r"feed\.route_empty"):
        services.add_route(feed_id=feed.pk, facility_id=cast.main.pk, sending_facility=" ", authority="", by=cast.ada)
    with pytest.raises(Refused, match=r"feed\.route_elsewhere"):
        services.add_route(feed_id=feed.pk, facility_id=cast.other.pk, sending_facility="O", authority="", by=cast.ada)
    services.remove_route(feed_id=feed.pk, route_id=route.pk, by=cast.ada)
    mapped = {"feed_id": feed.pk, "facility_id": cast.main.pk, "kind": "disposition", "local": "H", "by": cast.ada}
    services.put_map(ours="01", **mapped)
    row = services.put_map(ours="02", **mapped)
    services.put_map(ours="03", every_feed=True, **mapped)
    services.remove_map(feed_id=feed.pk, map_id=row.pk, by=cast.ada)
    assert FeedMap.objects.get().feed == ""
    kinds = [event.kind for event in reversed(selectors.events(feed))]
    assert kinds == [
        "feed.route_added", "feed.route_removed", "feed.map_added", "feed.map_changed", "feed.map_added", "feed.map_removed",
    ]  # fmt: skip
    assert FeedEvent.objects.get(kind="feed.map_changed").changes == {"Discharge disposition (PV1-36) H": ["01", "02"]}


@pytest.mark.parametrize(
    ("kind", "ours"),
    [
        ("patient_class", "ward"),
        ("document_type", "letter"),
        ("admission_type", "7"),
        ("point_of_origin", "22"),
        ("disposition", "1"),
        ("service", "x" * 21),
        ("author_role", "Doctor"),
        ("payer", "NOBODY"),
        ("code_system", "SNOMED"),
        ("coder", "nobody"),
        ("coder", "bill"),
        ("colour", "red"),
    ],
)
def test_a_code_becomes_one_of_our_words_only(cast: Cast, kind: str, ours: str) -> None:
    with pytest.raises(Refused) as refusal:
        services.put_map(feed_id=feed_of(cast).pk, facility_id=cast.main.pk, kind=kind, local="X", ours=ours, by=cast.ada)
    assert refusal.value.fix in {"ours", "kind"}


def test_how_feeds_are_doing(cast: Cast) -> None:
    feed, other = mllp_feed(cast, silence_minutes=30), feed_of(cast, "files", title="Files")
    other.facilities.set([cast.other])
    for raw in (sending.admit(), sending.discharge(disposition="ZZ")):
        import_message(raw, feed="adt")
    import_message(sending.charge("c-x").replace(b"A100", b"A999"), feed="adt")
    beat("adt", Pulse(said="Listening", connections=2, new_problem="Somebody was slow."))
    (row,) = selectors.rows(cast.ada)
    assert (row.feed, row.today, row.failed, row.waiting, row.silent) == (feed, 3, 1, 1, False)
    assert (row.health.words, row.health.chip, row.health.said) == ("Running", "ok", "Listening")
    assert FeedState.objects.get().problem == "Somebody was slow."
    assert selectors.silent_feeds() == []
    with time_machine.travel(clock.now() + datetime.timedelta(hours=3), tick=False):
        (row,) = selectors.rows(cast.ada)
        assert (row.health.words, row.silent, row.silence) == ("Not running", True, "3 h")
        assert selectors.silent_feeds() == [feed]


def test_raw_bytes_come_in_by_the_feed_they_are_for(cast: Cast) -> None:
    feed = feed_of(cast, kind="api")
    found = list(import_for_feed(sending.admit() + sending.summary(), feed="adt"))
    assert [message.status for message in found] == ["applied", "applied"]
    with pytest.raises(Refused, match=r"feed\.unknown"):
        list(import_for_feed(sending.admit(), feed="nobody"))
    Feed.objects.filter(pk=feed.pk).update(enabled=False)
    with pytest.raises(Conflict, match=r"feed\.off"):
        list(import_for_feed(sending.admit(), feed="adt"))


def test_a_feed_brings_resources_or_rows_where_it_is_set_up_for_them(cast: Cast) -> None:
    feed = feed_of(cast, kind="api")
    Feed.objects.filter(pk=feed.pk).update(format="csv")
    assert [message.status for message in import_for_feed(file_of("accounts"), feed="adt")] == ["applied"]
    assert [message.code for message in import_for_feed(b"a,b", feed="adt")] == ["csv.header"]
    Feed.objects.filter(pk=feed.pk).update(format="fhir")
    patient = fhir.patient(identifier=[{"value": "M7"}])
    found = list(import_for_feed(fhir.bundle("batch", patient, fhir.encounter(identifier=[{"value": "A7"}])), feed="adt"))
    assert [(message.status, message.facility) for message in found] == [("applied", cast.main)] * 2
    assert Account.objects.filter(number="A7").exists()
