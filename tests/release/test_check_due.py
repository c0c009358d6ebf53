"""A load, a publication or a competence marks the accounts that it can touch; the check takes the mark away."""

import datetime
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange

from accounts import lifecycle, listeners
from accounts.actors import Actor
from accounts.locking import lock_account
from accounts.models import Account, Hold, OutboxRow, Step
from accounts.services.charges import post_charge
from coding_workflow.codesets.loaders.table import CodeRow, ParsedTable
from coding_workflow.codesets.services import load_table
from coding_workflow.coding.models import CodedDiagnosis, CodedProcedure
from coding_workflow.guidelines.lab.definition import Count, Definition, Group
from coding_workflow.guidelines.lab.definition import Scope as RuleScope
from coding_workflow.guidelines.lab.definition import Test as Asking
from coding_workflow.guidelines.models import RuleVersion
from coding_workflow.guidelines.services import retire_rule
from coding_workflow.outbox.services import drain
from coding_workflow.policy.services import publish_policy
from coding_workflow.policy.standard import STANDARD
from coding_workflow.release import services as release
from coding_workflow.release.models import Check, CheckDue, DayLooked, DueCause
from coding_workflow.release.services import checking, days, due, rechecking
from coding_workflow.release.services.due import Reach, mark_due
from coding_workflow.release.services.reaching import of_release
from coding_workflow.staff.models import Role, RoleGrant
from coding_workflow.staff.services import end_competence
from tests.cast import SEPTEMBER, Cast
from tests.guidelines.lab.rules import INFARCTION, field
from tests.guidelines.lab.rules import definition as made
from tests.guidelines.rule_cast import active, second_administrator, write

from .stage import document

pytestmark = pytest.mark.django_db

BY = Actor.system("codes.load")
FEED = Actor.feed("TEST")
QUARTER = datetime.date(2026, 7, 1), datetime.date(2026, 10, 1)


def moved(account: Account, *steps: Step) -> Account:
    locked = lock_account(account.pk)
    for step in steps:
        lifecycle.move(account=locked, to=step, by=FEED)
    return locked


def final_coded(cast: Cast, number: str, **fields: Any) -> Account:
    return moved(cast.account(number, **fields), Step.DISCHARGED, Step.CODING, Step.FINAL_CODED)


def load(system: str, starts: datetime.date = QUARTER[0], ends: datetime.date = QUARTER[1], **options: Any) -> None:
    """A release of one table with one code; its checksum follows its first day."""
    row = CodeRow("X1", True, "Something", "Something")
    checksum = f"{starts:%Y%m%d}".ljust(64, "0")
    table = ParsedTable(system=system, rows=(row,), groups=(), checksum=checksum, source="t", starts=starts, ends=ends)
    load_table(table=table, by=BY, **options)


def marked() -> set[str]:
    return set(CheckDue.objects.values_list("account__number", flat=True))


def test_a_table_of_diagnoses_marks_the_accounts_of_its_period(cast: Cast) -> None:
    final_coded(cast, "INSIDE")
    before = {"admit_date": QUARTER[0], "discharge_date": QUARTER[0], "statement_through": QUARTER[0]}
    final_coded(cast, "FIRST", **before)
    late = dict.fromkeys(("admit_date", "discharge_date", "statement_from", "statement_through"), QUARTER[1])
    final_coded(cast, "AFTER", **late)
    moved(cast.account("WAITING"), Step.DISCHARGED)
    moved(cast.account("CODING"), Step.DISCHARGED, Step.CODING)
    load("ICD-9-CM-DX")
    assert marked() == {"INSIDE", "FIRST", "CODING"}
    assert {mark.cause for mark in CheckDue.objects.all()} == {DueCause.TABLES}
    assert OutboxRow.objects.filter(kind="release.recheck", facility=cast.main, lane="bulk").count() == 1


