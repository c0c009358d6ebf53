"""What a queue asks of whom its work is given: the same in words, in the dry run and in the claim's statement."""

import datetime
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.errors import NotAllowed
from accounts.models import WorkItem
from coding_workflow.guidelines.lab.reading import DefinitionError
from coding_workflow.staff import credentials
from coding_workflow.staff.models import Competence, User
from tests.cast import Cast
from tests.security.browser import signed_in
from worklist.assignment import claim_next, claim_this
from worklist.models import QueueNeeds, QueueSetDraft
from worklist.queueing import document, limits, needed, needs, services
from worklist.queueing.needs import Held, Needs
from worklist.queueing.standard import STANDARD
from worklist.selectors.nothing import why_nothing
from worklist.selectors.queue_sets import differences
from worklist.selectors.queue_takers import by_nobody, takers_of
from worklist.supervising import take_over

from .conftest import grant, qualify
from .queueing import change, put_in_force, rule, with_first

CCS = Needs(("CCS", "RHIA"))
CASES: list[tuple[Needs, list[dict[str, Any]], bool]] = [
    (Needs(("CCS",)), [{"credential": "CCS"}], True),
    (Needs(("CCS",)), [{"credential": "CCS-P"}], False),
    (Needs(("CCS-P",)), [{"credential": "rhit / ccs-p"}], True),
    (Needs(("COC", "CCS")), [{"credential": "RHIT,COC"}], True),
    (Needs(("CPC",)), [{"credential": "CCS"}], False),
    (Needs(("CPC",)), [{"credential": "CPC", "coding_type": "clinic"}, {"credential": "CCS"}], True),
    (Needs(("CPC",), ("inpatient",)), [{"credential": "CPC", "coding_type": "clinic"}, {"credential": "CCS"}], False),
    (Needs((), ("inpatient", "newborn")), [{}], False),
    (Needs((), ("inpatient", "newborn")), [{}, {"coding_type": "newborn"}], True),
    (Needs((), (), "sampled"), [{"supervision": "full_review"}], False),
    (Needs((), (), "sampled"), [{"supervision": "independent"}], True),
    (Needs((), (), "independent"), [{"supervision": "sampled"}], False),
    (Needs(("CCS",), ("inpatient",), "independent"), [{"credential": "CCS", "supervision": "independent"}], True),
    # All at once in one record: the credential here and the independence there are not it.
    (
        Needs(("CCS",), (), "independent"),
        [{"credential": "CCS"}, {"credential": "CPC", "coding_type": "clinic", "supervision": "independent"}],
        False,
    ),
]


def _coder(hospital: Cast, *held: dict[str, Any]) -> User:
    """Dov as a coder with these competences; inpatient, CCS and sampled where nothing is said."""
    grant(hospital.dov, hospital.main, "coder")
    for each in held:
        qualify(hospital.dov, hospital, **each)
    return hospital.dov


@pytest.mark.parametrize(("asked", "held", "yes"), CASES)
def test_the_statement_and_the_words_agree(
    hospital: Cast, work: Any, asked: Needs, held: list[dict[str, Any]], yes: bool
) -> None:
    dov = _coder(hospital, *held)
    change(hospital, rule("asks", needs=asked))
    item = work("A1")
    found = claim_next(user=dov)
    assert (found.pk if found else None) == (item.pk if yes else None)
    has = needed.held_by(dov, hospital.main.pk, datetime.date(2026, 9, 30))
    assert needs.met(asked, has) is yes


@pytest.mark.parametrize(
    "fields",
    [
        {"valid_to": datetime.date(2026, 9, 30)},
        {"valid_from": datetime.date(2026, 10, 1)},
        {"trained_on": datetime.date(2026, 10, 1)},
        {"oriented_on": datetime.date(2026, 10, 1)},
    ],
)
def test_a_record_that_is_not_in_force_is_none(hospital: Cast, work: Any, fields: dict[str, Any]) -> None:
    dov = _coder(hospital, {}, {"coding_type": "newborn", "credential": "RHIA", **fields})
    change(hospital, rule("asks", needs=Needs(("RHIA",))))
    work("A1")
    assert claim_next(user=dov) is None
    assert takers_of(hospital.main, services.base_of(hospital.main)[0])["asks"].nobody


def test_a_competence_elsewhere_is_none(hospital: Cast, work: Any) -> None:
    dov = _coder(hospital, {})
    elsewhere = {"trained_on": datetime.date(2026, 1, 1), "oriented_on": datetime.date(2026, 1, 1), "supervision": "sampled"}
    Competence.objects.create(
        user=dov,
        facility=hospital.other,
        coding_type="clinic",
        credential="RHIA",
        supervisor=hospital.cleo,
        valid_from=datetime.date(2026, 1, 1),
        **elsewhere,
    )
    change(hospital, rule("asks", needs=Needs(("RHIA",))))
    work("A1")
    assert claim_next(user=dov) is None


