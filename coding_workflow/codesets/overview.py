"""The page of tables: which releases there are, what is missing, which uploads wait."""

import datetime
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection
from django.db.models import QuerySet

from accounts.models import OutboxRow, OutboxState

from .codes import (
    CLAIM_LISTS,
    COVERAGE,
    CPT,
    HCPCS,
    HCPCS_MODIFIER,
    ICD_9_CM_DX,
    ICD_9_CM_PX,
    ICD_10_CM,
    ICD_10_FROM,
    ICD_10_PCS,
    IOCE,
    PAIR_SETS,
    POA_EXEMPT,
    SYSTEMS,
    UNIT_SETS,
)
from .gaps import Gap, gaps
from .models import TableRelease, TableUpload, UploadState
from .services.uploads import LOAD, READ

#: How the page groups the tables.
GROUPS: Final[tuple[tuple[str, Sequence[str]], ...]] = (
    ("Diagnoses and procedures", (ICD_10_CM, ICD_10_PCS, POA_EXEMPT, ICD_9_CM_DX, ICD_9_CM_PX)),
    ("Services and modifiers", (HCPCS, HCPCS_MODIFIER, CPT)),
    ("National Correct Coding Initiative", (*PAIR_SETS, *UNIT_SETS)),
    ("Coverage and the outpatient code editor", (COVERAGE, IOCE)),
    ("Lists of the claim form", tuple(CLAIM_LISTS)),
)
_DISCHARGES: Final = frozenset({ICD_10_CM, ICD_10_PCS, ICD_9_CM_DX, ICD_9_CM_PX, POA_EXEMPT})
_UNFINISHED: Final = (UploadState.READING, UploadState.REFUSED, UploadState.READY, UploadState.LOADING)
_ON_ITS_WAY: Final = {UploadState.READING: READ, UploadState.LOADING: LOAD}

_READ_SO_FAR: Final = """
SELECT coalesce(max(tuples_processed), 0) FROM pg_stat_progress_copy
 WHERE datname = current_database()
   AND relid IN ('codesets_stagedpair'::regclass, 'codesets_pairedit'::regclass)
"""


@dataclass(frozen=True, slots=True)
class Shelf:
    """One table: its releases, newest first, the one in force today, and what is missing in words."""

    system: str
    name: str
    releases: tuple[TableRelease, ...]
    current: TableRelease | None
    missing: tuple[str, ...]
    urgent: bool

    @property
    def others(self) -> tuple[TableRelease, ...]:
        """The releases that are not in force today."""
        return tuple(release for release in self.releases if release != self.current)


def shelves(today: datetime.date) -> list[tuple[str, list[Shelf]]]:
    """Every table that can be loaded, by group; one query."""
    found: dict[str, list[TableRelease]] = {}
    for release in TableRelease.objects.select_related("loaded_by").order_by("-effective"):
        found.setdefault(release.system, []).append(release)
    return [(title, [_shelf(system, found.get(system, []), today) for system in systems]) for title, systems in GROUPS]


def _shelf(system: str, releases: list[TableRelease], today: datetime.date) -> Shelf:
    periods = [(release.effective.lower, release.effective.upper) for release in releases]
    current = next((each for each, (starts, ends) in zip(releases, periods, strict=True) if _covers(starts, ends, today)), None)
    # ICD-9-CM has no releases after ICD-10 took its place.
    holes = [] if system in {ICD_9_CM_DX, ICD_9_CM_PX} else gaps(periods, today)
    missing = tuple(_in_words(system, gap) for gap in holes if gap.starts >= ICD_10_FROM)
    return Shelf(system, SYSTEMS[system], tuple(releases), current, missing, any(gap.urgent for gap in holes))


def _covers(starts: datetime.date, ends: datetime.date | None, day: datetime.date) -> bool:
    return starts <= day and (ends is None or day < ends)


def _in_words(system: str, gap: Gap) -> str:
    what = "discharges" if system in _DISCHARGES else "services"
    until = f" to {gap.ends - datetime.timedelta(days=1):%m/%d/%Y}" if gap.ends else ""
    return f"{system} for {what} from {gap.starts:%m/%d/%Y}{until} is not loaded."


def uploads() -> "QuerySet[TableUpload]":
    """Every upload, newest first, with the person who gave it."""
    return TableUpload.objects.select_related("uploaded_by", "release").order_by("-uploaded_at")


def unfinished(facility_ids: Collection[int]) -> "QuerySet[TableUpload]":
    """The uploads of some facilities that are being read or wait for somebody."""
    return uploads().filter(facility_id__in=facility_ids, state__in=_UNFINISHED)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the background is: lines so far, of how many where that is known; ``stuck`` when it was given up."""

    lines: int
    of: int
    stuck: bool


def progress(upload: TableUpload) -> Progress | None:
    """The state of the background's work on an upload; None when nothing is under way. Two queries."""
    kind = _ON_ITS_WAY.get(UploadState(upload.state))
    if kind is None:
        return None
    last = OutboxRow.objects.filter(kind=kind, key=str(upload.pk)).order_by("-pk").first()
    with connection.cursor() as cursor:
        cursor.execute(_READ_SO_FAR)
        (lines,) = cursor.fetchone()
    of = upload.difference.get("rows", 0) if kind == LOAD else 0
    return Progress(lines, of, stuck=last is None or last.state == OutboxState.PARKED)


def changes(upload: TableUpload) -> list[tuple[str, int, list[dict[str, Any]]]]:
    """The preview as the page shows it: added, deleted and revised, each with its count and samples."""
    found = upload.difference
    samples = found.get("samples", [])
    kinds = ("added", "deleted", "revised")
    return [(kind, found.get(kind, 0), [each for each in samples if each["kind"] == kind]) for kind in kinds]
