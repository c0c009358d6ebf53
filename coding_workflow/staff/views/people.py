"""The list of people, and adding one."""

from django.http import HttpResponse
from django.shortcuts import render

from accounts.errors import Refused
from coding_workflow.staff import services
from coding_workflow.staff.access import StaffRequest, recently_proven, require_role
from coding_workflow.staff.forms import AddPersonForm, place_refusal
from coding_workflow.staff.models import Role
from coding_workflow.staff.selectors import people_of


@require_role(Role.ADMINISTRATOR)
def people(request: StaffRequest) -> HttpResponse:
    """Everyone who works, or worked, at the administrator's facilities."""
    return render(request, "staff/people.html", {"people": people_of(request.user)})


@require_role(Role.ADMINISTRATOR)
@recently_proven
def add_person(request: StaffRequest) -> HttpResponse:
    """The form, and on success the temporary password, shown this once."""
    form = AddPersonForm(request.POST or None, facilities=request.user.facility_ids())
    if request.method == "POST" and form.is_valid():
        try:
            person, password = services.create_person(by=request.user, **form.cleaned_data)
        except Refused as refusal:
            place_refusal(form, refusal)
        else:
            return render(request, "staff/temporary_password.html", {"person": person, "password": password})
    return render(request, "staff/add_person.html", {"form": form}, status=422 if form.errors else 200)
