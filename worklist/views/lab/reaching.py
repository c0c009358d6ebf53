"""Who reads the rule lab, who writes in it, and which rules they find there."""

from typing import Final

from django.http import Http404

from coding_workflow.guidelines import selectors as guidelines
from coding_workflow.guidelines.models import AdminRule, RuleVersion
from coding_workflow.staff.access import StaffRequest
from coding_workflow.staff.models import Role

READS: Final = (Role.ADMINISTRATOR, Role.SUPERVISOR, Role.COMPLIANCE)
WRITES: Final = (Role.ADMINISTRATOR,)


def fetch_rule(request: StaffRequest, pk: int) -> AdminRule:
    """A rule of the person's facilities or of all; another facility's answers as an unknown number does."""
    found = guidelines.rules_at(request.user.facility_ids()).filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such record.")
    return found


def fetch_version(request: StaffRequest, pk: int) -> RuleVersion:
    """A version of such a rule."""
    rules = guidelines.rules_at(request.user.facility_ids())
    found = RuleVersion.objects.filter(rule__in=rules, pk=pk).select_related("rule__facility").first()
    if found is None:
        raise Http404("There is no such record.")
    return found


def number(text: str) -> int | None:
    """A number out of an address; anything else counts as not said."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
