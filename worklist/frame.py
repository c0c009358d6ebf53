"""What the signed-in frame shows on every page: places by role, the facility, the person's own links."""

import json
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject

from accounts.models import Facility
from coding_workflow.staff.models import Role

#: Code (also the key's name in static/js/keys.js), name, view name, roles that may go there; no roles means everyone.
PLACES: tuple[tuple[str, str, str, frozenset[str]], ...] = (
    ("go-work", "My work", "worklist:my_work", frozenset()),
    ("go-board", "Release board", "worklist:board", frozenset({"supervisor", "compliance"})),
    ("go-queries", "Queries", "worklist:queries", frozenset({"supervisor", "compliance"})),
    ("go-claims", "Claims", "worklist:claims", frozenset({"biller", "supervisor", "compliance"})),
    ("go-rules", "Rules", "worklist:rules", frozenset({"administrator", "supervisor", "compliance"})),
    ("go-queues", "Queues", "worklist:queues", frozenset({"administrator", "supervisor"})),
    ("go-imports", "Imports", "worklist:imports", frozenset({"administrator", "supervisor", "compliance"})),
    ("go-feeds", "Feeds", "registration:feeds", frozenset({"administrator"})),
    ("go-status", "Status", "worklist:status", frozenset({"administrator", "supervisor"})),
    ("go-process", "Process", "worklist:process", frozenset()),
    ("go-looks", "Access", "worklist:looks", frozenset({"compliance"})),
    ("go-people", "People", "staff:people", frozenset({"administrator"})),
    ("go-tables", "Code tables", "codesets:tables", frozenset({"administrator"})),
)
OWN_LINKS: tuple[tuple[str, str], ...] = (("My account", "staff:me"),)
_ACCOUNT = "worklist:account"
#: What the session says of an activity that is being recorded; the word is shown on every page.
GOES_ON = "activity"
TAKES_WORK = frozenset({"coder", "reviewer", "biller", "supervisor"})
WORKS_ON_ACCOUNTS = TAKES_WORK | {"compliance"}
THEMES = frozenset({"light", "dark"})


@dataclass(frozen=True, slots=True)
class Place:
    """One link of the frame; ``here`` when the page shown is it or below it."""

    code: str
    name: str
    url: str
    here: bool


@dataclass(frozen=True, slots=True)
class Frame:
    """Everything that base.html reads."""

    theme: str
    facility: str = ""
    places: tuple[Place, ...] = ()
    own_links: tuple[Place, ...] = ()
    roles: tuple[str, ...] = ()
    still_here: str = ""
    single_keys: bool = True
    keys: str = ""
    time: str = ""
    search: str = ""
    goes_on: str = ""


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor, asked only when the frame is drawn: a fragment costs no query.

    A place whose address does not exist, or that the person's roles do not open, is not shown.
    """
    return {"frame": SimpleLazyObject(lambda: _frame(request))}


def _frame(request: HttpRequest) -> Frame:
    theme = request.COOKIES.get("theme", "")
    theme = theme if theme in THEMES else ""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return Frame(theme)
    return _signed_in(request, user, theme)


def _signed_in(request: HttpRequest, user: Any, theme: str) -> Frame:
    facilities = list(Facility.objects.filter(pk__in=user.facility_ids()))
    # Asked of the person, not of the facilities: a page may have narrowed those to the ones it acts for.
    roles = {role for role in Role.values if user.has_role(role)}
    names = " · ".join(facility.name for facility in facilities[:2])
    more = f" and {len(facilities) - 2} more" if len(facilities) > 2 else ""
    return Frame(
        theme=theme,
        facility=names + more,
        places=tuple(_places(request.path, roles)),
        own_links=tuple(_link("", name, view, request.path) for name, view in OWN_LINKS if _address(view)),
        single_keys=user.single_letter_keys,
        keys=json.dumps(user.keys) if user.keys else "",
        roles=tuple(sorted(role.replace("_", " ").capitalize() for role in roles)),
        still_here=_still_here(request, roles),
        search=_address("worklist:search") if roles & WORKS_ON_ACCOUNTS else "",
        time=_address("worklist:my_time") if roles & TAKES_WORK else "",
        goes_on=request.session.get(GOES_ON, ""),
    )


def _still_here(request: HttpRequest, roles: set[str]) -> str:
    """Where real input is told: on an account's page its lease goes on as well as the session."""
    match = request.resolver_match
    if match is not None and match.view_name == _ACCOUNT and roles & TAKES_WORK:
        return reverse("worklist:here", kwargs=match.kwargs)
    return _address("staff:still_here")


def _places(path: str, roles: set[str]) -> list[Place]:
    open_to = [row for row in PLACES if not row[3] or row[3] & roles]
    return [_link(code, name, view, path) for code, name, view, _ in open_to if _address(view)]


def _link(code: str, name: str, view: str, path: str) -> Place:
    url = _address(view)
    return Place(code, name, url, here=path == url or (url != "/" and path.startswith(url)))


def _address(view: str) -> str:
    try:
        return reverse(view)
    except NoReverseMatch:
        return ""
