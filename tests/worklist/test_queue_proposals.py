"""Publishing queues takes two people: what is refused, what stays, and what both histories show."""

from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.test import Client
from django.utils import timezone

from accounts.errors import Conflict, NotAllowed, Refused
from accounts.models import AccessRecord, Queue
from coding_workflow.guidelines.lab.writing import text_hash
from tests.cast import Cast
from tests.security.browser import signed_in
from worklist.models import QueueSetDraft, QueueSetProposal, QueueSetVersion
from worklist.queueing import proposing, services
from worklist.queueing.document import QueueSet
from worklist.queueing.standard import STANDARD

from .conftest import grant
from .queueing import DEAR, change, publish, put_in_force, rule, second_person, with_first

DEAR_FIRST = with_first(STANDARD, rule("dear", DEAR, name="Dear"))


def _draft(hospital: Cast, queues: QueueSet = DEAR_FIRST) -> None:
    services.keep_draft(facility=hospital.main, by=hospital.cleo, queues=queues, base=services.base_of(hospital.main)[1])


@pytest.fixture
def proposal(hospital: Cast) -> QueueSetProposal:
    _draft(hospital)
    return proposing.propose(facility=hospital.main, by=hospital.cleo, reason="Asked for by the lead")


def _refused(code: str, act: Callable[[], object], kind: type[Refused] = Refused) -> None:
    with pytest.raises(kind) as refusal, transaction.atomic():
        act()
    assert refusal.value.code == code
    assert not QueueSetVersion.objects.filter(number__gt=1).exists()


def test_a_proposal_changes_nothing_until_another_person_publishes_it(hospital: Cast, proposal: QueueSetProposal) -> None:
    assert services.base_of(hospital.main)[1] == 0
    assert not Queue.objects.filter(code="dear").exists()
    assert not QueueSetDraft.objects.exists()
    version = proposing.publish_proposal(proposal_id=proposal.pk, by=hospital.ada, seen=proposal.hash)
    assert (version.number, version.written_by, version.published_by) == (2, hospital.cleo, hospital.ada)
    proposal.refresh_from_db()
    assert (proposal.state, proposal.version, proposal.settled_by) == ("published", version, hospital.ada)
    assert Queue.objects.filter(code="dear", active=True).exists()


def test_the_writer_neither_publishes_nor_sends_back(hospital: Cast, proposal: QueueSetProposal) -> None:
    own = {"proposal_id": proposal.pk, "by": hospital.cleo}
    _refused("queues.second", lambda: proposing.publish_proposal(**own, seen=proposal.hash))
    _refused("queues.second", lambda: proposing.return_proposal(**own, reason="No"))
    _refused(
        "queues.second",
        lambda: services.publish(
            facility=hospital.main, queues=DEAR_FIRST, by=hospital.cleo, second=hospital.cleo, reason="Alone"
        ),
    )


def test_who_writes_no_queues_here_publishes_none(hospital: Cast, proposal: QueueSetProposal) -> None:
    grant(hospital.dov, hospital.other, "supervisor")
    for person in (hospital.ana, hospital.ben, hospital.bill, hospital.cora, hospital.dov):
        given = {"proposal_id": proposal.pk, "by": person}
        _refused("queues.role", lambda given=given: proposing.publish_proposal(**given, seen=proposal.hash), NotAllowed)
        _refused("queues.role", lambda given=given: proposing.return_proposal(**given, reason="No"), NotAllowed)
        _refused("queues.writer", lambda given=given: proposing.withdraw_proposal(**given, reason="No"), NotAllowed)


def test_what_was_not_read_is_not_published(hospital: Cast, proposal: QueueSetProposal) -> None:
    read = proposal.hash
    proposing.return_proposal(proposal_id=proposal.pk, by=hospital.ada, reason="Name it better")
    _draft(hospital, with_first(STANDARD, rule("all")))
    other = proposing.propose(facility=hospital.main, by=hospital.cleo, reason="Again")
    _refused("queues.changed", lambda: proposing.publish_proposal(proposal_id=other.pk, by=hospital.ada, seen=read), Conflict)
    _refused("queues.settled", lambda: proposing.publish_proposal(proposal_id=proposal.pk, by=hospital.ada, seen=read), Conflict)


