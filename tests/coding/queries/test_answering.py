"""Answers: through the link, written down by the coder, and in the record; the account comes back to who asked."""

import datetime
from dataclasses import replace
from typing import Any

import pytest
from django.utils import timezone

from accounts import lifecycle
from accounts.errors import NotAllowed, Refused
from accounts.locking import lock_account
from accounts.models import AccessRecord, Account, Event, Hold, Step, WorkItem
from accounts.services.holds import resolve_hold
from coding_workflow.coding import services as coding
from coding_workflow.coding.models import ProviderQuery, QueryLink, QueryResponse
from coding_workflow.coding.services import queries as services
from coding_workflow.coding.services.queries.links import MOST_TRIES
from coding_workflow.policy.services import publish_policy
from coding_workflow.policy.standard import STANDARD
from coding_workflow.release.services.checking import judge
from coding_workflow.staff.models import Role, RoleGrant
from tests.cast import SEPTEMBER, Cast
from tests.coding.stage import payloads, refused

from .desk import NOTE, NPI_END, OPTIONS, answer, asked_about, note, opened, other_provider, send


@pytest.fixture
def account(cast: Cast) -> Account:
    return asked_about(cast)


@pytest.fixture
def made(account: Account, cast: Cast) -> services.NewLink:
    return send(account, cast.actor("ana"))


def legal_record(cast: Cast) -> None:
    """Policy: queries are part of the legal record."""
    RoleGrant.objects.create(user=cast.cora, facility=cast.main, role=Role.ADMINISTRATOR)
    policy = replace(STANDARD, query_is_legal_record=True)
    publish_policy(facility=cast.main, policy=policy, by=cast.ada, second=cast.cora, effective_from=SEPTEMBER)


def holds(**more: Any) -> list[str]:
    return list(Hold.objects.filter(resolved_at=None, **more).values_list("reason", flat=True))


# ---------------------------------------------------------------- the link


def test_a_link_opens_for_who_has_code_and_number_and_is_noted(made: services.NewLink, account: Account) -> None:
    link = opened(made)
    assert link == made.link
    query = ProviderQuery.objects.get()
    assert query.viewed_at is not None
    assert payloads("query.viewed") == [{"link": link.pk, "provider": query.provider_id, "query": query.pk}]
    assert AccessRecord.objects.get(kind="query.opened_by_link").account == account
    opened(made)
    assert Event.objects.filter(kind="query.viewed").count() == 1


def test_only_hashes_are_kept(made: services.NewLink) -> None:
    row = str(QueryLink.objects.values().get())
    assert made.token not in row and made.code not in row
    assert all(made.token not in text and made.code not in text for text in Event.objects.values_list("payload", flat=True))


@pytest.mark.parametrize(
    ("code", "who"),
    [("00000000", NPI_END), (None, "0000"), ("", ""), (None, ""), (None, "١٢٣٤"), ("\x00", "7893")],
    ids=["code", "digits", "nothing", "no digits", "other digits", "control"],
)
def test_a_wrong_factor_opens_nothing_and_the_fifth_locks(made: services.NewLink, code: str | None, who: str) -> None:
    given = made.code if code is None else code
    for tried in range(1, MOST_TRIES + 1):
        assert services.identify(token=made.token, code=given, who=who) == services.Identified(None, MOST_TRIES - tried)
    assert services.identify(token=made.token, code=made.code, who=NPI_END).link is None
    assert ProviderQuery.objects.get().viewed_at is None
    assert [each["left"] for each in payloads("query.link_locked")] == [0]
    with pytest.raises(Refused) as said:
        answer(made)
    assert said.value.code == "query.link_over"


def test_a_provider_without_number_is_known_by_name(account: Account, cast: Cast) -> None:
    made = send(account, cast.actor("ana"), provider_id=other_provider(cast, npi="").pk)
    assert services.identify(token=made.token, code=made.code, who="Ward").link is None
    assert services.identify(token=made.token, code=made.code, who=" okafor ").link == made.link


def test_a_link_ends_with_its_days(made: services.NewLink, account: Account, cast: Cast) -> None:
    link = opened(made)
    QueryLink.objects.filter(pk=link.pk).update(expires_at=timezone.now() - datetime.timedelta(seconds=1))
    assert services.identify(token=made.token, code=made.code, who=NPI_END) == services.Identified(None)
    refused("query.link_over", lambda: answer(made))
    again = services.renew_link(account_id=account.pk, query_id=link.query_id, by=cast.actor("cleo"))
    assert opened(again) == again.link


