"""The access report: who saw what, as a page and as a file. Asking is itself on record."""

import csv
import datetime
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_date

from accounts import clock, history
from accounts.errors import Refused
from accounts.models import Account
from coding_workflow.staff.access import StaffRequest, recently_proven, require_role
from coding_workflow.staff.models import Role, User
from coding_workflow.staff.selectors import openings_to_review
from worklist.selectors import looks as selectors
from worklist.views.answers import go_to


@require_role(Role.COMPLIANCE)
def looks(request: StaffRequest) -> HttpResponse:
    """The report by row, or (``by=person``) by person. A POST finds an account by its number, which stays out of the address."""
    asked = _asked(request)
    if request.method == "POST":
        return _with_account(request, asked)
    history.record_access(user_id=request.user.pk, kind="looks.viewed", account=asked.account)
    return _page(request, asked)


@require_role(Role.COMPLIANCE)
@recently_proven
def looks_file(request: StaffRequest) -> HttpResponse:
    """The same as comma-separated values, for whoever proved just now who they are. Too many rows for one file: 422."""
    asked = _asked(request)
    table = selectors.file_rows(request.user, asked)
    if table is None:
        raise Refused("looks.too_many", f"More than {selectors.MOST_IN_FILE:,} looks are in these days: ask for fewer.")
    history.record_access(user_id=request.user.pk, kind="looks.exported", account=asked.account)
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="access-{asked.first}-{asked.last}.csv"'
    csv.writer(answer).writerows(table)
    return answer


def _asked(request: StaffRequest) -> selectors.Asked:
    """What the address asks for; a person or an account of another facility is as none."""
    first, last = selectors.period(_day(request, "first"), _day(request, "last"), clock.now().astimezone().date())
    person = User.objects.visible_to(request.user).filter(pk=_number(request, "person") or 0).first()
    inside = Account.objects.filter(facility_id__in=request.user.facility_ids())
    return selectors.Asked(first, last, person, inside.filter(pk=_number(request, "account") or 0).first())


def _with_account(request: StaffRequest, asked: selectors.Asked) -> HttpResponse:
    number = request.POST.get("number", "").replace("\0", "").strip()[:40]
    if not number:
        return go_to(request, f"{reverse('worklist:looks')}?{_query(asked, account=None)}")
    inside = Account.objects.filter(facility_id__in=request.user.facility_ids(), number__in={number, number.upper()})
    found = inside.order_by("pk").first()
    if found is None:
        return _page(request, asked, "No account of your facilities has this number.", number, 422)
    return go_to(request, f"{reverse('worklist:looks')}?{_query(asked, account=found.pk)}")


def _page(request: StaffRequest, asked: selectors.Asked, sentence: str = "", typed: str = "", status: int = 200) -> HttpResponse:
    by_person = request.GET.get("by") == "person"
    query = _query(asked, account=asked.account.pk if asked.account else None)
    context = {
        "asked": asked,
        "by_person": by_person,
        "page": None if by_person else selectors.page(request.user, asked, request.GET.get("before", "")),
        "totals": selectors.totals(request.user, asked) if by_person else [],
        "people": User.objects.visible_to(request.user).order_by("full_name", "pk"),
        "query": query,
        "sentence": sentence,
        "typed": typed or (asked.account.number if asked.account else ""),
        "to_review": openings_to_review(request.user),
        "most_days": selectors.MOST_DAYS,
    }
    if context["page"] is not None and context["page"].older:
        context["older_url"] = f"{reverse('worklist:looks')}?{query}&{urlencode({'before': context['page'].older})}"
    return render(request, "worklist/access/looks.html", context, status=status)


def _query(asked: selectors.Asked, *, account: int | None) -> str:
    """The question as an address carries it: days and keys, never a name or a number."""
    values = {"first": asked.first, "last": asked.last, "person": asked.person.pk if asked.person else None, "account": account}
    return urlencode({name: value for name, value in values.items() if value is not None})


def _number(request: StaffRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _day(request: StaffRequest, name: str) -> datetime.date | None:
    try:
        return parse_date(request.GET.get(name, "").strip())
    except ValueError:
        return None
