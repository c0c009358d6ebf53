"""Rows of a release as frozen entries; what selectors and search share."""

import datetime
from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet

from .codes import display
from .entries import NOTE_KINDS, CodeEntry, Notes
from .models import Code, TableRelease


def loaded(system: str, on: datetime.date) -> TableRelease | None:
    """The release in force on a discharge or service date; None when no loaded release covers it."""
    return TableRelease.objects.filter(system=system, effective__contains=on).first()


def entry(row: Code, system: str) -> CodeEntry:
    """The frozen form of a row."""
    return CodeEntry(
        system=system,
        code=row.code,
        display=display(row.code, system),
        title=row.long_title,
        short_title=row.short_title,
        billable=row.billable,
        parent=row.parent,
        release_id=row.release_id,
        notes=notes_of(row.attributes),
        seventh_characters=row.attributes.get("seventh_characters", {}),
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        listings=tuple(row.attributes.get("listings", ())),
    )


def in_force(release: TableRelease, on: datetime.date) -> QuerySet[Code]:
    """The codes of a release that are valid on a date within it."""
    started = Q(valid_from__isnull=True) | Q(valid_from__lte=on)
    not_ended = Q(valid_until__isnull=True) | Q(valid_until__gt=on)
    return Code.objects.filter(started, not_ended, release=release).defer("words")


def notes_of(attributes: Mapping[str, Any]) -> Notes:
    """The instructional notes among the attributes of a code or group."""
    return {kind: tuple(attributes[kind]) for kind in NOTE_KINDS if kind in attributes}
