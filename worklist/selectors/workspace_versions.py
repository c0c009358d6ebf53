"""What is different between two versions of a document's text. Pure."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final, Literal

Kind = Literal["same", "added", "removed"]

_WORDS: Final = re.compile(r"\s+|\w+|[^\w\s]")
#: A changed stretch with more words than this is shown as a whole: comparing costs the square of them.
_MOST_WORDS: Final = 600


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that both versions have, or one of them."""

    kind: Kind
    text: str


Differing = Callable[[list[str], list[str]], Iterator[Piece]]


def changes(before: str, after: str) -> tuple[Piece, ...]:
    """Line by line, and word by word inside lines that changed.

    The pieces that are not removed give the newer text, those not added the older one, to the letter.
    """
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    return tuple(_joined(_compare(old, new, _inside)))


def _inside(before: list[str], after: list[str]) -> Iterator[Piece]:
    old, new = _WORDS.findall("".join(before)), _WORDS.findall("".join(after))
    if len(old) + len(new) > _MOST_WORDS:
        return _replaced(before, after)
    return _compare(old, new, _replaced)


def _replaced(before: list[str], after: list[str]) -> Iterator[Piece]:
    yield Piece("removed", "".join(before))
    yield Piece("added", "".join(after))


def _compare(old: list[str], new: list[str], differing: Differing) -> Iterator[Piece]:
    for verb, start, end, new_start, new_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if verb == "equal":
            yield Piece("same", "".join(new[new_start:new_end]))
        else:
            yield from differing(old[start:end], new[new_start:new_end])


def _joined(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Neighbours of one kind as one piece; nothing empty."""
    last: Piece | None = None
    for piece in pieces:
        if not piece.text:
            continue
        if last is not None and last.kind == piece.kind:
            last = Piece(last.kind, last.text + piece.text)
            continue
        if last is not None:
            yield last
        last = piece
    if last is not None:
        yield last
