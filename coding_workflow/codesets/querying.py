"""From what a coder types to what the index is asked. Pure."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from . import words
from .abbreviations import ABBREVIATIONS, QUALIFIERS

MAX_WORDS: Final = 12
_CODE_LIKE: Final = re.compile(r"[A-Z0-9]{1,7}")
_POINTED: Final = re.compile(r"[A-Za-z0-9]{2,4}\.[A-Za-z0-9]{0,4}")
_BRACKETS: Final = re.compile(r"\[([^\]]*)\]")
_TYPED: Final = re.compile(r"[^\s,;:()]+")


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that must all be there, and words that make a better match. ``prefix``: as typed, maybe unfinished."""

    required: tuple[str, ...]
    wished: tuple[str, ...] = ()
    prefix: bool = False

    def query(self, *, wishes: bool) -> str:
        """The phrase as tsquery text."""
        asked = self.required + (self.wished if wishes else ())
        return " & ".join(f"'{word}':*" if self.prefix else f"'{word}'" for word in asked)


@dataclass(frozen=True, slots=True)
class Concept:
    """One thing the coder means, in any of its phrasings; ``typed`` is the word itself when it is no abbreviation.

    ``qualifier``: it says more about another (left, personal history) and is never looked for alone.
    """

    phrases: tuple[Phrase, ...]
    typed: str = ""
    qualifier: bool = False

    def query(self, *, wishes: bool) -> str:
        """The phrasings, any of them, as tsquery text; with wishes only those that have some, if any has."""
        wishful = [phrase for phrase in self.phrases if phrase.wished] if wishes else []
        return "(" + " | ".join(f"({phrase.query(wishes=wishes)})" for phrase in wishful or self.phrases) + ")"

    def opens(self, word: str) -> bool:
        """Whether a title that begins with this word begins with the concept."""
        return any(
            word == phrase.required[0] or (phrase.prefix and word.startswith(phrase.required[0])) for phrase in self.phrases
        )

    @property
    def has_wishes(self) -> bool:
        """Whether any phrasing has words that are not required."""
        return any(phrase.wished for phrase in self.phrases)


def code_prefix(text: str) -> str:
    """The typed text as the beginning of a code, or empty when it cannot be one. ``e11.2`` gives ``E112``."""
    typed = text.strip()
    plain = typed.replace(".", "").upper()
    if not _CODE_LIKE.fullmatch(plain) or ("." in typed and not _POINTED.fullmatch(typed)):
        return ""
    return plain if len(plain) <= 3 or any(character.isdigit() for character in plain) else ""


def is_code(text: str) -> bool:
    """Whether the text can be nothing but a code: it has a point and a digit."""
    return bool(_POINTED.fullmatch(text.strip())) and bool(code_prefix(text))


def parse(text: str) -> tuple[Concept, ...]:
    """The concepts in a typed text, abbreviations of several words first."""
    concepts = tuple(_concepts([part.lower() for part in _TYPED.findall(text)][:MAX_WORDS]))
    # One letter of the next word says nothing yet; digits do.
    return tuple(each for each in concepts if len(each.typed) != 1 or each.typed.isdigit()) or concepts


def _concepts(parts: list[str]) -> Iterator[Concept]:
    at = 0
    while at < len(parts):
        length = next((n for n in (3, 2, 1) if " ".join(parts[at : at + n]) in ABBREVIATIONS and at + n <= len(parts)), 0)
        if length:
            yield _abbreviation(" ".join(parts[at : at + length]))
        else:
            yield from (word_concept(word) for word in words.asked(parts[at]) if word not in words.STOP_WORDS)
        at += length or 1


def _abbreviation(key: str) -> Concept:
    literal = (Phrase((words.singular(key),)),) if key.isalnum() else ()
    return Concept(tuple(_phrase(each) for each in ABBREVIATIONS[key]) + literal, qualifier=key in QUALIFIERS)


def _phrase(text: str) -> Phrase:
    wished = tuple(word for part in _BRACKETS.findall(text) for word in words.indexed(part))
    return Phrase(tuple(words.indexed(_BRACKETS.sub("", text))), wished)


def word_concept(word: str, *, instead: Sequence[str] = ()) -> Concept:
    """A typed word, maybe unfinished; ``instead`` are words of the titles that it may have been meant to be."""
    meant = (_abbreviation(each).phrases if each in ABBREVIATIONS else (Phrase((each,)),) for each in instead)
    phrases = (Phrase((word,), prefix=True), *chain.from_iterable(meant))
    return Concept(phrases, typed=word, qualifier=word in QUALIFIERS)


def all_of(concepts: Sequence[Concept], *, wishes: bool) -> str:
    """Every concept, as tsquery text."""
    return " & ".join(concept.query(wishes=wishes) for concept in concepts)


def corrected(concepts: Sequence[Concept], near: Callable[[str], Sequence[str]]) -> tuple[Concept, ...]:
    """The same concepts with words of the titles beside each typed word, where ``near`` knows some."""
    return tuple(word_concept(each.typed, instead=near(each.typed)) if each.typed else each for each in concepts)