def test_what_another_version_overtook_is_sent_back(hospital: Cast, proposal: QueueSetProposal) -> None:
    services.publish(
        facility=hospital.main,
        queues=with_first(STANDARD, rule("all")),
        by=hospital.ada,
        second=hospital.cleo,
        reason="By a command",
    )
    with pytest.raises(Conflict) as refusal:
        proposing.publish_proposal(proposal_id=proposal.pk, by=hospital.ada, seen=proposal.hash)
    assert refusal.value.code == "queues.moved_on"


def test_a_person_who_left_meanwhile_is_a_fault(hospital: Cast) -> None:
    _draft(hospital, with_first(STANDARD, rule("anas", people=(hospital.ana.pk,))))
    made = proposing.propose(facility=hospital.main, by=hospital.cleo, reason="For Ana")
    hospital.ana.role_grants.update(ended_at="2026-01-01T00:00Z")
    _refused("queues.fault", lambda: proposing.publish_proposal(proposal_id=made.pk, by=hospital.ada, seen=made.hash))


def test_one_waits_at_a_time(hospital: Cast, proposal: QueueSetProposal) -> None:
    services.keep_draft(facility=hospital.main, by=hospital.ada, queues=with_first(STANDARD, rule("all")), base=0)
    _refused("queues.waiting", lambda: proposing.propose(facility=hospital.main, by=hospital.ada, reason="Mine"), Conflict)
    assert QueueSetDraft.objects.filter(user=hospital.ada).exists()


def test_what_comes_back_is_a_draft_again_and_nothing_is_lost(hospital: Cast, proposal: QueueSetProposal) -> None:
    with pytest.raises(Refused, match="Say why"), transaction.atomic():
        proposing.return_proposal(proposal_id=proposal.pk, by=hospital.ada, reason=" ")
    proposing.return_proposal(proposal_id=proposal.pk, by=hospital.ada, reason="Name it better")
    draft = QueueSetDraft.objects.get(user=hospital.cleo)
    assert (draft.document, draft.base) == (proposal.document, proposal.base)
    again = proposing.propose(facility=hospital.main, by=hospital.cleo, reason="Again")
    _draft(hospital, with_first(STANDARD, rule("all")))
    begun = QueueSetDraft.objects.get(user=hospital.cleo).document
    proposing.withdraw_proposal(proposal_id=again.pk, by=hospital.cleo, reason="Not now")
    assert QueueSetDraft.objects.get(user=hospital.cleo).document == begun


def test_an_earlier_version_takes_two_people_as_well(hospital: Cast) -> None:
    change(hospital, rule("all"))
    first = QueueSetVersion.objects.get(number=1)
    made = proposing.propose_back(facility=hospital.main, to=first, by=hospital.cleo, reason="It was better")
    assert services.base_of(hospital.main)[1] == 2
    with pytest.raises(Refused, match="publishes what you wrote"), transaction.atomic():
        proposing.publish_proposal(proposal_id=made.pk, by=hospital.cleo, seen=made.hash)
    assert proposing.publish_proposal(proposal_id=made.pk, by=hospital.ada, seen=made.hash).back_to == 1


def test_a_version_of_another_hospital_comes_back_nowhere_else(hospital: Cast) -> None:
    grant(hospital.cleo, hospital.other, "supervisor")
    theirs = publish(hospital.other, hospital.cleo, with_first(STANDARD, rule("all")))
    with pytest.raises(NotAllowed):
        proposing.propose_back(facility=hospital.main, to=theirs, by=hospital.cleo, reason="Copied")


@pytest.mark.parametrize(
    "change_of",
    [
        "UPDATE worklist_queuesetproposal SET document = document || ' '",
        "UPDATE worklist_queuesetproposal SET reason = 'other'",
        "UPDATE worklist_queuesetproposal SET state = 'published', settled_by_id = written_by_id, settled_at = now()",
        "UPDATE worklist_queuesetproposal SET state = 'returned', settled_by_id = written_by_id, settled_at = now()",
        "DELETE FROM worklist_queuesetproposal",
    ],
)
def test_plain_sql_changes_no_proposal(proposal: QueueSetProposal, change_of: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change_of)


