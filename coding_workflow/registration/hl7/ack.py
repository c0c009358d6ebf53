"""Acknowledgements: who is answered, in which mode, with which code (HL7 2.5.1, chapter 2.9 and 2.14)."""

import datetime
from dataclasses import dataclass, field
from typing import Final, Literal

from .times import write

Code = Literal["AA", "AE", "AR", "CA", "CE", "CR"]
#: Statuses in the answers: everything is well, it is kept but could not be applied, it could not be kept.
Outcome = Literal["well", "listed", "refused"]

_ORIGINAL: Final[dict[Outcome, Code]] = {"well": "AA", "listed": "AE", "refused": "AR"}
#: HL7 table 0155, when an acknowledgement is asked for.
_WANTED: Final[dict[str, frozenset[Outcome]]] = {
    "AL": frozenset({"well", "listed", "refused"}),
    "NE": frozenset(),
    "ER": frozenset({"listed", "refused"}),
    "SU": frozenset({"well"}),
}
_SEPARATORS: Final = "|^~\\&"


@dataclass(frozen=True, slots=True)
class Header:
    """What an answer needs of a message, in the sender's own characters (Latin-1 stands for bytes)."""

    separators: str = _SEPARATORS
    sending: tuple[str, str] = ("", "")
    receiving: tuple[str, str] = ("", "")
    trigger: str = ""
    control_id: str = field(default="", repr=False)
    processing: str = "P"
    version: str = "2.5.1"
    accept: str = ""
    application: str = ""

    @property
    def enhanced(self) -> bool:
        """MSH-15 or MSH-16 is valued: accept and application acknowledgements are asked for apart."""
        return bool(self.accept or self.application)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a message was not applied, without a value of it."""

    code: str
    sentence: str
    segment: str = ""
    field: int = 0


def header_of(raw: bytes) -> Header | None:
    """The header of a message, as far as an answer needs it; None when it cannot be read or names no control id."""
    line = raw.lstrip(b"\xef\xbb\xbf\r\n ")[:4096].replace(b"\n", b"\r").split(b"\r", 1)[0].decode("latin-1")
    if not line.startswith("MSH") or len(line) < 9:
        return None
    fields = line.split(line[3])
    separators = line[3] + fields[1]
    usable = len(fields[1]) in {4, 5} and len(set(separators)) == len(separators)
    if not usable or any(mark.isalnum() or mark.isspace() or not mark.isprintable() for mark in separators):
        return None

    def said(number: int) -> str:
        return fields[number - 1].strip()[:199] if len(fields) >= number else ""

    if not said(10):
        return None
    kind = said(9).split(separators[1])
    return Header(
        separators, (said(3), said(4)), (said(5), said(6)), kind[1] if len(kind) > 1 else "", said(10),
        said(11) or "P", said(12) or "2.5.1", said(15).upper(), said(16).upper(),
    )  # fmt: skip


def codes(header: Header, outcome: Outcome, *, listed_is_well: bool) -> tuple[Code, ...]:
    """The answers to send, in order; none when the sender wants none.

    Original mode: AA, AE or AR; with ``listed_is_well`` a message that is kept and listed is answered AA. Enhanced mode: CA
    when it is kept (applied or not) and CR when it is not, as MSH-15 asks; then AA or AE, as MSH-16 asks.
    """
    if not header.enhanced:
        return (_original(outcome, listed_is_well),)
    kept: Outcome = "refused" if outcome == "refused" else "well"
    answers: list[Code] = []
    if kept in _WANTED.get(header.accept or "NE", _WANTED["AL"]):
        answers.append("CR" if kept == "refused" else "CA")
    applied = _original(outcome, listed_is_well)
    asked = _WANTED.get(header.application or "NE", _WANTED["AL"])
    judged: Outcome = "well" if applied == "AA" else outcome
    if outcome != "refused" and judged in asked:
        answers.append(applied)
    return tuple(answers)


def _original(outcome: Outcome, listed_is_well: bool) -> Code:
    return "AA" if outcome == "listed" and listed_is_well else _ORIGINAL[outcome]


def acknowledgement(
    header: Header, code: Code, *, control_id: str, now: datetime.datetime, reason: Reason | None = None
) -> bytes:
    """One ACK with the sender's separators; MSA-2 is the sender's control id, byte for byte. No health information."""
    mark, component = header.separators[0], header.separators[1]
    kind = component.join(part for part in ("ACK", header.trigger, "ACK") if part)
    msh = [
        "MSH", header.separators[1:], *header.receiving, *header.sending, write(now), "", kind, control_id,
        header.processing, header.version,
    ]  # fmt: skip
    segments = [mark.join(msh), mark.join(["MSA", code, header.control_id, *([_plain(reason, header)] if reason else [])])]
    if reason and code[1] != "A":
        segments.append(_error(reason, header))
    return "".join(f"{segment}\r" for segment in segments).encode("latin-1", "replace")


def _error(reason: Reason, header: Header) -> str:
    """ERR as of 2.5: location, 207 application error (table 0357), severity, our code, our sentence."""
    mark, component = header.separators[0], header.separators[1]
    place = component.join([reason.segment, "1", *([str(reason.field)] if reason.field else [])]) if reason.segment else ""
    return mark.join(["ERR", "", place, "207", "E", _clean(reason.code, header), "", "", _plain(reason, header)])


def _plain(reason: Reason, header: Header) -> str:
    return _clean(reason.sentence, header)


def _clean(text: str, header: Header) -> str:
    return "".join(" " if letter in header.separators or letter in "\r\n" else letter for letter in text)
