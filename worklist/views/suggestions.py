"""The supervisor's page about suggestions: what was offered, what coders made of it, and the accounts behind that."""

import re
from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import render

from accounts import history
from coding_workflow.staff.access import StaffRequest, is_polling, require_role
from coding_workflow.staff.models import Role
from worklist.selectors import suggestion_figures as figures

READS: Final = (Role.SUPERVISOR, Role.COMPLIANCE)
_FAMILY: Final = re.compile(r"[A-Z][0-9][0-9A-Z]")


@require_role(*READS)
def suggestions(request: StaffRequest) -> HttpResponse:
    """The page. ``days`` is one of the time boxes, ``show`` what the list holds; ``coder`` and ``family`` narrow the list.

    What the address says and nothing knows is as if it were not said.
    """
    if not is_polling(request):
        history.record_access(user_id=request.user.pk, kind="suggestions.viewed")
    asked = request.GET
    days = next((each for each in figures.BOXES if str(each) == asked.get("days")), figures.BOXES[1])
    families, coders = figures.by_family(request.user, days), figures.by_coder(request.user, days)
    chosen = _chosen(asked.get("show", ""), asked.get("coder", ""), asked.get("family", ""), coders)
    context = {
        "days": days,
        "boxes": figures.BOXES,
        "all": figures.whole(families),
        "families": families[: figures.MOST_FAMILIES],
        "more_families": len(families) - figures.MOST_FAMILIES,
        "titles": figures.titles(families[: figures.MOST_FAMILIES]),
        "coders": coders,
        "shown": [(key, name) for key, (name, _) in figures.SHOWN.items()],
        "lines": figures.settled(request.user, days, **chosen["asks"]),
        "few": figures.FEW,
        "most": figures.MOST_SHOWN,
        **chosen,
    }
    return render(request, "worklist/suggestions.html", context)


def _chosen(show: str, coder: str, family: str, coders: list[figures.Figures]) -> dict[str, Any]:
    show = show if show in figures.SHOWN else "unseen"
    person = next((each for each in coders if each.key == coder), None)
    family = family if _FAMILY.fullmatch(family) else ""
    asks = {"show": show, "coder": int(person.key) if person else None, "family": family}
    return {"asks": asks, "show": show, "show_words": figures.SHOWN[show][0], "person": person, "family": family}
