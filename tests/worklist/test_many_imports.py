"""Files and many messages at once: uploaded, tried and undone, worked off in batches, counted first, stopped."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.errors import Conflict, NotAllowed, Refused
from accounts.models import Account
from coding_workflow.outbox.services import drain
from coding_workflow.registration.hl7 import write
from coding_workflow.registration.models import BulkRun, Delivery, DeliveryBody, FeedMap, InboundMessage
from coding_workflow.registration.services import bulk, import_message, uploads
from coding_workflow.registration.services.bulk import Choice, start_bulk
from coding_workflow.staff.models import RoleGrant
from tests.registration import sending
from tests.registration.feeds import feed_of
from tests.security.browser import signed_in

FILE = sending.admit() + sending.discharge(disposition="ZZ") + sending.summary()


@pytest.fixture
def ada(hospital):
    hospital.ada.act_as(("administrator",))
    return signed_in(hospital.ada)


@pytest.fixture
def feed(hospital):
    return feed_of(hospital)


def _upload(client, feed, body=FILE, **more):
    return client.post("/imports/upload/", {"feed": feed.pk, "file": SimpleUploadedFile("evening.hl7", body), **more})


def test_a_file_is_imported_in_batches_and_shows_how_far_it_is(ada, feed, monkeypatch):
    monkeypatch.setattr(uploads, "BATCH", 2)
    address = _upload(ada, feed).headers["Location"]
    assert "In the background" in ada.get(address).content.decode()
    delivery = Delivery.objects.get()
    uploads.run_upload(delivery_id=delivery.pk)
    fragment = ada.get(address, headers={"HX-Request": "true", "X-Polling": "1"}).content.decode()
    assert "2 of 3" in fragment and "<h1>" not in fragment
    drain()
    page = ada.get(address).content.decode()
    assert "PV1-36" in page and "Done" in page and "Testcase" not in page
    delivery.refresh_from_db()
    assert (delivery.done, delivery.outcomes) == (3, {"applied": 2, "failed": 1})
    assert not DeliveryBody.objects.exists()
    uploads.run_upload(delivery_id=delivery.pk)
    assert InboundMessage.objects.count() == 3


def test_a_dry_run_says_what_would_happen_and_keeps_nothing(ada, feed):
    address = _upload(ada, feed, dry="on").headers["Location"]
    drain()
    page = ada.get(address).content.decode()
    assert "Dry run" in page and "What would not be applied" in page and "PV1-36" in page
    assert not InboundMessage.objects.exists() and not Account.objects.exists()
    assert not DeliveryBody.objects.exists()


def test_what_comes_again_is_counted_and_acts_once(ada, feed):
    _upload(ada, feed, sending.admit())
    drain()
    _upload(ada, feed, sending.admit())
    drain()
    assert Delivery.objects.latest("pk").outcomes == {"again": 1}


@pytest.mark.parametrize(("body", "says"), [(b"", "The file is empty."), (b" \r\n", "The file is empty."), (None, "required")])
def test_a_file_that_is_none_is_refused_at_its_field(ada, feed, body, says):
    answer = ada.post("/imports/upload/", {"feed": feed.pk}) if body is None else _upload(ada, feed, body)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not Delivery.objects.exists()


def test_a_file_over_the_limit_is_not_kept(ada, feed, hospital, monkeypatch):
    monkeypatch.setattr(uploads.limits, "FILE_BYTES", 10)
    with pytest.raises(Refused, match=r"upload\.too_large"):
        uploads.keep_upload(feed_id=feed.pk, name="x", chunks=[b"x" * 11], dry=False, by=hospital.ada)
    assert not DeliveryBody.objects.exists()


def test_the_rest_of_a_file_can_be_left(ada, feed, hospital, monkeypatch):
    monkeypatch.setattr(uploads, "BATCH", 1)
    _upload(ada, feed)
    delivery = Delivery.objects.get()
    uploads.run_upload(delivery_id=delivery.pk)
    ada.post(f"/imports/files/{delivery.pk}/stop/")
    drain()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.done, InboundMessage.objects.count()) == ("stopped", 1, 1)
    with pytest.raises(Conflict, match=r"upload\.over"):
        uploads.stop_upload(delivery_id=delivery.pk, by=hospital.ada)


def test_nobody_uploads_for_a_facility_that_is_not_theirs(ada, feed, hospital):
    feed.facilities.add(hospital.other)
    assert str(feed.pk) not in [value for value, _ in ada.get("/imports/upload/").context["form"].fields["feed"].choices]
    with pytest.raises(NotAllowed, match=r"upload\.feed"):
        uploads.keep_upload(feed_id=feed.pk, name="x", chunks=[FILE], dry=False, by=hospital.ada)


@pytest.fixture
def unmapped(hospital):
    """Three discharges with a code that nobody has mapped, and one of the other hospital."""
    for number in range(3):
        visit = sending.visit(account_number=f"A{number}")
        import_message(write.adt("A01", sending.sending(f"in{number}"), sending.PATIENT, visit))
        gone = sending.visit(account_number=f"A{number}", discharged_at=sending.DISCHARGED, disposition="ZZ")
        import_message(write.adt("A03", sending.sending(f"out{number}", 1), sending.PATIENT, gone))
    import_message(write.adt("A03", sending.sending("other", 1, "OTHER"), sending.PATIENT, gone))
    InboundMessage.objects.filter(facility=hospital.other).update(status="failed", code="registration.unmapped_disposition")
    return Choice("failed", "registration.unmapped_disposition", "file")


def test_all_of_a_reason_are_counted_and_then_tried_again(ada, hospital, unmapped, monkeypatch):
    monkeypatch.setattr(bulk, "BATCH", 2)
    asked = {"show": "failed", "code": unmapped.code, "feed": "file"}
    page = ada.get("/imports/many/", asked)
    assert "Try all 3 again" in page.content.decode()
    FeedMap.objects.create(facility=hospital.main, kind="disposition", local="ZZ", ours="01")
    until = page.context["until"]
    late = import_message(sending.discharge("late", disposition="QQ", account_number="A1"))
    address = ada.post("/imports/many/", {**asked, "until": until, "do": "again"}).headers["Location"]
    assert "0 of 3" in ada.get(address).content.decode()
    drain()
    run = BulkRun.objects.get()
    assert (run.seen, run.outcomes) == (3, {"applied": 3})
    assert "Done" in ada.get(address).content.decode()
    late.refresh_from_db()
    assert late.status == "failed"
    assert InboundMessage.objects.get(control_id="other").status == "failed"


def test_all_of_a_reason_are_set_aside_with_one(ada, hospital, unmapped):
    asked = {"show": "failed", "code": unmapped.code, "feed": "file", "until": InboundMessage.objects.latest("pk").pk}
    refused = ada.post("/imports/many/", {**asked, "do": "aside", "reason": " "})
    assert refused.status_code == 422
    assert "Say why nothing of these messages is needed." in refused.content.decode()
    assert ada.post("/imports/many/", {**asked, "do": "aside", "reason": "Test messages"}).status_code == 302
    drain()
    aside = InboundMessage.objects.filter(status="aside")
    assert aside.count() == 3
    assert set(aside.values_list("aside_reason", "aside_by")) == {("Test messages", hospital.ada.pk)}


def test_what_somebody_dealt_with_meanwhile_is_passed_over_and_a_lost_role_ends_it(ada, hospital, unmapped, monkeypatch):
    monkeypatch.setattr(bulk, "BATCH", 1)
    newest = InboundMessage.objects.latest("pk").pk
    run = start_bulk(kind="again", choice=unmapped, until=newest, by=hospital.ada)
    bulk.run_bulk(run_id=run.pk)
    RoleGrant.objects.filter(user=hospital.ada).update(ended_at="2026-09-30T12:00:00Z")
    drain()
    run.refresh_from_db()
    assert (run.seen, run.outcomes, run.finished_at is not None) == (1, {"failed": 1}, True)
    with pytest.raises(Conflict, match=r"bulk\.over"):
        bulk.stop_bulk(run_id=run.pk)


def test_a_choice_of_nothing_and_an_unknown_deed_are_refused(ada, hospital):
    for kind, status in (("again", "failed"), ("burn", "failed"), ("aside", "aside"), ("again", "applied")):
        with pytest.raises(Refused, match=r"bulk\."):
            start_bulk(kind=kind, choice=Choice(status), until=9, by=hospital.ada, reason="x")
