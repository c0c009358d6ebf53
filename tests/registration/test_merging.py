"""Merges and moves: which numbers end, what goes along, and what is refused."""

import datetime
from collections.abc import Iterator

import pytest
from django.db.models.functions import Now

from accounts.actors import Actor
from accounts.listing import differences
from accounts.locking import lock_account
from accounts.models import Account, Encounter, Event, Hold, OutboxRow, Patient, WorkItem
from accounts.services.charges import post_charge
from accounts.services.holds import place_hold
from accounts.services.work import open_work
from coding_workflow.registration.hl7 import write
from coding_workflow.registration.models import InboundMessage
from coding_workflow.registration.services import import_message
from tests.cast import Cast
from tests.registration import sending

SECOND = write.Patient(mrn="M200", family_name="Second", given_name="Sam")


@pytest.fixture(autouse=True)
def lists_say_what_accounts_say(cast: Cast) -> Iterator[None]:
    """Whatever became one or moved: open work and held accounts are listed by what their accounts say now."""
    yield
    assert differences() == []


def _adt(
    event: str, minute: int, number: str = "A100", patient: write.Patient = sending.PATIENT, **options: object
) -> InboundMessage:
    header = sending.sending(f"c-{event}-{minute}", minute)
    visit = options.pop("visit", None) or sending.visit(account_number=number, class_code=options.pop("class_code", "I"))
    return import_message(write.adt(event, header, patient, visit, **options))  # type: ignore[arg-type]


def _person(event: str, minute: int, patient: write.Patient, prior: write.Prior) -> InboundMessage:
    return import_message(write.person(event, sending.sending(f"p-{minute}", minute), patient, prior=prior))


def _two_accounts() -> tuple[Account, Account]:
    _adt("A01", 0)
    _adt("A01", 1, "B100")
    return Account.objects.get(number="A100"), Account.objects.get(number="B100")


def _combine(minute: int = 9, ends: str = "B100", lives: str = "A100") -> InboundMessage:
    return _adt("A41", minute, lives, prior=write.Prior(account_number=ends))


def _outcome(message: InboundMessage) -> tuple[str, str, str, int]:
    return message.status, message.code, message.segment, message.field


def test_a_merged_patient_takes_accounts_and_visits_along_and_both_numbers_mean_one(cast: Cast) -> None:
    _adt("A01", 0, "B100", SECOND)
    assert _person("A40", 1, sending.PATIENT, write.Prior(mrn="M200")).status == "applied"
    account, second = Account.objects.get(), Patient.objects.get(mrn="M200")
    assert (account.patient.mrn, second.merged_into) == ("M100", account.patient)
    assert Encounter.objects.get().patient == account.patient
    assert _adt("A08", 2, "B100", SECOND).status == _adt("A08", 3, "B100").status == "applied"
    assert _person("A40", 4, sending.PATIENT, write.Prior(mrn="M200")).flags == ["merged_already"]


def test_a_merge_of_a_patient_known_by_one_number_needs_no_other_message(cast: Cast) -> None:
    assert _person("A40", 0, sending.PATIENT, write.Prior(mrn="M200")).status == "applied"
    _adt("A01", 1, "B100", SECOND)
    assert Account.objects.get().patient.mrn == "M100"


def test_circles_third_patients_and_other_facilities_are_refused_and_listed(cast: Cast) -> None:
    _person("A40", 0, sending.PATIENT, write.Prior(mrn="M200"))
    circle = _person("A40", 1, SECOND, write.Prior(mrn="M100"))
    third = _person("A40", 2, write.Patient(mrn="M300", family_name="Third", given_name="T"), write.Prior(mrn="M200"))
    across = _person("A40", 3, sending.PATIENT, write.Prior(mrn="M9", authority="OTHER"))
    assert _outcome(circle) == ("failed", "registration.merge_circle", "MRG", 1)
    assert _outcome(third) == ("failed", "registration.merged_elsewhere", "MRG", 1)
    assert (across.status, across.code) == ("failed", "registration.other_authority")
    assert Patient.objects.filter(merged_into__isnull=False).count() == 1


@pytest.mark.parametrize(("sex", "raised"), [("F", False), ("M", True)])
def test_a_merge_is_judged_again_only_where_birth_date_or_sex_differ(cast: Cast, sex: str, raised: bool) -> None:
    """Otherwise every claim of a merged patient would start a discrepancy."""
    import_message(sending.admit())
    before = Account.objects.get().revision
    lives = write.Patient(mrn="M300", family_name="Testcase", given_name="Pat", birth_date=datetime.date(1957, 2, 3), sex=sex)
    _person("A40", 1, lives, write.Prior(mrn="M100"))
    account = Account.objects.get()
    assert (account.patient.mrn, account.revision > before) == ("M300", raised)


