"""Codes of the claim form that people enter: who may, what stands, what is shown as a difference and never lost."""

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts import lifecycle
from accounts.locking import lock_account
from accounts.models import Account, EnteredClaimCode, Step, WorkItem
from accounts.services.work import LEASE
from coding_workflow.coding.services import change_claim_code, enter_claim_code, withdraw_claim_code
from coding_workflow.guidelines.facts import CodeDifference, Occurrence, OccurrenceSpan, Value
from coding_workflow.release.facts import assemble
from tests.cast import SEPTEMBER, Cast

from .stage import payloads, refused, revision_of, to_code

pytestmark = pytest.mark.usefixtures("coded_db")
DAY = SEPTEMBER
NEXT = DAY + datetime.timedelta(days=1)
LAST = DAY + datetime.timedelta(days=3)


@pytest.fixture
def account(cast: Cast) -> Account:
    return to_code(cast, admit_date=DAY, discharge_date=LAST)


def _enter(account: Account, cast: Cast, kind: str = "occurrence", code: str = "05", who: str = "ana", **says: Any) -> Any:
    given = says or {"on": DAY}
    return enter_claim_code(account_id=account.pk, by=cast.actor(who), kind=kind, code=code, **given)


def _tell(account: Account, **columns: Any) -> None:
    Account.objects.filter(pk=account.pk).update(**columns)
    account.refresh_from_db()


def test_what_a_coder_enters_goes_on_the_claim_with_who_and_when(account: Account, cast: Cast) -> None:
    before = revision_of(account)
    row = _enter(account, cast, code="a1")
    _enter(account, cast, "span", "74", on=DAY, through=NEXT)
    _enter(account, cast, "condition", "44", on=None)
    _enter(account, cast, "value", "54", amount=Decimal(3310))
    facts = assemble(Account.objects.get(pk=account.pk))
    assert facts.occurrence_codes == (Occurrence("A1", DAY),)
    assert facts.occurrence_spans == (OccurrenceSpan("74", DAY, NEXT),)
    assert facts.condition_codes == ("44",)
    assert facts.value_codes == (Value("54", Decimal(3310)),)
    assert facts.code_differences == ()
    assert (row.entered_by, row.entered_at is not None) == (cast.ana, True)
    assert revision_of(account) > before
    said = {"entered": row.pk, "kind": "occurrence", "code": "A1", "says": DAY.isoformat(), "off": False}
    assert payloads("claim_code.entered")[0] == said


def test_what_patient_accounting_tells_later_overwrites_nothing_and_is_shown(account: Account, cast: Cast) -> None:
    row = _enter(account, cast)
    _tell(account, occurrence_codes=[{"code": "05", "date": NEXT.isoformat()}, {"code": "11", "date": DAY.isoformat()}])
    facts = assemble(account)
    assert set(facts.occurrence_codes) == {Occurrence("05", DAY), Occurrence("11", DAY)}
    assert facts.code_differences == (CodeDifference("occurrence", "05", (NEXT.isoformat(),), (DAY.isoformat(),)),)
    _tell(account, occurrence_codes=[])
    assert assemble(account).occurrence_codes == (Occurrence("05", DAY),), "no feed removes it"
    _tell(account, occurrence_codes=[{"code": "05", "date": DAY.isoformat()}])
    assert assemble(account).code_differences == (), "both say the same"
    _tell(account, occurrence_codes=[{"code": "05", "date": NEXT.isoformat()}])
    withdraw_claim_code(account_id=account.pk, entered_id=row.pk, by=cast.actor("ana"))
    facts = assemble(account)
    assert (facts.occurrence_codes, facts.code_differences) == ((Occurrence("05", NEXT),), ())


def test_another_day_is_another_row_and_the_one_before_stays(account: Account, cast: Cast) -> None:
    row = _enter(account, cast)
    changed = change_claim_code(account_id=account.pk, entered_id=row.pk, by=cast.actor("ana"), on=NEXT)
    row.refresh_from_db()
    assert (row.on, row.ended_by) == (DAY, cast.ana)
    assert assemble(account).occurrence_codes == (Occurrence("05", NEXT),)
    assert payloads("claim_code.changed")[0]["before"] == DAY.isoformat()
    for act in (change_claim_code, withdraw_claim_code):
        more = {"on": DAY} if act is change_claim_code else {}
        refused(
            "claim_code.gone",
            lambda act=act, more=more: act(account_id=account.pk, entered_id=row.pk, by=cast.actor("ana"), **more),  # type: ignore[misc]
        )
    assert changed.entered_by == cast.ana


def test_what_patient_accounting_tells_can_be_taken_off_and_stays_shown(account: Account, cast: Cast) -> None:
    _tell(account, condition_codes=["44"], value_codes=[{"code": "80", "amount": "3"}])
    row = _enter(account, cast, "condition", "44", off=True)
    facts = assemble(account)
    assert (facts.condition_codes, facts.value_codes) == ((), (Value("80", Decimal(3)),))
    assert facts.code_differences == (CodeDifference("condition", "44", ("",), ()),)
    refused("claim_code.twice", lambda: _enter(account, cast, "condition", "44", on=None))
    refused("claim_code.not_told", lambda: _enter(account, cast, "value", "54", off=True))
    withdraw_claim_code(account_id=account.pk, entered_id=row.pk, by=cast.actor("ana"))
    assert assemble(account).condition_codes == ("44",)


