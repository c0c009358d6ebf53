"""Parked work: what the outbox gave up on, and letting it try again."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts import history
from accounts.actors import Actor
from accounts.errors import Conflict
from accounts.models import OutboxRow
from coding_workflow.outbox.services import requeue
from coding_workflow.staff.access import StaffRequest, is_polling, require_role
from coding_workflow.staff.models import Role
from worklist.selectors import parked as selectors

from .answers import go_to

RUNS = (Role.ADMINISTRATOR, Role.SUPERVISOR)


@require_role(*RUNS)
def parked(request: StaffRequest) -> HttpResponse:
    """The list, oldest first."""
    return _page(request)


@require_role(*RUNS, write=True)
def again(request: StaffRequest, pk: int) -> HttpResponse:
    """Let one piece of work try again with all its attempts; 409 when somebody was first."""
    row = selectors.seen(OutboxRow.objects.all(), request.user).filter(pk=pk).first()
    if row is None:
        raise Http404("There is no such record.")
    try:
        requeue(row_id=row.pk, by=Actor.person(request.user.pk))
    except Conflict as conflict:
        return _page(request, conflict.sentence, conflict.status)
    messages.success(request, "It tries again now. If it fails as often again, it comes back here.")
    return go_to(request, reverse("worklist:parked"))


def _page(request: StaffRequest, sentence: str = "", status: int = 200) -> HttpResponse:
    if not is_polling(request):
        history.record_access(user_id=request.user.pk, kind="parked.viewed")
    context = {"lines": selectors.parked(request.user), "sentence": sentence, "most": selectors.MOST_SHOWN}
    return render(request, "worklist/parked.html", context, status=status)
