"""The policy as a text to read, print and download; and every version of it."""

from itertools import pairwise
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse

from accounts import clock
from accounts.errors import NotAllowed, Refused
from accounts.models import Facility, PatientClass
from coding_workflow.policy import selectors, services
from coding_workflow.policy.changes import Change, changes
from coding_workflow.policy.flow import Flow, flow_of
from coding_workflow.policy.models import PolicyEvent, PolicyVersion
from coding_workflow.policy.text import as_text, sections
from coding_workflow.staff.access import StaffRequest, Unproven, proof_address, require_proof, require_role
from worklist.views.answers import go_to

from .reaching import WRITES, Bench, bench_of, edit_address, reach, version_named

#: Versions and acts on the page of history, newest first.
SHOWN: Final = 100


def _chosen(request: StaffRequest, facility: Facility) -> PolicyVersion | None:
    """The version of the address, else the one in force; Http404 for a number that there is not."""
    wanted = request.GET.get("version", "")
    if not wanted:
        return selectors.in_force(facility, clock.today(facility))
    found = version_named(facility, wanted)
    if found is None:
        raise Http404("There is no such record.")
    return found


def _words(facility: Facility, version: PolicyVersion | None) -> dict[str, Any]:
    policy = selectors.read(version)
    people = selectors.people_of(policy)
    flows = [flow_of(policy, code, people=people) for code in PatientClass.values]
    return {
        "facility": facility,
        "version": version,
        "hash": policy.hash if version is None else version.hash,
        "sections": sections(policy, people),
        "annexes": [(_label(alike), alike[0]) for alike in _alike(flows)],
        "today": clock.today(facility),
    }


def _alike(flows: list[Flow]) -> list[list[Flow]]:
    """Classes whose steps read the same, together."""
    found: list[list[Flow]] = []
    for flow in flows:
        same = next((each for each in found if each[0].steps == flow.steps), None)
        if same is None:
            found.append([flow])
        else:
            same.append(flow)
    return found


def _label(alike: list[Flow]) -> str:
    return ", ".join(PatientClass(flow.patient_class).label for flow in alike)


@require_role()
def policy_text(request: StaffRequest, pk: int) -> HttpResponse:
    """The text of the policy in force, or of ``?version=``."""
    bench = bench_of(request, pk)
    context = _words(bench.facility, _chosen(request, bench.facility)) | {"bench": bench}
    return render(request, "worklist/process/text.html", context)


@require_role()
def policy_text_file(request: StaffRequest, pk: int) -> HttpResponse:
    """The same as a file of plain text, or of ``?as=html`` a page that stands alone."""
    facility = reach(request, pk)
    said = _words(facility, _chosen(request, facility))
    if request.GET.get("as") == "html":
        answer = HttpResponse(render_to_string("worklist/process/file.html", said), content_type="text/html; charset=utf-8")
        ending = "html"
    else:
        head = render_to_string("worklist/process/file_head.txt", said)
        lines = "\n".join(as_text(said["sections"]))
        answer = HttpResponse(f"{head}\n{lines}", content_type="text/plain; charset=utf-8")
        ending = "txt"
    number = said["version"].number if said["version"] else 0
    name = f"policy-{''.join(each for each in facility.code if each.isalnum())}-{number}.{ending}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@require_role()
def policy_versions(request: StaffRequest, pk: int) -> HttpResponse:
    """Every version with what it changed of the one before, and everything that was done."""
    return show_versions(request, bench_of(request, pk))


def show_versions(request: StaffRequest, bench: Bench, refused: dict[str, Any] | None = None, status: int = 200) -> HttpResponse:
    """The page, with what was refused at which form."""
    facility = bench.facility
    rows = PolicyVersion.objects.filter(facility=facility).select_related("written_by", "published_by", "proposal")
    versions = list(rows.order_by("-number")[:SHOWN])
    events = PolicyEvent.objects.filter(facility=facility).select_related("by").order_by("-pk")[:SHOWN]
    context = {
        "bench": bench,
        "facility": facility,
        "steps": _steps(versions),
        "events": list(events),
        "refused": refused or {},
        "today": clock.today(facility),
    }
    return render(request, "worklist/process/versions.html", context, status=status)


def _steps(versions: list[PolicyVersion]) -> list[tuple[PolicyVersion, tuple[Change, ...]]]:
    """Each version with what it changed; the first one is compared with the standard policy."""
    policies = [*(selectors.read(each) for each in versions)]
    if versions and versions[-1].number == 1:
        policies.append(selectors.read(None))
    people = selectors.people_of(*policies)
    told = [changes(sections(old, people), sections(new, people)) for new, old in pairwise(policies)]
    return list(zip(versions, [*told, *([()] * (len(versions) - len(told)))], strict=False))


@require_role(*WRITES, write=True)
def take_up_policy(request: StaffRequest, pk: int) -> HttpResponse:
    """Begin a draft from an earlier version; two people bring it back."""
    bench = bench_of(request, pk)
    version = version_named(bench.facility, request.POST.get("version", ""))
    if version is None:
        raise Http404("There is no such record.")
    reason = request.POST.get("reason", "")
    try:
        services.take_up(version=version, by=request.user, reason=reason)
    except Refused as refusal:
        if isinstance(refusal, NotAllowed):
            raise
        typed = {"form": "take-up", "version": version.number, "sentence": refusal.sentence, "reason": reason}
        return show_versions(request, bench, typed, refusal.status)
    messages.success(request, f"Version {version.number} is a draft of yours now. Another person publishes it.")
    return go_to(request, edit_address(bench.facility))


@require_role(*WRITES, write=True)
def policy_file(request: StaffRequest, pk: int) -> HttpResponse:
    """A version as a file that can live in version control; that it left is written down."""
    bench = bench_of(request, pk)
    version = version_named(bench.facility, request.POST.get("version", ""))
    reason = request.POST.get("reason", "")
    try:
        require_proof(request)
        text = services.export_policy(facility=bench.facility, version=version, by=request.user, reason=reason)
    except Refused as refusal:
        if isinstance(refusal, NotAllowed):
            raise
        typed = {"form": "export", "sentence": refusal.sentence, "reason": reason}
        if isinstance(refusal, Unproven):
            typed["prove"] = proof_address(reverse("worklist:policy_versions", args=[bench.facility.pk]))
        return show_versions(request, bench, typed, refusal.status)
    answer = HttpResponse(text, content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="policy-{version.number if version else 0}.json"'
    return answer
