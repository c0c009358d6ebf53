"""How rules write codes, dates and lists in their sentences."""

import datetime
from collections.abc import Sequence


def point(code: str) -> str:
    """A diagnosis code as coders read it: ``I2510`` as ``I25.10``."""
    return f"{code[:3]}.{code[3:]}" if len(code) > 3 else code


def listed(words: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def day(date: datetime.date | None) -> str:
    """A date as 2026-05-04, or ``not given``."""
    return date.isoformat() if date else "not given"


def spoken(term: str) -> str:
    """``outpatient_surgery`` as ``outpatient surgery``."""
    return term.replace("_", " ")
