"""What is done with a version; each act asks for a reason and is written down with it.

What changes how accounts are judged, and what leaves the house, takes a young proof of who it is.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse

from accounts.errors import NotAllowed, Refused
from coding_workflow.guidelines import services
from coding_workflow.guidelines.lab.files import to_file
from coding_workflow.guidelines.models import RuleVersion
from coding_workflow.staff.access import StaffRequest, Unproven, proof_address, require_proof, require_role
from worklist.views.answers import go_to

from .one import address_of, rule_page
from .reaching import WRITES, fetch_version

Done = TypeVar("Done")


@require_role(*WRITES, write=True)
def shadow(request: StaffRequest, pk: int) -> HttpResponse:
    """Let a draft run beside the rules in force."""
    return _act(request, pk, "shadow", "runs in shadow now.", services.start_shadow, seen=request.POST.get("seen", ""))


@require_role(*WRITES, write=True)
def publish(request: StaffRequest, pk: int) -> HttpResponse:
    """Put a version into force."""
    verb = _proven(request, services.publish_rule)
    return _act(request, pk, "publish", "is in force now.", verb, seen=request.POST.get("seen", ""))


@require_role(*WRITES, write=True)
def retire(request: StaffRequest, pk: int) -> HttpResponse:
    """Take a version out of force or of shadow, or give a draft up."""
    return _act(request, pk, "retire", "is retired.", _proven(request, services.retire_rule))


@require_role(*WRITES, write=True)
def roll_back(request: StaffRequest, pk: int) -> HttpResponse:
    """Write an earlier version anew as a draft."""

    def verb(*, version_id: int, **given: Any) -> object:
        return services.roll_back(rule_id=version.rule_id, number=version.number, **given)

    version = fetch_version(request, pk)
    return _act(request, pk, "roll-back", "is a draft again; another administrator publishes it.", _proven(request, verb))


@require_role(*WRITES, write=True)
def file(request: StaffRequest, pk: int) -> HttpResponse:
    """The rule with its tests as a file; that it left is written down."""
    version, reason = fetch_version(request, pk), request.POST.get("reason", "")
    try:
        exported = _proven(request, services.export_rule)(version_id=version.pk, by=request.user, reason=reason)
    except Refused as refusal:
        return _refused(request, version, "file", refusal, reason)
    answer = HttpResponse(to_file(exported), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="{exported.name}"'
    return answer


def _proven(request: StaffRequest, verb: Callable[..., Done]) -> Callable[..., Done]:
    """The verb, for somebody who proved who they are lately."""

    def asking(**given: Any) -> Done:
        require_proof(request)
        return verb(**given)

    return asking


def _act(request: StaffRequest, pk: int, form: str, said: str, verb: Callable[..., object], **given: str) -> HttpResponse:
    """Do it and show the rule; a refusal shows the page with the sentence at its form and the reason in it."""
    version, reason = fetch_version(request, pk), request.POST.get("reason", "")
    try:
        verb(version_id=version.pk, by=request.user, reason=reason, **given)
    except Refused as refusal:
        return _refused(request, version, form, refusal, reason)
    messages.success(request, f"Version {version.number} {said}")
    return go_to(request, reverse("worklist:rule", args=[version.rule_id]))


def _refused(request: StaffRequest, version: RuleVersion, form: str, refusal: Refused, reason: str) -> HttpResponse:
    """The page as it stands now. A NotAllowed is raised again: no field mends it."""
    if isinstance(refusal, NotAllowed):
        raise refusal
    typed = {"form": form, "sentence": refusal.sentence, "reason": reason}
    if isinstance(refusal, Unproven):
        typed["prove"] = proof_address(address_of(version))
    return rule_page(request, version.rule, version, typed, refusal.status)