def test_a_table_is_asked_only_for_what_an_account_has(cast: Cast) -> None:
    inpatient, visit = final_coded(cast, "STAY"), final_coded(cast, "VISIT", patient_class="emergency", type_of_bill="0131")
    for account, code in ((inpatient, "J1885"), (visit, "99283")):
        post_charge(
            account=account,
            source_id=f"{account.pk}",
            revenue_code="0450",
            hcpcs=code,
            amount=10,
            service_date=SEPTEMBER,
            by=FEED,
        )
    CodedProcedure.objects.create(
        facility=cast.main,
        account=inpatient,
        system="ICD-10-PCS",
        code="0DB",
        position=1,
        assigned_by=cast.ana,
        changed_by=cast.ana,
    )
    expected = {
        "ICD-10-PCS": {"STAY"},
        "POA-EXEMPT": {"STAY"},
        "HCPCS": {"STAY"},
        "CPT": {"VISIT"},
        "HCPCS-MODIFIER": set(),
    }
    for system, numbers in expected.items():
        CheckDue.objects.all().delete()
        load(system)
        assert marked() == numbers, system
    for system in ("NCCI-PTP", "MUE"):
        assert [mark for mark in _touched(system)] == ["VISIT"], system
    for system in ("COVERAGE", "IOCE"):
        assert _touched(system) == ["VISIT"], system


def _touched(system: str) -> list[str]:
    """Tables that are not loadable in every version are asked for by their reach."""
    CheckDue.objects.all().delete()
    for reach in of_release(SimpleNamespace(system=system, effective=DateRange(*QUARTER))):  # type: ignore[arg-type]
        mark_due(reach=reach, cause=DueCause.TABLES)
    return sorted(marked())


def test_a_service_in_the_period_is_enough(cast: Cast) -> None:
    later = dict.fromkeys(("discharge_date", "statement_through"), datetime.date(2026, 10, 5))
    account = final_coded(cast, "RECURRING", patient_class="recurring", type_of_bill="0131", **later)
    post_charge(account=account, source_id="1", revenue_code="0420", hcpcs="97110", amount=10, service_date=SEPTEMBER, by=FEED)
    load("CPT")
    assert marked() == {"RECURRING"}


def test_accounts_that_lose_their_table_to_a_shorter_one_are_marked(cast: Cast) -> None:
    load("ICD-9-CM-DX", QUARTER[0], datetime.date(2027, 1, 1))
    dates = dict.fromkeys(("admit_date", "discharge_date", "statement_from", "statement_through"), datetime.date(2026, 12, 1))
    loses, other = final_coded(cast, "LOSES", **dates), final_coded(cast, "OTHER", **dates)
    for account, label in ((loses, "2026-07-01"), (other, "2026-01-01")):
        _verdict(account, tables={"icd9cmdx": label})
    load("ICD-9-CM-DX", datetime.date(2026, 8, 1), QUARTER[1], take_over=True)
    assert marked() == {"LOSES"}


def _verdict(account: Account, **fields: Any) -> None:
    hashes = dict.fromkeys(("ruleset_hash", "tables_hash", "policy_hash", "facts_hash", "engine_version"), "x")
    Check.objects.create(
        facility=account.facility, account=account, revision=account.revision, verdict="held", facts="{}", **hashes, **fields
    )


def test_a_published_policy_marks_its_facility_from_the_day_it_begins(cast: Cast, settings: Any) -> None:
    RoleGrant.objects.create(user=cast.cora, facility=cast.main, role=Role.ADMINISTRATOR)
    final_coded(cast, "A1")
    settings.BUSINESS_DATE = SEPTEMBER
    days.look_at_the_day()
    tomorrow = SEPTEMBER + datetime.timedelta(days=1)
    publish_policy(facility=cast.main, policy=STANDARD, by=cast.ada, second=cast.cora, effective_from=tomorrow)
    assert marked() == set()
    assert days.look_at_the_day() == 0
    settings.BUSINESS_DATE = tomorrow
    assert [days.look_at_the_day(), days.look_at_the_day()] == [1, 0]
    CheckDue.objects.all().delete()
    publish_policy(facility=cast.main, policy=STANDARD, by=cast.ada, second=cast.cora, effective_from=tomorrow)
    assert CheckDue.objects.get().cause == DueCause.POLICY


def test_a_competence_marks_the_accounts_that_its_person_coded(cast: Cast) -> None:
    for number, person in (("ANAS", cast.ana), ("BENS", cast.ben)):
        account = final_coded(cast, number)
        CodedDiagnosis.objects.create(
            facility=cast.main, account=account, system="ICD-10-CM", code="I10", position=1, assigned_by=person, changed_by=person
        )
    clinic = cast.ana.competences.get(coding_type="clinic")
    end_competence(by=cast.ada, competence=clinic, on=SEPTEMBER)
    assert marked() == set()
    end_competence(by=cast.ada, competence=cast.ana.competences.get(coding_type="inpatient"), on=SEPTEMBER)
    assert marked() == {"ANAS"}


