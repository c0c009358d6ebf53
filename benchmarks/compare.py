"""``python -m benchmarks.compare before.json after.json [--most 1.3]``: how each figure grew from one run to the other.

Ratios to the null view are compared, not milliseconds, and queries and buffers as they are. Ends with 1 when a figure
grew more than ``--most`` times in one of them.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

#: Told of each figure, and how it is read from the file.
_HEADS: Final = ("", "x null", "x null cpu", "queries", "buffers")


@dataclass(frozen=True, slots=True)
class Growth:
    """One figure of two runs: second by first of each number that both runs have."""

    name: str
    to_null: float
    processor_to_null: float
    queries: float | None
    buffers: float | None

    @property
    def most(self) -> float:
        """The largest of them but for the clock, which a busy machine moves most."""
        return max(self.processor_to_null, self.queries or 0, self.buffers or 0)

    def cells(self) -> tuple[str, ...]:
        """As the table shows it."""
        numbers = (self.to_null, self.processor_to_null, self.queries, self.buffers)
        return (self.name, *("" if number is None else f"{number:.2f}" for number in numbers))


def grown(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Growth]:
    """Of each figure that both runs have, in the order of the second."""
    earlier = {figure["name"]: figure for figure in before["figures"]}
    for figure in after["figures"]:
        first = earlier.get(figure["name"])
        if first is not None:
            yield Growth(
                name=figure["name"],
                to_null=figure["to_null"]["middle"] / first["to_null"]["middle"],
                processor_to_null=figure["processor_to_null"]["middle"] / first["processor_to_null"]["middle"],
                queries=_times(first, figure, "queries"),
                buffers=_times(first, figure, "buffers"),
            )


def _times(first: Mapping[str, Any], second: Mapping[str, Any], what: str) -> float | None:
    return second[what] / first[what] if first.get(what) and second.get(what) else None


def main() -> int:
    """Print the table; 1 when something grew too much, 2 when the runs have no figure in common."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.compare", description=__doc__)
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("--most", type=float, default=1.3, help="times that a figure may grow (%(default)s)")
    options = parser.parse_args()
    before, after = (json.loads(path.read_text()) for path in (options.before, options.after))
    found = list(grown(before, after))
    if not found:
        print("The two runs have no figure in common.", file=sys.stderr)
        return 2
    accounts = [run["rows"]["accounts_account"] for run in (before, after)]
    print(f"{accounts[1]:,} accounts to {accounts[0]:,}, second by first:\n")
    width = max(len(growth.name) for growth in found)
    for cells in (_HEADS, *(growth.cells() for growth in found)):
        print(cells[0].ljust(width), *(cell.rjust(10) for cell in cells[1:]))
    beyond = [growth.name for growth in found if growth.most > options.most]
    print(f"\nMore than {options.most:g} times in cpu, queries or buffers: {', '.join(beyond) or 'none'}.")
    return 1 if beyond else 0


if __name__ == "__main__":
    sys.exit(main())
