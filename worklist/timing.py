"""Whose time went where: minutes of real input on an account, and activities from start to stop.

Reading counts, idling does not: the page tells once a minute whether there was input, and each such minute is the
minute before. A gap longer than ``GAP`` begins another spell, so nothing between is counted.
"""

import datetime
from typing import Final

from django.db import transaction
from django.db.models import Q

from accounts.clock import now
from accounts.errors import Conflict, NotAllowed, Refused
from accounts.locking import one_at_a_time
from accounts.models import Facility
from coding_workflow.staff.models import User

from .models import Activity, TimeSpell

#: How often the page tells of input, and after how long without it another spell begins (a told minute may come late).
TICK: Final = datetime.timedelta(minutes=1)
GAP: Final = datetime.timedelta(minutes=2, seconds=30)
#: How far back a person enters or withdraws time without a supervisor, and the longest single entry.
OWN_DAYS: Final = datetime.timedelta(days=7)
_LONGEST: Final = datetime.timedelta(hours=16)
_SHORTEST_REASON: Final = 5


def worked_on(*, account_id: int, facility_id: int, user: User) -> None:
    """There was real input on the account's page within the last minute. One statement while the spell goes on.

    Whoever works on an account is not in a meeting any more: an activity that goes on ends.
    """
    at = now()
    mine = TimeSpell.objects.filter(user=user, account=account_id, until__gte=at - GAP, withdrawn_at__isnull=True)
    if mine.update(until=at):
        return
    with transaction.atomic():
        one_at_a_time(f"worklist.time {user.pk}")
        if mine.update(until=at):
            return
        _end_activity(user, at)
        began = max([at - TICK, *_last_end(user, at)])
        TimeSpell.objects.create(facility_id=facility_id, user=user, account_id=account_id, began_at=began, until=at)


def start_activity(*, facility: Facility, user: User, activity: str) -> TimeSpell:
    """Begin an activity from this instant; one that goes on ends with it.

    Raises NotAllowed ``time.facility`` and Refused ``time.activity``.
    """
    _require_own(facility, user)
    if activity not in Activity.values:
        raise Refused("time.activity", "Choose what you are doing from the list.")
    with transaction.atomic():
        one_at_a_time(f"worklist.time {user.pk}")
        at = now()
        _end_activity(user, at)
        return TimeSpell.objects.create(facility=facility, user=user, activity=activity, began_at=at)


def stop_activity(*, user: User) -> TimeSpell:
    """End the activity that goes on. Raises Conflict ``time.none``."""
    with transaction.atomic():
        one_at_a_time(f"worklist.time {user.pk}")
        running = _end_activity(user, now())
    if running is None:
        raise Conflict("time.none", "No activity is being recorded.")
    return running


def enter_activity(
    *, facility: Facility, user: User, activity: str, began_at: datetime.datetime, until: datetime.datetime, reason: str
) -> TimeSpell:
    """Enter an activity afterwards, with the reason why it was not recorded as it happened.

    Raises NotAllowed ``time.facility``; Refused ``time.activity``, ``time.reason``, ``time.period`` (empty, in the future,
    longer than sixteen hours or more than seven days ago) or ``time.overlap`` (other time is recorded then).
    """
    _require_own(facility, user)
    if activity not in Activity.values:
        raise Refused("time.activity", "Choose what you were doing from the list.")
    words = _reasoned(reason)
    at = now()
    if not began_at < until <= at or until - began_at > _LONGEST or began_at < at - OWN_DAYS:
        raise Refused("time.period", "From lies before To, both in the past, at most 16 hours apart and within the last 7 days.")
    with transaction.atomic():
        one_at_a_time(f"worklist.time {user.pk}")
        clash = TimeSpell.objects.filter(user=user, withdrawn_at__isnull=True, began_at__lt=until)
        if clash.filter(Q(until__gt=began_at) | Q(until__isnull=True)).exists():
            raise Refused("time.overlap", "Other time of yours is recorded then; change the times or withdraw that first.")
        values = {"activity": activity, "began_at": began_at, "until": until, "by_hand": words}
        return TimeSpell.objects.create(facility=facility, user=user, **values)


def withdraw_time(*, spell_id: int, user: User, reason: str) -> TimeSpell:
    """Say that a recorded time is wrong; it stays in the records and counts no more.

    Raises Refused ``time.reason`` or ``time.late`` (more than seven days ago), Conflict ``time.unknown`` (not theirs, or
    withdrawn already).
    """
    words = _reasoned(reason)
    with transaction.atomic():
        mine = TimeSpell.objects.select_for_update().filter(pk=spell_id, user=user, withdrawn_at__isnull=True)
        spell = mine.first()
        if spell is None:
            raise Conflict("time.unknown", "This time is withdrawn already, or not yours.")
        if spell.began_at < now() - OWN_DAYS:
            raise Refused("time.late", "Time of more than 7 days ago stays as it was recorded.")
        spell.withdrawn_at, spell.withdrawn_why = now(), words
        spell.until = spell.until or spell.withdrawn_at
        spell.save(update_fields=["withdrawn_at", "withdrawn_why", "until"])
    return spell


def running_activity(user: User) -> TimeSpell | None:
    """The activity that goes on."""
    return TimeSpell.objects.filter(user=user, until__isnull=True, withdrawn_at__isnull=True).first()


def _end_activity(user: User, at: datetime.datetime) -> TimeSpell | None:
    running = TimeSpell.objects.select_for_update().filter(user=user, until__isnull=True, withdrawn_at__isnull=True).first()
    if running is not None:
        running.until = max(at, running.began_at)
        running.save(update_fields=["until"])
    return running


def _last_end(user: User, at: datetime.datetime) -> list[datetime.datetime]:
    """When the person's last spell of the last minute ended: no minute is counted twice."""
    recent = TimeSpell.objects.filter(user=user, until__gt=at - TICK, withdrawn_at__isnull=True)
    return [each.until for each in recent.order_by("-until")[:1] if each.until]


def _require_own(facility: Facility, user: User) -> None:
    if facility.pk not in user.facility_ids():
        raise NotAllowed("time.facility", "You do not work at this facility.")


def _reasoned(reason: str) -> str:
    words = reason.strip()[:200]
    if len(words) < _SHORTEST_REASON:
        raise Refused("time.reason", "Say why, in a few words.")
    return words