def test_other_queues_go_on_and_the_reason_is_said(hospital: Cast, work: Any) -> None:
    dov = _coder(hospital, {"credential": "CCA"}, {"coding_type": "emergency", "credential": "CCA"})
    change(hospital, rule("asks", needs=CCS, name="High dollar"))
    item, other = work("A1"), work("A2")
    WorkItem.objects.filter(pk=other.pk).update(queue=hospital.main.queues.get(code="code-inpatient"))
    found = claim_next(user=dov)
    assert found is not None and found.pk == other.pk
    assert "1 account is in queues that ask for a credential, a competence or less supervision than you have." in why_nothing(
        user=dov, queue_code="asks"
    )
    with pytest.raises(NotAllowed, match="High dollar is given to people with CCS or RHIA"), transaction.atomic():
        claim_this(item_id=item.pk, user=dov)


def test_own_work_and_what_a_supervisor_gives_opens_all_the_same(hospital: Cast, work: Any) -> None:
    dov = _coder(hospital, {"credential": "CCA"})
    change(hospital, rule("asks", needs=CCS))
    item, back = work("A1"), work("A2", returned_to=dov)
    found = claim_next(user=dov)
    assert found is not None and found.pk == back.pk
    assert take_over(item_id=item.pk, by=hospital.cleo, to=dov, reason="To learn").leased_to_id == dov.pk


def test_the_claim_asks_no_more_queries_than_before(hospital: Cast, work: Any) -> None:
    dov = _coder(hospital, {})
    work("A0")
    with CaptureQueriesContext(connection) as before:
        claim_next(user=dov)
    WorkItem.objects.update(leased_to=None, leased_until=None)
    change(hospital, rule("asks", needs=CCS))
    dov.forget_rights()
    with CaptureQueriesContext(connection) as after:
        assert claim_next(user=dov) is not None
    assert len(after) <= max(len(before), 6)
    assert not [query for query in after if query["sql"].startswith("SELECT") and "queueneeds" in query["sql"]]


def test_what_queues_ask_for_is_worked_out_once_for_the_statement(hospital: Cast, work: Any) -> None:
    dov = _coder(hospital, {"credential": "CCA"})
    change(hospital, rule("asks", needs=CCS))
    for number in range(30):
        work(f"A{number}")
    with CaptureQueriesContext(connection) as asked:
        assert claim_next(user=dov) is None
    (claim,) = [query["sql"] for query in asked if "; EXECUTE kept_" in query["sql"]]
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE " + claim.split("; EXECUTE ")[1])
        (plan,) = cursor.fetchone()[0]
    once = [node for node in _nodes(plan["Plan"]) if node.get("Parent Relationship") == "InitPlan" and _reads_needs(node)]
    assert {node["Actual Loops"] for node in once} == {1}
    assert not [node for node in _nodes(plan["Plan"]) if node.get("Parent Relationship") == "SubPlan" and _reads_needs(node)]


def _reads_needs(node: dict[str, Any]) -> bool:
    return any(each.get("Relation Name") == "worklist_queueneeds" for each in _nodes(node))


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for below in node.get("Plans", ()):
        yield from _nodes(below)


def test_what_is_asked_for_ends_with_the_queue_that_asks(hospital: Cast, work: Any) -> None:
    dov = _coder(hospital, {"credential": "CCA"})
    change(hospital, rule("asks", needs=CCS))
    queues, _ = services.base_of(hospital.main)
    item = work("A1")
    assert claim_next(user=dov) is None
    services.keep_draft(facility=hospital.main, by=hospital.cleo, queues=_bare(queues), base=services.base_of(hospital.main)[1])
    put_in_force(hospital.main, hospital.cleo)
    assert QueueNeeds.objects.get().credentials == []
    found = claim_next(user=dov)
    assert found is not None and found.pk == item.pk


def _bare(queues: document.QueueSet) -> document.QueueSet:
    return document.QueueSet(tuple(rule(each.code) if each.code == "asks" else each for each in queues.queues))


def test_who_may_take_is_counted_and_nobody_is_a_warning(hospital: Cast) -> None:
    _coder(hospital, {"credential": "CCA"})
    queues = with_first(
        STANDARD,
        rule("anybody"),
        rule("asks", needs=CCS, name="High dollar"),
        rule("nobody", needs=Needs(("CIC",)), name="Complex"),
    )
    found = takers_of(hospital.main, queues)
    assert (found["asks"].words, found["asks"].people) == ("1 person may take from this queue.", (str(hospital.ana),))
    assert found["anybody"].people == (str(hospital.ana), str(hospital.dov))
    assert found["nobody"].words == "Nobody may take from this queue."
    warned = by_nobody(queues, found)
    assert "Nobody may take from Complex, which asks for CIC: its work stays until a supervisor gives it to somebody." in warned
    # Those of kinds that are worked elsewhere are no warning.
    assert not any("Import errors" in words for words in warned)