def test_a_competence_that_ends_by_itself_marks_on_its_day_even_when_nothing_ran_then(cast: Cast, settings: Any) -> None:
    settings.BUSINESS_DATE = SEPTEMBER
    days.look_at_the_day()
    account = final_coded(cast, "A1")
    CodedDiagnosis.objects.create(
        facility=cast.main, account=account, system="ICD-10-CM", code="I10", position=1, assigned_by=cast.ana, changed_by=cast.ana
    )
    ends = SEPTEMBER + datetime.timedelta(days=3)
    cast.ana.competences.filter(coding_type="inpatient").update(valid_to=ends)
    settings.BUSINESS_DATE = ends - datetime.timedelta(days=1)
    assert days.look_at_the_day() == 0
    settings.BUSINESS_DATE = ends + datetime.timedelta(days=2)
    assert [days.look_at_the_day(), days.look_at_the_day()] == [1, 0]


def late(operator: str, value: Any, **changes: Any) -> Definition:
    """A rule about infarctions that waits for the days to pass."""
    clauses = [INFARCTION, field("days_since_discharge", operator, value)]
    return made({"all": clauses}, **changes)


def discharged(cast: Cast, number: str, days_ago: int, code: str = "I214") -> Account:
    left = SEPTEMBER - datetime.timedelta(days=days_ago)
    dates = {"admit_date": left, "discharge_date": left, "statement_from": left, "statement_through": left}
    account = final_coded(cast, number, **dates)
    values = {"system": "ICD-10-CM", "code": code, "position": 0, "assigned_by": cast.ana, "changed_by": cast.ana}
    CodedDiagnosis.objects.create(facility=cast.main, account=account, **values)
    return account


def in_force(cast: Cast, definition: Definition, **more: Any) -> None:
    """A rule in force, whatever its tests say; what publishing marks is taken away."""
    version = write(cast, made=definition, **more)
    RuleVersion.objects.filter(pk=version.pk).update(
        state="active", published_by=second_administrator(cast), published_at=version.written_at
    )


def test_a_rule_about_days_since_discharge_marks_as_the_days_pass(cast: Cast, settings: Any) -> None:
    settings.BUSINESS_DATE = SEPTEMBER
    for days_ago in (2, 3, 4):
        discharged(cast, f"AGO{days_ago}", days_ago)
    discharged(cast, "OTHER", 3, code="J189")
    moved(cast.account("WAITING"), Step.DISCHARGED)
    in_force(cast, late("at_least", 5))
    days.look_at_the_day()
    assert marked() == set()
    settings.BUSINESS_DATE = SEPTEMBER + datetime.timedelta(days=1)
    assert [days.look_at_the_day(), days.look_at_the_day()] == [1, 0]
    assert (marked(), CheckDue.objects.get().cause) == ({"AGO4"}, DueCause.DAY)
    settings.BUSINESS_DATE = SEPTEMBER + datetime.timedelta(days=3)
    assert days.look_at_the_day() == 2, "a day on which nothing ran is made up for"
    assert marked() == {"AGO2", "AGO3", "AGO4"}


@pytest.mark.parametrize(("operator", "value", "expected"), [("at_most", 4, {"AGO4"}), ("is", 4, {"AGO3", "AGO4"})])
def test_what_ceases_to_be_asked_marks_as_well(cast: Cast, settings: Any, operator: str, value: int, expected: set[str]) -> None:
    settings.BUSINESS_DATE = SEPTEMBER
    for days_ago in (2, 3, 4, 5):
        discharged(cast, f"AGO{days_ago}", days_ago)
    in_force(cast, late(operator, value))
    days.look_at_the_day()
    CheckDue.objects.all().delete()
    settings.BUSINESS_DATE = SEPTEMBER + datetime.timedelta(days=1)
    days.look_at_the_day()
    assert marked() == expected


def test_days_pass_only_for_rules_in_force_here_and_their_scope(cast: Cast, settings: Any) -> None:
    settings.BUSINESS_DATE = SEPTEMBER
    discharged(cast, "AGO4", 4)
    write(cast, key="drafted", made=late("at_least", 5))
    in_force(cast, late("at_least", 5, scope={"classes": ["clinic"]}), key="clinic")
    in_force(cast, made(), key="no_days")
    days.look_at_the_day()
    settings.BUSINESS_DATE = SEPTEMBER + datetime.timedelta(days=1)
    assert days.look_at_the_day() == 0


