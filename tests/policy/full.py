"""A policy in which every setting is used, and every way to change one setting of it."""

import datetime
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

from coding_workflow.policy.rules import AutoRelease, BilledBy, Downstream, FacilityPolicy, Scope, StepTarget
from coding_workflow.policy.standard import STANDARD

_SCOPE = Scope(("emergency",), ("commercial",), ("PSY",))
FULL: FacilityPolicy = replace(
    STANDARD,
    required_documents=tuple(replace(row, scope=_SCOPE, when=("therapy",)) for row in STANDARD.required_documents[:3]),
    required_tables=tuple(replace(row, scope=_SCOPE) for row in STANDARD.required_tables),
    bill_holds=tuple(replace(row, scope=_SCOPE) for row in STANDARD.bill_holds),
    downstream=(Downstream("CPT", "ada", "The claim scrubber checks it", datetime.date(2026, 12, 31), _SCOPE),),
    auto_release=(AutoRelease("cleo", _SCOPE, 3),),
    suggestions_for=("clinic",),
    billed_by=(BilledBy("patient_accounting", _SCOPE),),
    targets=(StepTarget("coding", 5, _SCOPE), StepTarget("approval", 7)),
    observe_until=datetime.date(2026, 10, 15),
)


def changed(value: Any) -> Iterator[tuple[str, Any]]:
    """Each setting below a value with another value in its place: where, and the whole."""
    if is_dataclass(value):
        for each in fields(value):
            for place, other in changed(getattr(value, each.name)):
                yield f".{each.name}{place}", replace(value, **{each.name: other})  # type: ignore[type-var]
    elif isinstance(value, tuple):
        yield from _of_list(value)
    else:
        yield "", _another(value)


def _of_list(value: tuple[Any, ...]) -> Iterator[tuple[str, Any]]:
    if value:
        yield "[last]", value[:-1]
        for place, other in changed(value[0]):
            yield f"[0]{place}", (other, *value[1:])
    if not value or isinstance(value[0], str):
        yield "[more]", (*value, "ZZ")


def _another(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, datetime.date):
        return value + datetime.timedelta(days=1)
    return {"hold": "warn", "warn": "hold"}.get(value, f"{value}x")
