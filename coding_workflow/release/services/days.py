"""What begins or ends with a day, looked up each minute: competences, policies and what they declare, what rules ask
about the days since discharge, the software itself.

A look at the rows that exist, not work asked for ahead: an end may still come nearer, a clock may stand still or jump, and
a day on which nothing ran is made up for. It also asks again for accounts that are due and that nothing is about to check.
"""

import datetime
from collections.abc import Iterator
from typing import Final

from django.db import connection, transaction
from django.db.models import Q

from accounts import clock
from accounts.models import Facility
from coding_workflow.guidelines.ruleset import builtin
from coding_workflow.guidelines.selectors import active_definitions
from coding_workflow.policy.models import PolicyVersion
from coding_workflow.policy.selectors import policy_for
from coding_workflow.release.models import DayLooked, DueCause
from coding_workflow.staff.models import Competence

from . import due
from .due import Reach, mark_due
from .reaching import of_competence, of_days_passed

_DAY: Final = datetime.timedelta(days=1)

#: So many batches of a facility may be parked before nothing is asked for any more: then it is no single account.
_MOST_PARKED: Final = 10

# A parked batch waits for a person; the accounts of its facility do not. ``gave_up``: nothing was asked for since.
_FORGOTTEN: Final = """
SELECT d.facility_id, count(*),
    (SELECT o.state = 'parked' FROM accounts_outboxrow o WHERE o.kind = %(kind)s AND o.facility_id = d.facility_id
     ORDER BY o.id DESC LIMIT 1) AS gave_up
FROM release_checkdue d
WHERE NOT d.apart AND NOT EXISTS (
    SELECT FROM accounts_outboxrow o WHERE o.kind = %(kind)s AND o.facility_id = d.facility_id
    AND o.state IN ('waiting', 'leased'))
AND (SELECT count(*) FROM accounts_outboxrow o WHERE o.kind = %(kind)s AND o.facility_id = d.facility_id
     AND o.state = 'parked') < %(most)s
GROUP BY d.facility_id
ORDER BY d.facility_id
"""


def look_at_the_day() -> int:
    """Mark what a new day changes, once for each facility and day; answers how many accounts were marked."""
    marked = sum(_look(facility) for facility in Facility.objects.order_by("pk"))
    _ask_for_the_forgotten()
    return marked


def _ask_for_the_forgotten() -> None:
    """Ask for batches where accounts are due and nothing is about to check them. Where the last batch was given up, the
    account at which it ended goes its own way, so that the next batch gets past it."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGOTTEN, {"kind": due.RECHECK, "most": _MOST_PARKED})
        forgotten = cursor.fetchall()
    if forgotten:
        due.one_marks_at_a_time()
    for facility_id, accounts, gave_up in forgotten:
        if gave_up:
            due.set_apart(due.first_of(facility_id))
        due.ask(facility_id=facility_id, accounts=accounts)


@transaction.atomic
def _look(facility: Facility) -> int:
    today, rules = clock.today(facility), builtin().hash
    looked, first = DayLooked.objects.select_for_update().get_or_create(
        facility=facility, defaults={"day": today - _DAY, "builtin": rules}
    )
    if not first and looked.day >= today and looked.builtin == rules:
        return 0
    marked = sum(mark_due(reach=reach, cause=cause) for reach, cause in _changes(facility, looked, today, rules))
    looked.day, looked.builtin = max(looked.day, today), rules
    looked.save(update_fields=["day", "builtin"])
    return marked


def _changes(facility: Facility, looked: DayLooked, today: datetime.date, rules: str) -> Iterator[tuple[Reach, DueCause]]:
    """What began or ended on the days after ``looked`` until today."""
    if looked.builtin != rules:
        yield Reach(facility_id=facility.pk), DueCause.SOFTWARE
    since, whole = looked.day, Reach(facility_id=facility.pk)
    days = (since + _DAY, today)
    policy = policy_for(facility, today)
    ended = any(since < row.expires_on <= today for row in policy.downstream)
    goes_live = policy.observe_until is not None and since < policy.observe_until <= today
    if ended or goes_live or PolicyVersion.objects.filter(facility=facility, effective_from__range=days).exists():
        yield whole, DueCause.DAY
    turned = Q(valid_from__range=days) | Q(valid_to__range=days)
    for competence in Competence.objects.filter(turned, facility=facility).order_by("pk"):
        yield of_competence(competence), DueCause.DAY
    for reach in of_days_passed(facility, active_definitions(facility), since, today):
        yield reach, DueCause.DAY
