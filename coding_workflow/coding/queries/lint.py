"""Whether a question to a provider may be sent: the linter of compliant query practice. Pure.

Built after what ACDIS and AHIMA name in "Guidelines for Achieving a Compliant Query Practice" (named here only; none of its
text is used): the record's own words first, no leading, no money and no quality scores, options that leave the answer
open, and yes or no only where a diagnosis is documented already. It cannot know whether an alternative is clinically
supported: that stays the judgement of who asks.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from .question import REASONS, YES_NO_REASONS, Question, options_of
from .words import DIAGNOSES, FORBIDDEN, Severity

REFERENCE: Final = "ACDIS/AHIMA, Guidelines for Achieving a Compliant Query Practice"
MOST_CHARACTERS: Final = 4000
MOST_OPTIONS: Final = 12
_MANY_OPTIONS: Final = 8
_KINDS: Final = ("open", "multiple_choice", "yes_no")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, or may be.

    ``place`` is ``question``, ``subject``, ``option:0`` ..., ``kind``, ``options`` or ``indicators``. Where words are to
    blame, ``words`` are those from ``start`` to ``end`` (code points) of the place's text.
    """

    code: str
    severity: Severity
    place: str
    why: str
    start: int = 0
    end: int = 0
    words: str = ""
    reference: str = REFERENCE


def lint(question: Question) -> tuple[Finding, ...]:
    """Everything found, in the order of the page; the same question always gives the same. Never raises."""
    return tuple([*_whole(question), *_wording(question), *_introduced(question), *_options(question), *_support(question)])


def blocks(findings: Iterable[Finding]) -> bool:
    """Whether any of them stops the sending."""
    return any(finding.severity == "block" for finding in findings)


def _whole(question: Question) -> Iterator[Finding]:
    if question.kind not in _KINDS:
        yield Finding("kind", "block", "kind", "Choose how it is asked.")
    if question.reason not in REASONS:
        yield Finding("reason", "block", "kind", "Choose why the provider is asked.")
    if question.kind == "yes_no" and question.reason in REASONS and question.reason not in YES_NO_REASONS:
        yield Finding(
            "yes_no",
            "block",
            "kind",
            "Yes or no may only be asked about a diagnosis that is documented already: its detail, its cause, a conflict, its "
            "support, or whether it was present on admission. Ask openly, or offer the alternatives.",
        )
    for place, text in (("subject", question.subject), ("question", question.text)):
        if not text.strip():
            yield Finding("empty", "block", place, "Write the question." if place == "question" else "Give it a subject.")
        if len(text) > MOST_CHARACTERS:
            yield Finding("long", "block", place, f"More than {MOST_CHARACTERS:,} characters are not read on a phone.")
    if question.text.strip() and "?" not in question.text:
        yield Finding("no_question", "warn", "question", "There is no question mark: say what you want to know.")


def _places(question: Question) -> Iterator[tuple[str, str]]:
    yield "subject", question.subject
    yield "question", question.text
    for number, option in enumerate(question.options):
        yield f"option:{number}", option


def _wording(question: Question) -> Iterator[Finding]:
    for place, text in _places(question):
        for forbidden in FORBIDDEN:
            for found in forbidden.pattern.finditer(text[:MOST_CHARACTERS]):
                yield Finding(
                    forbidden.code,
                    forbidden.severity,
                    place,
                    forbidden.why,
                    found.start(),
                    found.end(),
                    text[slice(*found.span())],
                )


def _introduced(question: Question) -> Iterator[Finding]:
    """Diagnoses that subject or question name and no quoted passage does: options may offer them, the question may not."""
    quoted = "\n".join(question.indicators)
    for place, text in (("subject", question.subject), ("question", question.text)):
        for pattern in _diagnoses():
            found = pattern.search(text[:MOST_CHARACTERS])
            if found is None or pattern.search(quoted):
                continue
            yield Finding(
                "introduces",
                "block",
                place,
                "This names a diagnosis that no quoted passage documents. Quote where it stands, or ask without naming it.",
                found.start(),
                found.end(),
                found.group(),
            )


@lru_cache(maxsize=1)
def _diagnoses() -> tuple[re.Pattern[str], ...]:
    rows = ("|".join(re.escape(name) for name in sorted(names, key=len, reverse=True)) for names in DIAGNOSES)
    return tuple(re.compile(rf"(?<!\w)(?:{row})(?!\w)", re.IGNORECASE) for row in rows)


def _options(question: Question) -> Iterator[Finding]:
    if question.kind == "open":
        if question.options:
            yield Finding("options", "block", "options", "An open question has no options; ask it as multiple choice.")
        return
    if question.kind not in _KINDS:
        return
    stand_for = [option for option, _ in options_of(question.kind, question.options)]
    wanted = {"other": "“Other”, with room for words", "undetermined": "“Unable to determine”"}
    if question.kind == "yes_no":
        wanted = {"yes": "“Yes”", "no": "“No”", **wanted}
    for option, words in wanted.items():
        if option not in stand_for:
            yield Finding(f"without_{option}", "block", "options", f"Offer {words}.")
    yield from _offered(question, stand_for)


def _offered(question: Question, stand_for: Sequence[str]) -> Iterator[Finding]:
    supported = stand_for.count("supported")
    if question.kind == "multiple_choice" and not supported:
        yield Finding("without_choice", "block", "options", "Offer what the record supports, one alternative a line.")
    if question.kind == "multiple_choice" and supported == 1:
        yield Finding("one_choice", "warn", "options", "One alternative can read as the wanted answer: offer what else fits.")
    if question.kind == "yes_no" and supported:
        yield Finding("not_yes_no", "block", "options", "Yes or no offers yes, no, other and unable to determine alone.")
    if len(question.options) > MOST_OPTIONS:
        yield Finding("many", "block", "options", f"More than {MOST_OPTIONS} options cannot be weighed.")
    elif len(question.options) > _MANY_OPTIONS:
        yield Finding("many", "warn", "options", "So many options are hard to weigh on a phone.")
    yield from _each_option(question)


def _each_option(question: Question) -> Iterator[Finding]:
    seen: set[str] = set()
    for number, option in enumerate(question.options):
        plain = " ".join(option.split()).casefold()
        if not plain:
            yield Finding("empty", "block", f"option:{number}", "This option is empty.")
        elif plain in seen:
            yield Finding("twice", "block", f"option:{number}", "This option is offered twice.")
        seen.add(plain)


def _support(question: Question) -> Iterator[Finding]:
    if not any(quote.strip() for quote in question.indicators):
        yield Finding(
            "no_indicator",
            "block",
            "indicators",
            "Quote at least one passage of this record: a query rests on what is written there.",
        )
