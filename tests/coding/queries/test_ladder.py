"""Reminders and escalation by the days of policy; whatever comes twice acts once."""

import datetime
from dataclasses import replace

import pytest
import time_machine

from accounts.models import Account, Event, Hold, OutboxRow, WorkItem
from accounts.scope import ALL, scoped
from coding_workflow.coding.models import ProviderQuery, QueryReminder
from coding_workflow.coding.services import queries as services
from coding_workflow.coding.tasks import climb_ladder
from coding_workflow.policy.rules import QueryPolicy
from coding_workflow.policy.services import publish_policy
from coding_workflow.policy.standard import STANDARD
from coding_workflow.staff.models import Role, RoleGrant
from tests.cast import SEPTEMBER, Cast
from tests.coding.stage import payloads

from .desk import answer, asked_about, send


@pytest.fixture
def account(cast: Cast) -> Account:
    return asked_about(cast)


@pytest.fixture
def made(account: Account, cast: Cast) -> services.NewLink:
    return send(account, cast.actor("ana"))


def _after(days: float, made: services.NewLink) -> int:
    sent = made.link.query.sent.sent_at
    with time_machine.travel(sent + datetime.timedelta(days=days), tick=False), scoped(ALL):
        return services.climb(account_id=made.link.account_id, query_id=made.link.query_id)


def _steps() -> list[tuple[int, str]]:
    return list(QueryReminder.objects.values_list("step", "desk"))


def test_the_ladder_climbs_by_days_and_each_step_once(made: services.NewLink) -> None:
    assert _after(1.9, made) == 0
    assert _after(2, made) == 1
    assert _after(2.1, made) == 0
    assert _after(4, made) == 1
    assert _after(7, made) == 1
    assert _after(30, made) == 0
    assert _steps() == [(1, "provider"), (2, "provider"), (3, "physician_advisor")]
    assert [each["step"] for each in payloads("query.reminded")] == [1, 2]
    assert payloads("query.escalated") == [{"desk": "physician_advisor", "query": made.link.query_id, "step": 3}]
    assert WorkItem.objects.get(kind="query").why.startswith("Escalated to the physician advisor")


def test_what_was_missed_is_made_up_for_at_once_and_an_unanswered_query_goes_on_holding(made: services.NewLink) -> None:
    assert _after(40, made) == 3
    assert ProviderQuery.objects.get().status == "sent"
    assert Hold.objects.get(resolved_at=None).reason == "query.outstanding"


def test_each_step_plans_the_next_with_ids_only(made: services.NewLink) -> None:
    first = OutboxRow.objects.get(kind="coding.query_ladder")
    sent = made.link.query.sent.sent_at
    assert (first.not_before - sent, first.payload, first.key) == (
        datetime.timedelta(days=2),
        {"query": made.link.query_id},
        str(made.link.query_id),
    )
    first.state = "leased"
    first.save()
    _after(2, made)
    assert OutboxRow.objects.get(kind="coding.query_ladder", state="waiting").not_before - sent == datetime.timedelta(days=4)


def test_the_handler_is_safe_to_run_twice(made: services.NewLink) -> None:
    row = OutboxRow.objects.get(kind="coding.query_ladder")
    sent = made.link.query.sent.sent_at
    with time_machine.travel(sent + datetime.timedelta(days=5), tick=False), scoped(ALL):
        climb_ladder(row)
        climb_ladder(row)
    assert [step for step, _ in _steps()] == [1, 2]


def test_an_answered_query_is_left_alone(made: services.NewLink) -> None:
    answer(made)
    before = Event.objects.count()
    assert _after(10, made) == 0
    assert (Event.objects.count(), _steps()) == (before, [])


def test_a_slower_policy_is_waited_for_and_names_its_own_desk(made: services.NewLink, cast: Cast) -> None:
    RoleGrant.objects.create(user=cast.cora, facility=cast.main, role=Role.ADMINISTRATOR)
    slower = QueryPolicy(reminder_days=5, second_reminder_days=10, escalation_days=20, escalate_to="supervisor")
    policy = replace(STANDARD, queries=slower)
    publish_policy(facility=cast.main, policy=policy, by=cast.ada, second=cast.cora, effective_from=SEPTEMBER)
    assert _after(3, made) == 0
    assert _after(20, made) == 3
    assert _steps()[-1] == (3, "supervisor")