def _version(hospital: Cast, **fields: object) -> QueueSetVersion:
    given = {"facility": hospital.main, "number": 1, "document": "{}", "reason": "Other", **fields}
    return QueueSetVersion.objects.create(**given)


def test_plain_sql_publishes_nothing_else(hospital: Cast, proposal: QueueSetProposal) -> None:
    other = _version(hospital, written_by=hospital.cleo, published_by=hospital.ada)
    ended = "UPDATE worklist_queuesetproposal SET state = 'published', settled_by_id = %s, settled_at = now(), version_id = %s"
    with pytest.raises(DatabaseError, match="not what was proposed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(ended, [hospital.ada.pk, other.pk])


@pytest.mark.parametrize(
    ("written", "published"),
    [("cleo", "cleo"), ("cleo", ""), ("", "ada"), ("ana", "ada"), ("cleo", "ben"), ("cleo", "dov"), ("cleo", "gone"), ("", "")],
)
def test_plain_sql_writes_no_set_without_two_people_who_write_queues_here(hospital: Cast, written: str, published: str) -> None:
    """Dov supervises another facility; who is gone has no role any more. Only the first set of a facility has no author."""
    _version(hospital)
    grant(hospital.dov, hospital.other, "supervisor")
    gone = second_person(hospital.main)
    gone.role_grants.update(ended_at=timezone.now())
    people = {"": None, "gone": gone.pk} | {name: getattr(hospital, name).pk for name in ("cleo", "ada", "ana", "ben", "dov")}
    insert = """
        INSERT INTO worklist_queuesetversion (facility_id, number, document, reason, published_at, written_by_id, published_by_id)
        VALUES (%s, 2, '{}', 'Alone', now(), %s, %s)"""
    with pytest.raises(DatabaseError, match=r"takes two people|two_people"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(insert, [hospital.main.pk, people[written], people[published]])
    with connection.cursor() as cursor:
        cursor.execute(insert, [hospital.main.pk, hospital.cleo.pk, hospital.ada.pk])


@pytest.mark.parametrize("number", [1, 3])
def test_plain_sql_writes_no_set_out_of_turn(hospital: Cast, number: int) -> None:
    _version(hospital)
    with pytest.raises(DatabaseError, match="is number 2"), transaction.atomic():
        _version(hospital, number=number, written_by=hospital.cleo, published_by=hospital.ada)


def test_no_first_version_names_one_person(hospital: Cast) -> None:
    for alone in ({"written_by": hospital.cleo, "published_by": hospital.cleo}, {"written_by": hospital.cleo}):
        with pytest.raises(DatabaseError, match=r"two_people|takes two people"), transaction.atomic():
            _version(hospital, **alone)
    assert _version(hospital).written_by is None


# ---------------------------------------------------------------- pages


@pytest.fixture
def base(hospital: Cast) -> str:
    return f"/queues/{hospital.main.pk}"


def _page(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return str(response.content.decode())


def test_the_writer_sees_why_not_and_the_other_person_the_button(hospital: Cast, proposal: QueueSetProposal, base: str) -> None:
    cleo, ada = signed_in(hospital.cleo), signed_in(hospital.ada)
    own, others = _page(cleo, f"{base}/proposal/"), _page(ada, f"{base}/proposal/")
    assert "You wrote it" in own and ">Publish</button>" not in own
    assert ">Publish</button>" in others and "New queue Dear." in others
    assert "Your proposal waits" in _page(cleo, "/queues/")
    assert f"{hospital.cleo} proposes other queues." in _page(ada, "/queues/")
    assert AccessRecord.objects.filter(user=hospital.ada, kind="queues.previewed").count() == 1


def test_publishing_by_the_page_says_what_was_refused_and_keeps_what_was_typed(
    hospital: Cast, proposal: QueueSetProposal, base: str
) -> None:
    own = signed_in(hospital.cleo).post(f"{base}/publish/", {"seen": proposal.hash})
    assert own.status_code == 422 and "publishes what you wrote" in own.content.decode()
    ada = signed_in(hospital.ada)
    unread = ada.post(f"{base}/publish/", {"seen": "0" * 64})
    assert unread.status_code == 409 and "not the queues that you read" in unread.content.decode()
    assert ada.post(f"{base}/return/", {"seen": proposal.hash, "reason": ""}).status_code == 422
    assert ada.post(f"{base}/publish/", {"seen": proposal.hash}).status_code == 302
    assert ada.post(f"{base}/publish/", {"seen": proposal.hash}).status_code == 404
    assert "Nothing waits for a second person." in _page(ada, f"{base}/proposal/")


def test_what_was_not_read_is_not_sent_back(hospital: Cast, proposal: QueueSetProposal, base: str) -> None:
    proposing.withdraw_proposal(proposal_id=proposal.pk, by=hospital.cleo, reason="A better one")
    _draft(hospital, with_first(STANDARD, rule("all")))
    other = proposing.propose(facility=hospital.main, by=hospital.cleo, reason="Better")
    answer = signed_in(hospital.ada).post(f"{base}/return/", {"seen": proposal.hash, "reason": "Name Dear better"})
    shown = answer.content.decode()
    assert answer.status_code == 409 and "not the queues that you read" in shown and "Name Dear better</textarea>" in shown
    other.refresh_from_db()
    assert other.state == "open"


def test_the_second_person_is_told_that_the_writer_has_gone(hospital: Cast, proposal: QueueSetProposal, base: str) -> None:
    hospital.cleo.role_grants.update(ended_at="2026-01-01T00:00Z")
    ada = signed_in(hospital.ada)
    answer = ada.post(f"{base}/publish/", {"seen": proposal.hash})
    assert answer.status_code == 409
    assert f"{hospital.cleo} writes no queues here any more" in answer.content.decode()
    assert services.base_of(hospital.main)[1] == 0
    assert ada.post(f"{base}/return/", {"seen": proposal.hash, "reason": "Written anew"}).status_code == 302


def test_the_history_shows_both_people_and_what_was_proposed_in_vain(
    hospital: Cast, proposal: QueueSetProposal, base: str
) -> None:
    ada = signed_in(hospital.ada)
    assert ada.post(f"{base}/return/", {"seen": proposal.hash, "reason": "Name it better"}).status_code == 302
    put_in_force(hospital.main, hospital.cleo, "Named better")
    shown = _page(ada, f"{base}/history/")
    assert f"{hospital.cleo}, published by Sol Reyes" in shown
    vain = shown.split('id="unpublished-title"')[1]
    assert "Sent back" in vain and "Name it better" in vain and str(hospital.ada) in vain


def test_a_second_proposal_is_kept_from_the_preview(hospital: Cast, proposal: QueueSetProposal, base: str) -> None:
    services.keep_draft(facility=hospital.main, by=hospital.ada, queues=with_first(STANDARD, rule("all")), base=0)
    shown = _page(signed_in(hospital.ada), f"{base}/preview/")
    assert "waits for a second person" in shown and ">Propose</button>" not in shown


def test_queues_that_this_release_cannot_read_can_only_be_sent_back(hospital: Cast, base: str) -> None:
    text = '{"queues":[{"code":"from-a-later-release"}]}'
    made = QueueSetProposal.objects.create(
        facility=hospital.main, document=text, hash=text_hash(text), base=0, reason="Later", written_by=hospital.cleo
    )
    ada = signed_in(hospital.ada)
    assert "cannot read the proposed queues" in _page(ada, f"{base}/proposal/")
    refused = ada.post(f"{base}/publish/", {"seen": made.hash})
    assert refused.status_code == 422 and "cannot read these queues" in refused.content.decode()
    assert ada.post(f"{base}/return/", {"seen": made.hash, "reason": "Not readable here"}).status_code == 302
    assert _page(signed_in(hospital.cleo), "/queues/")
