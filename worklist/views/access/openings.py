"""One opening of a restricted account: who, why, what was seen and done, and compliance's judgement."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts import history
from accounts.clock import now
from accounts.errors import NotAllowed, Refused
from coding_workflow.staff import services
from coding_workflow.staff.access import StaffRequest, recently_proven, require_role
from coding_workflow.staff.models import BreakGlass, GlassOutcome, Role
from coding_workflow.staff.selectors import opening_at
from worklist.selectors.looks import of_opening
from worklist.views.answers import go_to


@require_role(Role.COMPLIANCE)
def opening(request: StaffRequest, pk: int) -> HttpResponse:
    """The opening with its looks and acts. It shows nothing of the patient."""
    return _page(request, opening_at(request.user, pk))


@require_role(Role.COMPLIANCE, write=True)
@recently_proven
def review(request: StaffRequest, pk: int) -> HttpResponse:
    """Judge it, once; what was typed stays when it is refused."""
    found = opening_at(request.user, pk)
    outcome, words = request.POST.get("outcome", ""), request.POST.get("words", "")
    try:
        services.review_opening(opening=found, by=request.user, outcome=outcome, words=words)
    except NotAllowed:
        raise
    except Refused as refusal:
        said = {"sentence": refusal.sentence, "outcome": outcome, "words": words}
        return _page(request, opening_at(request.user, pk), said, refusal.status)
    messages.success(request, "The review is on record.")
    return go_to(request, reverse("staff:openings"))


def _page(request: StaffRequest, found: BreakGlass, said: dict[str, str] | None = None, status: int = 200) -> HttpResponse:
    history.record_access(user_id=request.user.pk, kind="opening.viewed", account=found.account)
    seen, done = of_opening(found)
    context = {
        "opening": found,
        "seen": seen,
        "done": done,
        "runs": found.expires_at > now(),
        "own": found.user_id == request.user.pk,
        "outcomes": GlassOutcome.choices,
        "said": said or {},
    }
    return render(request, "worklist/access/opening.html", context, status=status)
