"""What one policy in place of another would do to today's accounts. Nothing is written."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django.db import connection

from accounts import clock
from accounts.models import Facility
from coding_workflow.policy.rules import FacilityPolicy
from coding_workflow.release.policy_trial import Trial, try_policy

#: Accounts of one class, payer and service that were discharged on one day, at one step: few groups, however many accounts.
_GROUPS: Final = """
SELECT a.step, a.patient_class, coalesce(y.kind, ''), a.service, a.discharge_date, count(*),
       count(*) FILTER (WHERE a.step = 'final_coded' AND EXISTS (
           SELECT FROM accounts_workitem w WHERE w.account_id = a.id AND w.kind = 'release' AND w.closed_at IS NULL))
FROM accounts_account a
LEFT JOIN accounts_coverage c ON c.account_id = a.id AND c.rank = 1
LEFT JOIN accounts_payer y ON y.id = c.payer_id
WHERE a.facility_id = %s AND a.step IN ('discharged', 'coding', 'final_coded')
GROUP BY 1, 2, 3, 4, 5
"""


@dataclass(frozen=True)
class Group:
    """Accounts that every row of a policy treats alike."""

    step: str
    patient_class: str
    payer_kind: str
    service: str
    discharged: datetime.date | None
    accounts: int
    releasable: int

    @property
    def scope(self) -> tuple[str, str, str]:
        """What rows ask for. An account without cover counts as self-pay in the bill hold."""
        return self.patient_class, self.payer_kind, self.service


@dataclass(frozen=True)
class Effects:
    """Sentences about accounts that move at once, and the trial of those that are final coded."""

    sentences: tuple[str, ...]
    trial: Trial


def effects(facility: Facility, before: FacilityPolicy, after: FacilityPolicy) -> Effects:
    """Ask both policies about everything that is not released yet. The trial judges the newest final-coded accounts."""
    with connection.cursor() as cursor:
        cursor.execute(_GROUPS, [facility.pk])
        groups = [Group(*row) for row in cursor.fetchall()]
    said = (*_bill_holds(groups, before, after, clock.today(facility)), *_releases(groups, before, after))
    return Effects((*said, *_suggestions(groups, before, after)), try_policy(facility, before, after))


def _bill_holds(groups: list[Group], before: FacilityPolicy, after: FacilityPolicy, today: datetime.date) -> Iterator[str]:
    ready = longer = shorter = 0
    for group in groups:
        if group.step != "discharged":
            continue
        old, new = (_wait(policy, group) for policy in (before, after))
        shorter += group.accounts if new < old else 0
        longer += group.accounts if new > old else 0
        over = group.discharged is None or group.discharged + datetime.timedelta(days=new) <= today
        ready += group.accounts if new < old and over else 0
    if shorter:
        yield f"{_accounts(shorter)} in the bill hold would wait shorter; {ready:,} of them would be ready to code at once."
    if longer:
        yield f"{_accounts(longer)} in the bill hold would wait longer."


def _wait(policy: FacilityPolicy, group: Group) -> int:
    return policy.bill_hold_days(group.patient_class, group.payer_kind or "self_pay", group.service)


def _releases(groups: list[Group], before: FacilityPolicy, after: FacilityPolicy) -> Iterator[str]:
    newly = no_longer = 0
    for group in groups:
        old, new = (policy.auto_release_for(*group.scope) is not None for policy in (before, after))
        newly += group.releasable if new and not old else 0
        no_longer += group.accounts if old and not new else 0
    if newly:
        yield f"{_accounts(newly)} that {'waits' if newly == 1 else 'wait'} for approval would be released without it."
    if no_longer:
        yield f"{_accounts(no_longer)} not released yet would wait for approval instead of going out when clean."


def _suggestions(groups: list[Group], before: FacilityPolicy, after: FacilityPolicy) -> Iterator[str]:
    counted = {"newly": 0, "gone": 0}
    for group in groups:
        old, new = (group.patient_class in policy.suggestions_for for policy in (before, after))
        if group.step == "coding" and old != new:
            counted["newly" if new else "gone"] += group.accounts
    if counted["newly"]:
        yield f"The coders of {_accounts(counted['newly'])} in coding would be offered codes when a document arrives."
    if counted["gone"]:
        yield f"The coders of {_accounts(counted['gone'])} in coding would be offered none any more."


def _accounts(number: int) -> str:
    return f"{number:,} account" if number == 1 else f"{number:,} accounts"