@pytest.mark.parametrize(
    ("kind", "code", "says", "refusal"),
    [
        ("remark", "05", {"on": DAY}, "claim_code.kind"),
        ("occurrence", "5", {"on": DAY}, "claim_code.form"),
        ("occurrence", "055", {"on": DAY}, "claim_code.form"),
        ("occurrence", "Ä1", {"on": DAY}, "claim_code.form"),
        ("occurrence", "٠٥", {"on": DAY}, "claim_code.form"),
        ("occurrence", "05", {"on": None}, "claim_code.day"),
        ("occurrence", "05", {"on": DAY, "through": DAY}, "claim_code.day"),
        ("occurrence", "05", {"on": datetime.date(2999, 1, 1)}, "claim_code.day"),
        ("occurrence", "05", {"on": datetime.date(206, 9, 1)}, "claim_code.day"),
        ("occurrence", "55", {"on": DAY - datetime.timedelta(days=1)}, "claim_code.stay"),
        ("occurrence", "55", {"on": LAST + datetime.timedelta(days=1)}, "claim_code.stay"),
        ("span", "74", {"on": NEXT, "through": DAY}, "claim_code.days"),
        ("span", "74", {"on": DAY}, "claim_code.day"),
        ("span", "74", {"on": DAY, "through": LAST + datetime.timedelta(days=1)}, "claim_code.stay"),
        ("condition", "44", {"on": DAY}, "claim_code.day"),
        ("condition", "D9", {"on": None}, "claim_code.claim_change"),
        ("value", "54", {"amount": None}, "claim_code.amount"),
        ("value", "80", {"amount": Decimal(-1)}, "claim_code.amount"),
        ("value", "80", {"amount": Decimal("1.005")}, "claim_code.amount"),
        ("value", "80", {"amount": Decimal("NaN")}, "claim_code.amount"),
        ("value", "80", {"amount": Decimal("Infinity")}, "claim_code.amount"),
        ("value", "80", {"amount": Decimal("1e9")}, "claim_code.amount"),
        ("value", "54", {"amount": Decimal(20)}, "claim_code.amount"),
        ("value", "54", {"amount": Decimal("3310.50")}, "claim_code.amount"),
    ],
)
def test_what_no_claim_says_is_refused(
    account: Account, cast: Cast, kind: str, code: str, says: dict[str, Any], refusal: str
) -> None:
    assert refused(refusal, lambda: _enter(account, cast, kind, code, **says)).fix == "claim_codes"
    assert not EnteredClaimCode.objects.exists()


def test_the_same_twice_is_refused_and_other_days_are_not(account: Account, cast: Cast) -> None:
    _enter(account, cast)
    refused("claim_code.twice", lambda: _enter(account, cast))
    _enter(account, cast, on=NEXT)
    assert assemble(account).occurrence_codes == (Occurrence("05", DAY), Occurrence("05", NEXT))


def test_supervisors_and_billers_enter_at_every_step_and_nobody_else_does(account: Account, cast: Cast) -> None:
    _enter(account, cast)
    _enter(account, cast, code="01", who="bill")
    _enter(account, cast, code="02", who="cleo")
    for person in ("ben", "ada", "cora", "dov"):
        refused("claim_code.role", lambda person=person: _enter(account, cast, code="03", who=person))  # type: ignore[misc]
    registered = cast.account("R1")
    assert refused("coding.step", lambda: _enter(registered, cast)).status == 409
    _enter(registered, cast, who="bill")
    lifecycle.move(account=lock_account(registered.pk), to=Step.CANCELLED, by=cast.actor("cleo"))
    assert refused("claim_code.step", lambda: _enter(registered, cast, code="01", who="bill")).status == 409


def test_a_coder_enters_nothing_where_another_has_the_account(account: Account, cast: Cast) -> None:
    item = WorkItem.objects.get(account=account, kind="coding")
    WorkItem.objects.filter(pk=item.pk).update(leased_to=cast.ben, leased_until=timezone.now() + LEASE)
    assert "Ben" in refused("work.taken", lambda: _enter(account, cast)).sentence
    _enter(account, cast, who="bill")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts_enteredclaimcode SET code = '11'",
        "UPDATE accounts_enteredclaimcode SET \"on\" = '2020-01-01'",
        "UPDATE accounts_enteredclaimcode SET ended_at = now()",
        "UPDATE accounts_enteredclaimcode SET off = true",
        "DELETE FROM accounts_enteredclaimcode",
    ],
)
def test_plain_sql_changes_no_entered_code(account: Account, cast: Cast, statement: str) -> None:
    _enter(account, cast)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_plain_sql_brings_nothing_back_and_enters_nothing_without_raising_the_revision(account: Account, cast: Cast) -> None:
    row = _enter(account, cast)
    withdraw_claim_code(account_id=account.pk, entered_id=row.pk, by=cast.actor("ana"))
    with pytest.raises(DatabaseError, match="stays as it was entered"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_enteredclaimcode SET ended_at = NULL, ended_by_id = NULL")
    before = revision_of(account)
    insert = """INSERT INTO accounts_enteredclaimcode (facility_id, account_id, kind, code, "on", off, entered_by_id, entered_at)
                VALUES (%s, %s, 'occurrence', %s, %s, false, %s, now())"""
    with connection.cursor() as cursor:
        cursor.execute(insert, [account.facility_id, account.pk, "05", DAY, cast.ana.pk])
    assert revision_of(account) > before
    for facility, code, day in ((cast.other.pk, "06", DAY), (account.facility_id, "6", DAY), (account.facility_id, "06", None)):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(insert, [facility, account.pk, code, day, cast.ana.pk])
