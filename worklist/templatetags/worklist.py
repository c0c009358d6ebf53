"""Figures as the department writes them."""

import datetime
from collections.abc import Mapping
from decimal import Decimal

from django import template

from worklist.selectors import looks

register = template.Library()


@register.filter
def money(amount: Decimal | int | None) -> str:
    """Whole dollars with separators; an amount that is not stated stays empty."""
    return "" if amount is None else f"${amount:,.0f}"


@register.filter
def cents(amount: Decimal | int | None) -> str:
    """Dollars and cents with separators; what was taken back with a minus before the sign of the dollar."""
    if amount is None:
        return ""
    return f"−${-amount:,.2f}" if amount < 0 else f"${amount:,.2f}"


@register.filter
def age(day: datetime.date | None, today: datetime.date) -> str:
    """How long ago, in days: ``4 d``; a day to come is ``in 2 d``."""
    if day is None:
        return ""
    days = (today - day).days
    return f"in {-days} d" if days < 0 else f"{days} d"


@register.filter
def day(value: datetime.date | None) -> str:
    """A date in one short form: ``Sep 26, 2026``."""
    return "" if value is None else f"{value:%b} {value.day}, {value.year}"


@register.filter
def hours(spent: datetime.timedelta) -> str:
    """Hours and minutes, rounded to the minute: ``1:05``."""
    minutes = round(spent.total_seconds() / 60)
    return f"{minutes // 60}:{minutes % 60:02d}"


@register.filter
def at(said: Mapping[str, str], place: str) -> str:
    """What is said about one place; nothing is an empty text."""
    return said.get(place, "")


@register.filter
def look(kind: str) -> str:
    """A kind of access record as people read it."""
    return looks.words(kind)
