"""A set of NCCI pairs as large as the publisher's, in the publisher's format, loaded by the loader's own command.

No publisher made these pairs. They name the services of the sample accounts in the first column only, so that an account
finds the rows of its codes and no pair among them.
"""

import datetime
import io
import math
import time
import zipfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

from django.core.management import call_command

from coding_workflow.codesets.models import PairEdit, TableRelease

from .processors import used

SYSTEM: Final = "NCCI-PTP-HOSPITAL"
#: All of the samples' days of service.
_STARTS, _ENDS = datetime.date(2026, 4, 1), datetime.date(2026, 10, 1)
_PARTS: Final = 4
#: So many times as many codes stand in the first column as each of them has pairs: 5,000 codes with 500 pairs each.
_FIRST_COLUMN: Final = 10
_TITLES: Final = (
    "Generated for measuring; no publisher made these pairs\t\t\t\t\t\t",
    "Column1/Column2 Edits\t\t\t\t\t\t",
    "Column 1\tColumn 2\t*=in existence prior to 1996\tEffective Date\tDeletion Date\tModifier\tPTP Edit Rationale",
    "\t\t\t\t\t0=not allowed\t",
    "\t\t\t\t*=no data\t1=allowed\t",
    "\t\t\t\t\t9=not applicable\t",
)
#: Effective and deletion dates as they are mixed in the publisher's files: two thirds in force.
_DATES: Final = ("20100101\t*", "20180401\t*", "20120101\t20191231")
_RATIONALE: Final = "Standards of medical / surgical practice"


@dataclass(frozen=True, slots=True)
class Loaded:
    """One load: by the clock, and of a processor."""

    pairs: int
    seconds: float
    python: float
    database: float
    again: float  # the same files once more, which changes nothing

    def sentences(self) -> Iterator[str]:
        """For the reader."""
        yield (
            f"{self.pairs:,} NCCI pairs loaded in {self.seconds:.1f} s ({self.python:.1f} s of Python's processor time, "
            f"{self.database:.1f} s of PostgreSQL's); the same files again: {self.again:.1f} s, nothing changed."
        )


def run(folder: Path, number: int, services: frozenset[str]) -> dict[str, Any]:
    """Write the files, load them, load them again; print what it took, answer it for the run's file."""
    files = written(folder, number, services)
    took, python, database = _timed(files)
    release = TableRelease.objects.get(system=SYSTEM)
    rows = PairEdit.objects.filter(release=release).count()
    if rows != number:
        raise RuntimeError(f"{rows} of {number} pairs were loaded")
    again, *_ = _timed(files)
    if TableRelease.objects.filter(system=SYSTEM).count() != 1:
        raise RuntimeError("the same files made another release")
    loaded = Loaded(rows, took, python, database, again)
    for sentence in loaded.sentences():
        print(sentence)
    return asdict(loaded)


def written(folder: Path, number: int, services: frozenset[str]) -> list[Path]:
    """So many different pairs in zipped files; the same number makes the same files."""
    every = pairs(number, services)
    files = []
    for part in range(1, _PARTS + 1):
        name = f"ccioph-generated-f{part}"
        wanted = number // _PARTS + (part <= number % _PARTS)
        with (
            zipfile.ZipFile(folder / f"{name}.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
            archive.open(f"{name}.TXT", "w") as raw,
            io.TextIOWrapper(raw, encoding="ascii", newline="\r\n") as text,
        ):
            text.writelines(f"{line}\n" for line in _TITLES)
            text.writelines(islice(every, wanted))
        files.append(folder / f"{name}.zip")
    return files


def pairs(number: int, services: frozenset[str]) -> Iterator[str]:
    """Lines of pairs in the order of their first column; ``services`` are among the first columns, never in the second."""
    each = math.isqrt(number // _FIRST_COLUMN) + 1
    wanted = -(-number // each)
    seconds = [
        code for code in map("{:05d}".format, range(10_000, 10_000 + wanted + each + len(services))) if code not in services
    ]
    firsts = sorted((*services, *seconds[: wanted - len(services)]))
    place = {code: at for at, code in enumerate(seconds)}
    left = number
    for first in firsts:
        at = place.get(first, 0)
        for step in range(min(each, left)):
            turn = first, seconds[(at + 1 + step) % len(seconds)]
            yield f"{turn[0]}\t{turn[1]}\t\t{_DATES[step % 3]}\t{step % 2}\t{_RATIONALE}\n"
        left -= min(each, left)


def _timed(files: list[Path]) -> tuple[float, float, float]:
    """Seconds by the clock, of Python and of PostgreSQL."""
    before, python, began = used(), time.process_time(), time.monotonic()
    call_command("load_codes", *map(str, files), system=SYSTEM, starts=_STARTS, ends=_ENDS, label="Generated")
    return time.monotonic() - began, time.process_time() - python, (used() - before).database
