"""My work: what is mine now, what came back, the queues, and get next."""

from collections.abc import Collection
from typing import Any, Final
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse

from accounts import clock, history
from accounts.models import PatientClass, PayerKind, WorkItem
from coding_workflow.staff.access import StaffRequest, fetch, is_polling, require_role
from coding_workflow.staff.models import Role
from worklist.assignment import KINDS_BY_ROLE, NEXT_ONLY, claim_next, put_back, takes_next_only
from worklist.routing import RETURNED
from worklist.selectors import queues, start
from worklist.selectors.nothing import why_nothing
from worklist.selectors.rows import CONDITION_WORDS

from .answers import go_to

#: Who is offered the next account; supervisors approve from the release board.
OFFERED_NEXT: Final = (Role.CODER, Role.REVIEWER, Role.BILLER)
SORTS: Final = {"rank": "Rank", "oldest": "Oldest discharge", "dollars": "Most charges"}


def view_of(query: QueryDict) -> queues.View:
    """What the address asks to see; values that are not offered count as not said."""
    condition, after = query.get("condition", ""), query.get("after", "")
    return queues.View(
        queue=query.get("queue", "")[:40].replace("\0", ""),
        patient_class=_offered(query.get("class", ""), PatientClass.values),
        payer_kind=_offered(query.get("payer", ""), PayerKind.values),
        condition=int(condition) if condition in {str(number) for number in CONDITION_WORDS} else None,
        sort=_offered(query.get("sort", ""), SORTS) or "rank",
        after=int(after) if after.isascii() and after.isdigit() and len(after) < 19 else None,
    )


def _offered(value: str, values: Collection[str]) -> str:
    return value if value in values else ""


@require_role()
def my_work(request: StaffRequest) -> HttpResponse:
    """The page; a fragment request gets the list alone. Both leave an access record unless a timer asks."""
    view = view_of(request.GET)
    if not is_polling(request):
        history.record_access(user_id=request.user.pk, kind="worklist.viewed")
    if request.htmx:
        lines = queues.rail(request.user)
        return render(request, "worklist/my_work.html#listing", _listing(request, view, lines))
    lines = queues.rail(request.user)
    chosen = view if view.queue in {line.code for line in lines} else _first(view, lines)
    takes_work = any(request.user.has_role(role) for role in OFFERED_NEXT)
    context = _listing(request, chosen, lines) | {
        "rail": lines,
        "mine": queues.mine_now(request.user),
        "takes_work": takes_work,
        "waiting": () if lines else start.waiting(request.user),
        "place_words": start.PLACE_WORDS,
        "next_only": NEXT_ONLY if takes_work and takes_next_only(request.user) else "",
    }
    if "nothing" in request.GET:
        context["nothing"] = why_nothing(user=request.user, queue_code=request.GET.get("only", "")[:40] or None)
    return render(request, "worklist/my_work.html", context)


@require_role(*KINDS_BY_ROLE, write=True)
def get_next(request: StaffRequest) -> HttpResponse:
    """Claim the next account and go to it; when there is none, My work says why."""
    code = request.POST.get("only", "")[:40] or None
    item = claim_next(user=request.user, queue_code=code)
    if item is not None:
        return go_to(request, reverse("worklist:account", args=[item.account_id]))
    query = {"nothing": 1} | ({"queue": code, "only": code} if code else {})
    return go_to(request, f"{reverse('worklist:my_work')}?{urlencode(query)}")


@require_role(*KINDS_BY_ROLE, write=True)
def give_back(request: StaffRequest, pk: int) -> HttpResponse:
    """Put one's own work back with a reason."""
    fetch(WorkItem.objects.all(), request.user, pk)
    put_back(item_id=pk, user=request.user, reason=request.POST.get("reason", ""))
    messages.success(request, "Put back. It is not offered to you again today.")
    return go_to(request, reverse("worklist:my_work"))


def _first(view: queues.View, lines: list[queues.RailLine]) -> queues.View:
    """Without a queue in the address: the first that has work, else the first."""
    # What came back is above the list already.
    line = next((line for line in lines if line.open and line.code != RETURNED), lines[0] if lines else None)
    return queues.View(queue=line.code if line else "", sort=view.sort)


def _listing(request: HttpRequest, view: queues.View, lines: list[queues.RailLine]) -> dict[str, Any]:
    user: Any = request.user
    line = next((line for line in lines if line.code == view.queue), None)
    shown = queues.listing(user, view, line.queues) if line else queues.Listing()
    return {
        "view": view,
        "may_assign": user.has_role(Role.SUPERVISOR),
        "takes_here": _takes(user, view, lines),
        "line": line,
        "listing": shown,
        "who_has": view.queue != queues.HELD,
        "sorts": SORTS,
        "classes": PatientClass.choices,
        "payers": PayerKind.choices,
        "conditions": CONDITION_WORDS,
        "today": clock.today(),
        "next_url": _address(view, shown.next_after) if shown.next_after else "",
        "first_url": _address(view, None) if view.after else "",
        "filtered": bool(view.patient_class or view.payer_kind or view.condition is not None),
    }


def _takes(user: Any, view: queues.View, lines: list[queues.RailLine]) -> bool:
    """Whether get-next may be limited to the queue shown."""
    line = next((line for line in lines if line.code == view.queue and line.open), None)
    kinds = {kind for role in OFFERED_NEXT if user.has_role(role) for kind in KINDS_BY_ROLE[role]}
    return line is not None and line.kind in kinds


def _address(view: queues.View, after: int | None) -> str:
    said = {
        "queue": view.queue,
        "class": view.patient_class,
        "payer": view.payer_kind,
        "condition": "" if view.condition is None else str(view.condition),
        "sort": "" if view.sort == "rank" else view.sort,
        "after": "" if after is None else str(after),
    }
    return f"{reverse('worklist:my_work')}?{urlencode({name: value for name, value in said.items() if value})}"
