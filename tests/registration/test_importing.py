"""The feed in: what each message does to the account."""

import datetime
import itertools
import random
from decimal import Decimal

import pytest
from django.conf import LazySettings
from django.db import DatabaseError, connection, transaction

from accounts.errors import Conflict
from accounts.history import verify_account
from accounts.models import Account, Document, Encounter, Patient, WorkItem
from coding_workflow.registration import services
from coding_workflow.registration.models import FeedMap, InboundMessage
from coding_workflow.registration.services import import_message
from tests.cast import Cast
from tests.registration import sending


def _account() -> Account:
    return Account.objects.get(number="A100")


@pytest.fixture(autouse=True)
def _after_every_bill_hold(settings: LazySettings) -> None:
    settings.BUSINESS_DATE = datetime.date(2026, 9, 30)


def _import(*bodies: bytes) -> list[str]:
    return [import_message(body).status for body in bodies]


def test_an_admission_makes_patient_encounter_account_and_coverage(cast: Cast) -> None:
    assert _import(sending.admit()) == ["applied"]
    account = _account()
    assert (account.step, account.patient_class, account.type_of_bill) == ("registered", "inpatient", "0111")
    assert (account.admit_date, account.statement_from) == (datetime.date(2026, 9, 1), datetime.date(2026, 9, 1))
    assert account.attending is not None and account.attending.npi == "1234567893"
    assert account.coverages.get().payer == cast.medicare
    assert account.patient.family_name == "Testcase"
    assert Encounter.objects.get().accounts.get() == account
    assert verify_account(account) == []


def test_a_discharge_sets_the_claim_elements_and_the_policy_decides_when_coding_starts(cast: Cast) -> None:
    _import(sending.admit(), sending.discharge())
    account = _account()
    assert account.discharge_status == "01"
    assert account.discharge_date == account.statement_through == datetime.date(2026, 9, 4)
    assert account.step == "coding"  # the business date is past any bill hold
    assert WorkItem.objects.get(account=account, closed_at__isnull=True).coding_type == "inpatient"


def test_documents_charges_and_results_land_with_author_and_words(cast: Cast) -> None:
    _import(sending.admit(), sending.summary(), sending.charge(), sending.pathology())
    account = _account()
    note = Document.objects.get(account=account, type="discharge_summary").current
    assert note is not None
    assert (note.text, note.status, note.author_role) == ("Pneumonia.\nImproved & sent home.", "signed", "attending")
    report = Document.objects.get(account=account, type="pathology_report").current
    assert report is not None and "Tubular adenoma." in report.text
    assert account.total_charges == Decimal("812.00")
    assert account.charges.get().revenue_code == "0120"


def test_the_same_message_acts_once_however_often_it_comes(cast: Cast) -> None:
    bodies = [sending.admit(), sending.update(), sending.discharge(), sending.summary(), sending.charge(), sending.pathology()]
    _import(*bodies)
    first = _account()
    with_other_line_ends = [body.replace(b"\r", b"\r\n") for body in bodies]
    assert set(_import(*bodies, *with_other_line_ends)) == {"applied"}
    again = _account()
    assert (again.revision, again.event_sequence, again.step) == (first.revision, first.event_sequence, first.step)
    assert InboundMessage.objects.count() == len(bodies)
    assert set(InboundMessage.objects.values_list("times_received", flat=True)) == {3}


def test_another_body_under_a_known_control_id_is_refused_and_listed(cast: Cast) -> None:
    assert _import(sending.admit("same"), sending.update("same")) == ["applied", "failed"]
    assert InboundMessage.objects.get(status="failed").code == "registration.control_id_used"


def _state(account: Account) -> tuple[object, ...]:
    current = [document.current for document in Document.objects.filter(account=account).order_by("source_id")]
    return (
        account.step, account.admit_date, account.discharge_date, account.discharge_status, account.patient_class,
        account.point_of_origin, account.total_charges, account.statement_from, account.statement_through,
        account.patient.family_name, [version.text for version in current if version],
        list(WorkItem.objects.filter(account=account, closed_at__isnull=True).values_list("kind", flat=True)),
    )  # fmt: skip


