"""Escape sequences (HL7 chapter 2.7), decoded exactly once and bounded.

The parser library's own decoder writes the field into the log when it meets an unknown sequence, and multiplies
line breaks without limit; neither may happen to health information.
"""

import re
from dataclasses import dataclass

from . import limits
from .problem import HL7Problem


@dataclass(frozen=True, slots=True)
class Separators:
    """MSH-1 and MSH-2."""

    field: str = "|"
    component: str = "^"
    repetition: str = "~"
    escape: str = "\\"
    subcomponent: str = "&"

    def letters(self) -> dict[str, str]:
        """Escape letter to the character it stands for."""
        return {"F": self.field, "S": self.component, "R": self.repetition, "E": self.escape, "T": self.subcomponent}


_BREAKS = {".br": 1, ".sp": 1, ".ce": 1}
_SILENT = {".fi", ".nf", ".in", ".ti", ".sk"}
_FORMAT = re.compile(r"(\.[a-z]{2})\s?([+-]?\d{0,4})$")


def decode(text: str, separators: Separators, encoding: str = "utf-8") -> str:
    """Text as written; unknown and unterminated sequences stay as they are. Line ends become LF.

    Refuses a NUL: PostgreSQL cannot hold it, and no note needs it.
    """
    mark = re.escape(separators.escape)
    if separators.escape in text:
        text = re.sub(f"{mark}([^{mark}\r\n]*){mark}", lambda found: _meaning(found, separators, encoding), text)
    if "\x00" in text:
        raise HL7Problem("hl7.nul", "An escape sequence stands for a NUL character.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _meaning(found: re.Match[str], separators: Separators, encoding: str) -> str:
    body = found.group(1)
    letters = separators.letters()
    if body in letters:
        return letters[body]
    if body in {"H", "N"}:  # highlighting on and off
        return ""
    if body[:1] == "X":
        return _hexadecimal(body[1:], encoding, found.group(0))
    shape = _FORMAT.match(body)
    return _formatting(shape, found.group(0)) if shape else found.group(0)


def _formatting(shape: re.Match[str], as_written: str) -> str:
    command, amount = shape.groups()
    if command in _BREAKS:
        lines = int(amount) if amount.isdigit() else 1
        return "\n" * max(1, min(lines, limits.ESCAPED_LINES))
    return "" if command in _SILENT else as_written


def _hexadecimal(digits: str, encoding: str, as_written: str) -> str:
    try:
        return bytes.fromhex(digits).decode(encoding)
    except (ValueError, UnicodeDecodeError):
        return as_written


def encode(text: str, separators: Separators = Separators()) -> str:
    """Text safe inside a field; line ends become ``\\.br\\``. ``decode`` gives it back."""
    marks = {character: letter for letter, character in separators.letters().items()}
    escaped = "".join(
        f"{separators.escape}{marks[character]}{separators.escape}" if character in marks else character
        for character in text.replace("\r\n", "\n").replace("\r", "\n")
    )
    return escaped.replace("\n", f"{separators.escape}.br{separators.escape}")
