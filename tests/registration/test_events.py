"""Transfers, class changes, leaves, deletions, documents and orders: what each event does."""

import datetime
from decimal import Decimal

import pytest

from accounts.leave import Notice, leaves, spans
from accounts.models import Account, Document, DocumentVersion, Event, Order, Patient
from coding_workflow.registration.hl7 import write
from coding_workflow.registration.models import FeedMap, InboundMessage
from coding_workflow.registration.services import import_message
from coding_workflow.release.facts import assemble
from tests.cast import Cast
from tests.registration import sending, story

DAY = datetime.timedelta(days=1)


def _send(*bodies: bytes) -> list[str]:
    return [import_message(body).status for body in bodies]


def _account() -> Account:
    return Account.objects.get(number="A100")


def test_a_transfer_and_its_cancellation_say_where_the_patient_is(cast: Cast) -> None:
    _send(sending.admit(location="4W"), story.adt("A02", 1, sending.visit(location="ICU")))
    assert _account().encounters.get().location == "ICU"
    _send(story.adt("A12", 3, sending.visit(location="4W")), story.adt("A02", 2, sending.visit(location="5N")))
    assert _account().encounters.get().location == "4W"  # the older transfer came late
    assert Event.objects.filter(kind="registration.transferred").count() == 2


def test_a_pre_admission_without_a_class_waits_for_the_patient(cast: Cast) -> None:
    early = import_message(story.adt("A05", 1, sending.visit(class_code="P", point_of_origin="2")))
    assert (early.status, Account.objects.count()) == ("parked", 0)
    _send(story.adt("A01", 2, sending.visit(point_of_origin="")))
    early.refresh_from_db()
    assert (early.status, _account().patient_class, _account().point_of_origin) == ("applied", "inpatient", "2")


def test_a_pre_admission_with_a_class_registers_and_can_be_cancelled(cast: Cast) -> None:
    _send(story.adt("A05", 1, sending.visit(class_code="P", patient_type="outpatient_surgery")))
    assert (_account().step, _account().patient_class) == ("registered", "outpatient_surgery")
    _send(story.adt("A38", 2))
    assert _account().step == "cancelled"


def test_a_person_message_brings_the_patient_up_to_date_without_an_account(cast: Cast) -> None:
    body = write.person("A31", sending.sending("p"), write.Patient(mrn="M100", family_name="Renamed", given_name="Pat"))
    assert _send(body) == ["applied"]
    assert (Patient.objects.get().family_name, InboundMessage.objects.get().account_number) == ("Renamed", "")


def test_what_nothing_came_of_is_set_aside_with_its_reason_and_is_no_failure(cast: Cast) -> None:
    message = import_message(story.adt("A16", 1))
    assert (message.status, message.code, message.facility) == ("aside", "registration.not_needed", cast.main)
    assert "planned" in message.aside_reason


def test_an_empty_account_is_deleted_by_cancelling_it(cast: Cast) -> None:
    _send(sending.admit())
    assert _send(story.adt("A23", 1), story.adt("A23", 2)) == ["applied", "applied"]
    assert _account().step == "cancelled"


@pytest.mark.parametrize("hangs", [sending.charge(), sending.summary(), story.order(9, "NW"), sending.discharge()])
def test_an_account_on_which_something_hangs_is_not_deleted(cast: Cast, hangs: bytes) -> None:
    _send(sending.admit(), hangs)
    message = import_message(story.adt("A23", 10))
    assert (message.status, message.code) == ("failed", "registration.something_hangs")
    assert "it has" in message.sentence and _account().step != "cancelled"


def _notice(kind: str, day: int, sent: int) -> Notice:
    at = datetime.datetime(2026, 9, day, 12, tzinfo=datetime.UTC)
    return Notice(kind, at.date(), at, datetime.datetime(2026, 9, 1, sent, tzinfo=datetime.UTC))


@pytest.mark.parametrize(
    ("notices", "days"),
    [
        ([_notice("left", 2, 1), _notice("returned", 4, 2)], [2]),
        ([_notice("returned", 4, 2), _notice("left", 2, 1)], [2]),
        ([_notice("left", 2, 1), _notice("left", 3, 2), _notice("returned", 4, 3)], [1]),
        ([_notice("left", 2, 1), _notice("left_cancelled", 2, 2)], []),
        ([_notice("left", 2, 1), _notice("returned", 3, 2), _notice("return_cancelled", 3, 3), _notice("returned", 5, 4)], [3]),
        ([_notice("left", 2, 1)], [0]),
        ([_notice("left", 2, 1), _notice("returned", 2, 2)], [0]),
        ([_notice("left", 2, 1), _notice("returned", 3, 2), _notice("left", 5, 3), _notice("returned", 7, 4)], [1, 2]),
    ],
)
def test_days_away_follow_from_all_notices(notices: list[Notice], days: list[int]) -> None:
    assert [leave.days for leave in leaves(notices)] == days
    assert len(spans(notices)) == sum(1 for each in days if each)


