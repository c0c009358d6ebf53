"""The list of rules."""

from django.http import HttpResponse
from django.shortcuts import render

from coding_workflow.guidelines.lab.vocabulary import SEVERITIES
from coding_workflow.staff.access import StaffRequest, require_role
from coding_workflow.staff.models import Role
from worklist.selectors import lab

from .reaching import READS

_ASKED = ("words", "condition", "severity", "state", "kind")
_LONGEST = 100


@require_role(*READS)
def rules(request: StaffRequest) -> HttpResponse:
    """Every rule that judges accounts, narrowed by what the address says; as fragment the table alone."""
    wanted = lab.Wanted(**{name: request.GET.get(name, "")[:_LONGEST] for name in _ASKED})
    context = {
        "lines": lab.rules(request.user, wanted),
        "wanted": wanted,
        "conditions": lab.CONDITIONS,
        "severities": SEVERITIES,
        "states": lab.STATES,
        "kinds": lab.KINDS,
        "may_write": request.user.has_role(Role.ADMINISTRATOR),
    }
    return render(request, "worklist/lab/_lines.html" if request.htmx else "worklist/lab/list.html", context)
