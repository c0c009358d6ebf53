"""Dates and amounts that claim elements keep as JSON text."""

import datetime
from decimal import Decimal, InvalidOperation


def as_date(text: str | None) -> datetime.date | None:
    """An ISO date, or None where there is none or it is none."""
    try:
        return datetime.date.fromisoformat(text) if text else None
    except ValueError:
        return None


def as_decimal(text: object) -> Decimal:
    """An amount; zero where the text is none (the claim's own checks refuse it)."""
    try:
        return Decimal(str(text))
    except InvalidOperation:
        return Decimal(0)
