"""Checking many accounts again from stored facts: the same verdict as assembling them, each account by itself."""

import datetime
import json
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection

from accounts import lifecycle
from accounts.actors import Actor
from accounts.locking import lock_account
from accounts.models import Account, ChargemasterEntry, Hold, HoldSource, OutboxRow, Step, WorkItem
from accounts.services.charges import post_charge
from accounts.services.holds import place_hold, resolve_hold
from coding_workflow.coding.services import return_to_coding
from coding_workflow.guidelines.facts import facts_from_json, facts_to_json
from coding_workflow.outbox.services import drain
from coding_workflow.policy.rules import AutoRelease, Scope
from coding_workflow.release import services as release
from coding_workflow.release.facts import SharedRows, assemble, refreshed
from coding_workflow.release.models import Check, CheckDue, DueCause, Release
from coding_workflow.release.services import rechecking
from coding_workflow.release.services.due import Reach, mark_due
from tests.cast import SEPTEMBER, Cast
from tests.tables import publish, trusting

from .stage import code, finalize, ready

pytestmark = pytest.mark.usefixtures("coded_db")

FEED = Actor.feed("TEST")


def clean(cast: Cast) -> Account:
    """A releasable, final-coded account."""
    account = ready(cast)
    code(account, cast)
    assert finalize(account, cast).verdict == "releasable"
    return Account.objects.get(pk=account.pk)


def empty(cast: Cast, number: str) -> Account:
    """A final-coded account without codes, never checked."""
    account = lock_account(cast.account(number).pk)
    for step in (Step.DISCHARGED, Step.CODING, Step.FINAL_CODED):
        lifecycle.move(account=account, to=step, by=FEED)
    return account


def mark_all() -> None:
    mark_due(reach=Reach(), cause=DueCause.POLICY)


def recheck(cast: Cast) -> int:
    return rechecking.recheck_due(facility_id=cast.main.pk, place=0)


def stored_and_now(account: Account) -> tuple[str, str]:
    """The facts refreshed from the newest verdict, and assembled from the rows: canonical texts."""
    account = Account.objects.select_related("facility", "patient", "unit", "attending", "operating").get(pk=account.pk)
    check = Check.objects.filter(account=account).latest("pk")
    kept = facts_from_json(json.loads(check.facts))
    shared = SharedRows.read([account], {int(coder.id) for coder in kept.coders})
    fresh = refreshed(account, kept, shared)
    return (facts_to_json(fresh) if fresh else "assembled anew"), facts_to_json(assemble(account))


def test_refreshed_facts_are_those_that_would_be_assembled(cast: Cast, settings: Any) -> None:
    account = clean(cast)
    assert len(set(stored_and_now(account))) == 1
    settings.BUSINESS_DATE = SEPTEMBER + datetime.timedelta(days=40)
    cast.ana.competences.filter(coding_type="inpatient").update(valid_to=datetime.date(2026, 9, 20))
    cast.medicare.kind = "medicare_advantage"
    cast.medicare.save()
    attending = cast.provider()
    attending.npi = "1992753022"
    attending.save()
    cast.main.ipps = False
    cast.main.save()
    near = cast.account("NEAR", patient=account.patient, admit_date=SEPTEMBER - datetime.timedelta(days=2))
    cast.account("FAR", patient=account.patient, admit_date=SEPTEMBER - datetime.timedelta(days=30))
    cast.account("CHILD", mother_id=account.pk)
    Account.objects.filter(pk=account.pk).update(service="cardiology", discharged_at="2026-09-04T15:00:00Z")
    place_hold(account=lock_account(account.pk), source="person", key="k", reason="person.asked", message="Wait.", by=FEED)
    stored, now = stored_and_now(account)
    assert stored == now
    for word in ("2026-10-11", "2026-09-19", "medicare_advantage", "1992753022", f'"id":"{near.pk}"', "newborn", "Wait."):
        assert word in now, word
    assert "cardiology" in now


def test_another_owner_of_a_charge_is_read_from_the_rows(cast: Cast) -> None:
    account = clean(cast)
    owned = {"code": "C1", "description": "X", "revenue_code": "0250", "owner": cast.ana, "valid_from": SEPTEMBER}
    entry = ChargemasterEntry.objects.create(facility=cast.main, **owned)
    post_charge(
        account=lock_account(account.pk),
        source_id="1",
        revenue_code="0250",
        amount=10,
        service_date=SEPTEMBER,
        by=FEED,
        hcpcs="J1885",
        entry=entry,
    )
    release.run_check(account_id=account.pk)
    assert len(set(stored_and_now(account))) == 1
    ChargemasterEntry.objects.filter(pk=entry.pk).update(owner=cast.ben)
    assert stored_and_now(account)[0] == "assembled anew"


def test_a_changed_policy_holds_what_was_releasable_and_frees_it_again(cast: Cast) -> None:
    account = clean(cast)
    publish(cast, replace(trusting(), downstream=()))
    mark_all()
    assert recheck(cast) == 1
    assert not CheckDue.objects.exists()
    assert Check.objects.filter(account=account).latest("pk").verdict == "held"
    assert Hold.objects.filter(account=account, resolved_at__isnull=True, reason="tables.loaded").exists()
    assert not WorkItem.objects.filter(account=account, kind="release", closed_at__isnull=True).exists()
    publish(cast, trusting())
    mark_all()
    recheck(cast)
    assert Check.objects.filter(account=account).latest("pk").verdict == "releasable"
    assert not Hold.objects.filter(account=account, resolved_at__isnull=True).exists()
    assert WorkItem.objects.filter(account=account, kind="release", closed_at__isnull=True).exists()


