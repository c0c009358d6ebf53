"""Places of service of professional bills, by number (CMS place of service code set, as of August 2024). Pure."""

from typing import Final

INPATIENT: Final = frozenset({"21", "51", "61"})
#: Departments of a hospital: off campus, inpatient, on campus, emergency.
HOSPITAL: Final = frozenset({"19", "21", "22", "23"})
#: Numbers in use; 99 is another place. All others are not assigned.
IN_USE: Final = frozenset(
    [f"{number:02d}" for number in (*range(1, 28), *range(31, 35), 41, 42, 49, 50, *range(51, 59), 60, 61, 62, 65, 66, 71, 72)]
    + ["81", "99"]
)
