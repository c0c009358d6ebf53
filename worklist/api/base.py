"""What every operation begins and ends with: who asks, the transaction, the version that was read, doing it once."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Final, cast

from django.http import HttpRequest, HttpResponseBase
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from accounts.actors import Actor
from accounts.errors import NotAllowed
from accounts.models import Account
from accounts.scope import scoped
from coding_workflow.staff.models import Role, TokenScope

from . import idempotency, reaching
from .asking import ApiRequest
from .problems import ANSWERS

Roles = frozenset[str]
EVERYBODY: Final[Roles] = frozenset(Role.values)
CODER: Final[Roles] = frozenset({Role.CODER})
REPLAYED: Final = "Idempotent-Replayed"


class ApiView(APIView):
    """One address. ``roles`` are asked by method; an empty set lets in everybody who is signed in.

    A request runs in one transaction limited to the asker's facilities. A refusal undoes nothing but its service's own part
    (what stopped an approval stays, and the record of the look); any other error undoes the request.
    """

    request: ApiRequest
    roles: ClassVar[Mapping[str, Roles]] = {}
    #: A POST that only reads: a search, whose words must not stand in an address.
    only_reads: ClassVar[bool] = False
    #: A POST that tokens for messages are for.
    takes_messages: ClassVar[bool] = False

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        """The view function, which names its roles for the test that walks every address."""
        cls.http_method_names = sorted({method.lower() for method in cls.roles} | ({"head"} if "GET" in cls.roles else set()))
        view = super().as_view(**initkwargs)
        view.roles_by_method = cls.roles  # type: ignore[attr-defined]
        return view

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """As the framework's, with the handler inside the asker's scope."""
        self.args, self.kwargs = args, kwargs
        asked = cast(ApiRequest, self.initialize_request(request, *args, **kwargs))
        self.request, self.headers = asked, self.default_response_headers
        try:
            self.initial(asked, *args, **kwargs)
            response = self._run(asked, *args, **kwargs)
        except Exception as error:  # answered below, or raised again when it is a defect
            response = self.handle_exception(error)
        self.response = self.finalize_response(asked, response, *args, **kwargs)
        return self.response

    def _run(self, request: ApiRequest, *args: Any, **kwargs: Any) -> Response:
        method = str(request.method).lower()
        if method not in self.http_method_names:
            raise MethodNotAllowed(str(request.method))
        self._admit(request, "GET" if method == "head" else method.upper())
        with scoped(request.user.facility_ids()):
            try:
                answer: Response = getattr(self, method)(request, *args, **kwargs)
            except ANSWERS as known:
                answer = self.handle_exception(known)
        return answer

    def _admit(self, request: ApiRequest, method: str) -> None:
        user, token = request.user, request.auth
        if token is not None:
            self._admit_token(token.scope, writes=method != "GET" and not self.only_reads)
        roles = self.roles[method]
        if roles and not any(user.has_role(role) for role in roles):
            raise NotAllowed("staff.role", "Your role, or the token's, does not do this.")
        user.act_as(roles)

    def _admit_token(self, scope: str, *, writes: bool) -> None:
        if scope == TokenScope.MESSAGES and not (self.takes_messages and writes):
            raise NotAllowed("token.scope", "This token delivers messages and does nothing else.")
        if scope == TokenScope.READ and writes:
            raise NotAllowed("token.scope", "This token only reads.")

    def get_exception_handler_context(self) -> dict[str, Any]:
        """With the account that the address names, so that a refusal can say where it is mended."""
        context: dict[str, Any] = super().get_exception_handler_context()
        return context | {"account": self.kwargs.get("account")}

    def by(self) -> Actor:
        """Who acts."""
        return Actor.person(self.request.user.pk)

    def body(self, known: type[Serializer[Any]]) -> dict[str, Any]:
        """The body, read by a serializer; ValidationError names what is wrong."""
        said = known(data=self.request.data)
        said.is_valid(raise_exception=True)
        values: dict[str, Any] = said.validated_data
        return values

    def once(self, do: Callable[[], int | None], tell: Callable[[int | None], Response], status: int = 200) -> Response:
        """Do it, unless this very request was done before; then tell of it. ``do`` answers the key of the row told of."""
        asked = idempotency.begin(self.request)
        if asked.earlier is not None:
            answer = tell(asked.earlier.subject)
            answer.status_code = asked.earlier.status
            answer[REPLAYED] = "true"
            return answer
        subject = do()
        idempotency.keep(asked, status, subject)
        answer = tell(subject)
        answer.status_code = status
        return answer

    def change(
        self,
        account_id: int,
        do: Callable[[], int | None],
        tell: Callable[[int | None], Any],
        status: int = 200,
    ) -> Response:
        """``once`` for an account whose revision ``If-Match`` names; the answer carries the revision as it is now."""

        def doing() -> int | None:
            reaching.lock_matching(self.request, account_id)
            return do()

        def telling(subject: int | None) -> Response:
            return versioned(tell(subject), revision_of(account_id))

        return self.once(doing, telling, status)


def revision_of(account_id: int) -> int:
    """The account's revision as it is now."""
    return Account.objects.values_list("revision", flat=True).get(pk=account_id)


def versioned(said: Any, version: int) -> Response:
    """An answer with its version as ``ETag``."""
    return Response(said, headers={"ETag": reaching.etag(version)})