def test_combining_moves_what_is_billed_and_what_holds_and_ends_the_rest(cast: Cast) -> None:
    lives, ends = _two_accounts()
    by = Actor.feed("file")
    locked = lock_account(ends.pk)
    post_charge(account=locked, source_id="T1", revenue_code="0120", amount=50, service_date=datetime.date(2026, 9, 1), by=by)  # type: ignore[arg-type]
    place_hold(account=locked, source="feed", key="k", reason="registration.test", message="Look.", by=by)
    import_message(
        write.mdm(sending.sending("m", 3), sending.PATIENT, "B100", write.Note(number="D1", type="DS", title="", text="W"))
    )
    Account.objects.filter(pk=ends.pk).update(restricted="vip")
    assert _combine().status == "applied"
    lives.refresh_from_db()
    ends.refresh_from_db()
    assert (ends.step, ends.combined_into, ends.total_charges) == ("combined", lives, 0)
    assert (lives.total_charges, lives.restricted, lives.documents.count(), lives.encounters.count()) == (50, "vip", 1, 2)
    assert Hold.objects.get(account=lives, resolved_at=None).reason == "registration.test"
    assert not Hold.objects.filter(account=ends, resolved_at=None).exists()
    assert not WorkItem.objects.filter(account=ends, closed_at=None).exists()
    assert set(Event.objects.filter(kind__in=("account.combined", "account.absorbed")).values_list("account", flat=True)) == {
        lives.pk, ends.pk,
    }  # fmt: skip
    assert _combine(10).flags == ["combined_already"]


def test_what_comes_for_the_combined_number_reaches_the_survivor(cast: Cast) -> None:
    lives, _ = _two_accounts()
    _combine()
    late = write.Charge(number="T9", code="R", amount=7, service_date=datetime.date(2026, 9, 1), revenue_code="0120")  # type: ignore[arg-type]
    message = import_message(write.dft(sending.sending("late", 20), sending.PATIENT, "B100", [late]))
    assert (message.status, message.account, "combined_already" in message.flags) == ("applied", lives, True)
    assert _outcome(_adt("A08", 21, "B100"))[:2] == ("failed", "registration.ended")
    assert _adt("A08", 5, "B100").status == "applied"  # sent before the merge


def test_accounts_are_not_combined_in_a_circle_nor_into_two_nor_over_patients(cast: Cast) -> None:
    _two_accounts()
    _adt("A01", 2, "C100")
    _adt("A01", 3, "D100", SECOND)
    _combine()
    assert _outcome(_combine(10, ends="A100", lives="B100")) == ("failed", "registration.merge_circle", "MRG", 1)
    assert _outcome(_combine(11, ends="B100", lives="C100")) == ("failed", "registration.combined_elsewhere", "MRG", 3)
    assert _outcome(_combine(12, ends="D100", lives="A100")) == ("failed", "account.other_patient", "MRG", 1)
    assert _combine(13, ends="A100", lives="C100").status == "applied"  # a chain is none
    assert Account.objects.filter(step="combined").count() == 2


def test_an_account_with_the_patients_numbers_merged_later_is_combined_then(cast: Cast) -> None:
    _adt("A01", 0)
    _adt("A01", 1, "B100", SECOND)
    assert _combine(2).code == "account.other_patient"
    _person("A40", 3, sending.PATIENT, write.Prior(mrn="M200"))
    assert Account.objects.get(number="B100").step == "combined"


@pytest.mark.parametrize(("kind", "kept"), [("inpatient", True), ("emergency", False)])
def test_who_has_the_account_open_keeps_the_claim_where_the_work_is_the_same(cast: Cast, kind: str, kept: bool) -> None:
    lives, ends = _two_accounts()
    for account, coding_type in ((lives, "inpatient"), (ends, kind)):
        open_work(account=lock_account(account.pk), kind="coding", by=Actor.feed("file"), coding_type=coding_type)
    WorkItem.objects.filter(account=ends).update(leased_to=cast.ana, leased_until=Now() + datetime.timedelta(minutes=9))
    _combine()
    item = WorkItem.objects.get(account=lives, kind="coding", closed_at=None)
    assert (item.leased_to == cast.ana, item.lease_token) == (kept, int(kept))
    said = Event.objects.get(account=lives, kind="account.absorbed").payload
    assert f'"held_by":{cast.ana.pk}' in said and f'"claim_kept":{str(kept).lower()}' in said


def test_another_coders_claim_on_the_survivor_stays(cast: Cast) -> None:
    lives, ends = _two_accounts()
    for account, coder in ((lives, cast.ben), (ends, cast.ana)):
        item = open_work(account=lock_account(account.pk), kind="coding", by=Actor.feed("file"), coding_type="inpatient")
        WorkItem.objects.filter(pk=item.pk).update(leased_to=coder, leased_until=Now() + datetime.timedelta(minutes=9))
    _combine()
    assert WorkItem.objects.get(account=lives, closed_at=None).leased_to == cast.ben


