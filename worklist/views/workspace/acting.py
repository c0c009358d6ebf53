"""How every action of the page runs: fetched and authorised, tried in a savepoint, answered at the place of its form."""

from collections.abc import Callable

from django.db import transaction
from django.http import HttpResponse

from accounts.actors import Actor
from accounts.errors import Conflict, Refused
from accounts.models import Account
from coding_workflow.staff.access import StaffRequest, open_account
from worklist.selectors.history import since

from .page import ACCOUNTS, Said, answer, show
from .reading import number

Action = Callable[[Account, Actor], object]


def act(request: StaffRequest, pk: int, place: str, action: Action) -> HttpResponse:
    """Do it, then show the account as it stands; a refusal is shown at ``place``."""
    opened = open_account(request, pk, queryset=ACCOUNTS)
    return attempt(request, opened, place, action) or answer(request, pk)


def attempt(request: StaffRequest, opened: Account, place: str, action: Action) -> HttpResponse | None:
    """None when it worked. A refusal reaches the form's own place.

    htmx gets the sentence alone (the middleware undoes and answers), so what was typed stays on the screen; a form
    without scripts gets the page again with the sentence and the words in it. A conflict shows both the account as it
    stands now, and what others did since the person saw it.
    """
    try:
        with transaction.atomic():
            action(opened, Actor.person(request.user.pk))
    except Refused as refusal:
        if not isinstance(refusal, Conflict):
            if request.htmx:
                raise
            return show(request, opened, Said.refused(refusal, place, request.POST))
        now = ACCOUNTS.get(pk=opened.pk, facility_id__in=request.user.facility_ids())
        seen = number(request.POST.get("seen", ""))
        meanwhile = since(now, seen, but=request.user) if seen is not None else ()
        return show(request, now, Said.refused(refusal, place, request.POST, meanwhile=meanwhile))
    return None
