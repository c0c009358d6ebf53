"""Writing and sending: what is kept, what is refused, and what a sent query does to its account."""

import hashlib
import json
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from accounts import lifecycle
from accounts.errors import Conflict, NotAllowed, Refused
from accounts.locking import lock_account
from accounts.models import Account, DocumentVersion, Event, Hold, OutboxRow, Provider, Step, WorkItem
from coding_workflow.coding import services as coding
from coding_workflow.coding.models import ProviderQuery, SentQuery
from coding_workflow.coding.services import queries as services
from coding_workflow.release.services.checking import judge
from coding_workflow.staff.models import Competence, Role, RoleGrant
from tests.cast import Cast
from tests.coding.stage import payloads, refused, revision_of

from .desk import NOTE, OPTIONS, PASSAGE, asked_about, draft, other_provider, send, wording


@pytest.fixture
def account(cast: Cast) -> Account:
    return asked_about(cast)


def test_a_draft_keeps_whatever_was_typed_and_changes_nothing_that_is_judged(account: Account, cast: Cast) -> None:
    before = revision_of(account)
    query = draft(account, cast.actor("ana"), text="Please document DRG 871", options=(), indicators=(), subject="")
    assert (query.status, query.text, query.asked_by) == ("draft", "Please document DRG 871", cast.ana)
    again = services.draft_query(
        account_id=account.pk, query_id=query.pk, by=cast.actor("ana"), wording=wording(account, text="What is it?\r\n")
    )
    assert (again.pk, again.text) == (query.pk, "What is it?")
    assert revision_of(account) == before
    assert not Hold.objects.exists()
    assert "evidence.query_answered" not in {each.rule for each in judge(account).evaluation.findings}
    assert Event.objects.filter(kind="query.drafted").count() == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"kind": "essay"}, "query.reason"),
        ({"reason": "curiosity"}, "query.reason"),
        ({"subject": "x" * 121}, "query.long"),
        ({"text": "x" * 8001}, "query.long"),
        ({"options": ("x",) * 41}, "query.long"),
        ({"indicators": ((1, 0, 10**6),)}, "query.indicator"),
        ({"indicators": ((987654321, 0, 4),)}, "query.indicator"),
        ({"codes": ("J441",)}, "query.code"),
        ({"provider_id": 987654321}, "query.provider"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else value,
)
def test_a_draft_takes_nothing_that_is_not_the_accounts(account: Account, cast: Cast, changes: dict[str, Any], code: str) -> None:
    refused(code, lambda: draft(account, cast.actor("ana"), **changes))
    assert not ProviderQuery.objects.exists()


@pytest.mark.parametrize("span", [(3, 3), (5, 2), (-1, 4), (0, len(NOTE) + 1)])
def test_a_passage_stands_inside_its_document(account: Account, cast: Cast, span: tuple[int, int]) -> None:
    version = DocumentVersion.objects.get(account=account)
    refused("query.indicator", lambda: draft(account, cast.actor("ana"), indicators=((version.pk, *span),)))


def test_another_accounts_record_and_another_hospitals_provider_are_not_asked(account: Account, cast: Cast) -> None:
    theirs = asked_about(cast, "A2")
    version = DocumentVersion.objects.get(account=theirs)
    refused("query.indicator", lambda: draft(account, cast.actor("ana"), indicators=((version.pk, 0, 5),)))
    elsewhere = Provider.objects.create(facility=cast.other, source_id="X", family_name="Elsewhere")
    refused("query.provider", lambda: draft(account, cast.actor("ana"), provider_id=elsewhere.pk))


@pytest.mark.parametrize("name", ["ben", "cleo", "bill", "ada", "cora", "dov"])
def test_only_coders_ask(account: Account, cast: Cast, name: str) -> None:
    with pytest.raises(NotAllowed):
        draft(account, cast.actor(name))


def test_a_coder_without_competence_for_the_class_does_not_ask(account: Account, cast: Cast) -> None:
    Competence.objects.filter(user=cast.ana).update(valid_to="2026-01-01")
    refused("coding.competence", lambda: draft(account, cast.actor("ana")))


def test_nobody_asks_about_an_account_that_another_coder_has_open(account: Account, cast: Cast) -> None:
    RoleGrant.objects.create(user=cast.ben, facility=cast.main, role=Role.CODER)
    held = Competence.objects.get(user=cast.ana, coding_type="inpatient")
    held.pk, held.user = None, cast.ben
    held.save()
    coding.assign_diagnosis(account_id=account.pk, code="J44.1", poa="Y", by=cast.actor("ben"))
    assert "Ben" in refused("work.taken", lambda: draft(account, cast.actor("ana"))).sentence