def test_the_set_reads_back_equal_and_an_older_text_stays_the_same_bytes() -> None:
    asks = with_first(STANDARD, rule("asks", needs=needs.made(["RHIA", "CCS", "CCS"], ["newborn"], "sampled")))
    assert document.from_text(document.to_text(asks)) == asks
    assert asks.queues[0].needs.credentials == ("CCS", "RHIA")
    assert "needs" not in document.to_text(STANDARD)


@pytest.mark.parametrize("raw", [[], {"credentials": []}, {"credentials": "CCS", "coding_types": [], "supervision": ""}, 3])
def test_a_text_that_says_it_otherwise_is_refused(raw: Any) -> None:
    with pytest.raises(DefinitionError):
        needs.from_plain(raw, "queues[0].needs")


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (Needs(("ccs",)), "no credential"),
        (Needs(tuple(f"C{n:02d}" for n in range(13))), "At most 12"),
        (Needs((), ("dental",)), "no such type"),
        (Needs((), (), "never"), "how closely"),
    ],
)
def test_what_nobody_can_have_is_refused(bad: Needs, words: str) -> None:
    said = " ".join(fault.message for fault in limits.faults(with_first(STANDARD, rule("asks", needs=bad))))
    assert words in said


def test_unrouted_asks_for_nothing() -> None:
    last = document.QueueRule("unrouted", "Unrouted", "coding", needs=CCS)
    faults = limits.faults(document.QueueSet((*STANDARD.queues[:-1], last)))
    assert any("Unrouted has no conditions" in fault.message for fault in faults)


def test_it_reads_as_a_sentence() -> None:
    asked = Needs(("CCS", "CIC", "RHIA"), ("inpatient", "newborn"), "independent")
    assert needs.sentence(asked) == (
        "Given to people with CCS, CIC or RHIA, competence in inpatient and newborn coding, working independently."
    )
    assert needs.sentence(Needs()) == ""
    changed = differences(with_first(STANDARD, rule("asks")), with_first(STANDARD, rule("asks", needs=CCS)))
    assert changed == ["Asks: asks for CCS or RHIA, was nothing."]
    assert needs.met(Needs(), [])
    assert not needs.met(Needs(("CCS",)), [Held("inpatient", "", "sampled")])


def test_credentials_are_read_from_free_words() -> None:
    assert credentials.named("rhit / ccs-p; Coc") == ("RHIT", "CCS-P", "COC")
    assert credentials.named("--, 3M") == ()


# ---------------------------------------------------------------- pages


def test_the_form_asks_says_and_keeps_it(hospital: Cast) -> None:
    client = signed_in(hospital.cleo)
    address = reverse("worklist:edit_queue", args=[hospital.main.pk])
    sent = {
        "name": "High dollar",
        "kind": "coding",
        "returned": "any",
        "when:kind": "all",
        "when:clauses": "0",
        "credentials": ["CCS", "RHIA"],
        "more_credentials": "rcc, hcs-d",
        "coding_types": ["inpatient"],
        "supervision": "sampled",
    }
    shown = client.post(address, {**sent, "do": "refresh"}).content.decode()
    asked = "Given to people with CCS, HCS-D, RCC or RHIA, competence in inpatient coding, not under review of every account."
    assert asked in shown and 'data-testid="who"' in shown
    assert client.post(address, {**sent, "do": "save"}).status_code == 302
    kept = document.from_text(QueueSetDraft.objects.get().document).named("high-dollar")
    assert kept is not None
    assert kept.needs == Needs(("CCS", "HCS-D", "RCC", "RHIA"), ("inpatient",), "sampled")
    again = client.get(f"{address}?queue=high-dollar").content.decode()
    assert 'value="HCS-D" checked' in again and 'value="sampled" selected' in again
    preview = client.get(reverse("worklist:preview_queues", args=[hospital.main.pk])).content.decode()
    assert "may take from this queue" in preview


def test_what_is_no_credential_stays_typed_with_a_sentence(hospital: Cast) -> None:
    sent = {"name": "High dollar", "kind": "coding", "when:kind": "all", "when:clauses": "0", "more_credentials": "C€S"}
    refused = signed_in(hospital.cleo).post(
        reverse("worklist:edit_queue", args=[hospital.main.pk]), {**sent, "returned": "any", "do": "save"}
    )
    shown = refused.content.decode()
    assert refused.status_code == 422
    assert "“C€S” is no credential" in shown and 'value="C€S"' in shown
    assert not QueueSetDraft.objects.exists()


def test_why_here_says_what_the_queue_asks_of_who_looks(hospital: Cast, work: Any) -> None:
    dov = _coder(hospital, {"credential": "CCA"})
    change(hospital, rule("asks", needs=CCS, name="High dollar"))
    item = work("A1")
    address = reverse("worklist:why_here", args=[item.account_id])
    assert "your record here does not have that" in signed_in(dov).get(address).content.decode()
    assert "given to people with CCS or RHIA, as you are" in signed_in(hospital.ana).get(address).content.decode()
    # Who takes no such work is told nothing about themselves.
    assert 'data-testid="for-you"' not in signed_in(hospital.bill).get(address).content.decode()
