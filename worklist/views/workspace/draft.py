"""What is typed and not sent yet, kept as it is typed."""

import json

from django.http import HttpResponse

from accounts.errors import Refused
from accounts.models import Account
from coding_workflow.staff.access import StaffRequest, fetch, require_role
from coding_workflow.staff.models import Role
from worklist.drafting import keep_typed

from .reading import number


@require_role(Role.CODER, Role.SUPERVISOR, write=True)
def keep(request: StaffRequest, pk: int) -> HttpResponse:
    """Keep ``fields``, pairs of a field's name on the page and its words. Shows nothing, so it is no look at the account."""
    account = fetch(Account.objects.all(), request.user, pk)
    seen = number(request.POST.get("seen", "")) or 0
    keep_typed(account=account, by=request.user, fields=_fields(request.POST.get("fields", "")), seen=min(seen, 2**31 - 1))
    return HttpResponse(status=204)


def _fields(text: str) -> list[tuple[str, str]]:
    try:
        read = json.loads(text.replace("\\u0000", ""))
    except (json.JSONDecodeError, RecursionError):
        read = None
    if not isinstance(read, list) or not all(_is_pair(each) for each in read):
        raise Refused("draft.form", "What was typed could not be read, so it is not kept.")
    return [(name.replace("\0", ""), words.replace("\0", "")) for name, words in read]


def _is_pair(each: object) -> bool:
    return isinstance(each, list) and len(each) == 2 and all(isinstance(part, str) for part in each)
