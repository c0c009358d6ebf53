"""Code search as a page and as the list that appears while a coder types."""

import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts import clock
from accounts.errors import Refused
from coding_workflow.staff.access import StaffRequest, require_role

from . import selectors
from .codes import ICD_10_CM, PAIR_SETS, SYSTEMS, UNIT_SETS

LONGEST_TEXT = 100
#: Tables of codes; NCCI's are about codes of other tables.
_SEARCHED = {system: name for system, name in SYSTEMS.items() if system not in {*PAIR_SETS, *UNIT_SETS}}


@require_GET
@require_role()
def search_codes(request: StaffRequest) -> HttpResponse:
    """Codes that fit ``q`` in ``system`` on the day ``on`` (the account's discharge or service date; today if left out).

    What is typed here names no patient. Refused with 422: an unknown system, a day that is none, a text too long.
    """
    text, system, on = request.GET.get("q", ""), request.GET.get("system", ICD_10_CM), _day(request.GET.get("on", ""))
    if system not in _SEARCHED:
        raise Refused("codes.system", "There is no such code table.")
    if len(text) > LONGEST_TEXT or "\0" in text:
        raise Refused("codes.text", f"Search with at most {LONGEST_TEXT} characters.")
    context = {
        "text": text,
        "system": system,
        "systems": _SEARCHED,
        "on": on,
        "release": selectors.loaded(system, on),
        "codes": selectors.search(text, system, on),
    }
    return render(request, "codesets/_results.html" if request.htmx else "codesets/search.html", context)


def _day(text: str) -> datetime.date:
    if not text:
        return clock.today()
    try:
        return datetime.date.fromisoformat(text)
    except ValueError as err:
        raise Refused("codes.day", "Give the day as 2026-09-30.") from err