def test_the_verdict_that_stands_is_the_newest_also_when_it_was_given_before(cast: Cast) -> None:
    account = clean(cast)
    waiting = {"source": "person", "key": "k", "reason": "a.b", "message": "Wait.", "owner_role": "him", "by": FEED}
    hold = place_hold(account=lock_account(account.pk), **waiting)
    release.run_check(account_id=account.pk)
    resolve_hold(account=lock_account(account.pk), hold=hold, by=FEED, resolution="Waited.")
    release.run_check(account_id=account.pk)
    verdicts = list(Check.objects.filter(account=account).order_by("pk").values_list("verdict", flat=True))
    assert verdicts == ["releasable", "held", "releasable"]


def test_checking_again_without_a_change_writes_no_verdict(cast: Cast) -> None:
    account = clean(cast)
    before = Account.objects.get(pk=account.pk).event_sequence
    for _ in range(2):
        mark_all()
        recheck(cast)
    assert Check.objects.filter(account=account).count() == 1
    assert Account.objects.get(pk=account.pk).event_sequence == before
    assert not CheckDue.objects.exists()


def test_a_poisoned_account_is_set_apart_and_the_others_go_on(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    good, poisoned = empty(cast, "GOOD"), empty(cast, "POISONED")
    mark_all()

    def fail_for_one(account: Account, *_: Any) -> Any:
        if account.pk == poisoned.pk:
            raise ZeroDivisionError
        return assemble(account)

    monkeypatch.setattr(rechecking, "assemble", fail_for_one)
    assert recheck(cast) == 2
    assert list(CheckDue.objects.values_list("account", "apart")) == [(poisoned.pk, True)]
    assert Check.objects.filter(account=good).exists()
    row = OutboxRow.objects.get(kind="release.check", account=poisoned)
    assert (row.state, recheck(cast)) == ("waiting", 0)


def test_a_verdict_that_cannot_be_written_does_not_stop_the_others(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    good, poisoned = empty(cast, "GOOD"), empty(cast, "POISONED")
    mark_all()
    write = rechecking._write

    def fail_with_one(judged: Any) -> Any:
        if any(each.account.pk == poisoned.pk for each in judged):
            raise ZeroDivisionError
        return write(judged)

    monkeypatch.setattr(rechecking, "_write", fail_with_one)
    recheck(cast)
    assert Check.objects.filter(account=good).exists()
    assert list(CheckDue.objects.values_list("account", flat=True)) == [poisoned.pk]


def _die(_: Any) -> None:
    raise SystemExit


def test_killed_before_its_end_a_batch_has_changed_nothing(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    account = empty(cast, "A1")
    mark_all()
    with monkeypatch.context() as patched:
        patched.setattr(rechecking.due, "done", _die)
        with pytest.raises(SystemExit):
            recheck(cast)
    assert CheckDue.objects.filter(account=account).exists()
    assert not Check.objects.exists()
    recheck(cast)
    assert Check.objects.count() == 1


def test_an_account_with_its_coder_loses_only_the_holds_that_no_longer_stand(cast: Cast) -> None:
    account = clean(cast)
    publish(cast, replace(trusting(), downstream=()))
    release.run_check(account_id=account.pk)
    place_hold(account=lock_account(account.pk), source="person", key="k", reason="a.b", message="Wait.", by=FEED)
    return_to_coding(account_id=account.pk, by=cast.actor("cleo"), reason="Look again.")
    checks = Check.objects.count()
    publish(cast, trusting())
    mark_all()
    recheck(cast)
    assert [hold.source for hold in Hold.objects.filter(account=account, resolved_at__isnull=True)] == [HoldSource.PERSON]
    assert (Check.objects.count(), Account.objects.get(pk=account.pk).step) == (checks, Step.CODING)
    assert not CheckDue.objects.exists()


def test_clean_accounts_go_out_by_themselves_where_policy_says_so(cast: Cast) -> None:
    account = clean(cast)
    publish(cast, replace(trusting(), auto_release=(AutoRelease("cleo", Scope(("inpatient",), ("medicare",))),)))
    mark_all()
    recheck(cast)
    assert Release.objects.get(account=account).approved_by == cast.cleo


def test_the_outbox_works_through_all_that_is_due(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rechecking.due, "BATCH", 2)
    for number in range(5):
        empty(cast, f"A{number}")
    mark_all()
    OutboxRow.objects.filter(kind="release.check").delete()
    drain(lanes=["bulk"])
    assert not CheckDue.objects.exists()
    assert Check.objects.count() == 5


def test_a_batch_costs_the_same_queries_however_many_accounts(cast: Cast) -> None:
    clean(cast)
    assert _queries_of_a_batch(cast) <= 16
    publish(cast, replace(trusting(), title="The same by another name"))
    assert _queries_of_a_batch(cast) <= 20, "a new verdict of each account, written together"


def _queries_of_a_batch(cast: Cast) -> int:
    mark_all()
    seen: list[str] = []
    with connection.execute_wrapper(lambda execute, sql, *rest: (seen.append(sql), execute(sql, *rest))[1]):
        recheck(cast)
    return sum("SAVEPOINT" not in sql for sql in seen)
