"""From a table as read to the lines that PostgreSQL's COPY takes: ranks, words, escaping. Pure."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
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
#: Codes with a rank below this are looked through first.
FOREMOST: Final = 10_000
#: How titles of full codes end (seventh characters A, D and S, and their like), the first encounter first.
_ENCOUNTERS: Final = (", initial encounter", ", subsequent encounter", ", sequela")
_UNTITLED: Final = 99

_ESCAPES: Final = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": ""})
_NULL: Final = "\\N"


#: Stands for the release's key in the lines, which can so be made before there is a release; no text holds it.
RELEASE: Final = "\0"


@dataclass(frozen=True, slots=True)
class IndexedTable:
    """The three sets of lines of one release, with ``RELEASE`` where its key goes."""

    codes: tuple[str, ...]
    groups: tuple[str, ...]
    index_words: tuple[str, ...]


def release_mark(release_id: int | str) -> str:
    """The lexeme that every code of a release carries; no typed word contains its sign."""
    return f"={release_id}"


def foremost_mark(release_id: int | str) -> str:
    """The lexeme that the codes of the first ranks carry as well."""
    return f"={release_id}+"


def index_table(table: ParsedTable) -> IndexedTable:
    """Everything to be written for a release, as COPY text. Needs no database."""
    titles = [
        words.indexed(row.long_title) if table.searchable and not row.attributes.get("untitled") else [] for row in table.rows
    ]
    ranks = _ranks(table.rows, titles)
    uses: Counter[str] = Counter()
    codes = []
    for position, (row, title, rank) in enumerate(zip(table.rows, titles, ranks, strict=True)):
        terms = [word for term in row.terms for word in words.indexed(term)]
        uses.update({*title, *terms})
        vector = words.vector(title, terms, *_marks(rank)) if table.searchable else ""
        codes.append(_code_line(row, position, rank, vector))
    groups = tuple(_group_line(row) for row in table.groups)
    return IndexedTable(tuple(codes), groups, tuple(_word_lines(uses)))


def _marks(rank: int) -> tuple[str, ...]:
    every = release_mark(RELEASE)
    return (every, foremost_mark(RELEASE)) if rank < FOREMOST else (every,)


def _ranks(rows: Iterable[CodeRow], titles: Iterable[list[str]]) -> list[int]:
    """Place of each row when billable codes and short titles come first, of those the unspecified one and the first
    encounter, then the publisher's order."""
    keys = [(not row.billable, *_length(row, title), at) for at, (row, title) in enumerate(zip(rows, titles, strict=True))]
    ranks = [0] * len(keys)
    for rank, key in enumerate(sorted(keys)):
        ranks[key[-1]] = rank
    return ranks


def _length(row: CodeRow, title: list[str]) -> tuple[int, bool, bool, int]:
    """Words that name something without those of the seventh character; whether it is "other"; whether it is specified;
    which encounter."""
    encounter = next((n for n, words_of in enumerate(_ENCOUNTERS) if words_of in row.long_title), -1)
    named = title
    if encounter >= 0:
        named = words.indexed(row.long_title.rpartition(_ENCOUNTERS[encounter])[0])
    return len(words.telling(named)) or _UNTITLED, "other" in named, "unspecified" not in named, encounter


def _code_line(row: CodeRow, position: int, rank: int, vector: str) -> str:
    # The one place where speed matters: this runs for every code of a load.
    billable = "t" if row.billable else "f"
    titles = f"{copy_text(row.short_title)}\t{copy_text(row.long_title)}\t{row.parent}"
    dates = f"{row.valid_from or _NULL}\t{row.valid_until or _NULL}"
    return f"{RELEASE}\t{row.code}\t{billable}\t{titles}\t{position}\t{rank}\t{dates}\t{_json(row.attributes)}\t{vector}\n"


def _group_line(row: GroupRow) -> str:
    return f"{RELEASE}\t{row.key}\t{copy_text(row.title)}\t{row.parent}\t{_json(row.attributes)}\n"


def _word_lines(uses: Counter[str]) -> Iterator[str]:
    for word, count in sorted(uses.items()):
        if len(word) <= LONGEST_WORD:
            yield f"{RELEASE}\t{word}\t{count}\n"


def _json(attributes: Mapping[str, Any]) -> str:
    return copy_text(json.dumps(attributes, ensure_ascii=False, sort_keys=True)) if attributes else "{}"


def copy_text(value: str) -> str:
    """A text with COPY's own signs escaped."""
    return value if value.isprintable() and "\\" not in value else value.translate(_ESCAPES)
