"""Messages that were not applied: listed with reason and place, read, tried again, corrected, set aside."""

import pytest
from django.db import IntegrityError, transaction

from accounts.models import AccessRecord, Account, Event, WorkItem
from coding_workflow.registration.models import FeedMap, InboundMessage
from coding_workflow.registration.services import import_message
from coding_workflow.staff.models import User
from tests.registration import sending
from tests.security.browser import signed_in
from worklist.selectors import imports as selectors

from .conftest import grant


@pytest.fixture
def ada(hospital):
    return signed_in(hospital.ada)


@pytest.fixture
def cleo(hospital):
    return signed_in(hospital.cleo)


@pytest.fixture
def failed(hospital):
    """A discharge with a disposition that nobody has mapped, on an account that is known."""
    import_message(sending.admit())
    return import_message(sending.discharge(disposition="ZZ"))


def _text(message):
    return bytes(message.raw).decode().replace("\r", "\n")


def _page(client, message):
    return client.get(f"/imports/{message.pk}/").content.decode()


def test_the_list_names_reason_place_and_account(cleo, failed):
    page = cleo.get("/imports/").content.decode()
    assert failed.sentence in page
    assert "PV1-36" in page
    assert "A100" in page
    assert "Testcase" not in page


def test_a_message_is_shown_by_segments_with_the_failing_one_marked_and_the_look_is_recorded(cleo, failed, hospital):
    page = _page(cleo, failed)
    assert "<mark>PV1|" in page
    assert "PID|" in page
    assert AccessRecord.objects.filter(kind="import.viewed", user=hospital.cleo, account=failed.account).exists()


def test_after_the_mapping_is_mended_trying_again_applies_it_and_ends_the_work(ada, failed, hospital):
    FeedMap.objects.create(facility=hospital.main, kind="disposition", local="ZZ", ours="01")
    assert ada.post(f"/imports/{failed.pk}/again/").headers["Location"] == "/imports/"
    assert Account.objects.get(number="A100").discharge_status == "01"
    assert not WorkItem.objects.filter(kind="import_error", closed_at__isnull=True).exists()


def test_trying_again_in_vain_says_why_and_stays_at_the_message(ada, failed):
    answer = ada.post(f"/imports/{failed.pk}/again/", follow=True)
    assert answer.redirect_chain == [(f"/imports/{failed.pk}/", 302)]
    assert f"It failed again: {failed.sentence}" in answer.content.decode()


def test_a_correction_takes_its_place_and_both_are_kept(cleo, failed):
    corrected = _text(failed).replace("|ZZ|", "|01|").replace("\n", "\r\n")
    assert cleo.post(f"/imports/{failed.pk}/correct/", {"text": corrected}).status_code == 302
    assert Account.objects.get(number="A100").discharge_status == "01"
    old = InboundMessage.objects.get(pk=failed.pk)
    assert (old.status, old.replaced_by.status) == ("replaced", "applied")
    assert "See the correction" in _page(cleo, old)
    assert cleo.post(f"/imports/{failed.pk}/again/").status_code == 409


@pytest.mark.parametrize("typed", ["", "MSH|^~\\&|\ufffd"])
def test_a_correction_that_cannot_be_taken_is_refused_and_stays_typed(cleo, failed, typed):
    answer = cleo.post(f"/imports/{failed.pk}/correct/", {"text": typed})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'aria-invalid="true"' in page
    assert f">{typed.replace('&', '&amp;')}</textarea>" in page


def test_a_correction_that_says_the_same_is_refused(cleo, failed):
    answer = cleo.post(f"/imports/{failed.pk}/correct/", {"text": _text(failed)})
    assert answer.status_code == 422
    assert "same as a message" in answer.content.decode()


def test_a_correction_cannot_reach_into_a_facility_that_the_person_does_not_act_for(cleo, failed):
    elsewhere = _text(failed).replace("|MAIN|", "|OTHER|", 1)
    assert elsewhere != _text(failed)
    answer = cleo.post(f"/imports/{failed.pk}/correct/", {"text": elsewhere})
    assert answer.status_code == 422
    assert "do not act for" in answer.content.decode()
    assert InboundMessage.objects.get(pk=failed.pk).status == "failed"


def test_a_correction_cannot_reach_a_restricted_account_that_is_not_opened(cleo, failed, hospital):
    hospital.account("A900", restricted="employee")
    other = _text(failed).replace("A100", "A900")
    answer = cleo.post(f"/imports/{failed.pk}/correct/", {"text": other})
    assert answer.status_code == 422
    assert "open it with a reason first" in answer.content.decode()
    assert InboundMessage.objects.get(pk=failed.pk).status == "failed"


def test_a_correction_is_in_the_history_with_who_made_it(cleo, failed, hospital):
    corrected = _text(failed).replace("|ZZ|", "|01|")
    cleo.post(f"/imports/{failed.pk}/correct/", {"text": corrected})
    event = Event.objects.get(kind="registration.message_corrected")
    assert (event.account.number, event.actor_kind, event.actor) == ("A100", "person", str(hospital.cleo.pk))


