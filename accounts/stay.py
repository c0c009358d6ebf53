"""The one function that computes a length of stay. Pure."""

import datetime


def length_of_stay(admit: datetime.date, discharge: datetime.date) -> int:
    """Midnights between admission and discharge, the day of discharge not counted; same day is 1."""
    return max((discharge - admit).days, 1)
