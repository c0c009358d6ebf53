"""Values on their way into a claim: folded to plain letters, or refused by the name of their field.

Nothing leaves here that could be read as structure: the four delimiters and every control character are refused.
"""

import datetime
import re
import unicodedata
from decimal import Decimal
from typing import Final

from .claim import Flaw

ELEMENT: Final = "*"
COMPONENT: Final = ":"
REPETITION: Final = "^"
TERMINATOR: Final = "~"

_LETTERS: Final = str.maketrans(
    {
        "ß": "SS", "Æ": "AE", "æ": "AE", "Œ": "OE", "œ": "OE", "Ø": "O", "ø": "O", "Ł": "L", "ł": "L", "Đ": "D", "đ": "D",
        "Þ": "TH", "þ": "TH", "ı": "I", "’": "'", "‘": "'", "‐": "-", "‑": "-", "–": "-", "\u00a0": " ",
    }
)  # fmt: skip
_PLAIN: Final = re.compile(r"[A-Z0-9!\"&'()+,\-./;?= %@_#$]*", re.ASCII)
_MONEY: Final = Decimal("9999999999.99")


def fold(text: str) -> str:
    """Plain capital letters: accents dropped, the few letters without a base form spelled out, blanks joined."""
    bare = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return " ".join("".join(mark for mark in bare if not unicodedata.combining(mark)).upper().split(" ")).strip()


def is_plain(text: str) -> bool:
    """Whether the text can stand in an element without being read as structure."""
    return _PLAIN.fullmatch(text) is not None


class Values:
    """Turns values into element text and collects a flaw for each that cannot be sent. A flawed value becomes empty."""

    def __init__(self) -> None:
        self.flaws: list[Flaw] = []

    def refuse(self, field: str, sentence: str, fix: str = "claim_elements") -> str:
        """Write the flaw down and answer with an empty element."""
        self.flaws.append(Flaw(field, sentence, fix))
        return ""

    def text(self, field: str, value: str, longest: int, *, fix: str = "claim_elements", shortest: int = 1) -> str:
        """Required text, folded; refused when empty, too long, too short, or not writable in plain letters."""
        folded = fold(value)
        if not folded:
            return self.refuse(field, f"{field} is missing.", fix)
        if not is_plain(folded):
            return self.refuse(field, f"{field} has a character that a claim cannot carry.", fix)
        if len(folded) > longest:
            return self.refuse(field, f"{field} is longer than the {longest} characters a claim can carry.", fix)
        if len(folded) < shortest:
            return self.refuse(field, f"{field} is shorter than {shortest} characters.", fix)
        return folded

    def optional(self, field: str, value: str, longest: int, *, fix: str = "claim_elements") -> str:
        """Text that may be absent."""
        return self.text(field, value, longest, fix=fix) if value.strip() else ""

    def code(self, field: str, value: str, pattern: str, *, fix: str = "claim_elements") -> str:
        """A code that must have a certain form; never folded, so that one code never turns into another."""
        if not value:
            return self.refuse(field, f"{field} is missing.", fix)
        if re.fullmatch(pattern, value, re.ASCII) is None:
            return self.refuse(field, f"{field} does not have the form of such a code.", fix)
        return value

    def money(self, field: str, value: Decimal, *, fix: str = "charges") -> str:
        """An amount of at most ten digits and two decimals, not negative, without needless zeros."""
        if not value.is_finite() or value < 0 or value > _MONEY or value != round(value, 2):
            return self.refuse(field, f"{field} is not an amount of zero or more in whole cents.", fix)
        return number(value)


def number(value: Decimal) -> str:
    """Decimal text as X12 wants it: no exponent, no trailing zeros, no plus sign."""
    plain = f"{value:f}"
    trimmed = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return trimmed or "0"


def day(value: datetime.date) -> str:
    """CCYYMMDD."""
    return f"{value:%Y%m%d}" if value.year > 999 else f"{value.year:04d}{value:%m%d}"


def minute(value: datetime.datetime) -> str:
    """CCYYMMDDHHMM in the time the value carries; the caller converts to facility time first."""
    return day(value.date()) + f"{value:%H%M}"
