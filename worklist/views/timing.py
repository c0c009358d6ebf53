"""My time and the team's: what was recorded, starting and stopping an activity, entering and withdrawing."""

import csv
import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_date, parse_time

from accounts import history
from accounts.errors import Refused
from accounts.models import Facility
from coding_workflow.staff.access import StaffRequest, require_role
from coding_workflow.staff.models import Role, RoleGrant, User
from worklist import timing
from worklist.frame import GOES_ON
from worklist.models import Activity, TimeSpell
from worklist.selectors import timing as selectors

from .answers import go_to
from .queueing.reaching import chosen, number, reach

#: Whose time is recorded: everybody who works queues.
RECORDS: Final = (Role.CODER, Role.REVIEWER, Role.BILLER, Role.SUPERVISOR)
_LEADS: Final = (Role.SUPERVISOR,)


@require_role(*RECORDS)
def mine(request: StaffRequest) -> HttpResponse:
    """One day of one's own: minutes by account and activity, and what can be started now."""
    return _mine(request, chosen(request))


def _mine(request: StaffRequest, facility: Facility, sentence: str = "", status: int = 200) -> HttpResponse:
    today = selectors.local_day(facility)
    day = min(_day(request.GET.get("day", "")) or today, today)
    running = timing.running_activity(request.user)
    tell_of(request, running)
    (summary,) = selectors.time_of([request.user], facility, day, day)
    context = {
        "facility": facility,
        "day": day,
        "today": today,
        "before": day - datetime.timedelta(days=1),
        "after": day + datetime.timedelta(days=1) if day < today else None,
        "zone": facility.time_zone,
        "activities": Activity.choices,
        "running": running,
        "spells": selectors.spells_of(request.user, facility, day),
        "summary": summary,
        "typed": request.POST,
        "sentence": sentence,
        "leads": request.user.has_role(Role.SUPERVISOR, facility.pk),
        "back_days": timing.OWN_DAYS.days,
    }
    return render(request, "worklist/timing/mine.html", context, status=status)


@require_role(*RECORDS, write=True)
def record(request: StaffRequest, pk: int) -> HttpResponse:
    """Start, stop, enter or withdraw; what is refused is said on the page, with what was typed."""
    facility = reach(request, pk)
    acts = {"start": _start, "stop": _stop, "enter": _enter, "withdraw": _withdraw}
    try:
        said = acts.get(request.POST.get("do", ""), _unknown)(request, facility)
    except Refused as refused:
        if refused.status == 403:
            raise
        return _mine(request, facility, refused.sentence, refused.status)
    messages.success(request, said)
    return go_to(request, f"{reverse('worklist:my_time')}?at={facility.pk}")


def _start(request: StaffRequest, facility: Facility) -> str:
    spell = timing.start_activity(facility=facility, user=request.user, activity=request.POST.get("activity", ""))
    return f"{spell.get_activity_display()} is being recorded; it ends when you stop it or work on an account."


def _stop(request: StaffRequest, facility: Facility) -> str:
    spell = timing.stop_activity(user=request.user)
    return f"{spell.get_activity_display()} is ended."


def _enter(request: StaffRequest, facility: Facility) -> str:
    sent, zone = request.POST, ZoneInfo(facility.time_zone)
    day, times = _day(sent.get("on", "")), [_time(sent.get(name, "")) for name in ("from", "to")]
    if day is None or None in times:
        raise Refused("time.period", "Give the day, and From and To as times like 14:30.")
    began, until = (datetime.datetime.combine(day, each, tzinfo=zone) for each in times if each is not None)
    values: dict[str, Any] = {
        "activity": sent.get("activity", ""),
        "began_at": began,
        "until": until,
        "reason": sent.get("reason", ""),
    }
    spell = timing.enter_activity(facility=facility, user=request.user, **values)
    return f"{spell.get_activity_display()} is entered."


def _withdraw(request: StaffRequest, facility: Facility) -> str:
    timing.withdraw_time(spell_id=number(request, "spell"), user=request.user, reason=request.POST.get("reason", ""))
    return "It is withdrawn and counts no more."


def _unknown(request: StaffRequest, facility: Facility) -> str:
    raise Refused("time.act", "Choose what to do with one of the buttons.")


@require_role(*_LEADS)
def team(request: StaffRequest) -> HttpResponse:
    """Everybody's time at a facility over a period: coding by class with what was final coded, and what is beside it."""
    facility, people, period = _team(request)
    history.record_access(user_id=request.user.pk, kind="time.team_viewed", facility=facility)
    context: dict[str, Any] = {"facility": facility, "people": people, "first": period[0], "last": period[1]}
    return render(request, "worklist/timing/team.html", context)


@require_role(*_LEADS)
def team_file(request: StaffRequest) -> HttpResponse:
    """The same as comma-separated values."""
    facility, people, (first, last) = _team(request)
    history.record_access(user_id=request.user.pk, kind="time.team_exported", facility=facility)
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="time-{first}-{last}.csv"'
    csv.writer(answer).writerows(selectors.rows_of_file(people))
    return answer


def _team(request: StaffRequest) -> tuple[Facility, list[selectors.PersonTime], tuple[datetime.date, datetime.date]]:
    facility = chosen(request)
    today = selectors.local_day(facility)
    last = min(_day(request.GET.get("last", "")) or today, today)
    first = _day(request.GET.get("first", "")) or last - datetime.timedelta(days=6)
    first = max(min(first, last), last - datetime.timedelta(days=selectors.MOST_DAYS - 1))
    people = User.objects.filter(is_active=True, role_grants__in=_grants(facility))
    return facility, selectors.time_of(list(people.distinct()), facility, first, last), (first, last)


def _grants(facility: Facility) -> QuerySet[RoleGrant]:
    return RoleGrant.objects.filter(facility=facility, role__in=RECORDS, ended_at__isnull=True)


def tell_of(request: StaffRequest, running: TimeSpell | None) -> None:
    """Keep in the session what goes on, so that every page's frame can show it without a query."""
    name = str(running.get_activity_display()) if running else ""
    if request.session.get(GOES_ON, "") != name:
        request.session[GOES_ON] = name


def _day(text: str) -> datetime.date | None:
    try:
        return parse_date(text.strip())
    except ValueError:
        return None


def _time(text: str) -> datetime.time | None:
    try:
        return parse_time(text.strip())
    except ValueError:
        return None
