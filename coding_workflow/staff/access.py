"""Who may enter a page, and which rows they find there. Every view starts here; none calls ``objects.get``."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

from allauth.account.adapter import get_adapter
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import reverse
from django_htmx.middleware import HtmxDetails

from accounts import history
from accounts.errors import NotAllowed, Refused
from accounts.models import Account

from .models import User

M = TypeVar("M", bound=Model)
View = Callable[..., Any]

#: Requests that a timer sends, not a person: they renew neither session nor lease and leave no access record.
POLLING_HEADER = "X-Polling"


class StaffRequest(HttpRequest):
    """A request inside a guarded view: signed in, with htmx's details. The one typed request of the pages."""

    user: User
    htmx: HtmxDetails


class Restricted(NotAllowed):
    """The account exists at the person's facility and needs a reason first; the page offers to give one."""

    def __init__(self, account_id: int) -> None:
        super().__init__(
            "account.restricted", "This account is restricted. Opening it takes a reason, and compliance reviews it."
        )
        self.account_id = account_id


class Unproven(Refused):
    """It is too long ago that the person proved who they are. The page shows what was typed again, with the way to prove it."""

    status = 403

    def __init__(self) -> None:
        super().__init__(
            "staff.proof", "Some time has passed since you signed in: prove once more that it is you before this is done."
        )


def require_role(*roles: str, write: bool = False) -> Callable[[View], View]:
    """Let in only people who hold one of the roles at some facility; without roles, everyone signed in.

    Anonymous goes to sign-in (401 with ``HX-Redirect`` for fragments), another role raises NotAllowed. Inside, the
    person's ``facility_ids`` are those where they hold one of the roles. Other methods than GET, HEAD and POST get
    405; ``write`` takes POST only.
    """
    methods = ["POST"] if write else ["GET", "HEAD", "POST"]

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: StaffRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return ask_to_sign_in(request)
            if request.method not in methods:
                return HttpResponseNotAllowed(methods)
            if roles and not any(request.user.has_role(role) for role in roles):
                raise NotAllowed(
                    "staff.role", "Your role does not open this page. An administrator can give you the role it takes."
                )
            request.user.act_as(roles)
            return view(request, *args, **kwargs)

        guarded.allowed_roles = frozenset(roles)  # type: ignore[attr-defined]
        return guarded

    return decorate


def fetch(queryset: "QuerySet[M]", user: User, pk: int) -> M:
    """One row that the person may see, else Http404: another facility's row answers as an unknown number does."""
    found = visible(queryset, user).filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such record.")
    return found


def visible(queryset: "QuerySet[M]", user: User) -> "QuerySet[M]":
    """The rows of the person's facilities, less those of restricted accounts that they have not opened."""
    own: Callable[[User], QuerySet[M]] | None = getattr(queryset, "visible_to", None)
    if own is not None:
        return own(user)
    inside = queryset.filter(facility_id__in=user.facility_ids())
    if not _belongs_to_account(queryset.model):
        return inside
    return inside.filter(Q(account__restricted="") | Q(account__in=user.opened_restricted_ids()) | Q(account=None))


def _belongs_to_account(model: type[Model]) -> bool:
    try:
        return model._meta.get_field("account").related_model is Account
    except FieldDoesNotExist:
        return False


def open_account(
    request: StaffRequest, pk: int, kind: str = "account.viewed", queryset: "QuerySet[Account] | None" = None
) -> Account:
    """One account for a page, with the access record that the view owes (45 CFR 164.312(b)); polls leave none.

    Http404 for an unknown or another facility's account; Restricted for one that takes a reason first.
    """
    accounts = Account.objects.all() if queryset is None else queryset
    account = accounts.filter(facility_id__in=request.user.facility_ids(), pk=pk).first()
    if account is None:
        raise Http404("There is no such record.")
    if account.restricted and account.pk not in request.user.opened_restricted_ids():
        raise Restricted(account.pk)
    if not is_polling(request):
        history.record_access(user_id=request.user.pk, kind=kind, account=account)
    return account


def recently_proven(view: View) -> View:
    """Ask again for the password or a code when the last proof is older than ``ACCOUNT_REAUTHENTICATION_TIMEOUT``.

    For acts that a stolen session must not do: rights, exports, bulk release. Put it below ``require_role``. What
    was typed is not kept; the person comes back to the empty page. Where something is typed that must not be lost,
    ``require_proof`` lets the page answer.
    """

    @wraps(view)
    def asking(request: StaffRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if is_proven(request):
            return view(request, *args, **kwargs)
        back = request.get_full_path() if request.method in {"GET", "HEAD"} else _page_before(request)
        return HttpResponseRedirect(proof_address(back))

    return asking


def _page_before(request: HttpRequest) -> str:
    """The page of ours that a form was sent from, the first page where the browser does not say: a form's own address
    may answer nothing else than the form."""
    before = urlsplit(request.headers.get("Referer", ""))
    return before._replace(scheme="", netloc="", fragment="").geturl() if before.netloc == request.get_host() else "/"


def is_proven(request: HttpRequest) -> bool:
    """Whether the last proof of who it is (sign-in, password or code) is younger than ``ACCOUNT_REAUTHENTICATION_TIMEOUT``."""
    return not get_adapter(request).is_reauthentication_required(app="staff")


def require_proof(request: HttpRequest) -> None:
    """Raise ``Unproven`` unless the proof is young enough. The page that catches it loses nothing that was typed."""
    if not is_proven(request):
        raise Unproven


def proof_address(back: str) -> str:
    """Where the person proves who they are, and comes back from."""
    return _with_next(reverse("account_reauthenticate"), back)


def is_polling(request: HttpRequest) -> bool:
    """Whether a timer sent this, marked by ``X-Polling: 1``. Timers only read: on any other method it means nothing."""
    return request.method == "GET" and request.headers.get(POLLING_HEADER) == "1"


def ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send the person to sign-in and back to the page they were on; a fragment answers 401 with ``HX-Redirect``."""
    login = reverse("account_login")
    details: HtmxDetails | None = getattr(request, "htmx", None)
    if not details:
        back = request.get_full_path() if request.method in {"GET", "HEAD"} else ""
        return HttpResponseRedirect(_with_next(login, back))
    response = HttpResponse(status=401)
    response["HX-Redirect"] = _with_next(login, details.current_url_abs_path or "")
    return response


def _with_next(login: str, back: str) -> str:
    if back in {"", "/"} or back.startswith(login):
        return login
    return f"{login}?{urlencode({'next': back})}"