def test_a_new_link_ends_the_old_one(made: services.NewLink, account: Account, cast: Cast) -> None:
    again = services.renew_link(account_id=account.pk, query_id=made.link.query_id, by=cast.actor("ana"))
    assert services.identify(token=made.token, code=made.code, who=NPI_END).link is None
    assert services.identify(token=again.token, code=made.code, who=NPI_END).link is None
    assert opened(again) == again.link


@pytest.mark.parametrize("token", ["", "x" * 43, "é\ud800", "' OR 1=1 --"])
def test_an_unknown_token_is_nobodys(made: services.NewLink, token: str) -> None:
    assert services.identify(token=token, code=made.code, who=NPI_END) == services.Identified(None)


# ---------------------------------------------------------------- the answer


def test_an_answer_waits_for_the_addendum_and_brings_the_account_back(
    made: services.NewLink, account: Account, cast: Cast
) -> None:
    opened(made)
    response = answer(made)
    query = ProviderQuery.objects.get()
    assert (query.status, query.outcome, response.way, response.choice) == ("answered", "agreed", "link", OPTIONS[0])
    assert (response.signed_name, response.heard_by) == ("Wanda Ward MD", None)
    assert holds() == ["query.addendum"]
    back = WorkItem.objects.get(kind="coding", closed_at=None)
    assert (back.returned_to, back.leased_to) == (cast.ana, None)
    assert "Query answered" in back.why
    assert WorkItem.objects.get(kind="query").closed_at is not None
    event = payloads("query.answered")[0]
    assert event["provider"] == query.provider_id and OPTIONS[0] not in str(event)
    rule = next(each for each in judge(lock_account(account.pk)).evaluation.holding if each.rule == "evidence.query_answered")
    assert "signed addendum" in rule.message


def test_where_policy_says_so_the_answer_itself_ends_the_wait(account: Account, cast: Cast) -> None:
    legal_record(cast)
    made = send(account, cast.actor("ana"))
    answer(made)
    query = ProviderQuery.objects.get()
    assert (query.status, query.ended_at is not None) == ("closed", True)
    assert holds() == []
    assert "evidence.query_answered" not in {each.rule for each in judge(lock_account(account.pk)).evaluation.holding}
    assert WorkItem.objects.get(kind="coding", closed_at=None).returned_to == cast.ana


@pytest.mark.parametrize(
    ("choice", "words", "name", "code"),
    [
        ("", "", "Ward", "answer.choice"),
        ("Sepsis", "", "Ward", "answer.choice"),
        ("Other", " ", "Ward", "answer.words"),
        (OPTIONS[0], "", "  ", "answer.name"),
        (OPTIONS[0], "x" * 4001, "Ward", "answer.long"),
        (OPTIONS[0], "", "x" * 121, "answer.long"),
    ],
)
def test_what_is_no_answer_is_refused_and_the_link_stays(
    made: services.NewLink, choice: str, words: str, name: str, code: str
) -> None:
    refused(code, lambda: answer(made, choice, words, name))
    assert not QueryResponse.objects.exists()
    assert opened(made) == made.link


@pytest.mark.parametrize(
    ("choice", "words", "outcome"),
    [(OPTIONS[1], "", "agreed"), ("Other", "Exhaustion", "other"), ("Unable to determine", "", "undetermined")],
)
def test_what_figures_count(made: services.NewLink, choice: str, words: str, outcome: str) -> None:
    assert answer(made, choice, words).outcome == outcome


@pytest.mark.parametrize(("choice", "outcome"), [("Yes", "agreed"), ("No", "disagreed")])
def test_yes_agrees_and_no_does_not(account: Account, cast: Cast, choice: str, outcome: str) -> None:
    yes_no = {
        "kind": "yes_no",
        "reason": "present_on_admission",
        "text": "Was the COPD exacerbation present at the time of the inpatient order?",
        "options": ("Yes", "No", "Other", "Unable to determine"),
        "indicators": ((account.documents.get().versions.get().pk, 0, len(NOTE)),),
    }
    assert answer(send(account, cast.actor("ana"), **yes_no), choice).outcome == outcome


