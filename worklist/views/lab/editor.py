"""The editor of a rule: one form, one address. Every button sends the whole form, so nothing that was typed is lost."""

from dataclasses import replace
from typing import Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django_htmx.http import retarget

from accounts.errors import Conflict, NotAllowed, Refused
from coding_workflow.guidelines import selectors as guidelines
from coding_workflow.guidelines import services
from coding_workflow.guidelines.lab.differences import differences
from coding_workflow.guidelines.models import RuleVersion
from coding_workflow.guidelines.services.rights import require_administrator
from coding_workflow.staff.access import StaffRequest, require_role
from worklist.drafting import throw_away
from worklist.lab import changing, clauses
from worklist.views.answers import go_to

from . import testing
from .desk import Desk, context, desk_of, keep, posted_desk
from .reaching import WRITES, fetch_rule

#: A half of the page that changes while somebody types: what the rule says and what is still to do.
LIVE: Final = "live"


@require_role(*WRITES)
def edit_rule(request: StaffRequest, pk: int) -> HttpResponse:
    """The form as the person left it (GET); kept at every change, changed by its buttons, saved to the rule (POST).

    422 where what is saved is no rule yet, 409 with the difference where somebody else saved meanwhile.
    """
    rule = fetch_rule(request, pk)
    require_administrator(request.user, rule.facility)
    if request.method != "POST":
        return _show(request, desk_of(request, rule))
    do, _, at = request.POST.get("do", "").partition(":")
    if do == "throw":
        throw_away(rule=rule, by=request.user)
        messages.success(request, "Thrown away. The rule is as it was.")
        return go_to(request, reverse("worklist:rule", args=[rule.pk]))
    desk = posted_desk(request, rule)
    if do in {"save", "over"}:
        return _save(request, _over(desk) if do == "over" else desk)
    return _show(request, keep(request, _changed(request, desk, do, at)), do)


def _changed(request: StaffRequest, desk: Desk, do: str, at: str) -> Desk:
    if do in testing.VERBS:
        return testing.VERBS[do](request, desk, at)
    tree, focus = changing.act(clauses.read(desk.fields), do, at)
    return desk.with_tree(tree, focus)


def _over(desk: Desk) -> Desk:
    """The person has seen the other's draft and saves theirs over it."""
    return replace(desk, seen=desk.draft.seal if desk.draft else "")


def _save(request: StaffRequest, desk: Desk) -> HttpResponse:
    """Save to the rule; whatever is refused, the form stays as it is and is kept."""
    desk = replace(keep(request, desk), asked_to_save=True)
    if desk.sentence:
        return _show(request, desk)
    reading = desk.reading()
    if not reading.whole:
        return _show(
            request,
            replace(desk, status=422, sentence="Not saved: some of it is no rule yet. What is wrong stands at its place."),
        )
    try:
        saved = _write(request, desk)
    except NotAllowed:
        raise
    except Conflict as refusal:
        return _show(request, replace(desk, status=refusal.status, sentence=refusal.sentence, theirs=desk.version))
    except Refused as refusal:
        at = refusal.fix or "rule-form"
        return _show(request, replace(desk, status=refusal.status, errors={at: refusal.sentence}, focus=at))
    messages.success(request, f"Saved as version {saved.number}, a draft.")
    return go_to(request, reverse("worklist:rule", args=[desk.rule.pk]))


def _write(request: StaffRequest, desk: Desk) -> RuleVersion:
    saved = services.write_rule(
        key=desk.rule.key,
        facility=desk.rule.facility,
        definition=desk.reading().definition,
        tests=desk.tests,
        by=request.user,
        reason=desk.reason,
        seen=desk.seen,
    )
    throw_away(rule=desk.rule, by=request.user)
    return saved


def _show(request: StaffRequest, desk: Desk, do: str = "") -> HttpResponse:
    """The page; as fragment the part that the button changes, with what the rule says now."""
    values = context(desk)
    if desk.theirs:
        theirs = guidelines.readable_definition(desk.theirs) or guidelines.title_alone(desk.theirs)
        values["differences"] = differences(theirs, desk.reading().definition)
        values["author"] = desk.theirs.written_by
    if not request.htmx:
        return render(request, "worklist/lab/edit.html", values, status=desk.status)
    part, target = ("changed", "#clauses") if do else ("editor", "#rule-form")
    if desk.sentence:
        part, target = "editor", "#rule-form"
    elif do == LIVE or do in testing.VERBS:
        part, target = ("live", "#said") if do == LIVE else ("proved", "#tests")
    return retarget(render(request, f"worklist/lab/_{part}.html", values, status=desk.status), target)
