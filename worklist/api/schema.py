"""What the schema says of an operation, and what holds for all: tokens, problems, versions."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers

from .idempotency import HEADER, LONGEST
from .problems import PROBLEM, TITLES

#: Every operation may answer these; the others by what it takes.
_ALWAYS: Final = (400, 401, 403, 404, 405, 406, 409, 413, 415, 422, 429, 500, 503)
_VERSIONED: Final = (412, 428)
_SAID: Final = {200: "As asked", 201: "Done", 202: "Asked for"}


class Fix(serializers.Serializer[Any]):
    """Where a refusal is mended."""

    place = serializers.CharField(help_text="The part of the account's page, or of the site.")
    href = serializers.CharField(allow_null=True, help_text="The page.")


class Wrong(serializers.Serializer[Any]):
    """What is wrong with one field or parameter."""

    field = serializers.CharField()
    detail = serializers.CharField()


class ProblemShape(serializers.Serializer[Any]):
    """An error (RFC 9457)."""

    type = serializers.CharField(help_text="Where this kind of problem is explained.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField(help_text="Stable, dotted; programs go by it.")
    detail = serializers.CharField(help_text="A sentence for people; holds no health information.")
    fields = Wrong(many=True)  # type: ignore[assignment]
    fix = Fix(allow_null=True)
    seen = serializers.CharField(required=False, help_text="With 412: the version that If-Match named.")
    now = serializers.CharField(required=False, help_text="With 412: the version there is.")


class OperationSchema(AutoSchema):
    """The framework's schema, with problems beside every answer."""

    def get_auth(self) -> list[dict[str, Any]]:
        """By token or by session, whichever comes."""
        return [{"token": []}, {"session": []}]


def operation(
    name: str,
    summary: str,
    *,
    answer: Any = None,
    status: int = 200,
    body: Any = None,
    asked: type[serializers.Serializer[Any]] | None = None,
    matches: bool = False,
    example: dict[str, Any] | None = None,
) -> Callable[[Any], Any]:
    """Describe one operation. ``matches``: it asks for ``If-Match``; whatever is not read takes an ``Idempotency-Key``."""

    def describe(method: Any) -> Any:
        parameters: list[Any] = [asked] if asked else []
        if matches:
            parameters.append(_IF_MATCH)
        if method.__name__ == "post":
            parameters.append(_KEY)
        examples: Sequence[OpenApiExample] = [OpenApiExample("Example", value=example, request_only=True)] if example else []
        described = extend_schema(
            operation_id=name,
            summary=summary,
            description=" ".join((method.__doc__ or "").split()),
            parameters=parameters,
            request=body,
            responses={status: OpenApiResponse(answer, _SAID[status]), **_problems(matches=matches)},
            tags=[name.split("_")[0]],
            examples=examples,
        )
        return described(method)

    return describe


def _problems(*, matches: bool) -> dict[tuple[int, str], OpenApiResponse]:
    statuses = _ALWAYS + (_VERSIONED if matches else ())
    return {(status, PROBLEM): OpenApiResponse(ProblemShape, TITLES[status]) for status in statuses}


_IF_MATCH: Final = OpenApiParameter(
    "If-Match",
    {"type": "string", "pattern": '^"[0-9]{1,10}"$'},
    OpenApiParameter.HEADER,
    required=True,
    description="The ETag of what was read.",
)
_KEY: Final = OpenApiParameter(
    HEADER,
    {"type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": "^[!-~]+$"},
    OpenApiParameter.HEADER,
    description="Sent again with the same key, the request is answered alike and does nothing more.",
)


def complete(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Last of all: nothing left over in bodies, sign-in by token or session."""
    components = result["components"]
    for name, shape in components["schemas"].items():
        if name.endswith("In"):
            shape["additionalProperties"] = False
    components["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": "A token made under My account, or a system's."},
        "session": {"type": "apiKey", "in": "cookie", "name": "session", "description": "The session of the pages."},
    }
    _without_marks(result)
    return result


def _without_marks(said: Any) -> None:
    """Take away what the generator left for itself."""
    if isinstance(said, dict):
        said.pop("x-spec-enum-id", None)
    if isinstance(said, dict | list):
        for held in said.values() if isinstance(said, dict) else said:
            _without_marks(held)