def test_an_open_question_is_answered_in_words(account: Account, cast: Cast) -> None:
    made = send(account, cast.actor("ana"), kind="open", options=())
    refused("answer.words", lambda: answer(made, OPTIONS[0], ""))
    response = answer(made, OPTIONS[0], "Hypoxia of the exacerbation")
    assert (response.choice, response.outcome) == ("", "other")


def test_a_link_is_used_once(made: services.NewLink) -> None:
    answer(made)
    refused("query.link_over", lambda: answer(made, OPTIONS[1]))
    assert services.identify(token=made.token, code=made.code, who=NPI_END) == services.Identified(None)
    assert QueryResponse.objects.get().choice == OPTIONS[0]


@pytest.mark.parametrize("way", ["verbal", "written"])
def test_the_coder_writes_down_what_was_said(made: services.NewLink, account: Account, cast: Cast, way: str) -> None:
    values = {"account_id": account.pk, "query_id": made.link.query_id, "by": cast.actor("ana")}
    said = {"choice": "Other", "words": "Exhaustion, not failure", "signed_name": "Wanda Ward"}
    refused("answer.way", lambda: services.record_answer(**values, **said, way="link"))
    response = services.record_answer(**values, **said, way=way)
    assert (response.heard_by, response.way, response.outcome) == (cast.ana, way, "other")
    assert services.identify(token=made.token, code=made.code, who=NPI_END).link is None
    refused("query.moved_on", lambda: services.record_answer(**values, **said, way=way))
    assert holds() == ["query.addendum"]


@pytest.mark.parametrize("name", ["ben", "bill", "ada", "cora", "dov"])
def test_nobody_else_sees_to_a_query(made: services.NewLink, account: Account, cast: Cast, name: str) -> None:
    values: dict[str, Any] = {"account_id": account.pk, "query_id": made.link.query_id, "by": cast.actor(name)}
    for act in (
        lambda: services.record_answer(**values, way="verbal", choice="Other", words="x", signed_name="x"),
        lambda: services.withdraw_query(**values, reason="x"),
        lambda: services.renew_link(**values),
        lambda: services.document_answer(**values, version_id=1),
        lambda: services.close_without_response(**values, reason="x"),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_the_coder_comes_back_to_what_was_asked_after_final_coding(account: Account, cast: Cast) -> None:
    ana = cast.actor("ana")
    coding.assign_diagnosis(account_id=account.pk, code="J44.1", poa="Y", by=ana)
    coding.finalize_coding(account_id=account.pk, by=ana)
    made = send(account, ana)
    account.refresh_from_db()
    assert account.step == "final_coded"
    answer(made)
    account.refresh_from_db()
    assert account.step == "coding"
    assert WorkItem.objects.get(kind="coding", closed_at=None).returned_to == cast.ana


def test_with_two_questions_the_account_comes_back_with_the_first_answer(
    made: services.NewLink, account: Account, cast: Cast
) -> None:
    second = send(account, cast.actor("ana"), provider_id=other_provider(cast).pk)
    answer(made)
    assert WorkItem.objects.filter(kind="query", closed_at=None).count() == 1
    assert sorted(holds()) == ["query.addendum", "query.outstanding"]
    answer(second)
    assert not WorkItem.objects.filter(kind="query", closed_at=None).exists()
    assert WorkItem.objects.filter(kind="coding", closed_at=None).count() == 1


# ---------------------------------------------------------------- the record


def test_the_signed_addendum_ends_the_wait_by_itself(made: services.NewLink, account: Account, cast: Cast) -> None:
    answer(made)
    version = note(account, NOTE + "\nAddendum: acute respiratory failure with hypoxia.", status="addended")
    query = ProviderQuery.objects.get()
    assert (query.status, query.outcome, query.addendum) == ("closed", "agreed", version)
    assert holds() == []
    assert payloads("query.documented") == [{"query": query.pk, "version": version.pk}]
    assert WorkItem.objects.get(kind="coding", closed_at=None).returned_to == cast.ana


def test_a_query_response_of_the_provider_ends_it_too(made: services.NewLink, account: Account) -> None:
    answer(made)
    note(account, "Acute respiratory failure.", source_id="R1", type="query_response", title="Query response")
    assert ProviderQuery.objects.get().status == "closed"


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "unsigned", "signed_at": None},
        {"author": None},
        {"source_id": "N9"},
        {"source_id": "R1", "type": "query_response", "status": "dictated", "signed_at": None},
    ],
    ids=["unsigned", "author unknown", "another document", "dictated"],
)
def test_other_papers_do_not(made: services.NewLink, account: Account, changes: dict[str, Any]) -> None:
    answer(made)
    note(account, "Acute respiratory failure.", **changes)
    assert ProviderQuery.objects.get().status == "answered"
    assert holds() == ["query.addendum"]


