"""One rule: what it says, what was done about it, and what can be done."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from coding_workflow.guidelines import selectors as guidelines
from coding_workflow.guidelines.models import AdminRule, RuleVersion, State
from coding_workflow.staff.access import StaffRequest, is_proven, proof_address, require_role
from worklist.selectors import lab_backtests as backtests
from worklist.selectors import lab_rule as selectors
from worklist.selectors.lab import lately, shown_version

from .reaching import READS, fetch_rule, number


@require_role(*READS)
def rule(request: StaffRequest, pk: int) -> HttpResponse:
    """The page; ``version`` shows another version than the one that says most, ``against`` compares with another."""
    return rule_page(request, fetch_rule(request, pk))


def rule_page(
    request: StaffRequest,
    one: AdminRule,
    version: RuleVersion | None = None,
    refused: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of a rule; ``refused`` is the action that was, with its sentence and the reason that was typed."""
    versions = list(guidelines.versions_of(one))
    shown = next((each for each in versions if version and each.pk == version.pk), None) or _asked(request, versions)
    may_edit = not selectors.why_not_administrator(request.user, one.facility)
    context = {
        "rule": one,
        "sheet": selectors.sheet(one, shown, versions, number(request.GET.get("against", ""))),
        "record": lately(request.user, [f"lab.{one.key}"])[0],
        "backtests": backtests.of_rule(request.user, one),
        "facilities": backtests.facilities(request.user, one),
        "last_year": backtests.last_year(),
        "steps": selectors.steps(versions),
        "events": guidelines.history_of(one)[:100],
        "actions": selectors.actions(request.user, one, shown, versions),
        "draft": next((each for each in versions if each.state == State.DRAFT), None),
        "may_edit": may_edit,
        "prove": proof_address(address_of(shown)) if may_edit and not is_proven(request) else "",
        "refused": refused or {},
    }
    return render(request, "worklist/lab/rule.html", context, status=status)


def address_of(version: RuleVersion) -> str:
    """The page of the rule that shows this version."""
    return f"{reverse('worklist:rule', args=[version.rule_id])}?version={version.number}"


def _asked(request: StaffRequest, versions: list[RuleVersion]) -> RuleVersion:
    if not versions:
        raise Http404("There is no such record.")
    asked = number(request.GET.get("version", ""))
    return next((each for each in versions if each.number == asked), None) or _first(versions)


def _first(versions: list[RuleVersion]) -> RuleVersion:
    """What somebody is working on, else what says most."""
    return next((each for each in versions if each.state == State.DRAFT), None) or shown_version(versions)
