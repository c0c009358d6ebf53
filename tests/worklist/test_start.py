"""My work of people without a queue: what waits for them, and their places."""

import datetime

import pytest

from coding_workflow.guidelines.services import start_shadow
from coding_workflow.registration.services import import_message
from coding_workflow.staff.models import BreakGlass
from tests.guidelines.rule_cast import WHY, second_administrator, write
from tests.registration import sending
from tests.security.browser import signed_in
from worklist.frame import PLACES
from worklist.queueing import proposing, services
from worklist.queueing.standard import STANDARD
from worklist.selectors import start

from .queueing import rule, with_first


def test_every_place_has_its_words():
    assert set(start.PLACE_WORDS) == {code for code, *_ in PLACES} - {"go-work"}


def test_an_administrator_sees_places_and_what_could_not_be_applied(hospital):
    page = signed_in(hospital.ada).get("/").content.decode()
    assert "Nothing waits for you." in page
    assert start.PLACE_WORDS["go-feeds"] in page
    assert start.PLACE_WORDS["go-claims"] not in page
    import_message(sending.admit())
    import_message(sending.discharge(disposition="ZZ"))
    page = signed_in(hospital.ada).get("/").content.decode()
    assert "1 message could not be applied" in page


def test_a_coder_with_queues_is_not_asked_for_it(hospital, work, monkeypatch):
    monkeypatch.setattr(start, "waiting", lambda user: pytest.fail("asked"))
    assert "Your places" not in signed_in(hospital.ana).get("/").content.decode()


def test_compliance_sees_openings_to_review(hospital, work):
    account, past = work("R-1").account, datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=2)
    BreakGlass.objects.create(
        user=hospital.ana,
        account=account,
        facility=hospital.main,
        reason="Coding it for Dr. Grey",
        opened_at=past,
        expires_at=past + datetime.timedelta(hours=1),
    )
    assert [each.words for each in start.waiting(hospital.cora)] == ["1 opening of a restricted account waits for review"]
    assert start.waiting(hospital.ada) == []


def test_a_rule_in_shadow_waits_for_others_than_its_writer(hospital):
    second = second_administrator(hospital)
    version = write(hospital)
    start_shadow(version_id=version.pk, by=hospital.ada, seen=version.seal, reason=WHY)
    assert start.waiting(hospital.ada) == []
    assert [each.words for each in start.waiting(second)] == [
        "1 rule of somebody else is observed in shadow and may be published"
    ]


def test_proposed_queues_wait_for_others_than_their_writer(hospital):
    services.keep_draft(facility=hospital.main, by=hospital.cleo, queues=with_first(STANDARD, rule("all")), base=0)
    proposing.propose(facility=hospital.main, by=hospital.cleo, reason="Asked for by the lead")
    words = f"Queues of Main Street Hospital, proposed by {hospital.cleo}, wait for a second person"
    assert [each.words for each in start.waiting(hospital.ada)] == [words]
    assert start.waiting(hospital.cleo) == start.waiting(hospital.cora) == []
