"""Pages of a list by key: a list goes on after the last key that was read, so that nothing is read twice or skipped."""

from collections.abc import Callable
from typing import Any, Final

from django.db.models import QuerySet
from rest_framework import serializers

from .fields import AskedWhole, Strict

LARGEST: Final = 200
USUAL: Final = 50


class PageAsked(Strict):
    """Where the list goes on, and how much of it."""

    after = AskedWhole(required=False, help_text="The key after which the list goes on: next_after of the page before.")
    limit = AskedWhole(required=False, max_value=LARGEST, help_text=f"Rows of a page, {USUAL} unless said, {LARGEST} at most.")


def page_of(name: str, row: type[serializers.Serializer[Any]]) -> type[serializers.Serializer[Any]]:
    """The shape of a page of such rows."""
    fields = {
        "rows": row(many=True),
        "next_after": serializers.IntegerField(allow_null=True, help_text="Where the next page goes on; null on the last."),
    }
    return type(name, (serializers.Serializer,), fields)


def page(
    rows: "QuerySet[Any]", asked: dict[str, Any], shape: Callable[[Any], Any], *, newest_first: bool = True
) -> dict[str, Any]:
    """One page of a list ordered by key."""
    limit = asked.get("limit", USUAL)
    if "after" in asked:
        rows = rows.filter(**{"pk__lt" if newest_first else "pk__gt": asked["after"]})
    found = list(rows.order_by("-pk" if newest_first else "pk")[: limit + 1])
    shown = found[:limit]
    more = len(found) > limit
    return {"rows": [shape(one) for one in shown], "next_after": shown[-1].pk if more else None}
