"""Accounts with stored facts agree with themselves, and checking them again starts from those facts."""

import json
from dataclasses import replace

import pytest
from django.db import connections
from django.db.models import F, Sum

from accounts import history
from accounts.models import Account, ChargeLine, Hold, Step, WorkItem
from benchmarks import batches, stored
from coding_workflow.coding.models import CodedDiagnosis, CodedProcedure
from coding_workflow.guidelines.facts import Facts, facts_from_json, sha256
from coding_workflow.release.models import Check, CheckDue, DueCause
from coding_workflow.release.services import rechecking
from coding_workflow.release.services.due import Reach, mark_due
from tests.cast import Cast
from tests.tables import publish, trusting
from worklist.services import ensure_queues

from .test_bulk import _foreign_keys

# It is measured on engines of its own.
pytestmark = pytest.mark.once

ACCOUNTS = 22
KINDS = 4
KEYS_BEFORE: list[tuple[str, str, str, bool]] = []


@pytest.fixture
def filled(committed_coded_db: str, cast: Cast) -> None:
    ensure_queues(cast.main)
    publish(cast, trusting())
    KEYS_BEFORE[:] = _foreign_keys()
    stored.fill(facility=cast.main, accounts=ACCOUNTS, coder=cast.ana, kinds=KINDS)


def test_what_was_made_agrees_with_itself_and_is_judged_from_its_facts(filled: None, cast: Cast) -> None:
    """One fill, many looks: making the database costs more than looking at it."""
    _each_account_is_final_coded_and_releasable()
    _histories_verify()
    _rows_and_facts_name_the_same()
    _foreign_keys_and_triggers_are_as_before()
    assert stored.from_stored_facts(facility=cast.main, most=100) == (ACCOUNTS, ACCOUNTS)
    _a_batch_asks_as_much_for_all_as_for_one(cast)
    _the_same_verdict_writes_nothing(cast)
    _another_policy_writes_one_for_each(cast)


def _each_account_is_final_coded_and_releasable() -> None:
    assert Account.objects.filter(step=Step.FINAL_CODED).count() == ACCOUNTS
    assert Check.objects.filter(verdict="releasable", revision=F("account__revision")).count() == ACCOUNTS
    assert WorkItem.objects.filter(kind="release", closed_at__isnull=True, queue__kind="release").count() == ACCOUNTS
    assert not Hold.objects.exists()


def _histories_verify() -> None:
    for account in Account.objects.order_by("pk"):
        assert history.verify_account(account) == []


def _rows_and_facts_name_the_same() -> None:
    added = dict(ChargeLine.objects.values_list("account").annotate(Sum("amount")))
    for check in Check.objects.select_related("account__patient").order_by("account"):
        facts, account = facts_from_json(json.loads(check.facts)), check.account
        assert check.facts_hash == sha256(check.facts)
        assert facts.id == str(account.pk)
        assert facts.patient.birth_date == account.patient.birth_date
        assert account.total_charges == added[account.pk] == sum(line.charge or 0 for line in facts.lines)
        assert _coded(account) == _named(facts)
    assert {account.patient_class for account in Account.objects.all()} == {"inpatient", "emergency"}
    told = (facts_from_json(json.loads(check.facts)) for check in Check.objects.all())
    assert len({replace(facts, id="") for facts in told}) == 2 * KINDS


def _coded(account: Account) -> tuple[list[str], list[str], list[str]]:
    ordered = CodedDiagnosis.objects.filter(account=account, role="diagnosis").order_by("position")
    performed = CodedProcedure.objects.filter(account=account).order_by("position")
    charges = ChargeLine.objects.filter(account=account).order_by("pk")
    assert all(row.code == row.charge.hcpcs for row in performed if row.charge)
    return (
        list(ordered.values_list("code", flat=True)),
        list(performed.filter(charge__isnull=True).values_list("code", flat=True)),
        list(charges.values_list("hcpcs", flat=True)),
    )


def _named(facts: Facts) -> tuple[list[str], list[str], list[str]]:
    listed = ([each.code for each in facts.diagnoses or ()], [each.code for each in facts.procedures])
    return (*listed, [line.hcpcs for line in facts.lines])


def _foreign_keys_and_triggers_are_as_before() -> None:
    assert KEYS_BEFORE
    assert _foreign_keys() == KEYS_BEFORE
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'D'")
        assert cursor.fetchone()[0] == 0


def _a_batch_asks_as_much_for_all_as_for_one(cast: Cast) -> None:
    same, new = (batches.measured(cast.main, new=new, rounds=1) for new in (False, True))
    assert same.accounts == new.accounts == ACCOUNTS
    assert same.queries < new.queries < ACCOUNTS
    assert same.to_empty.middle > 1
    assert Check.objects.count() == ACCOUNTS
    assert not CheckDue.objects.exists()


def _the_same_verdict_writes_nothing(cast: Cast) -> None:
    mark_due(reach=Reach(facility_id=cast.main.pk), cause=DueCause.TABLES)
    assert rechecking.recheck_due(facility_id=cast.main.pk, place=0) == ACCOUNTS
    assert Check.objects.count() == ACCOUNTS
    assert not CheckDue.objects.exists()


def _another_policy_writes_one_for_each(cast: Cast) -> None:
    publish(cast, trusting("POA-EXEMPT", "CPT", "HCPCS", "HCPCS-MODIFIER", "NCCI-PTP", "MUE", "COVERAGE"))
    mark_due(reach=Reach(facility_id=cast.main.pk), cause=DueCause.POLICY)
    rechecking.recheck_due(facility_id=cast.main.pk, place=0)
    assert Check.objects.count() == 2 * ACCOUNTS
    assert WorkItem.objects.filter(kind="release", closed_at__isnull=True).count() == ACCOUNTS
    assert not Hold.objects.exists()
    _histories_verify()
