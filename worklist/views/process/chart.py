"""The flow chart with what waits at each step now, the accounts behind a step, and what really happened."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from accounts import clock, history
from accounts.models import Facility, PatientClass
from coding_workflow.policy import selectors, svg
from coding_workflow.policy.chart import chart_of
from coding_workflow.policy.flow import Flow, Step, flow_of
from coding_workflow.policy.rules import FacilityPolicy
from coding_workflow.policy.svg import Figure
from coding_workflow.staff.access import StaffRequest, is_polling, require_role
from worklist.selectors import process as steps
from worklist.selectors import process_history
from worklist.selectors.process import Which
from worklist.views.queueing.reaching import number

from .reaching import WORKS, Bench, facilities_of, reach

_LATE: Final = "late"


@require_role()
def process(request: StaffRequest) -> HttpResponse:
    """The chart of one facility and class (``?at=``, ``?class=``, ``?service=``); ``?show=took`` draws what happened on it."""
    facilities = facilities_of(request)
    if not facilities:
        return render(request, "worklist/process/nowhere.html")
    wanted = number(request, "at")
    facility = next((each for each in facilities if each.pk == wanted), facilities[0])
    bench = Bench(facility, request.user)
    which = _which(request, facility, selectors.read(bench.in_force))
    took = request.GET.get("show") == "took"
    context = _context(bench, which, took=took) | {"facilities": facilities, "took": took}
    return render(request, "worklist/process/chart.html", context)


def _which(request: StaffRequest, facility: Facility, policy: FacilityPolicy) -> Which:
    wanted, service = request.GET.get("class", ""), request.GET.get("service", "")
    patient_class = wanted if wanted in PatientClass.values else PatientClass.INPATIENT.value
    return Which(facility, policy, patient_class, service if service in steps.services_of(policy) else "")


def _context(bench: Bench, which: Which, *, took: bool) -> dict[str, Any]:
    flow = flow_of(which.policy, which.patient_class, which.service, selectors.people_of(which.policy))
    now = steps.figures(which)
    linked = {code: _linked(bench, which, code, figure) for code, figure in now.items()}
    past = process_history.took(which) if took else None
    figures = past.on_chart if past else {code: figure for code, figure in linked.items() if code in flow.of}
    return {
        "bench": bench,
        "which": which,
        "class_label": PatientClass(which.patient_class).label,
        "classes": PatientClass.choices,
        "services": steps.services_of(which.policy),
        "picture": _picture(flow, which, figures),
        "lines": [_line(flow, step, linked.get(step.code), past) for step in flow.steps],
        # A step that the policy does not have any more, and accounts that are still in it.
        "left_over": {code: figure for code, figure in linked.items() if code not in flow.of and figure.open},
        "past": past,
        "query": _query(which),
        "today": clock.today(which.facility),
    }


def _linked(bench: Bench, which: Which, code: str, figure: Figure) -> Figure:
    return replace(figure, url=f"{_address(which)}&step={code}") if bench.may(*WORKS) else figure


def _address(which: Which) -> str:
    return f"{reverse('worklist:process_accounts', args=[which.facility.pk])}?{_query(which)}"


def _query(which: Which) -> str:
    return urlencode({"class": which.patient_class} | ({"service": which.service} if which.service else {}))


def _picture(flow: Flow, which: Which, figures: Mapping[str, Figure]) -> SafeString:
    label = PatientClass(which.patient_class).label
    drawn = svg.draw(
        chart_of(flow),
        figures,
        title=f"{label} accounts at {which.facility.name}: the steps from registration to payment",
        description="Lanes by role from top to bottom, steps from left to right. The table below says the same in words.",
    )
    return mark_safe(drawn)  # noqa: S308 - written by an XML writer that escapes every text and attribute


def _line(flow: Flow, step: Step, figure: Figure | None, past: "process_history.Past | None") -> dict[str, Any]:
    """One step of the table that says what the picture shows."""
    leads = [f"{name} ({words})" if words else name for name, words in flow.after(step.code)]
    return {"step": step, "figure": figure, "leads": leads, "took": past.words.get(step.code, "") if past else ""}


@require_role(*WORKS)
def process_accounts(request: StaffRequest, pk: int) -> HttpResponse:
    """The accounts at one step, oldest first. It names patients, so it leaves an access record."""
    facility = reach(request, pk)
    which = _which(request, facility, selectors.policy_for(facility))
    place = request.GET.get("step", "coding")
    flow = flow_of(which.policy, which.patient_class, which.service)
    if place not in steps.PLACES:
        raise Http404("There is no such record.")
    if not is_polling(request):
        history.record_access(user_id=request.user.pk, kind="process.accounts_viewed", facility=facility)
    late = request.GET.get("show") == _LATE
    found = steps.listing(
        which, place, opened=request.user.opened_restricted_ids(), late=late, after=number(request, "after") or None
    )
    context = {
        "which": which,
        "place": place,
        "name": flow.of[place].name if place in flow.of else place.replace("_", " ").capitalize(),
        "has_target": place in flow.of and bool(flow.of[place].target_days),
        "class_label": PatientClass(which.patient_class).label,
        "rows": found.rows,
        "late": late,
        "query": _query(which),
        "next_after": found.next_after,
        "today": clock.today(facility),
    }
    return render(request, "worklist/process/accounts.html", context)
