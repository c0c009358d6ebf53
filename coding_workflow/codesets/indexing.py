"""From a table as read to the lines that PostgreSQL's COPY takes: ranks, words, escaping. Pure."""

import datetime
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from . import words
from .loaders.table import CodeRow, GroupRow, ParsedTable

CODE_COLUMNS: Final = (
    "release_id, code, billable, short_title, long_title, parent, position, rank, valid_from, valid_until, attributes, words"
)
GROUP_COLUMNS: Final = "release_id, key, title, parent, attributes"
WORD_COLUMNS: Final = "release_id, word, uses"
LONGEST_WORD: Final = 80

_ESCAPES: Final = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": ""})


@dataclass(frozen=True, slots=True)
class IndexedTable:
    """The three sets of lines of one release."""

    codes: tuple[str, ...]
    groups: tuple[str, ...]
    index_words: tuple[str, ...]


def release_mark(release_id: int) -> str:
    """The lexeme that every code of a release carries; no typed word contains its sign."""
    return f"={release_id}"


def index_table(table: ParsedTable, release_id: int) -> IndexedTable:
    """Everything to be written for a release, as COPY text."""
    titles = [
        words.indexed(row.long_title) if table.searchable and not row.attributes.get("untitled") else [] for row in table.rows
    ]
    ranks = _ranks(table.rows, titles)
    uses: Counter[str] = Counter()
    codes = []
    for position, (row, title, rank) in enumerate(zip(table.rows, titles, ranks, strict=True)):
        terms = [word for term in row.terms for word in words.indexed(term)]
        uses.update({*title, *terms})
        vector = words.vector(title, terms, release_mark(release_id)) if table.searchable else ""
        codes.append(_code_line(row, release_id, position, rank, vector))
    groups = tuple(_group_line(row, release_id) for row in table.groups)
    return IndexedTable(tuple(codes), groups, tuple(_word_lines(uses, release_id)))


def _ranks(rows: Iterable[CodeRow], titles: Iterable[list[str]]) -> list[int]:
    """Place of each row when billable codes with the fewest words come first, then the publisher's order."""
    keys = [(not row.billable, len(title) or 99, at) for at, (row, title) in enumerate(zip(rows, titles, strict=True))]
    ranks = [0] * len(keys)
    for rank, (_, _, at) in enumerate(sorted(keys)):
        ranks[at] = rank
    return ranks


def _code_line(row: CodeRow, release_id: int, position: int, rank: int, vector: str) -> str:
    return _line(
        release_id,
        row.code,
        row.billable,
        row.short_title,
        row.long_title,
        row.parent,
        position,
        rank,
        row.valid_from,
        row.valid_until,
        _json(row.attributes),
        vector,
    )


def _group_line(row: GroupRow, release_id: int) -> str:
    return _line(release_id, row.key, row.title, row.parent, _json(row.attributes))


def _word_lines(uses: Counter[str], release_id: int) -> Iterator[str]:
    for word, count in sorted(uses.items()):
        if len(word) <= LONGEST_WORD:
            yield _line(release_id, word, count)


def _json(attributes: Any) -> str:
    return json.dumps(attributes, ensure_ascii=False, sort_keys=True) if attributes else "{}"


def _line(*values: Any) -> str:
    return "\t".join(_field(value) for value in values) + "\n"


def _field(value: Any) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, str):
        return value.translate(_ESCAPES) if "\\" in value or not value.isprintable() else value
    if isinstance(value, bool):
        return "t" if value else "f"
    return value.isoformat() if isinstance(value, datetime.date) else str(value)