def test_a_hold_that_comes_with_the_days_is_opened_by_the_sweep(cast: Cast, settings: Any) -> None:
    settings.BUSINESS_DATE = SEPTEMBER
    account = discharged(cast, "AGO4", 4)
    in_force(cast, late("at_least", 5))
    days.look_at_the_day()
    assert not CheckDue.objects.exists()
    settings.BUSINESS_DATE = SEPTEMBER + datetime.timedelta(days=1)
    days.look_at_the_day()
    drain(lanes=["bulk"])
    assert Hold.objects.filter(account=account, reason="lab.infarction").exists()


def test_other_built_in_rules_mark_everything_once(cast: Cast) -> None:
    final_coded(cast, "A1")
    days.look_at_the_day()
    DayLooked.objects.update(builtin="sha256:of-the-last-version")
    assert [days.look_at_the_day(), days.look_at_the_day()] == [1, 0]
    assert CheckDue.objects.get().cause == DueCause.SOFTWARE


def test_marking_twice_counts_and_keeps_since(cast: Cast) -> None:
    final_coded(cast, "A1")
    for cause in (DueCause.POLICY, DueCause.TABLES):
        mark_due(reach=Reach(facility_id=cast.main.pk), cause=cause)
    mark = CheckDue.objects.get()
    assert (mark.marks, mark.cause) == (2, DueCause.TABLES)
    assert OutboxRow.objects.filter(kind="release.recheck").count() == 1