def test_orders_of_arrival_end_in_the_same_state(cast: Cast) -> None:
    sent = [
        sending.admit(),
        sending.update(point_of_origin="4"),
        sending.discharge(point_of_origin="5"),
        sending.summary(),
        sending.charge(),
    ]
    orders = [*random.Random(7).sample(list(itertools.permutations(sent)), 5), tuple(sent), tuple(reversed(sent))]
    states = set()
    for order in orders:
        with transaction.atomic():
            _import(*order)
            states.add(repr(_state(_account())))
            assert set(InboundMessage.objects.values_list("status", flat=True)) == {"applied"}
            transaction.set_rollback(True)
    assert len(states) == 1
    assert "'5'" in states.pop()


def test_what_comes_before_the_admission_waits_for_it(cast: Cast) -> None:
    assert _import(sending.discharge(), sending.summary()) == ["parked", "parked"]
    assert not Account.objects.exists()
    assert {message.code for message in InboundMessage.objects.all()} == {"registration.no_account_yet"}
    _import(sending.admit())
    assert _account().discharge_status == "01"
    assert set(InboundMessage.objects.values_list("status", flat=True)) == {"applied"}


def test_an_older_update_that_comes_late_does_not_overwrite_a_newer_one(cast: Cast) -> None:
    _import(sending.admit(), sending.update("new", 9, point_of_origin="4"), sending.update("old", 5, point_of_origin="2"))
    assert _account().point_of_origin == "4"


def test_a_cancelled_discharge_takes_dates_and_coding_work_back_in_either_order(cast: Cast) -> None:
    cancel = sending.write.adt("A13", sending.sending("c-a13", 6), sending.PATIENT, sending.visit())
    for order in ((sending.admit(), sending.discharge(), cancel), (sending.admit(), cancel, sending.discharge())):
        with transaction.atomic():
            _import(*order)
            account = _account()
            assert (account.step, account.discharge_date, account.discharge_status) == ("registered", None, "")
            assert account.statement_through is None
            assert not WorkItem.objects.filter(account=account, closed_at__isnull=True).exists()
            transaction.set_rollback(True)


def test_a_second_discharge_updates_and_does_not_open_work_twice(cast: Cast) -> None:
    _import(sending.admit(), sending.discharge(), sending.discharge("again", 7, disposition="03"))
    account = _account()
    assert account.discharge_status == "03"
    assert WorkItem.objects.filter(account=account, kind="coding").count() == 1
    assert "already_discharged" in InboundMessage.objects.get(control_id="again").flags


def test_a_cancelled_admission_ends_the_account_and_later_documents_are_listed(cast: Cast) -> None:
    cancel = sending.write.adt("A11", sending.sending("c-a11", 6), sending.PATIENT, sending.visit())
    assert _import(sending.admit(), cancel, sending.summary()) == ["applied", "applied", "failed"]
    assert _account().step == "cancelled"


def test_two_quotes_delete_and_an_empty_field_changes_nothing(cast: Cast) -> None:
    _import(sending.admit())
    keep = sending.update("keep", 1, attending=None, point_of_origin="")
    _import(keep)
    assert _account().point_of_origin == "1"
    drop = sending.update("drop", 2, point_of_origin='""')
    _import(drop)
    assert _account().point_of_origin == ""


def test_a_late_class_change_reopens_the_coding_work_for_the_new_class(cast: Cast) -> None:
    _import(sending.admit(), sending.discharge())
    before = _account().revision
    _import(sending.update("late", 9, class_code="O", patient_type="observation"))
    account = _account()
    assert (account.patient_class, account.type_of_bill) == ("observation", "0131")
    assert account.revision > before
    assert WorkItem.objects.get(account=account, kind="coding", closed_at__isnull=True).coding_type == "observation"


