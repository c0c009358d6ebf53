"""How rules write codes, dates and lists in their sentences."""

import datetime
from collections.abc import Sequence
from typing import Final


def point(code: str) -> str:
    """A diagnosis code as coders read it: ``I2510`` as ``I25.10``."""
    return f"{code[:3]}.{code[3:]}" if len(code) > 3 else code


def listed(words: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


#: Not ``%b``: the same facts give the same sentence under any locale.
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day(date: datetime.date | None) -> str:
    """A date as the pages write it, ``May 4, 2026``, or ``not given``."""
    return f"{_MONTHS[date.month - 1]} {date.day}, {date.year}" if date else "not given"


def says(text: str) -> str:
    """What goes with a code of the claim form (``ClaimCode.says``): ``May 4, 2026 to May 6, 2026``, or an amount as it is."""
    return " to ".join(map(_day_or_amount, text.split("/")))


def _day_or_amount(text: str) -> str:
    try:
        return day(datetime.date.fromisoformat(text)) if "-" in text else text
    except ValueError:
        return text


def some(words: Sequence[str], most: int = 3) -> str:
    """``listed``, where there are many only the first: ``a, b, c and 4 others``."""
    rest = len(words) - most
    return listed(words) if rest < 1 else listed([*words[:most], f"{rest} other{'s' if rest > 1 else ''}"])


def spoken(term: str) -> str:
    """``outpatient_surgery`` as ``outpatient surgery``."""
    return term.replace("_", " ")