def test_a_mark_made_while_a_check_runs_stays(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    account = final_coded(cast, "A1")
    reach = Reach(facility_id=cast.main.pk)
    mark_due(reach=reach, cause=DueCause.POLICY)
    keep = checking.keep_verdict

    def keep_and_mark(**arguments: Any) -> Any:
        mark_due(reach=reach, cause=DueCause.TABLES)
        return keep(**arguments)

    monkeypatch.setattr(checking, "keep_verdict", keep_and_mark)
    release.run_check(account_id=account.pk)
    assert CheckDue.objects.get().marks == 2
    monkeypatch.setattr(checking, "keep_verdict", keep)
    moved_back = Account.objects.get(pk=account.pk)
    if moved_back.step == Step.FINAL_CODED:
        release.run_check(account_id=account.pk)
        assert not CheckDue.objects.exists()


def test_what_is_due_and_forgotten_is_asked_for_again(cast: Cast) -> None:
    final_coded(cast, "A1")
    mark_due(reach=Reach(facility_id=cast.main.pk), cause=DueCause.POLICY)
    OutboxRow.objects.all().delete()
    days.look_at_the_day()
    assert OutboxRow.objects.filter(kind="release.recheck").count() == 1
    days.look_at_the_day()
    assert OutboxRow.objects.filter(kind="release.recheck").count() == 1


def park_batches() -> None:
    OutboxRow.objects.filter(kind="release.recheck", state="waiting").update(state="parked", error="outbox.worker_lost")


def test_a_parked_batch_does_not_stop_the_others(cast: Cast) -> None:
    spoiled, well = final_coded(cast, "A1"), final_coded(cast, "A2")
    mark_due(reach=Reach(facility_id=cast.main.pk), cause=DueCause.POLICY)
    OutboxRow.objects.filter(kind="release.check").delete()
    park_batches()
    days.look_at_the_day()
    batches = OutboxRow.objects.filter(kind="release.recheck")
    assert sorted(batches.values_list("state", flat=True)) == ["parked", "waiting"], "what failed stays to be seen"
    assert OutboxRow.objects.filter(kind="release.check", account=spoiled, lane="bulk").exists()
    assert list(CheckDue.objects.filter(apart=True)) == [CheckDue.objects.get(account=spoiled)]
    OutboxRow.objects.filter(account=spoiled).delete()
    drain(lanes=["bulk"])
    assert Check.objects.filter(account=well).exists()
    assert marked() == {"A1"}


def test_batches_that_are_parked_again_and_again_are_left_to_a_person(cast: Cast) -> None:
    for number in range(12):
        final_coded(cast, f"A{number}")
    mark_due(reach=Reach(facility_id=cast.main.pk), cause=DueCause.POLICY)
    for _ in range(15):
        park_batches()
        days.look_at_the_day()
    assert OutboxRow.objects.filter(kind="release.recheck", state="parked").count() == 10
    assert not OutboxRow.objects.filter(kind="release.recheck", state="waiting").exists()


def test_a_batch_that_ended_is_tried_again_smaller_and_at_last_with_one_account(cast: Cast) -> None:
    for number in range(14):
        final_coded(cast, f"A{number:02}")
    taken = []
    for attempt in (1, 2, 3, 4, 5):
        mark_due(reach=Reach(facility_id=cast.main.pk), cause=DueCause.POLICY)
        taken.append(rechecking.recheck_due(facility_id=cast.main.pk, place=0, attempt=attempt))
    assert taken == [14, 14, 10, 1, 1]


def test_marking_is_one_statement_however_many_accounts(cast: Cast) -> None:
    for number in ("A1", "A2", "A3"):
        final_coded(cast, number)
    statements: list[str] = []
    with connection.execute_wrapper(lambda execute, sql, *rest: (statements.append(sql), execute(sql, *rest))[1]):
        assert mark_due(reach=Reach(classes=("inpatient",), payers=("medicare",)), cause=DueCause.RULES) == 3
    assert len(statements) == 3, "one waits for its turn, one marks, one asks for the facility's batch"


def test_a_changed_rule_marks_the_accounts_that_have_what_it_is_about(cast: Cast) -> None:
    for number, codes in (("FAILURE", ("I5022",)), ("DIABETES", ("E119", "I10"))):
        account = final_coded(cast, number, patient_class="emergency", type_of_bill="0131", payer=cast.commercial)
        for position, each in enumerate(codes):
            values = {"system": "ICD-10-CM", "code": each, "position": position, "assigned_by": cast.ana, "changed_by": cast.ana}
            CodedDiagnosis.objects.create(facility=cast.main, account=account, **values)
    final_coded(cast, "STAY")
    about_failure = Count("diagnoses", (Asking("code", "under", ("I50",)),), at_least=1)
    scope = RuleScope(classes=("emergency",), payers=("commercial",))
    definition = Definition("Failure", 4, about_failure, "Say which failure.", "House rule", scope=scope)
    listeners.tell("rules_changed", facility=cast.other, definitions=[definition], by=BY)
    assert marked() == set()
    listeners.tell("rules_changed", facility=None, definitions=[definition], by=BY)
    assert marked() == {"FAILURE"}
    absent = replace(definition, when=Group("none", (about_failure,)))
    listeners.tell("rules_changed", facility=cast.main, definitions=[absent], by=BY)
    assert marked() == {"FAILURE", "DIABETES"}


def test_a_published_rule_holds_and_a_retired_one_no_longer_does(cast: Cast) -> None:
    account = final_coded(cast, "INFARCTION")
    values = {"system": "ICD-10-CM", "code": "I214", "position": 0, "assigned_by": cast.ana, "changed_by": cast.ana}
    CodedDiagnosis.objects.create(facility=cast.main, account=account, **values)
    version = active(cast, second_administrator(cast))
    assert CheckDue.objects.get().cause == DueCause.RULES
    drain(lanes=["bulk"])
    assert Hold.objects.filter(account=account, reason="lab.infarction", resolved_at__isnull=True).exists()
    retire_rule(version_id=version.pk, by=cast.ada, reason="The committee no longer asks for it.")
    drain(lanes=["bulk"])
    assert not Hold.objects.filter(account=account, reason="lab.infarction", resolved_at__isnull=True).exists()
    assert not CheckDue.objects.exists()


def test_a_rule_about_documents_or_charges_marks_by_them(cast: Cast) -> None:
    reach = {"noted": frozenset({"t:ed_note"}), "charged": frozenset({"h:J18"}), "none": frozenset({"d:J18"})}
    noted, charged = final_coded(cast, "NOTED"), final_coded(cast, "CHARGED")
    document(noted, "ed_note", "Seen.")
    post_charge(account=charged, source_id="1", revenue_code="0250", hcpcs="J1885", amount=10, service_date=SEPTEMBER, by=FEED)
    found = {}
    for name, tokens in reach.items():
        CheckDue.objects.all().delete()
        mark_due(reach=Reach(tokens=tokens), cause=DueCause.RULES)
        found[name] = marked()
    assert found == {"noted": {"NOTED"}, "charged": {"CHARGED"}, "none": set()}


def test_done_takes_away_only_what_was_seen(cast: Cast) -> None:
    first, second = final_coded(cast, "A1"), final_coded(cast, "A2")
    mark_due(reach=Reach(), cause=DueCause.POLICY)
    seen = due.seen([first.pk, second.pk])
    CheckDue.objects.filter(account=second).update(marks=2)
    due.done(seen)
    assert marked() == {"A2"}
    assert not Hold.objects.exists()
