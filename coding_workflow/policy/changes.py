"""What one policy changes of another, sentence by sentence. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from .text import Section


@dataclass(frozen=True)
class Change:
    """The sentences of one section that went, came, or only moved. ``code`` names the section."""

    code: str
    title: str
    gone: tuple[str, ...]
    come: tuple[str, ...]
    reordered: bool = False


def changes(before: tuple[Section, ...], after: tuple[Section, ...]) -> tuple[Change, ...]:
    """What is different, in the order of the sections. Both are of the same version of this program."""
    return tuple(_changed(before, after))


def _changed(before: tuple[Section, ...], after: tuple[Section, ...]) -> Iterator[Change]:
    for old, new in zip(before, after, strict=True):
        if old.sentences == new.sentences:
            continue
        gone, come = _gone(old.sentences, new.sentences), _gone(new.sentences, old.sentences)
        moved = not gone and not come
        yield Change(new.code, new.title, gone, new.sentences if moved else come, moved or _order_differs(old, new))


def _gone(old: tuple[str, ...], new: tuple[str, ...]) -> tuple[str, ...]:
    """Sentences of the one that the other has fewer of."""
    left = list(new)
    gone = []
    for sentence in old:
        if sentence in left:
            left.remove(sentence)
        else:
            gone.append(sentence)
    return tuple(gone)


def _order_differs(old: Section, new: Section) -> bool:
    """Whether what stayed stands in another order: of rows that both fit, the first counts."""
    kept_old = [each for each in old.sentences if each in new.sentences]
    kept_new = [each for each in new.sentences if each in old.sentences]
    return kept_old != kept_new
