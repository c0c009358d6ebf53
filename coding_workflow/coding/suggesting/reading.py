"""A document's text as runs of words, each word with what is said about it: negated, history, family, uncertain. Pure.

Positions are Unicode code points of the text, as evidence counts them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

#: Of a longer text only the beginning is read; the longest record in practice is a tenth of it.
MOST_CHARACTERS: Final = 100_000
MOST_WORDS_IN_A_RUN: Final = 400
#: A longer sentence is none: it is read in pieces, so that no text takes long.
LONGEST_SENTENCE: Final = 1_000


class Context(StrEnum):
    """What the record says about words beside their meaning."""

    NEGATED = "negated"
    HISTORY = "history"
    FAMILY = "family"
    UNCERTAIN = "uncertain"
    ASIDE = "aside"


@dataclass(frozen=True, slots=True)
class Word:
    """One word as it stands, from code point ``start`` to ``end``."""

    text: str
    start: int
    end: int
    contexts: frozenset[Context]


Run = tuple[Word, ...]

_WORD: Final = re.compile(r"[^\W_]+(?:['’/][^\W_]+)*")
# A line that is a heading, in capitals or up to a colon; what follows the colon is text.
_HEADING: Final = re.compile(r"^[ \t]*(?:([A-Z][A-Z /&,'-]{2,60})(?=$|:)|([A-Z][A-Za-z /&'-]{2,50})(?=:))", re.MULTILINE)
_SECTIONS: Final = (
    (Context.FAMILY, re.compile(r"family (?:medical )?(?:history|hx)|fhx?", re.IGNORECASE)),
    (
        Context.HISTORY,
        re.compile(r"(?:past|prior|previous)\b.*\b(?:history|hx)|(?:medical|surgical) history|pmhx?|pshx?", re.IGNORECASE),
    ),
    (
        Context.ASIDE,
        re.compile(
            r"(?:drug )?allerg(?:y|ies)|(?:home |discharge |current )*medications?|review of systems|ros|immunizations?"
            r"|(?:discharge |patient )?instructions?|(?:patient )?education|differential(?: diagnosis)?|follow-?up",
            re.IGNORECASE,
        ),
    ),
)
# A sentence ends at its point (not the one of a genus, E. coli, or of an initial), at a semicolon, at an empty line, and at
# a line end before a capital, a digit or a bullet.
_END: Final = re.compile(r"(?<!\b[A-Z])[.!?](?=\s|$)|;|\n\s*\n|\n(?=\s*(?:[A-Z0-9•*-]))")
_PART: Final = re.compile(r"[:]|\s[-–—]\s")
_BUT: Final = r"\b(?:but|however|except|although|though|other than|apart from)\b"
_NOW: Final = rf"{_BUT}|\b(?:now|presents|presented|presenting|admitted|currently|who|here (?:for|with))\b"


def _words(*phrases: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(phrases)})(?!\w)", re.IGNORECASE)


_NOT_NEGATED: Final = _words(
    "no longer", "not only", "no (?:further )?change", "gram[ -]negative", "no improvement", "without change"
)
#: Forward triggers: from the trigger to the end of the sentence, or to the word that turns it.
_FORWARD: Final = (
    (
        Context.NEGATED,
        re.compile(rf"{_BUT}|,\s*(?:with|has|now)\b", re.IGNORECASE),
        _words(
            "no",
            "not",
            "denie[sd]",
            "denying",
            "without",
            "negative for",
            "free of",
            "absence of",
            "absent",
            "never had",
            "neither",
            "nor",
            "ruled out(?= (?:for )?\\w)",
            "rules out",
            "no evidence of",
        ),
    ),
    (
        Context.UNCERTAIN,
        re.compile(_BUT, re.IGNORECASE),
        _words(
            "probabl[ey]",
            "possibl[ey]",
            "suspected",
            "suspicious for",
            "suspicion of",
            "likely",
            "presumed",
            "presumptive",
            "questionable",
            "question of",
            "rule out",
            "r/o",
            "versus",
            "vs",
            "concern(?:ing)? for",
            "consistent with",
            "compatible with",
            "suggestive of",
            "indicative of",
            "appears to be",
            "cannot (?:exclude|rule out)",
            "to be ruled out",
            "working diagnosis",
            "differential",
        ),
    ),
    (
        Context.HISTORY,
        re.compile(_NOW, re.IGNORECASE),
        _words(
            "history of", "hx of", "h/o", "s/p", "status post", "previous", "previously", "prior", "remote", "former", "had been"
        ),
    ),
    (
        Context.FAMILY,
        re.compile(_NOW, re.IGNORECASE),
        _words(
            "family history",
            "family hx",
            "fhx",
            r"(?:mother|father|brother|sister|sibling|aunt|uncle|grand\w+|parent|cousin|son|daughter)s?"
            r" (?:had|has|have|with|died|diagnosed|suffer\w*|was|is)",
        ),
    ),
    (
        Context.ASIDE,
        re.compile(_BUT, re.IGNORECASE),
        _words(
            "at risk (?:for|of)",
            "risk (?:for|of|factors?)",
            "screen(?:ed|ing)? for",
            "prophylaxis (?:for|against)",
            "monitor(?:ed|ing)? for",
            "watch(?:ed|ing)? for",
            "return (?:if|for|to)",
            "in case of",
            "if",
            "to prevent",
            "prevention of",
            "allerg(?:y|ic|ies) to",
            "exposure to",
            "exposed to",
            "educat\\w+ (?:on|about|regarding)",
        ),
    ),
)
#: Backward triggers: what stands before them in the same part of the sentence.
_BACKWARD: Final = (
    (
        Context.NEGATED,
        _words("(?:was|were|is|are|been|has been)? ?(?:ruled out|excluded)", "not (?:found|seen|present)", "negative"),
    ),
    (
        Context.UNCERTAIN,
        _words("(?:is|are|was)? ?(?:suspected|likely|possible|probable|questionable)", "to be ruled out", "not excluded"),
    ),
    (
        Context.ASIDE,
        _words("prophylaxis", "vaccin\\w+", "protocol", "precautions", "risk", "screening", "prevention", "education"),
    ),
)


@dataclass(frozen=True, slots=True)
class _Span:
    context: Context
    start: int
    end: int


def runs(text: str) -> Iterator[Run]:
    """The text's words in order, in runs within which a name may stand: a sentence, or its part beside a colon."""
    text = text[:MOST_CHARACTERS]
    for start, end, around in _sections(text):
        for first, last in _pieces(_END, text, start, end):
            spans = [*around, *_spans(text, first, last)]
            for one, other in _pieces(_PART, text, first, last):
                yield from _run(text, one, other, spans)