def test_setting_aside_takes_a_reason_ends_the_work_and_is_in_the_history(cleo, failed, hospital):
    assert cleo.post(f"/imports/{failed.pk}/set-aside/", {"reason": " "}).status_code == 422
    assert cleo.post(f"/imports/{failed.pk}/set-aside/", {"reason": "Sent twice by the vendor"}).status_code == 302
    assert failed.sentence not in cleo.get("/imports/").content.decode()
    page = cleo.get("/imports/?show=aside").content.decode()
    assert "Sent twice by the vendor" in page
    assert hospital.cleo.full_name in page
    assert WorkItem.objects.get(kind="import_error").outcome == "set_aside"
    assert Event.objects.filter(kind="registration.message_set_aside", account=failed.account).exists()
    assert cleo.post(f"/imports/{failed.pk}/set-aside/", {"reason": "Once more"}).status_code == 409


def test_what_was_set_aside_stays_when_it_comes_again_and_can_be_tried_again(cleo, failed):
    cleo.post(f"/imports/{failed.pk}/set-aside/", {"reason": "Sent twice"})
    assert import_message(bytes(failed.raw)).status == "aside"
    cleo.post(f"/imports/{failed.pk}/again/")
    assert InboundMessage.objects.get(pk=failed.pk).status == "failed"


def test_the_database_refuses_setting_aside_without_words(failed):
    with pytest.raises(IntegrityError, match="inbound_aside_with_reason"), transaction.atomic():
        InboundMessage.objects.filter(pk=failed.pk).update(status="aside")


def test_a_message_of_no_known_facility_is_the_administrators(ada, cleo, hospital):
    lost = import_message(sending.admit(facility="NOWHERE"))
    assert lost.sentence in ada.get("/imports/").content.decode()
    assert lost.sentence not in cleo.get("/imports/").content.decode()
    assert cleo.get(f"/imports/{lost.pk}/").status_code == 404


def test_messages_of_a_restricted_account_wait_for_a_reason_to_open_it(cleo, failed):
    Account.objects.filter(pk=failed.account_id).update(restricted="employee")
    assert cleo.get(f"/imports/{failed.pk}/").status_code == 404
    assert failed.sentence not in cleo.get("/imports/").content.decode()


def test_compliance_reads_and_finds_no_buttons(hospital, failed):
    page = _page(signed_in(hospital.cora), failed)
    assert failed.sentence in page
    assert "/again/" not in page
    assert "Set aside" not in page


def test_a_message_that_is_too_large_shows_its_beginning_and_no_correction(cleo, hospital):
    kept = InboundMessage.objects.create(
        facility=hospital.main, feed="file", sha256="0" * 64, raw=b"MSH|^~\\&|\r" + b"NTE|" + b"x" * 250_000
    )
    page = _page(cleo, kept)
    assert "too large to correct here" in page
    assert "<textarea" not in page


def test_the_list_takes_two_queries_of_messages_however_long(cleo, hospital, django_assert_max_num_queries):
    rows = [InboundMessage(facility=hospital.main, feed="file", sha256=f"{n:064d}", raw=b"x") for n in range(53)]
    InboundMessage.objects.bulk_create(rows)
    with django_assert_max_num_queries(14):
        first = cleo.get("/imports/").content.decode()
    assert first.count("Not HL7") == 50
    assert "?show=failed&amp;after=" in first


def test_bodies_stay_in_the_database_until_a_message_is_opened(hospital):
    assert '."raw"' not in str(selectors.listed().query)


def test_an_applied_message_is_listed_and_nothing_is_offered_with_it(cleo, failed):
    applied = InboundMessage.objects.get(status="applied")
    page = cleo.get("/imports/?show=applied").content.decode()
    assert f"/imports/{applied.pk}/" in page
    assert f"/imports/{failed.pk}/" not in page
    assert "Try again" not in _page(cleo, applied)


@pytest.mark.parametrize("by", ["control_id", "account_number"])
def test_messages_are_found_by_their_number_whatever_became_of_them(cleo, failed, hospital, by):
    applied = InboundMessage.objects.get(status="applied")
    page = cleo.post("/imports/", {"words": f" {getattr(failed, by)} "}).content.decode()
    assert f"/imports/{failed.pk}/" in page
    assert failed.sentence in page
    assert (f"/imports/{applied.pk}/" in page) is (by == "account_number")
    assert AccessRecord.objects.filter(kind="imports.searched", user=hospital.cleo).exists()


def test_a_message_that_waits_is_found_by_the_number_of_its_account_to_come(cleo):
    waits = import_message(sending.discharge())
    assert waits.status == "parked"
    page = cleo.post("/imports/", {"words": waits.account_number}).content.decode()
    assert "not here yet" in page


def test_restricted_accounts_and_those_of_other_facilities_are_not_found(cleo, failed, hospital):
    assert selectors.find(hospital.cleo, "A100")
    far = User.objects.create(username="far", full_name="Far Away")
    grant(far, hospital.other, "supervisor")
    assert selectors.find(far, "A100") == []
    Account.objects.filter(number="A100").update(restricted="VIP")
    assert selectors.find(hospital.cleo, "A100") == []
    assert "No message has this number." in cleo.post("/imports/", {"words": "A100"}).content.decode()


def test_finding_costs_the_same_for_few_and_many(hospital, django_assert_max_num_queries):
    import_message(sending.admit())
    with django_assert_max_num_queries(5):
        assert selectors.find(hospital.cleo, "A100")