def test_sending_holds_the_account_leaves_it_to_the_provider_and_keeps_the_words(account: Account, cast: Cast) -> None:
    before, ana = revision_of(account), cast.actor("ana")
    coding.assign_diagnosis(account_id=account.pk, code="J44.1", poa="Y", by=ana)
    made = send(account, ana, codes=("J441",))
    query = ProviderQuery.objects.get()
    assert (query.status, query.asked_by, query.sent_at is not None) == ("sent", cast.ana, True)

    sent = SentQuery.objects.get(query=query)
    said = json.loads(sent.document)
    assert sent.sha256 == hashlib.sha256(sent.document.encode()).hexdigest()
    assert (said["options"], said["codes"], said["provider"]["name"]) == (list(OPTIONS), ["J441"], "Ward, Wanda")
    assert said["indicators"][0]["quote"] == PASSAGE
    assert said["indicators"][0]["author"] == "Ward, Wanda"

    hold = Hold.objects.get()
    assert (hold.condition, hold.blocking, hold.owner_role, hold.source, hold.fix) == (2, True, "provider", "policy", "queries")
    work = {item.kind: item for item in WorkItem.objects.all()}
    assert (work["coding"].outcome, work["query"].closed_at) == ("queried", None)
    assert revision_of(account) > before
    assert payloads("query.sent") == [{"provider": query.provider_id, "query": query.pk, "sha256": sent.sha256}]
    assert OutboxRow.objects.get(kind="coding.query_ladder").not_before > query.sent_at

    findings = {each.rule: each for each in judge(lock_account(account.pk)).evaluation.holding}
    assert findings["evidence.query_answered"].owner == "provider"
    assert len(made.token) > 40 and len(made.code) == 8


def test_nothing_that_the_linter_stops_is_sent(account: Account, cast: Cast) -> None:
    ana = cast.actor("ana")
    query = draft(account, ana, text="Please document acute respiratory failure so that the DRG is right.")
    said = refused("query.lint", lambda: services.send_query(account_id=account.pk, query_id=query.pk, by=ana))
    assert "Please document" in said.sentence or "DRG" in said.sentence
    assert ProviderQuery.objects.get().status == "draft"
    assert not Hold.objects.exists() and not SentQuery.objects.exists()


def test_a_query_goes_to_somebody_and_once(account: Account, cast: Cast) -> None:
    ana = cast.actor("ana")
    nobody = draft(account, ana, provider_id=None)
    refused("query.provider", lambda: services.send_query(account_id=account.pk, query_id=nobody.pk, by=ana))
    made = send(account, ana)
    query_id = made.link.query_id
    refused("query.moved_on", lambda: services.send_query(account_id=account.pk, query_id=query_id, by=ana))
    refused(
        "query.moved_on",
        lambda: services.draft_query(account_id=account.pk, query_id=query_id, by=ana, wording=wording(account, text="Other?")),
    )
    refused("query.unknown", lambda: services.send_query(account_id=account.pk, query_id=987654321, by=ana))


def test_two_queries_may_wait_at_once(account: Account, cast: Cast) -> None:
    ana = cast.actor("ana")
    send(account, ana)
    send(account, ana, provider_id=other_provider(cast).pk)
    assert Hold.objects.filter(resolved_at=None).count() == 2
    assert WorkItem.objects.filter(kind="query", closed_at=None).count() == 1


@pytest.mark.parametrize("steps", [(), ("discharged",)], ids=["in house", "waiting"])
def test_before_coding_nobody_is_asked(cast: Cast, steps: tuple[str, ...]) -> None:
    account = lock_account(cast.account("B1").pk)
    for step in steps:
        lifecycle.move(account=account, to=Step(step), by=cast.actor("ana"))
    with pytest.raises(Conflict) as said:
        services.draft_query(
            account_id=account.pk,
            by=cast.actor("ana"),
            wording=services.Wording(kind="open", reason="unclear", subject="", text=""),
        )
    assert said.value.code == "query.step"


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE coding_providerquery SET text = 'Please document sepsis'",
        "UPDATE coding_providerquery SET options = '[]'",
        "DELETE FROM coding_providerquery",
        "UPDATE coding_sentquery SET document = '{}'",
        "DELETE FROM coding_sentquery",
        "DELETE FROM coding_querylink",
        "UPDATE coding_providerquery SET status = 'closed'",
        "UPDATE coding_providerquery SET status = 'lost'",
        "UPDATE coding_providerquery SET provider_id = NULL",
    ],
)
def test_plain_sql_rewrites_nothing_that_was_sent(account: Account, cast: Cast, sql: str) -> None:
    send(account, cast.actor("ana"))
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_a_copy_whose_hash_is_not_its_own_is_refused(account: Account, cast: Cast) -> None:
    query = draft(account, cast.actor("ana"))
    with pytest.raises(DatabaseError), transaction.atomic():
        SentQuery.objects.create(
            facility=cast.main,
            account=account,
            query=query,
            provider=account.attending,
            document="{}",
            sha256="0" * 64,
            sent_by=cast.ana,
        )


def test_asking_again_is_another_query(account: Account, cast: Cast) -> None:
    ana = cast.actor("ana")
    made = send(account, ana)
    refused("query.moved_on", lambda: services.ask_again(account_id=account.pk, query_id=made.link.query_id, by=ana))
    services.withdraw_query(account_id=account.pk, query_id=made.link.query_id, by=ana, reason="To the wrong provider")
    again = services.ask_again(account_id=account.pk, query_id=made.link.query_id, by=ana)
    assert again.pk != made.link.query_id
    assert (again.status, again.options, again.text) == ("draft", list(OPTIONS), wording(account).text)
    assert ProviderQuery.objects.get(pk=made.link.query_id).status == "withdrawn"


def test_a_query_about_nothing_is_unknown(account: Account, cast: Cast) -> None:
    with pytest.raises(Refused):
        services.withdraw_query(account_id=account.pk, query_id=987654321, by=cast.actor("ana"), reason="x")
