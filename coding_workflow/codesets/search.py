"""Code search: beginnings of codes, words, abbreviations, and spelling as a second pass.

Passes, each only while there is room: all that was typed with its finer words (a stage, a site); without them; with
mistyped words corrected; each thing typed by itself. Within a pass: words of the title before words of its inclusion
terms, billable before headings, short titles before long ones.
"""

import datetime
from collections.abc import Iterator, Sequence
from itertools import chain, zip_longest
from typing import Final

from django.db import connection

from . import words
from .entries import CodeEntry
from .indexing import foremost_mark, release_mark
from .models import TableRelease
from .querying import Concept, all_of, code_prefix, corrected, is_code, parse
from .rows import entry, in_force, loaded

MAX_LIMIT: Final = 100
#: How many matches are looked at for ranking, and how alike a word must be to count as mistyped.
_CANDIDATES: Final = 100
#: So many matches among the foremost codes spare the look at all others.
_ENOUGH: Final = 60
_ALIKE: Final = 0.4
#: How many codes below a typed beginning are looked at.
_BELOW: Final = 300

# The release is a lexeme of the query, and nothing else here can use another index: right after a load, before the
# tables are analysed, the planner would otherwise read the whole release by its key.
_MATCHES: Final = """
SELECT id, billable, long_title FROM codesets_code
 WHERE words @@ %s::tsquery
   AND coalesce(valid_from <= %s, true) AND coalesce(valid_until > %s, true)
 ORDER BY rank LIMIT %s
"""
_NEAR: Final = """
SELECT word FROM codesets_indexword
 WHERE release_id + 0 = %s AND word %% %s AND similarity(word, %s) >= %s
 ORDER BY similarity(word, %s) DESC, uses DESC LIMIT 3
"""


def search(text: str, system: str, on: datetime.date, limit: int = 20) -> list[CodeEntry]:
    """Codes of the release in force that fit what was typed, best first, headings included after billable codes.

    Empty when nothing fits, nothing was typed, or no release covers the date (ask ``loaded``).
    """
    release = loaded(system, on)
    if release is None or not text.strip():
        return []
    limit = max(1, min(limit, MAX_LIMIT))
    found = _by_code(release, code_prefix(text), on, limit)
    if not found and not is_code(text):
        found = _Words(release, on, limit).find(parse(text))
    rows = in_force(release, on).in_bulk(found)
    return [entry(rows[pk], system) for pk in found]


def _by_code(release: TableRelease, prefix: str, on: datetime.date, limit: int) -> list[int]:
    """The code itself, then billable codes below it, then headings."""
    if not prefix:
        return []
    below = in_force(release, on).filter(code__gte=prefix, code__lt=prefix + "\x7f").order_by("code")
    keys = list(below.values_list("pk", "code", "billable")[:_BELOW])
    keys.sort(key=lambda row: (row[1] != prefix, not row[2]))
    return [pk for pk, _, _ in keys[:limit]]


class _Words:
    """One search by words in one release."""

    def __init__(self, release: TableRelease, on: datetime.date, limit: int) -> None:
        self.release, self.on, self.limit = release, on, limit

    def find(self, concepts: Sequence[Concept]) -> list[int]:
        """Keys of codes, best first."""
        if not concepts:
            return []
        found = self._together(concepts)
        if not found and any(concept.typed for concept in concepts):
            concepts = corrected(concepts, self._near)
            found = self._together(concepts)
        if len(found) < self.limit:
            found = _once(found, self._apart(_alone(concepts, found)))
        return found[: self.limit]

    def _together(self, concepts: Sequence[Concept]) -> list[int]:
        found = self._matching(concepts, wishes=True)
        if len(found) < self.limit and any(concept.has_wishes for concept in concepts):
            found = _once(found, self._matching(concepts, wishes=False))
        return found

    def _apart(self, concepts: Sequence[Concept]) -> Iterator[int]:
        """The best of each concept, then the second best of each, and so on."""
        lists = [self._together([concept]) for concept in concepts]
        return (pk for row in zip_longest(*lists) for pk in row if pk is not None)

    def _matching(self, concepts: Sequence[Concept], *, wishes: bool) -> list[int]:
        asked = all_of(concepts, wishes=wishes)
        # A common word (fracture, left) has more than enough among the foremost codes; the rest is not even read then.
        rows = self._rows(f"'{foremost_mark(self.release.pk)}' & {asked}")
        if len(rows) < _ENOUGH:
            rows = self._rows(f"'{release_mark(self.release.pk)}' & {asked}")
        rows.sort(key=lambda row: (not row[1], *_fit(row[2], concepts)))
        return [pk for pk, _, _ in rows[: self.limit]]

    def _rows(self, query: str) -> list[tuple[int, bool, str]]:
        with connection.cursor() as cursor:
            cursor.execute(_MATCHES, [query, self.on, self.on, _CANDIDATES])
            return list(cursor.fetchall())

    def _near(self, word: str) -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute(_NEAR, [self.release.pk, word, word, _ALIKE, word])
            return [each for (each,) in cursor.fetchall()]


def _fit(title: str, concepts: Sequence[Concept]) -> tuple[int, bool]:
    """How well a title fits, less is better: concepts found only in its inclusion terms or as a beginning; then
    whether it begins with something else."""
    own = words.indexed(title)
    first = words.telling(own)[0] if own else ""
    return sum(_absence(concept, set(own)) for concept in concepts), not any(concept.opens(first) for concept in concepts)


def _absence(concept: Concept, own: set[str]) -> int:
    if any(own.issuperset(phrase.required) for phrase in concept.phrases):
        return 0
    if concept.typed and any(word.startswith(concept.typed) for word in own):
        return 1
    return 2


def _alone(concepts: Sequence[Concept], found: Sequence[int]) -> list[Concept]:
    """The concepts worth looking for one by one: every subject when nothing has them all, else only abbreviations."""
    subjects = [concept for concept in concepts if not concept.qualifier]
    if found:
        subjects = [concept for concept in subjects if not concept.typed]
    return subjects if len(subjects) > 1 or (len(concepts) > 1 and not found) else []


def _once(*lists: "Sequence[int] | Iterator[int]") -> list[int]:
    return list(dict.fromkeys(chain(*lists)))
