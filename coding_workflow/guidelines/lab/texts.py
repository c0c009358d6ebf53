"""What may stand in the words of a rule: plain sentences about the record, nothing that a program or a page could run."""

import re
from collections.abc import Iterator
from typing import Final

from .faults import Fault
from .messages import PLACEHOLDER
from .vocabulary import PLACEHOLDERS

LENGTHS: Final = {"title": 120, "message": 500, "reference": 200}
_SHORTEST: Final = 5

_TAG = re.compile(r"<\s*[a-zA-Z/!?]|&(?:#|[a-zA-Z]+;)|\bhx-[a-z]+\s*=|\bon[a-z]+\s*=|javascript:", re.IGNORECASE)
_PROGRAM = re.compile(r"__|\b(?:eval|exec|getattr|import|open|system|compile)\s*\(|\blambda\b[^.{}]{0,20}:", re.IGNORECASE)
_FORMAT = re.compile(r"%(?:\(|[sdr](?![a-z]))|\$\{")
_ADDRESS = re.compile(r"://|\bwww\.", re.IGNORECASE)
#: No message speaks of payment (decisions.md 7); "payer" is a word of the vocabulary and "revenue code" a form locator.
_PAYMENT = re.compile(
    r"\b(?:over|under|re)?pay(?:ments?|s|ing|able)?\b|\bpaid\b|\breimburs\w*|\brevenue(?! codes?\b)\w*|\bdollars?\b|\$|\bmoney\b"
    r"|\b(?:higher|better|greater|(?:upgrade|increase|raise|improve|maximi[sz]e)\w*)\b[^.]{0,30}\b(?:drg|weight|case mix|cmi)\b"
    r"|\b(?:drg|weight|case mix|cmi)\b[^.]{0,30}\b(?:higher|up|goes up|increase\w*|raise\w*|improve\w*)\b",
    re.IGNORECASE,
)
_POA_YES = re.compile(
    r"\b(?:poa|present on admission)\b[^.]{0,40}(?:\bY\b|\byes\b)|(?:\bY\b|\byes\b)[^.]{0,40}\b(?:poa|present on admission)\b",
    re.IGNORECASE,
)

_REFUSED: Final = (
    (_TAG, "Markup is not shown: write plain words."),
    (_PROGRAM, "This looks like program text: a rule holds no code, write plain words."),
    (_FORMAT, "Only the words in braces that the editor offers are filled in; write out the rest."),
    (_ADDRESS, "An address is not fetched or linked: name the source in words."),
)


def faults_of(place: str, text: str) -> Iterator[Fault]:
    """What is wrong with one text of a rule."""
    if len(text) < _SHORTEST:
        yield Fault(place, "Write a few words here.")
    if len(text) > LENGTHS[place]:
        yield Fault(place, f"This is longer than {LENGTHS[place]} characters.")
    yield from (Fault(place, sentence) for pattern, sentence in _REFUSED if pattern.search(text))
    if place != "reference":
        yield from _said_to_coders(place, text)
    yield from _braces(place, text)


def _said_to_coders(place: str, text: str) -> Iterator[Fault]:
    if _PAYMENT.search(text):
        yield Fault(place, "Rules never speak of payment or of a higher DRG: say what the record or the code set lacks.")
    if _POA_YES.search(text):
        yield Fault(place, "Rules never suggest a present-on-admission indicator: the record decides it.")


def _braces(place: str, text: str) -> Iterator[Fault]:
    rest = PLACEHOLDER.sub("", text) if place == "message" else text
    if "{" in rest or "}" in rest:
        known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        yield Fault(place, f"Only a message has words in braces, and only these: {known}.")
