"""Dates as publishers write them. Pure."""

import datetime


def compact_date(text: str) -> datetime.date | None:
    """``20260930`` as a date, blank or zeros as None; ValueError otherwise."""
    plain = text.strip().strip("0")
    return datetime.datetime.strptime(text.strip(), "%Y%m%d").date() if plain else None  # noqa: DTZ007 - a date, not an instant


def iso_date(text: str) -> datetime.date | None:
    """``2026-09-30`` as a date, blank as None; ValueError otherwise."""
    return datetime.date.fromisoformat(text.strip()) if text.strip() else None


def day_after(last_day: datetime.date | None) -> datetime.date | None:
    """The first day no longer valid, from a last valid day; None without one, which 12/31/9999 means too."""
    return last_day + datetime.timedelta(days=1) if last_day and last_day != datetime.date.max else None
