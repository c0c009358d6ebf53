"""When a table is in force, and the release that the same file made before."""

import datetime
from typing import Final

from accounts.errors import Refused
from coding_workflow.codesets.codes import CLAIM_LISTS, SYSTEMS
from coding_workflow.codesets.loaders import Table
from coding_workflow.codesets.models import TableRelease

_EARLIEST: Final = datetime.date(1900, 1, 1)


def period(
    table: Table, starts: datetime.date | None, ends: datetime.date | None, *, need_end: bool = True
) -> tuple[datetime.date, datetime.date | None]:
    """First day and the day it ends, both from the file where it says. Lists of claim codes may be without an end.

    Refused: a table that cannot be loaded, no dates, an empty period, a first day that no table has.
    """
    if table.system not in SYSTEMS:
        raise Refused("codes.system", f"“{table.system}” is not a table that can be loaded.")
    first_day, end = starts or table.starts, ends or table.ends
    if first_day is None or (need_end and end is None and table.system not in CLAIM_LISTS):
        raise Refused("codes.dates", "The file does not say when it is in force: give its first day and the day it ends.")
    refuse_impossible_period(first_day, end)
    return first_day, end


def refuse_impossible_period(first_day: datetime.date, end: datetime.date | None) -> None:
    """Refuse a first day before 1900, and an end that is not after the first day."""
    if first_day < _EARLIEST:
        raise Refused("codes.dates", f"No code table began on {first_day:%m/%d}/{first_day.year:04}: look at its first day.")
    if end is not None and end <= first_day:
        raise Refused("codes.dates", f"The period is empty: {first_day:%m/%d/%Y} to {end:%m/%d/%Y}.")


def same_release(table: Table, first_day: datetime.date) -> TableRelease | None:
    """The release that the same file made for the same first day."""
    return TableRelease.objects.filter(system=table.system, checksum=table.checksum, effective__startswith=first_day).first()


def release_before(system: str, first_day: datetime.date) -> TableRelease | None:
    """The latest release of a system that began by this day."""
    earlier = TableRelease.objects.filter(system=system, effective__startswith__lte=first_day)
    return earlier.order_by("-effective").first()