def test_a_message_of_an_unknown_facility_is_listed_and_changes_nothing(cast: Cast) -> None:
    assert _import(sending.admit(facility="NOWHERE")) == ["failed"]
    assert InboundMessage.objects.get().code == "registration.unknown_facility"
    assert not Patient.objects.exists()


def test_a_feed_cannot_reach_into_another_facility(cast: Cast) -> None:
    _import(sending.admit())
    at_other = sending.write.mdm(
        sending.sending("x", facility="OTHER"), sending.PATIENT, "A100",
        sending.write.Note(number="D9", type="DS", title="", text="Words"),
    )  # fmt: skip
    assert _import(at_other) == ["parked"]  # that facility has no such account
    foreign = sending.write.Patient(mrn="M7", authority="OTHER", family_name="Foreign", given_name="Number")
    body = sending.write.adt("A01", sending.sending("y"), foreign, sending.visit(account_number="A7"))
    assert _import(body) == ["failed"]
    assert InboundMessage.objects.get(control_id="y").code == "registration.other_authority"
    assert not Document.objects.exists()


def test_a_document_for_another_patients_number_is_refused_and_opens_import_work(cast: Cast) -> None:
    _import(sending.admit())
    stranger = sending.write.Patient(mrn="M999", family_name="Other", given_name="One")
    note = sending.write.Note(number="D9", type="DS", title="", text="Words")
    body = sending.write.mdm(sending.sending("wrong"), stranger, "A100", note)
    assert _import(body) == ["failed"]
    assert InboundMessage.objects.get(control_id="wrong").code == "registration.other_patient"
    assert WorkItem.objects.get(kind="import_error", closed_at__isnull=True).account == _account()
    assert not Document.objects.exists()


def test_a_failure_half_way_leaves_nothing_of_the_message(cast: Cast) -> None:
    _import(sending.admit())
    good = sending.write.Charge(
        number="T1", code="A", amount=Decimal("5"), service_date=sending.ADMITTED.date(), revenue_code="0120"
    )
    bad = sending.write.Charge(number="T2", code="NOT-THERE", amount=Decimal("5"), service_date=sending.ADMITTED.date())
    assert _import(sending.write.dft(sending.sending("two"), sending.PATIENT, "A100", [good, bad])) == ["failed"]
    assert _account().total_charges == 0


def test_a_failed_message_is_applied_on_replay_once_the_mapping_is_there(cast: Cast) -> None:
    _import(sending.admit())
    message = import_message(sending.discharge(disposition="HOME"))
    assert (message.status, message.code) == ("failed", "registration.unmapped_disposition")
    FeedMap.objects.create(facility=cast.main, kind="disposition", local="HOME", ours="01")
    assert services.replay_message(message.pk, by=cast.actor("ada")).status == "applied"
    assert _account().discharge_status == "01"
    assert not WorkItem.objects.filter(kind="import_error", closed_at__isnull=True).exists()
    with pytest.raises(Conflict):
        services.replay_message(message.pk, by=cast.actor("ada"))


def test_a_corrected_copy_takes_the_place_of_a_failed_message_and_both_are_kept(cast: Cast) -> None:
    _import(sending.admit())
    broken = import_message(sending.discharge(disposition="HOME"))
    fixed = services.correct_message(broken.pk, sending.discharge(disposition="01"), by=cast.actor("ada"))
    broken.refresh_from_db()
    assert (fixed.status, broken.status, broken.replaced_by) == ("applied", "replaced", fixed)
    assert fixed.corrected_by == f"person:{cast.ada.pk}"


@pytest.mark.parametrize("change", ["UPDATE registration_inboundmessage SET raw = ''", "DELETE FROM registration_inboundmessage"])
def test_what_came_cannot_be_changed_or_removed(cast: Cast, change: str) -> None:
    _import(sending.admit())
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)
