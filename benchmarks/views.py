"""The two null views: what an answer costs before the application does anything."""

from django.http import HttpRequest, HttpResponse

from coding_workflow.staff.access import StaffRequest, require_role


def null(request: HttpRequest) -> HttpResponse:
    """Two bytes, for anybody: web server, middleware and address, no session and no query."""
    return HttpResponse("ok")


@require_role()
def signed_in(request: StaffRequest) -> HttpResponse:
    """Two bytes for somebody signed in: session, person, rights and the scoped transaction, which every page has."""
    return HttpResponse("ok")
