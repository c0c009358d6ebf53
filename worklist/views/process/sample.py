"""The daily sample of accounts that policy released by itself: who answers for them looks whether they were right."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts import history
from accounts.errors import NotAllowed, Refused
from accounts.models import PatientClass
from coding_workflow.release.models import Release
from coding_workflow.staff.access import StaffRequest, fetch, require_role
from coding_workflow.staff.models import Role
from worklist import sampling
from worklist.views.answers import go_to
from worklist.views.queueing.reaching import number

from .reaching import SAMPLES, Bench, bench_of


@require_role(*SAMPLES)
def policy_sample(request: StaffRequest, pk: int) -> HttpResponse:
    """The accounts drawn from the last days. It names accounts, so it leaves an access record."""
    return _page(request, bench_of(request, pk))


def _page(request: StaffRequest, bench: Bench, refused: dict[str, Any] | None = None, status: int = 200) -> HttpResponse:
    history.record_access(user_id=request.user.pk, kind="policy.sample_viewed", facility=bench.facility)
    opened = request.user.opened_restricted_ids()
    drawn = [each for each in sampling.sample(bench.facility) if not each.restricted or each.account_id in opened]
    context = {
        "bench": bench,
        "facility": bench.facility,
        "lines": [(each, PatientClass(each.patient_class).label) for each in drawn],
        "left": sum(each.right is None for each in drawn),
        "may_look": bench.may(Role.SUPERVISOR),
        "refused": refused or {},
        "days": sampling.DAYS,
    }
    return render(request, "worklist/process/sample.html", context, status=status)


@require_role(Role.SUPERVISOR, write=True)
def look_at_sample(request: StaffRequest, pk: int) -> HttpResponse:
    """Keep what the supervisor found at one of them."""
    bench = bench_of(request, pk)
    release = fetch(Release.objects.filter(facility=bench.facility), request.user, number(request, "release"))
    right, words = request.POST.get("right") == "yes", request.POST.get("words", "")
    try:
        sampling.look_at(release=release, by=request.user, right=right, words=words)
    except Refused as refusal:
        if isinstance(refusal, NotAllowed):
            raise
        return _page(request, bench, {"release": release.pk, "sentence": refusal.sentence, "words": words}, refusal.status)
    said = "Kept." if right else "Kept. Open the account to correct it: a discrepancy is opened from its claim."
    messages.success(request, said)
    return go_to(request, reverse("worklist:policy_sample", args=[pk]))
