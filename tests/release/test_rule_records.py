"""What rules did: held, still hold, overridden and why, and what they would have found in shadow."""

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.locking import lock_account
from accounts.models import Account, HoldSource
from accounts.services.charges import post_charge
from accounts.services.holds import place_hold, resolve_hold
from coding_workflow.coding.models import CodedDiagnosis
from coding_workflow.guidelines.lab.compiling import compile_rule
from coding_workflow.release import services as release
from coding_workflow.release.in_force import InForce
from coding_workflow.release.models import Check, Override, ShadowFinding
from coding_workflow.release.selectors import RuleRecord, records_of
from coding_workflow.release.services import checking
from tests.cast import SEPTEMBER, Cast

from .rules import FAILURE, RULE, about_failure, checked
from .test_check_due import FEED, final_coded

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)


def records(cast: Cast, *rules: str) -> list[RuleRecord]:
    now = timezone.now()
    return records_of(facility_ids=[cast.main.pk], rules=rules or (RULE,), starts=now - DAY, ends=now + DAY)


def held_by(rule: str, account: Account, key: str = "k") -> Any:
    return place_hold(
        account=lock_account(account.pk),
        source=HoldSource.CHECK,
        key=key,
        reason=rule,
        message="Held.",
        by=checking.CHECKER,
        condition=4,
    )


def override(cast: Cast, account: Account, reason: str) -> None:
    Override.objects.create(facility=cast.main, account=account, rule=RULE, subjects=[], reason=reason, by=cast.ana)


def test_a_rule_that_did_nothing_has_an_empty_record(cast: Cast) -> None:
    assert records(cast, RULE, "codes.once") == [RuleRecord(RULE), RuleRecord("codes.once")]


def test_accounts_are_counted_once_with_their_charges(cast: Cast) -> None:
    one, two = cast.account("A1"), cast.account("A2")
    post_charge(
        account=lock_account(one.pk), source_id="1", revenue_code="0250", amount=Decimal(100), service_date=SEPTEMBER, by=FEED
    )
    held_by(RULE, one), held_by(RULE, one, "another")
    ended = held_by(RULE, two)
    resolve_hold(account=lock_account(two.pk), hold=ended, by=checking.CHECKER, resolution="Gone.")
    held_by("codes.once", two)
    record = records(cast)[0]
    assert (record.fired, record.holding, record.dollars, record.overridden) == (2, 1, Decimal(100), 0)
    assert records(cast, "codes.once")[0].fired == 1


def test_days_held_of_two_findings_at_once_are_not_added(cast: Cast) -> None:
    account = cast.account("A1")
    for key in ("k1", "k2"):
        held_by(RULE, account, key)
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp() - min(opened_at)) FROM accounts_hold")
        most = float(cursor.fetchone()[0]) + 60
    assert records(cast)[0].days_held * 86400 <= most


def test_a_rule_that_is_always_overridden_is_pointed_out_with_its_reasons(cast: Cast) -> None:
    for number in range(6):
        account = cast.account(f"A{number}")
        held_by(RULE, account)
        override(cast, account, "The two are unrelated." if number < 4 else "Documented elsewhere.")
    record = records(cast)[0]
    assert (record.fired, record.overridden, record.share_overridden, record.always_overridden) == (6, 6, 1.0, True)
    assert record.reasons == (("The two are unrelated.", 4), ("Documented elsewhere.", 2))
    assert RuleRecord(RULE, fired=6, overridden=3).always_overridden is False
    assert RuleRecord(RULE, fired=2, overridden=2).always_overridden is False


def test_what_lies_outside_of_the_period_is_not_counted(cast: Cast) -> None:
    held_by(RULE, cast.account("A1"))
    now = timezone.now()
    assert records_of(facility_ids=[cast.main.pk], rules=[RULE], starts=now + DAY, ends=now + 2 * DAY) == [RuleRecord(RULE)]
    assert records_of(facility_ids=[cast.other.pk], rules=[RULE], starts=now - DAY, ends=now + DAY) == [RuleRecord(RULE)]


def test_records_take_three_queries_however_many_rules(cast: Cast, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(3):
        records(cast, RULE, "codes.once", "codes.assigned")


@pytest.fixture
def shadow(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rule about heart failure runs in shadow everywhere."""
    rule = compile_rule("failure", 3, about_failure())
    monkeypatch.setattr("coding_workflow.release.in_force.shadow_rules", lambda facility: (rule,))


def shadowed(cast: Cast) -> Account:
    account = final_coded(cast, "A1")
    values = {"system": "ICD-10-CM", "code": FAILURE.replace(".", ""), "position": 0}
    CodedDiagnosis.objects.create(facility=cast.main, account=account, assigned_by=cast.ana, changed_by=cast.ana, **values)
    release.run_check(account_id=account.pk)
    return account


def test_a_rule_in_shadow_is_written_down_and_holds_nothing(cast: Cast, shadow: None) -> None:
    account = shadowed(cast)
    row = ShadowFinding.objects.get(account=account)
    assert (row.rule, row.version, row.severity, row.message, row.subjects) == (RULE, 3, "hold", "Say which failure.", ["I5022"])
    check = Check.objects.get(pk=row.verdict_id)
    assert RULE not in str(check.findings)
    assert not account.holds.filter(reason=RULE).exists()
    record = records(cast)[0]
    assert (record.fired, record.shadow, record.shadow_holds) == (0, 1, 1)


def test_a_rule_in_shadow_changes_neither_verdict_nor_hashes_nor_answers(cast: Cast, shadow: None) -> None:
    account = checked(cast, "A1", FAILURE)
    in_force = InForce(account.facility)
    facts = release.judge(account).facts_text
    with_shadow = in_force.check(checking.assemble(account))
    without = in_force.judge(checking.assemble(account))
    assert with_shadow.shadow
    assert (with_shadow.evaluation, with_shadow.facts_text, with_shadow.tables_hash) == (
        without.evaluation,
        without.facts_text,
        without.tables_hash,
    )
    assert with_shadow.evaluation.answers == without.evaluation.answers
    assert facts == with_shadow.facts_text


def test_shadow_findings_are_written_once_for_a_verdict_and_kept(cast: Cast, shadow: None) -> None:
    account = checked(cast, "A1", FAILURE)
    judgement = InForce(account.facility).check(checking.assemble(account))
    check = Check.objects.get(account=account)
    for _ in range(2):
        checking.keep_shadow([(check, judgement)])
    assert ShadowFinding.objects.count() == 1
    for statement in ("UPDATE release_shadowfinding SET rule = 'x'", "DELETE FROM release_shadowfinding"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
