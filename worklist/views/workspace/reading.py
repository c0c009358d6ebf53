"""What forms send, read into values; a sentence where it is none."""

import datetime
import re
from decimal import Decimal, InvalidOperation

from accounts.errors import Refused

_MOST_UNITS = 1_000_000
_AMOUNT = re.compile(r"\d{1,9}(?:\.\d{1,2})?", re.ASCII)


def number(text: str) -> int | None:
    """A key or a position; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def day(text: str) -> datetime.date | None:
    """A date as date fields send it, or as people type it (09/30/2026); None when left out. Raises Refused ``day.form``."""
    plain = text.strip()
    if not plain:
        return None
    for form in ("%Y-%m-%d", "%m/%d/%Y"):
        try:
            return datetime.datetime.strptime(plain, form).date()  # noqa: DTZ007 - a date has no zone
        except ValueError:
            continue
    raise Refused("day.form", "Give days as 09/30/2026.")


def amount(text: str) -> Decimal | None:
    """An amount as a bill says it; None when left out. Raises Refused ``amount.form``."""
    plain = text.strip()
    if not plain:
        return None
    if not _AMOUNT.fullmatch(plain):
        raise Refused("amount.form", "Give amounts as 3310 or 12.50, without signs and separators.")
    return Decimal(plain)


def units(text: str) -> Decimal | None:
    """Service units, more than 0; None when left out. Raises Refused ``units.form``."""
    plain = text.strip()
    if not plain:
        return None
    try:
        read = Decimal(plain)
    except InvalidOperation:
        read = Decimal("NaN")
    if not read.is_finite() or not 0 < read < _MOST_UNITS:
        raise Refused("units.form", "Units are a number of more than 0, such as 1.")
    return read.quantize(Decimal("0.01"))
