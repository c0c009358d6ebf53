"""A person's own keys: a form of every action with its key, what is refused at its field, and back to the standard ones."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from coding_workflow.staff import keys, services
from coding_workflow.staff.access import StaffRequest, require_role


@require_role()
def my_keys(request: StaffRequest) -> HttpResponse:
    """The page; POST keeps all of it, or with ``do=standard`` forgets what the person changed. 422 with what was typed."""
    if request.method != "POST":
        return _page(request, keys.effective(request.user.keys))
    if request.POST.get("do") == "standard":
        services.keep_keys(person=request.user, chosen={})
        messages.success(request, "Your keys are the standard ones again.")
        return redirect("staff:my_keys")
    typed = {name: request.POST.get(name, action.keys)[:40] for name, action in keys.ACTIONS.items()}
    chosen, errors = _read(typed)
    errors |= {name: words for name, words in keys.conflicts(chosen).items() if name not in errors}
    if errors:
        return _page(request, typed, errors)
    services.keep_keys(person=request.user, chosen=chosen)
    messages.success(request, "Kept, for every computer that you sign in on.")
    return redirect("staff:my_keys")


def _read(typed: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """What is a key, and what is none and why."""
    chosen, errors = {}, {}
    for name, text in typed.items():
        try:
            chosen[name] = keys.read(text)
        except keys.NoKey as wrong:
            errors[name] = str(wrong)
    return chosen, errors


def _page(request: StaffRequest, shown: Mapping[str, str], errors: Mapping[str, str] | None = None) -> HttpResponse:
    found = errors or {}
    groups = [
        (
            title,
            [
                {
                    "action": action,
                    "value": keys.said(shown[action.name]),
                    "standard": keys.said(action.keys),
                    "own": shown[action.name] not in {action.keys, keys.said(action.keys)},
                    "error": found.get(action.name, ""),
                }
                for action in actions
            ],
        )
        for title, actions in keys.GROUPS
    ]
    context: dict[str, Any] = {"groups": groups, "errors": found, "longest": keys.LONGEST, "changed": bool(request.user.keys)}
    return render(request, "staff/keys.html", context, status=422 if found else 200)
