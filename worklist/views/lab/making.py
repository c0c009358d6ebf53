"""Beginning a rule: blank, or from a file."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts.errors import Refused
from coding_workflow.guidelines import services
from coding_workflow.guidelines.lab.definition import Definition, Group
from coding_workflow.guidelines.models import AdminRule, RuleVersion
from coding_workflow.staff.access import StaffRequest, require_role
from coding_workflow.staff.forms import place_refusal
from worklist.views.answers import go_to

from .forms import ImportRuleForm, NewRuleForm
from .reaching import WRITES


@require_role(*WRITES)
def new_rule(request: StaffRequest) -> HttpResponse:
    """Ask for the first words (GET); make the first draft and open the editor (POST, 422 where something is missing)."""
    form = NewRuleForm(request.POST or None, facilities=request.user.facility_ids())
    made = _made(form, lambda: _write(request, form)) if request.method == "POST" else None
    if made:
        return go_to(request, reverse("worklist:edit_rule", args=[made.rule_id]))
    words = {
        "title": "New rule",
        "does": "Go on to the editor",
        "hint": "The next page builds the rule and reads it back in English.",
    }
    return render(request, "worklist/lab/making.html", {"form": form, **words}, status=422 if form.errors else 200)


@require_role(*WRITES)
def import_rule(request: StaffRequest) -> HttpResponse:
    """Ask for a file (GET); take it in as a draft and show the rule (POST, 422 with the place that is wrong)."""
    form = ImportRuleForm(request.POST or None, request.FILES or None, facilities=request.user.facility_ids())
    made = _made(form, lambda: _import(request, form)) if request.method == "POST" else None
    if made:
        messages.success(request, f"Imported as version {made.number}, a draft.")
        return go_to(request, reverse("worklist:rule", args=[made.rule_id]))
    words = {
        "title": "Import a rule",
        "does": "Import",
        "hint": "Nothing judges an account until another administrator publishes it.",
    }
    return render(request, "worklist/lab/making.html", {"form": form, **words}, status=422 if form.errors else 200)


def _made(form: forms.Form, make: Callable[[], RuleVersion]) -> RuleVersion | None:
    if not form.is_valid():
        return None
    try:
        return make()
    except Refused as refusal:
        place_refusal(form, refusal)
        return None


def _write(request: StaffRequest, form: NewRuleForm) -> RuleVersion:
    given = form.cleaned_data
    if AdminRule.objects.filter(key=given["key"], facility=given["facility"]).exists():
        raise Refused(
            "rule.key", "There is a rule with this key already: write a new version of it, or choose another key.", fix="key"
        )
    blank = Definition(
        title=given["title"],
        condition=given["condition"],
        severity=given["severity"],
        when=Group("all", ()),
        message="",
        reference="",
    )
    return services.write_rule(
        key=given["key"], facility=given["facility"], definition=blank, tests=(), by=request.user, reason=given["reason"]
    )


def _import(request: StaffRequest, form: ImportRuleForm) -> RuleVersion:
    given = form.cleaned_data
    return services.import_rule(text=given["file"], facility=given["facility"], by=request.user, reason=given["reason"])
