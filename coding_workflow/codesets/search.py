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
from .indexing import release_mark
from .models import TableRelease
from .querying import Concept, all_of, code_prefix, corrected, parse
from .rows import entry, in_force, loaded

MAX_LIMIT: Final = 100
#: How many matches are looked at for ranking, and how alike a word must be to count as mistyped.
_CANDIDATES: Final = 150
_ALIKE: Final = 0.4

# Ordered by the computed rank and not by a bare column, so that no plan walks the whole release in rank order.
_MATCHES: Final = """
SELECT id, billable, long_title FROM codesets_code
 WHERE words @@ %s::tsquery AND release_id = %s
   AND coalesce(valid_from <= %s, true) AND coalesce(valid_until > %s, true)
 ORDER BY rank + 0 LIMIT %s
"""
_NEAR: Final = """
SELECT word FROM codesets_indexword
 WHERE release_id = %s AND word %% %s AND similarity(word, %s) >= %s
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
    if len(found) < limit:
        by_words = _Words(release, on, limit)
        found = list(dict.fromkeys(chain(found, by_words.find(parse(text)))))[:limit]
    rows = in_force(release, on).in_bulk(found)
    return [entry(rows[pk], system) for pk in found]


def _by_code(release: TableRelease, prefix: str, on: datetime.date, limit: int) -> list[int]:
    """The code itself, then billable codes below it, then headings."""
    if not prefix:
        return []
    below = in_force(release, on).filter(code__gte=prefix, code__lt=prefix + "\x7f").order_by("code")
    keys = list(below.values_list("pk", "code", "billable")[: _CANDIDATES * 2])
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
        if len(found) < self.limit and len(concepts) > 1 and (not found or _any_abbreviation(concepts)):
            found = _once(found, self._apart(concepts))
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
        query = f"'{release_mark(self.release.pk)}' & {all_of(concepts, wishes=wishes)}"
        with connection.cursor() as cursor:
            cursor.execute(_MATCHES, [query, self.release.pk, self.on, self.on, _CANDIDATES])
            rows = cursor.fetchall()
        rows.sort(key=lambda row: (not row[1], _missing(row[2], concepts)))
        return [pk for pk, _, _ in rows[: self.limit]]

    def _near(self, word: str) -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute(_NEAR, [self.release.pk, word, word, _ALIKE, word])
            return [each for (each,) in cursor.fetchall()]


def _missing(title: str, concepts: Sequence[Concept]) -> int:
    """How many concepts are not in the title's own words, and so only in its inclusion terms; unfinished words count half."""
    own = set(words.indexed(title))
    return sum(_absence(concept, own) for concept in concepts)


def _absence(concept: Concept, own: set[str]) -> int:
    if any(own.issuperset(phrase.required) for phrase in concept.phrases):
        return 0
    if concept.typed and any(word.startswith(concept.typed) for word in own):
        return 1
    return 2


def _any_abbreviation(concepts: Sequence[Concept]) -> bool:
    return any(not concept.typed for concept in concepts)


def _once(*lists: "Sequence[int] | Iterator[int]") -> list[int]:
    return list(dict.fromkeys(chain(*lists)))
