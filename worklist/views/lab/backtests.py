"""Backtests: what a version would have held or freed. They run by themselves; the page can be left and come back to."""

import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django_htmx.http import HttpResponseStopPolling

from accounts import history
from accounts.actors import Actor
from accounts.errors import NotAllowed, Refused
from accounts.models import Facility
from coding_workflow.guidelines import selectors as guidelines
from coding_workflow.guidelines.lab.definition import Definition
from coding_workflow.guidelines.lab.limits import faults
from coding_workflow.guidelines.models import RuleVersion, State
from coding_workflow.release.models import Backtest, Outcome
from coding_workflow.release.selectors import PAGE_SIZE
from coding_workflow.release.services.backtesting import cancel_backtest, start_backtest
from coding_workflow.staff.access import StaffRequest, fetch, is_polling, require_role
from worklist.selectors import lab_backtests as selectors
from worklist.views.answers import go_to

from .one import rule_page
from .reaching import READS, fetch_version, number


@require_role(*READS, write=True)
def start(request: StaffRequest, pk: int) -> HttpResponse:
    """Start one for a period: this version in place of the one in force, or beside nothing where it is that one."""
    version = fetch_version(request, pk)
    try:
        test = _start(request, version)
    except NotAllowed:
        raise
    except Refused as refusal:
        typed = {name: request.POST.get(name, "") for name in ("facility", "starts", "ends")}
        typed |= {"form": "backtest", "sentence": refusal.sentence}
        return rule_page(request, version.rule, version, typed, refusal.status)
    return go_to(request, reverse("worklist:backtest", args=[test.pk]))


@require_role(*READS)
def backtest(request: StaffRequest, pk: int) -> HttpResponse:
    """The page; as fragment its numbers, which ask for themselves until it has ended."""
    test = fetch(Backtest.objects.select_related("facility", "asked_by"), request.user, pk)
    context: dict[str, Any] = {"sheet": selectors.sheet(test)}
    if request.htmx:
        return _progress(request, context)
    if not is_polling(request):
        history.record_access(user_id=request.user.pk, kind="backtest.viewed", facility=test.facility)
    outcome = request.GET.get("outcome", "")
    outcome = outcome if outcome in Outcome.values else Outcome.HELD.value
    rows = selectors.results(request.user, test, outcome, number(request.GET.get("after", "")) or 0)
    shown = rows[:PAGE_SIZE]
    context |= {"rows": shown, "outcome": outcome, "outcome_words": Outcome(outcome).label}
    context |= {"next_after": shown[-1].account_id if len(rows) > PAGE_SIZE else None, "rule": _rule(request, test)}
    return render(request, "worklist/lab/backtest.html", context)


def _progress(request: StaffRequest, context: dict[str, Any]) -> HttpResponse:
    """How far it is; when it has ended, the last answer, which takes the button away as well."""
    ended = not context["sheet"].running
    part = render(request, "worklist/lab/_progress.html", {**context, "ended": ended})
    return HttpResponseStopPolling(part.content) if ended else part


@require_role(*READS, write=True)
def stop(request: StaffRequest, pk: int) -> HttpResponse:
    """Stop one; what it found stays."""
    test = fetch(Backtest.objects.all(), request.user, pk)
    cancel_backtest(backtest_id=test.pk, by=Actor.person(request.user.pk))
    messages.success(request, "Stopped. What it found stays.")
    return go_to(request, reverse("worklist:backtest", args=[test.pk]))


def _start(request: StaffRequest, version: RuleVersion) -> Backtest:
    definition = _readable(version)
    if faults(definition):
        raise Refused("backtest.fault", "The rule is not complete yet: mend what stands beside Publish first.")
    active = version.rule.versions.filter(state=State.ACTIVE).exclude(pk=version.pk).first()
    return start_backtest(
        facility=_facility(request, version),
        rule=f"lab.{version.rule.key}",
        candidate=definition,
        baseline=_readable(active) if active else None,
        starts=_day(request.POST.get("starts", "")),
        ends=_day(request.POST.get("ends", "")),
        by=Actor.person(request.user.pk),
    )


def _readable(version: RuleVersion) -> Definition:
    found = guidelines.readable_definition(version)
    if found is None:
        raise Refused("backtest.unreadable", f"{guidelines.unreadable(version)} It cannot be tried out.")
    return found


def _facility(request: StaffRequest, version: RuleVersion) -> Facility:
    """The facility that was chosen, else the first where the person may ask."""
    own = selectors.facilities(request.user, version.rule)
    found = own.filter(pk=number(request.POST.get("facility", "")) or 0).first() or own.first()
    if found is None:
        raise Http404("There is no such record.")
    return found


def _day(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise Refused("backtest.period", "Choose a first day, and a later last one within five years.", fix="starts") from None


def _rule(request: StaffRequest, test: Backtest) -> int | None:
    """The rule's page, where there is one."""
    rules = guidelines.rules_at(request.user.facility_ids())
    return rules.filter(key=test.rule.removeprefix("lab.")).values_list("pk", flat=True).first()
