"""The supervisor's page: open queries by age and provider, and what became of those of a time box."""

from typing import Final

from django.http import HttpResponse
from django.shortcuts import render

from accounts import history
from coding_workflow.staff.access import StaffRequest, is_polling, require_role
from coding_workflow.staff.models import Role
from worklist.selectors import query_figures as figures

READS: Final = (Role.SUPERVISOR, Role.COMPLIANCE)


@require_role(*READS)
def queries(request: StaffRequest) -> HttpResponse:
    """The page; ``days`` is one of the time boxes, else the shortest."""
    if not is_polling(request):
        history.record_access(user_id=request.user.pk, kind="queries.viewed")
    asked = request.GET.get("days", "")
    days = next((each for each in figures.BOXES if str(each) == asked), figures.BOXES[0])
    lines = figures.open_queries(request.user)
    context = {
        "lines": lines,
        "ages": figures.by_age(lines),
        "days": days,
        "boxes": figures.BOXES,
        "all": figures.figures(request.user, days),
        "providers": figures.by_provider(request.user, days),
        "within": figures.WITHIN,
        "most": figures.MOST_SHOWN,
        "mails": request.user.has_role(Role.SUPERVISOR),
    }
    return render(request, "worklist/queries/overview.html", context)
