"""History of one account: what happened in words, whether the chain verifies, releases, who looked."""

from django.http import HttpResponse
from django.shortcuts import render

from accounts.history import record_access
from coding_workflow.release.models import Certificate
from coding_workflow.staff.access import StaffRequest, fetch, open_account, require_role
from coding_workflow.staff.models import Role
from worklist.selectors import history as selectors
from worklist.selectors.workspace_whole import joined

#: Who may read who looked (45 CFR 164.308(a)(1)(ii)(D): review of access).
SEES_LOOKS = (Role.SUPERVISOR, Role.COMPLIANCE, Role.ADMINISTRATOR)
#: Who may take a release's certificate out of the application.
TAKES_DEFENCE = (Role.SUPERVISOR, Role.COMPLIANCE)


@require_role(Role.CODER, Role.REVIEWER, Role.SUPERVISOR, Role.BILLER, Role.COMPLIANCE)
def history(request: StaffRequest, pk: int) -> HttpResponse:
    """The timeline, newest first, with that of the accounts combined into it; ``before`` is the key of the event from which
    older ones are shown."""
    account = open_account(request, pk, kind="history.viewed")
    before = request.GET.get("before", "")
    whole = joined(account, request.user)
    for each in whole.absorbed:
        record_access(user_id=request.user.pk, kind="history.viewed", account=each)
    at = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None
    story = selectors.story(account, at, whole.absorbed)
    sees_looks = any(request.user.has_role(role, account.facility_id) for role in SEES_LOOKS)
    context = {
        "account": account,
        "story": story,
        "whole": whole,
        "flaws": [flaw for each in (account, *whole.absorbed) for flaw in selectors.flaws(each)],
        "verified": sum(each.event_sequence for each in (account, *whole.absorbed)),
        "releases": selectors.releases(account),
        "takes_defence": any(request.user.has_role(role, account.facility_id) for role in TAKES_DEFENCE),
        "looks": selectors.looks(account) if sees_looks else None,
        "older_url": f"{request.path}?before={story.next_before}" if story.next_before else "",
        "newest_url": request.path if before else "",
    }
    return render(request, "worklist/history.html", context)


@require_role(*TAKES_DEFENCE)
def certificate(request: StaffRequest, pk: int) -> HttpResponse:
    """Hand out a release's certificate as the bytes that its SHA-256 is over, and write down who took it."""
    one = fetch(Certificate.objects.select_related("account"), request.user, pk)
    record_access(user_id=request.user.pk, kind="certificate.downloaded", account=one.account)
    response = HttpResponse(one.text.encode(), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="defence-file-{one.release_id}.json"'
    return response
