"""From a number in an address to a row that the asker may see, with the record of the look; and which version was read."""

import re
from typing import Any, Final, TypeVar

from django.db.models import Model, QuerySet
from django.http import Http404

from accounts import history
from accounts.locking import lock_account
from accounts.models import Account, Facility
from coding_workflow.staff import access
from coding_workflow.staff.access import Restricted

from .asking import ApiRequest
from .problems import Problem, flat

M = TypeVar("M", bound=Model)
_TAG: Final = re.compile(r'"(\d{1,10})"', re.ASCII)


def fetch(queryset: "QuerySet[M]", request: ApiRequest, pk: int) -> M:
    """One row that the asker may see, else Http404: another facility's row answers as an unknown number does."""
    return access.fetch(queryset, request.user, pk)


def open_account(request: ApiRequest, pk: int, kind: str, queryset: "QuerySet[Account] | None" = None) -> Account:
    """One account, with the access record that every look at health information leaves (45 CFR 164.312(b)).

    Http404 for an unknown or another facility's account; Restricted for one that takes a reason first.
    """
    accounts = Account.objects.select_related("facility", "patient") if queryset is None else queryset
    account = accounts.filter(facility_id__in=request.user.facility_ids(), pk=pk).first()
    if account is None:
        raise Http404
    if account.restricted and account.pk not in request.user.opened_restricted_ids():
        raise Restricted(account.pk)
    note(request, kind, account=account)
    return account


def note(
    request: ApiRequest,
    kind: str,
    *,
    account: Account | None = None,
    facility: Facility | None = None,
    version: int | None = None,
) -> None:
    """Write down a look, and by which token."""
    token = f"API token {request.auth.prefix}" if request.auth else "API, by session"
    history.record_access(
        user_id=request.user.pk, kind=kind, account=account, facility=facility, reason=token, version_id=version
    )


def etag(version: int) -> str:
    """How a version is named in ``ETag`` and ``If-Match``."""
    return f'"{version}"'


def require_match(request: ApiRequest, now: int) -> None:
    """Go on only if ``If-Match`` names the version as it is now; the row is locked.

    Raises Problem 428 ``version.missing`` without it, 400 ``version.form`` for anything but one strong tag of ours (``*`` would
    write over what nobody saw), 412 ``version.other`` with the version that was named and the one there is.
    """
    said = request.headers.get("If-Match")
    if said is None:
        raise Problem(428, "version.missing", "Send If-Match with the ETag of what you read.")
    tag = _TAG.fullmatch(said.strip())
    if tag is None:
        raise Problem(400, "version.form", 'If-Match is one ETag as it was answered, such as "7".')
    if int(tag[1]) != now:
        sentence = "It has changed since you read it; read it again."
        raise Problem(412, "version.other", sentence, headers={"ETag": etag(now)}, seen=tag[1], now=str(now))


def lock_matching(request: ApiRequest, account_id: int) -> Account:
    """The account, locked, if its revision is the one that ``If-Match`` names."""
    account = lock_account(account_id)
    require_match(request, account.revision)
    return account


def said_in_address(request: ApiRequest, known: Any) -> dict[str, Any]:
    """The parameters of the address, read by a serializer; Problem 400 for unknown, repeated or unreadable ones."""
    given = request.query_params
    wrong = {name[:60]: "There is no such parameter." for name in given if name not in known().fields}
    wrong |= {name: "It is given twice." for name in given if name not in wrong and len(given.getlist(name)) > 1}
    asked = known(data={name: given[name] for name in given if name not in wrong})
    asked.is_valid()
    if wrong or asked.errors:
        raise Problem(400, "parameters", "Some parameters are not right.", fields={**flat(asked.errors), **wrong})
    said: dict[str, Any] = asked.validated_data
    return said
