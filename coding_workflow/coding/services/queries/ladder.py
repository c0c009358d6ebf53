"""The escalation ladder: reminder, second reminder, escalation, by the days of the facility's policy.

Nothing leaves the building here: a step is a row and an event, it shows where queries are listed, and the hospital's own
messaging carries it. Whatever the ladder says, an unanswered query goes on holding.
"""

import datetime
from typing import Final

from django.db import transaction

from accounts import clock, history
from accounts.actors import Actor
from accounts.locking import lock_account
from accounts.models import Account, WorkItem, WorkKind
from accounts.outbox import enqueue
from coding_workflow.coding.models import ProviderQuery, QueryReminder, QueryStatus
from coding_workflow.policy.rules import QueryPolicy
from coding_workflow.policy.selectors import policy_for

LADDER: Final = "coding.query_ladder"
ESCALATED: Final = 3
_BY: Final = Actor.policy("query_ladder")


def plan_next(*, account: Account, query: ProviderQuery) -> None:
    """Ask the outbox for the next step of a query, if there is one."""
    days = _days(policy_for(account.facility).queries)
    if query.ladder < len(days):
        at = query.sent.sent_at + datetime.timedelta(days=days[query.ladder])
        enqueue(
            kind=LADDER,
            key=str(query.pk),
            account_id=account.pk,
            payload={"query": query.pk},
            not_before=at,
            lane="bulk",
        )


@transaction.atomic
def climb(*, account_id: int, query_id: int) -> int:
    """Take the steps that are due and plan the next; answers how many were taken. Twice is once.

    A query that is answered, ended or asked again meanwhile is left alone; a policy that became slower is waited for.
    """
    account = lock_account(account_id)
    query = (
        ProviderQuery.objects.filter(account=account, pk=query_id, status=QueryStatus.SENT)
        .select_related("provider", "sent")
        .first()
    )
    if query is None:
        return 0
    rules, taken = policy_for(account.facility).queries, 0
    for step, days in enumerate(_days(rules), start=1):
        if step > query.ladder and query.sent.sent_at + datetime.timedelta(days=days) <= clock.now():
            _take(account, query, step, rules)
            taken += 1
    plan_next(account=account, query=query)
    return taken


def _days(rules: QueryPolicy) -> tuple[int, int, int]:
    return rules.reminder_days, rules.second_reminder_days, rules.escalation_days


def _take(account: Account, query: ProviderQuery, step: int, rules: QueryPolicy) -> None:
    desk = rules.escalate_to if step == ESCALATED else "provider"
    QueryReminder.objects.create(
        facility_id=account.facility_id, account=account, query=query, step=step, desk=desk, at=clock.now()
    )
    ProviderQuery.objects.filter(pk=query.pk).update(ladder=step)
    query.ladder = step
    kind = "query.escalated" if step == ESCALATED else "query.reminded"
    history.record(account=account, kind=kind, by=_BY, payload={"query": query.pk, "step": step, "desk": desk})
    if step == ESCALATED:
        why = f"Escalated to the {desk.replace('_', ' ')}: query to {query.provider}"[:200]
        WorkItem.objects.filter(account=account, kind=WorkKind.QUERY, closed_at__isnull=True).update(why=why)