def test_an_account_that_ended_takes_nothing(cast: Cast) -> None:
    _two_accounts()
    _adt("A11", 2)
    assert _outcome(_combine()) == ("failed", "account.survivor_ended", "PID", 18)
    assert Account.objects.get(number="B100").step == "registered"


def test_failed_messages_and_their_work_go_to_the_survivor(cast: Cast) -> None:
    lives, _ = _two_accounts()
    bad = write.Charge(number="T9", code="NONE", amount=7, service_date=datetime.date(2026, 9, 1))  # type: ignore[arg-type]
    failed = import_message(write.dft(sending.sending("bad", 3), sending.PATIENT, "B100", [bad]))
    _combine()
    failed.refresh_from_db()
    assert (failed.account, WorkItem.objects.get(kind="import_error", closed_at=None).account) == (lives, lives)


def test_a_class_change_with_a_prior_number_takes_the_old_account_in(cast: Cast) -> None:
    _adt("A04", 0, "B100", class_code="E")
    assert _adt("A06", 1, "A100", prior=write.Prior(account_number="B100")).status == "applied"
    lives = Account.objects.get(number="A100")
    assert (lives.patient_class, lives.combined_from.get().number) == ("inpatient", "B100")


def test_a_moved_account_belongs_to_the_other_patient_and_late_news_of_the_first_still_apply(cast: Cast) -> None:
    _adt("A01", 0)
    early = _adt("A08", 9, patient=SECOND)  # sent after the move, here before it
    assert early.code == "registration.other_patient"
    assert _adt("A44", 5, patient=SECOND, prior=write.Prior(mrn="M100", account_number="A100")).status == "applied"
    early.refresh_from_db()
    account = Account.objects.get()
    assert (account.patient.mrn, account.encounters.get().patient.mrn, early.status) == ("M200", "M200", "applied")
    assert _adt("A08", 3).flags == ["moved_already"]
    assert _adt("A08", 8).code == "registration.other_patient"
    back = _adt("A44", 4, prior=write.Prior(mrn="M200", account_number="A100"))
    assert (back.flags, Account.objects.get().patient.mrn) == (["moved_later"], "M200")


def test_an_account_is_not_moved_away_from_a_patient_who_does_not_have_it(cast: Cast) -> None:
    _adt("A01", 0)
    message = _adt("A44", 1, patient=SECOND, prior=write.Prior(mrn="M300", account_number="A100"))
    assert _outcome(message)[:2] == ("failed", "registration.other_patient")
    renamed = _adt("A44", 2, "A200", SECOND, prior=write.Prior(mrn="M100", account_number="A100"))
    assert _outcome(renamed) == ("failed", "registration.new_number", "PID", 18)


def test_a_moved_visit_leaves_its_account_and_both_are_held_until_somebody_looked(cast: Cast) -> None:
    lives, ends = _two_accounts()
    move = {"visit": sending.visit(visit_number="B100"), "prior": write.Prior(account_number="B100", visit_number="B100")}
    assert _adt("A45", 5, **move).status == "applied"
    assert list(Encounter.objects.get(visit_number="B100").accounts.all()) == [lives]
    assert set(Hold.objects.values_list("account", "reason")) == {
        (lives.pk, "registration.visit_moved"), (ends.pk, "registration.visit_moved"),
    }  # fmt: skip
    assert _adt("A45", 6, **move).flags == ["moved_already"]


def test_merged_visits_are_one_and_not_in_a_circle(cast: Cast) -> None:
    _two_accounts()
    assert _adt("A42", 5, visit=sending.visit(visit_number="A100"), prior=write.Prior(visit_number="B100")).status == "applied"
    assert Encounter.objects.get(visit_number="B100").merged_into == Encounter.objects.get(visit_number="A100")
    assert Encounter.objects.get(visit_number="A100").accounts.count() == 2
    circle = _adt("A42", 6, visit=sending.visit(visit_number="B100"), prior=write.Prior(visit_number="A100"))
    assert circle.code == "registration.merge_circle"


@pytest.mark.parametrize(("event", "field"), [("A40", 1), ("A41", 3), ("A42", 5), ("A44", 1), ("A45", 3), ("A18", 1)])
def test_a_merge_without_the_number_that_ends_is_listed_with_its_place(cast: Cast, event: str, field: int) -> None:
    _adt("A01", 0)
    assert _outcome(_adt(event, 1, prior=write.Prior())) == ("failed", "hl7.no_prior_number", "MRG", field)
    assert OutboxRow.objects.filter(kind="release.check").count() == 0


def test_an_old_merge_event_merges_patient_and_account_together(cast: Cast) -> None:
    _adt("A01", 0)
    _adt("A01", 1, "B100", SECOND)
    assert _adt("A18", 2, prior=write.Prior(mrn="M200", account_number="B100")).status == "applied"
    assert Account.objects.get(number="B100").combined_into == Account.objects.get(number="A100")
    assert Patient.objects.get(mrn="M200").merged_into == Patient.objects.get(mrn="M100")
