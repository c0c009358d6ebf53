"""Answers that pages share."""

from django.http import HttpResponse, HttpResponseRedirect
from django_htmx.http import HttpResponseClientRedirect

from coding_workflow.staff.access import StaffRequest


def go_to(request: StaffRequest, address: str) -> HttpResponse:
    """Send the browser to another page, also when a fragment was asked for."""
    return HttpResponseClientRedirect(address) if request.htmx else HttpResponseRedirect(address)