def test_a_leave_reaches_the_facts_as_span_74_beside_what_registration_told(cast: Cast) -> None:
    told = [
        ("77", datetime.date(2026, 9, 1), datetime.date(2026, 9, 1)),
        ("74", datetime.date(2026, 8, 1), datetime.date(2026, 8, 2)),
    ]
    _send(sending.admit(occurrence_spans=told))
    before = _account().revision
    _send(story.adt("A21", 2, occurred_at=sending.ADMITTED + DAY), story.adt("A22", 3, occurred_at=sending.ADMITTED + 3 * DAY))
    account = _account()
    span = {each.code: (each.first, each.last) for each in assemble(account).occurrence_spans}
    assert span["74"] == (datetime.date(2026, 9, 2), datetime.date(2026, 9, 3))
    assert set(span) == {"74", "77"} and account.revision > before
    _send(story.adt("A52", 4, occurred_at=sending.ADMITTED + DAY))
    assert [each["code"] for each in _account().occurrence_spans] == ["77"]


def test_an_addendum_is_its_own_document_and_its_parent_is_read_again(cast: Cast) -> None:
    _send(sending.admit(), story.note(1, "T02", "D1", "Words."), story.note(2, "T06", "D1-A", "More.", parent="D1"))
    parent, addendum = Document.objects.get(source_id="D1"), Document.objects.get(source_id="D1-A")
    assert addendum.addendum_to == parent
    versions = list(parent.versions.values_list("number", "text", "status"))
    assert versions == [(1, "Words.", "signed"), (2, "Words.", "addended")]
    _send(story.note(3, "T11", "D1-A"))
    assert parent.current is not None and parent.current.status == "signed"


def test_a_replacement_takes_its_place_and_the_words_before_it_stay_readable(cast: Cast) -> None:
    _send(sending.admit(), story.note(1, "T02", "D2", "Wrong."), story.note(2, "T10", "D2-R", "Right.", parent="D2"))
    assert [row.text for row in DocumentVersion.objects.in_force()] == ["Right."]
    old = Document.objects.get(source_id="D2")
    assert old.replaced_by == Document.objects.get(source_id="D2-R") and old.current is not None
    assert (old.current.text, old.current.status) == ("Wrong.", "cancelled")


def test_a_status_change_without_content_keeps_the_words(cast: Cast) -> None:
    _send(sending.admit(), story.note(1, "T02", "D1", "Words.", signed_at=None), story.note(2, "T03", "D1"))
    current = Document.objects.get().current
    assert current is not None and (current.text, current.status, current.number) == ("Words.", "signed", 2)
    assert import_message(story.note(3, "T03", "D1")).flags == ["document_without_text", "document_unchanged"]


@pytest.mark.parametrize(("event", "field"), [("T06", 13), ("T09", 13)])
def test_a_document_that_belongs_to_another_names_it(cast: Cast, event: str, field: int) -> None:
    _send(sending.admit())
    message = import_message(story.note(1, event, "D9", "Words."))
    assert (message.code, message.segment, message.field) == ("hl7.no_parent_document", "TXA", field)


def test_orders_reach_the_facts_with_their_time_and_signature(cast: Cast) -> None:
    FeedMap.objects.create(facility=cast.main, kind="order", local="IPORD7", ours="inpatient")
    _send(
        sending.admit(),
        story.order(1, "NW", "O1", "IPORD7", ordered_at=sending.ADMITTED, ordered_by=sending.WARD),
        story.order(2, "NW", "O2", "OBS", ordered_at=sending.ADMITTED, ordered_by=sending.WARD, entered_by=sending.WARD),
        story.order(3, "NW", "O3", "OBS"),
        story.order(4, "CA", "O3", "OBS"),
        story.order(5, "NW", "O4", "CBC"),
    )
    orders = assemble(_account()).orders
    assert orders is not None
    assert [(each.type, each.ordered_at, each.authenticated) for each in orders] == [
        ("inpatient", sending.ADMITTED, False), ("observation", sending.ADMITTED, True),
    ]  # fmt: skip
    before = _account().revision
    verified = story.order(6, "SC", "O1", "IPORD7", ordered_by=sending.WARD, verified_by=sending.WARD)
    assert _send(verified) == ["applied"]
    assert (Order.objects.get(source_id="O1").authenticated, _account().revision > before) == (True, True)


def test_a_credit_on_a_combined_account_counts_once(cast: Cast) -> None:
    _send(sending.admit(), sending.charge(), sending.charge("credit", 5, "T101", "-12.00"))
    assert _account().total_charges == Decimal("800.00")
