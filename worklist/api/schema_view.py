"""The schema as JSON, and as a page to read."""

from functools import lru_cache
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from coding_workflow.staff.access import StaffRequest, require_role

from . import reference
from .asking import ApiRequest
from .base import ApiView


@lru_cache(maxsize=1)
def schema() -> dict[str, Any]:
    """The OpenAPI document; the same for everybody, made once in a process."""
    document: dict[str, Any] = SchemaGenerator(api_version="v1").get_schema(request=None, public=True)
    return document


class Schema(ApiView):
    """The schema."""

    roles = {"GET": frozenset()}

    @extend_schema(exclude=True)
    def get(self, request: ApiRequest) -> Response:
        """OpenAPI 3, for everybody who is signed in."""
        return Response(schema())


@require_role()
def page(request: StaffRequest) -> HttpResponse:
    """Every operation, with what it takes, what it may answer, and an example."""
    return render(request, "worklist/api/reference.html", {"groups": _groups(), "statuses": reference.STATUSES})


@lru_cache(maxsize=1)
def _groups() -> list[reference.Group]:
    return reference.groups(schema())
