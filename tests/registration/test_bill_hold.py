"""The bill hold: coding work opens on the policy's day, by the business clock, once."""

import datetime
from dataclasses import replace

import pytest
from django.conf import LazySettings

from accounts.models import Account, OutboxRow, OutboxState, WorkItem
from coding_workflow.policy.rules import BillHold
from coding_workflow.policy.selectors import policy_for
from coding_workflow.policy.services import publish_policy
from coding_workflow.policy.standard import STANDARD
from coding_workflow.registration.services import import_message
from coding_workflow.registration.services import waiting as waiting_service
from coding_workflow.registration.tasks import ask_bill_holds_again, end_bill_hold
from tests.cast import Cast
from tests.registration import sending

LAST_DAY = datetime.date(2026, 9, 30)


@pytest.fixture
def waiting(cast: Cast, settings: LazySettings) -> Account:
    """Discharged on the business date; the policy holds inpatients for some days."""
    settings.BUSINESS_DATE = LAST_DAY
    assert policy_for(cast.main).bill_hold_days("inpatient", "medicare") > 0
    import_message(sending.admit())
    import_message(sending.discharge(discharged_at=sending.DISCHARGED.replace(day=30)))
    return Account.objects.get()


def _row() -> OutboxRow:
    return OutboxRow.objects.get(kind="registration.ready_to_code", state=OutboxState.WAITING)


def test_a_discharged_account_waits_with_a_timed_row_and_no_work(cast: Cast, waiting: Account) -> None:
    days = policy_for(cast.main).bill_hold_days("inpatient", "medicare")
    row = _row()
    ahead = row.not_before - row.created_at
    assert datetime.timedelta(days=days - 1) < ahead <= datetime.timedelta(days=days)
    assert (waiting.step, row.account_id, row.payload) == ("discharged", waiting.pk, {})
    assert not WorkItem.objects.filter(kind="coding").exists()


def test_coding_opens_at_the_end_and_a_second_run_changes_nothing(cast: Cast, waiting: Account, settings: LazySettings) -> None:
    settings.BUSINESS_DATE = LAST_DAY + datetime.timedelta(days=policy_for(cast.main).bill_hold_days("inpatient", "medicare"))
    for _ in range(2):
        end_bill_hold(_row())
    waiting.refresh_from_db()
    assert (waiting.step, waiting.ready_at is not None) == ("coding", True)
    assert WorkItem.objects.get(kind="coding").coding_type == "inpatient"


def test_a_row_that_runs_too_early_waits_again(cast: Cast, waiting: Account) -> None:
    row = _row()
    OutboxRow.objects.filter(pk=row.pk).update(state=OutboxState.LEASED, leased_until=row.not_before)
    end_bill_hold(row)
    waiting.refresh_from_db()
    assert waiting.step == "discharged"
    assert _row().pk != row.pk


def test_a_discharge_that_is_cancelled_meanwhile_opens_nothing(cast: Cast, waiting: Account, settings: LazySettings) -> None:
    import_message(sending.write.adt("A13", sending.sending("c-a13", 99_999), sending.PATIENT, sending.visit()))
    settings.BUSINESS_DATE = LAST_DAY + datetime.timedelta(days=60)
    end_bill_hold(_row())
    waiting.refresh_from_db()
    assert waiting.step == "registered"
    assert not WorkItem.objects.filter(kind="coding").exists()


def _publish(cast: Cast, days: int, on: datetime.date) -> None:
    policy = replace(STANDARD, bill_holds=(BillHold(days),))
    publish_policy(facility=cast.main, policy=policy, by=cast.ada, second=cast.cora, effective_from=on)


def _asked() -> OutboxRow:
    return OutboxRow.objects.get(kind="registration.bill_holds", state=OutboxState.WAITING)


def test_a_shorter_bill_hold_frees_those_who_wait_and_a_second_run_changes_nothing(cast: Cast, waiting: Account) -> None:
    _publish(cast, 0, LAST_DAY)
    for _ in range(2):
        ask_bill_holds_again(_asked())
    waiting.refresh_from_db()
    assert waiting.step == "coding"
    assert WorkItem.objects.filter(kind="coding").count() == 1


def test_one_that_is_a_day_shorter_waits_a_day_less(cast: Cast, waiting: Account) -> None:
    before = _row().not_before
    _publish(cast, policy_for(cast.main).bill_hold_days("inpatient", "medicare") - 1, LAST_DAY)
    ask_bill_holds_again(_asked())
    assert before - _row().not_before == datetime.timedelta(days=1)


def test_a_policy_of_a_later_day_asks_on_that_day(cast: Cast, waiting: Account) -> None:
    _publish(cast, 0, LAST_DAY + datetime.timedelta(days=2))
    row = _asked()
    assert datetime.timedelta(days=1) < row.not_before - row.created_at <= datetime.timedelta(days=2)
    _publish(cast, 9, LAST_DAY)
    assert OutboxRow.objects.filter(kind="registration.bill_holds", state=OutboxState.WAITING).count() == 2


def test_many_are_asked_some_at_a_time(cast: Cast, waiting: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting_service, "BATCH", 1)
    _publish(cast, 0, LAST_DAY)
    ask_bill_holds_again(_asked())
    assert OutboxRow.objects.filter(kind="registration.bill_holds", key__endswith=f":{waiting.pk}").exists()
    waiting.refresh_from_db()
    assert waiting.step == "coding"