def _sections(text: str) -> Iterator[tuple[int, int, list[_Span]]]:
    """Each section's text without its heading, with what the heading says about all of it."""
    headings = list(_HEADING.finditer(text))
    ends = [each.start() for each in headings] + [len(text)]
    yield 0, ends[0], []
    around: list[_Span] = []
    for heading, end in zip(headings, ends[1:], strict=True):
        title = heading.group().strip()
        context = next((context for context, pattern in _SECTIONS if pattern.fullmatch(title)), None)
        around = [_Span(context, heading.end(), end)] if context else []
        yield heading.end(), end, around


def _pieces(pattern: re.Pattern[str], text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    at = start
    for found in pattern.finditer(text, start, end):
        yield from _cut(at, found.start())
        at = found.end()
    yield from _cut(at, end)


def _cut(start: int, end: int) -> Iterator[tuple[int, int]]:
    return ((at, min(at + LONGEST_SENTENCE, end)) for at in range(start, end, LONGEST_SENTENCE))


def _run(text: str, start: int, end: int, spans: list[_Span]) -> Iterator[Run]:
    found = list(_WORD.finditer(text, start, end))
    for at in range(0, len(found), MOST_WORDS_IN_A_RUN):
        yield tuple(
            Word(each.group(), each.start(), each.end(), _contexts(each.start(), spans))
            for each in found[at : at + MOST_WORDS_IN_A_RUN]
        )


def _contexts(at: int, spans: list[_Span]) -> frozenset[Context]:
    return frozenset(span.context for span in spans if span.start <= at < span.end)


def _spans(text: str, start: int, end: int) -> Iterator[_Span]:
    """What is said in one sentence, and about which part of it."""
    excused = [each.span() for each in _NOT_NEGATED.finditer(text, start, end)]
    for context, turn, trigger in _FORWARD:
        said = start
        for found in _triggers(trigger, text, start, end, excused):
            # A trigger within what is said already says nothing new.
            if found.end() > said:
                turned = turn.search(text, found.end(), end)
                said = turned.start() if turned else end
                yield _Span(context, found.end(), said)
    for context, trigger in _BACKWARD:
        for found in _triggers(trigger, text, start, end, excused):
            comma = max(text.rfind(mark, start, found.start()) for mark in ",:(")
            yield _Span(context, max(comma + 1, start), found.start())


def _triggers(
    trigger: re.Pattern[str], text: str, start: int, end: int, excused: list[tuple[int, int]]
) -> Iterator[re.Match[str]]:
    return (
        found for found in trigger.finditer(text, start, end) if not any(one <= found.start() < other for one, other in excused)
    )
