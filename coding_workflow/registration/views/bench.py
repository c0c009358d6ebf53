"""The test bench of a feed: paste a message, see what it would do. Nothing of it is kept."""

from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import render

from accounts import history
from accounts.models import Account
from coding_workflow.registration import selectors
from coding_workflow.registration.models import FeedFormat
from coding_workflow.registration.services.trial import Trial, try_message
from coding_workflow.staff.access import StaffRequest, fetch, require_role
from coding_workflow.staff.models import Role

#: Characters of one message that the bench takes; longer ones are uploaded as a dry run.
LONGEST: Final = 200_000


@require_role(Role.ADMINISTRATOR)
def bench(request: StaffRequest, pk: int) -> HttpResponse:
    """The empty bench, or what the pasted message would do. Trying one against a known account leaves an access record."""
    feed = fetch(selectors.feeds(), request.user, pk)
    text = request.POST.get("text", "")
    problem = _problem(text, feed.format) if request.method == "POST" else ""
    context: dict[str, Any] = {"feed": feed, "text": text, "problem": problem, "longest": LONGEST}
    if request.method == "POST" and not problem:
        trial = try_message(text=text, feed=feed, by=request.user)
        _record(request, trial)
        context["trial"] = trial
    return render(request, "feeds/bench.html", context, status=422 if problem else 200)


def _problem(text: str, format: str) -> str:
    if format != FeedFormat.HL7:
        return "The bench reads HL7 version 2; try a file of this format as a dry run under Imports."
    if not text.strip():
        return "Paste a message."
    if len(text) > LONGEST:
        return "This is longer than one message of the bench; try the file as a dry run under Imports."
    return ""


def _record(request: StaffRequest, trial: Trial) -> None:
    """What the account holds now stands beside what it would become: somebody has seen it."""
    if trial.account_id is not None:
        account = Account.objects.get(pk=trial.account_id)
        history.record_access(user_id=request.user.pk, kind="feed.tried", account=account)
