"""Questions about codes on a date. A date that no release covers is answered with None: "not loaded", never a guess."""

import datetime
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache

from django.db import connection

from .codes import POA_EXEMPT, diagnosis_system, display, normalise, procedure_system
from .entries import CodeEntry, NoteLevel
from .models import Code, PairEdit, TableRelease, UnitLimit
from .naming import Names, Titled
from .rows import entry, in_force, loaded, notes_of
from .search import search

__all__ = [
    "ancestors_notes",
    "diagnosis_system",
    "display",
    "entry",
    "entry_of",
    "has_notes",
    "limits_of",
    "loaded",
    "lookup",
    "lookup_many",
    "names",
    "normalise",
    "notes_above",
    "pairs_among",
    "poa_exempt",
    "procedure_system",
    "search",
]

_UPWARD = """
WITH RECURSIVE upward AS (
    SELECT code::text AS start, 0 AS level, code::text AS key, long_title AS title, parent::text AS parent, attributes
      FROM codesets_code WHERE release_id = %(release)s AND code = ANY(%(codes)s)
    UNION ALL
    SELECT upward.start, upward.level + 1, above.key::text, above.title, above.parent::text, above.attributes
      FROM upward CROSS JOIN LATERAL (
        SELECT code AS key, long_title AS title, parent, attributes
          FROM codesets_code WHERE release_id = %(release)s AND code = upward.parent
        UNION ALL
        SELECT key, title, parent, attributes
          FROM codesets_codegroup WHERE release_id = %(release)s AND key = upward.parent
      ) AS above
     WHERE upward.level < 12 AND upward.parent <> ''
)
SELECT start, key, title, attributes::text FROM upward ORDER BY start, level
"""


def lookup(system: str, code: str, on: datetime.date) -> CodeEntry | None:
    """The code as it is on a date, headings included; None when it is not valid then or the table is not loaded.

    ``code`` is accepted with or without its point; ``normalise`` says what is refused.
    """
    return lookup_many(system, [code], on).get(normalise(code))


def lookup_many(system: str, codes: Iterable[str], on: datetime.date) -> dict[str, CodeEntry]:
    """The codes that are in force on a date, by their plain form, with two queries however many there are."""
    release = loaded(system, on)
    if release is None:
        return {}
    wanted = {normalise(code) for code in codes}
    return {row.code: entry(row, system) for row in in_force(release, on).filter(code__in=wanted)}


def entry_of(release_id: int, system: str, code: str) -> CodeEntry | None:
    """The code of a release that the caller has chosen, whatever the code's own dates (``CodeEntry.valid_on``); one query."""
    row = Code.objects.filter(release=release_id, code=normalise(code)).defer("words").first()
    return entry(row, system) if row else None


def names(system: str, on: datetime.date) -> Names | None:
    """What the billable codes of the release in force are called; None when it is not loaded.

    Making them takes some two seconds and ten megabytes, so a process keeps those of two releases: for work in the
    background, not for a page.
    """
    release = loaded(system, on)
    return None if release is None else _names(release.pk, release.checksum)


@lru_cache(maxsize=2)
def _names(release_id: int, checksum: str) -> Names:
    return Names(_titled(release_id))


def _titled(release_id: int) -> Iterator[Titled]:
    rows = Code.objects.filter(release=release_id, billable=True)
    for code, title, terms, rank in rows.values_list("code", "long_title", "attributes__inclusion_terms", "rank").iterator():
        yield Titled(code, title, tuple(terms or ()), rank)


def ancestors_notes(code: str, system: str, on: datetime.date) -> tuple[NoteLevel, ...]:
    """The notes of a code and of everything above it (category, block, chapter), nearest first; empty when not in force."""
    return notes_above(system, [code], on).get(normalise(code), ())


def notes_above(system: str, codes: Iterable[str], on: datetime.date) -> dict[str, tuple[NoteLevel, ...]]:
    """The same for many codes, with two queries. Levels without notes are left out."""
    release = loaded(system, on)
    if release is None:
        return {}
    found: dict[str, list[NoteLevel]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_UPWARD, {"release": release.pk, "codes": [normalise(code) for code in codes]})
        for start, key, title, attributes in cursor.fetchall():
            found[start].append(NoteLevel(key, title, notes_of(json.loads(attributes))))
    return {start: tuple(level for level in levels if level.notes) for start, levels in found.items()}


def has_notes(release: TableRelease) -> bool:
    """Whether a release came with instructional notes: the tabular XML has them, an order file has none, and rules that
    need them must then say that they could not look."""
    return release.groups.exists()


def poa_exempt(code: str, on: datetime.date) -> bool | None:
    """Whether a diagnosis is exempt from POA reporting on a discharge date; None when the list is not loaded."""
    release = loaded(POA_EXEMPT, on)
    return None if release is None else release.codes.filter(code=normalise(code)).exists()


def pairs_among(releases: Iterable[TableRelease], codes: Collection[str]) -> list[PairEdit]:
    """The NCCI pairs of some releases whose two codes are both among these; one query."""
    among = PairEdit.objects.filter(release__in=[release.pk for release in releases])
    return list(among.filter(column_1__in=codes, column_2__in=codes))


def limits_of(releases: Iterable[TableRelease], codes: Collection[str]) -> list[UnitLimit]:
    """The unlikely numbers of units of these codes in some releases; one query."""
    return list(UnitLimit.objects.filter(release__in=[release.pk for release in releases], code__in=codes))