def test_somebody_elses_addendum_does_not(made: services.NewLink, account: Account, cast: Cast) -> None:
    answer(made)
    note(account, "Acute respiratory failure.", status="addended", author=other_provider(cast))
    assert holds() == ["query.addendum"]


def test_an_addendum_before_the_answer_is_not_the_answers(made: services.NewLink, account: Account) -> None:
    note(account, "Acute respiratory failure.", status="addended")
    answer(made)
    assert holds() == ["query.addendum"]


def test_the_coder_names_the_document_where_the_feed_does_not_tell(made: services.NewLink, account: Account, cast: Cast) -> None:
    values = {"account_id": account.pk, "query_id": made.link.query_id, "by": cast.actor("ana")}
    early = account.documents.get().versions.get()
    refused("query.moved_on", lambda: services.document_answer(**values, version_id=early.pk))
    answer(made)
    refused("query.addendum", lambda: services.document_answer(**values, version_id=early.pk))
    unsigned = note(account, "x", source_id="N2", status="unsigned", signed_at=None)
    refused("query.addendum", lambda: services.document_answer(**values, version_id=unsigned.pk))
    elsewhere = note(asked_about(cast, "A2"), "x", source_id="N3")
    refused("query.addendum", lambda: services.document_answer(**values, version_id=elsewhere.pk))
    signed = note(account, "Acute respiratory failure.", source_id="N4", author=None)
    assert services.document_answer(**values, version_id=signed.pk).addendum == signed
    assert holds() == []


# ---------------------------------------------------------------- other ends


def test_withdrawing_takes_words_frees_the_account_and_ends_the_link(
    made: services.NewLink, account: Account, cast: Cast
) -> None:
    values = {"account_id": account.pk, "query_id": made.link.query_id, "by": cast.actor("ana")}
    refused("query.no_reason", lambda: services.withdraw_query(**values, reason=" "))
    services.withdraw_query(**values, reason="The note has come meanwhile")
    assert holds() == []
    assert services.identify(token=made.token, code=made.code, who=NPI_END).link is None
    assert WorkItem.objects.get(kind="coding", closed_at=None).returned_to == cast.ana
    assert "evidence.query_answered" not in {each.rule for each in judge(lock_account(account.pk)).evaluation.holding}
    refused("query.moved_on", lambda: services.withdraw_query(**values, reason="again"))


def test_a_supervisor_ends_what_nobody_answers(made: services.NewLink, account: Account, cast: Cast) -> None:
    values: dict[str, Any] = {"account_id": account.pk, "query_id": made.link.query_id}
    refused("query.role", lambda: services.close_without_response(**values, by=cast.actor("ana"), reason="No answer"))
    refused("query.no_reason", lambda: services.close_without_response(**values, by=cast.actor("cleo"), reason=""))
    query = services.close_without_response(**values, by=cast.actor("cleo"), reason="Escalated, no answer in 14 days")
    assert (query.status, query.outcome, query.ended_why) == ("closed", "no_response", "Escalated, no answer in 14 days")
    assert holds() == []
    assert WorkItem.objects.get(kind="coding", closed_at=None).returned_to == cast.ana


def test_a_hold_that_a_supervisor_resolved_by_hand_stops_no_answer(made: services.NewLink, account: Account, cast: Cast) -> None:
    resolve_hold(account=lock_account(account.pk), hold=Hold.objects.get(), by=cast.actor("cleo"), resolution="Phoned")
    # The facts know of the query all the same.
    assert "evidence.query_answered" in {each.rule for each in judge(lock_account(account.pk)).evaluation.holding}
    answer(made)
    assert holds() == ["query.addendum"]


def test_a_cancelled_account_takes_the_answer_and_opens_no_work(made: services.NewLink, account: Account, cast: Cast) -> None:
    lifecycle.move(account=lock_account(account.pk), to=Step.REGISTERED, by=cast.actor("ana"))
    answer(made)
    assert not WorkItem.objects.filter(kind="coding", closed_at=None).exists()
    assert QueryResponse.objects.count() == 1
