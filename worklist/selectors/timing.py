"""A person's day and a team's days: minutes by account and activity, final-coded accounts, and what that comes to an hour."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils import timezone

from accounts.clock import now
from accounts.models import Facility, PatientClass
from coding_workflow.staff.models import User
from worklist.models import Activity, TimeSpell

#: A rate over less than this says nothing.
_ENOUGH: Final = datetime.timedelta(minutes=30)
_ZERO: Final = datetime.timedelta()
MOST_DAYS: Final = 92

# What was final coded is counted once an account, for who finalized it last in the period; its coding time is all time
# that the person spent on accounts of its class.
_CODED: Final = """
SELECT f.coder_id, a.patient_class, count(DISTINCT f.account_id)
  FROM coding_finalcoding f JOIN accounts_account a ON a.id = f.account_id
 WHERE f.facility_id = %(facility)s AND f.at >= %(first)s AND f.at < %(last)s AND f.coder_id = ANY(%(people)s)
 GROUP BY f.coder_id, a.patient_class
"""
_SPENT: Final = """
SELECT t.user_id, coalesce(a.patient_class, ''), t.activity,
       sum(least(coalesce(t.until, %(now)s), %(last)s) - greatest(t.began_at, %(first)s))
  FROM worklist_timespell t LEFT JOIN accounts_account a ON a.id = t.account_id
 WHERE t.facility_id = %(facility)s AND t.withdrawn_at IS NULL AND t.user_id = ANY(%(people)s)
   AND t.began_at < %(last)s AND coalesce(t.until, %(now)s) > %(first)s AND t.began_at > %(first)s - interval '1 day'
 GROUP BY t.user_id, coalesce(a.patient_class, ''), t.activity
"""


@dataclass(frozen=True, slots=True)
class Rate:
    """One patient class: time on its accounts, how many were final coded, and how many that is an hour."""

    name: str
    spent: datetime.timedelta
    coded: int

    @property
    def an_hour(self) -> float | None:
        """None where there is too little time for a rate."""
        return self.coded / (self.spent / datetime.timedelta(hours=1)) if self.spent >= _ENOUGH else None


@dataclass(slots=True)
class PersonTime:
    """One person over a period."""

    person: User
    coding: dict[str, datetime.timedelta] = field(default_factory=dict)
    coded: dict[str, int] = field(default_factory=dict)
    activities: dict[str, datetime.timedelta] = field(default_factory=dict)

    @property
    def rates(self) -> list[Rate]:
        """By class, in the order of the vocabulary."""
        known = [each for each in PatientClass if each.value in self.coding or each.value in self.coded]
        return [Rate(str(each.label), self.coding.get(each.value, _ZERO), self.coded.get(each.value, 0)) for each in known]

    @property
    def total(self) -> Rate:
        """All classes together; a rate over different classes compares nobody with nobody, so pages show it last."""
        return Rate("All classes", sum(self.coding.values(), _ZERO), sum(self.coded.values()))

    @property
    def beside(self) -> list[tuple[str, datetime.timedelta]]:
        """Activities by name, longest first."""
        named = [(str(Activity(code).label), spent) for code, spent in self.activities.items()]
        return sorted(named, key=lambda each: (-each[1], each[0]))

    @property
    def recorded(self) -> datetime.timedelta:
        """Everything together."""
        return self.total.spent + sum(self.activities.values(), _ZERO)


def local_day(facility: Facility) -> datetime.date:
    """The day by the facility's clock. Time is that of the wall, not the business date."""
    return now().astimezone(ZoneInfo(facility.time_zone)).date()


def instants(facility: Facility, first: datetime.date, last: datetime.date) -> tuple[datetime.datetime, datetime.datetime]:
    """From the beginning of the first day to the end of the last, by the facility's clock."""
    zone = ZoneInfo(facility.time_zone)
    after = last + datetime.timedelta(days=1)
    return tuple(datetime.datetime.combine(day, datetime.time(), tzinfo=zone) for day in (first, after))  # type: ignore[return-value]


def spells_of(user: User, facility: Facility, day: datetime.date) -> list[TimeSpell]:
    """What was recorded of a person on a day, newest first; withdrawn rows among them."""
    first, last = instants(facility, day, day)
    rows = TimeSpell.objects.filter(user=user, facility=facility, began_at__gte=first, began_at__lt=last)
    return list(rows.select_related("account").order_by("-began_at"))


def time_of(people: Sequence[User], facility: Facility, first: datetime.date, last: datetime.date) -> list[PersonTime]:
    """Each person's period, in the order of their names; two queries."""
    found = {person.pk: PersonTime(person) for person in people}
    begins, ends = instants(facility, first, last)
    values: dict[str, Any] = {
        "facility": facility.pk,
        "first": begins,
        "last": ends,
        "now": timezone.now(),
        "people": list(found),
    }
    with connection.cursor() as cursor:
        cursor.execute(_SPENT, values)
        for user_id, patient_class, activity, spent in cursor.fetchall():
            kept = found[user_id].activities if activity else found[user_id].coding
            kept[activity or patient_class] = spent
        cursor.execute(_CODED, values)
        for user_id, patient_class, coded in cursor.fetchall():
            found[user_id].coded[patient_class] = coded
    return sorted(found.values(), key=lambda each: str(each.person))


def rows_of_file(people: Iterable[PersonTime]) -> list[list[str]]:
    """The team's table as rows of text: hours with two decimals."""
    rows = [["person", "kind", "what", "hours", "final coded"]]
    for each in people:
        rows += [[str(each.person), "coding", rate.name, _hours(rate.spent), str(rate.coded)] for rate in each.rates]
        rows += [[str(each.person), "activity", name, _hours(spent), ""] for name, spent in each.beside]
    return rows


def _hours(spent: datetime.timedelta) -> str:
    return f"{spent / datetime.timedelta(hours=1):.2f}"
