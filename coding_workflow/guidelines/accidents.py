"""What diagnoses and claim codes tell of an accident, which a professional claim must name (837P CLM11 and DTP*439). Pure."""

import datetime
from collections.abc import Collection, Mapping
from typing import Final

#: External cause status: civilian activity for income, military activity.
AT_WORK: Final = frozenset({"Y990", "Y991"})
#: External causes that are no accident: self-harm; assault, undetermined intent, legal intervention and war; medical care.
_OTHER_INTENT: Final = (("X71", "X83"), ("X92", "Y38"), ("Y62", "Y84"))
#: Injuries, burns and frostbite by body region.
_INJURIES: Final = ("S00", "T34")
#: Occurrence codes of accidents, the one that says most first, with the word of CLM11.
_CAUSES: Final = {"02": "AA", "04": "EM", "01": "OA", "03": "OA", "05": "OA"}


def cause(days: Mapping[str, datetime.date | None], conditions: Collection[str]) -> tuple[str, datetime.date | None]:
    """CLM11 and the day of the accident, as occurrence codes say: 02 automobile (no fault), 04 at work, 01, 03 and 05 another.

    ``days`` are those of occurrence codes. Condition code 02 says that it is of employment, without a day.
    """
    said = next((code for code in _CAUSES if code in days), "")
    if said:
        return _CAUSES[said], days[said]
    return ("EM" if "02" in conditions else ""), None


def missing(codes: Collection[str], related: str, on: datetime.date | None) -> str:
    """The code that these diagnoses want and the claim does not have, in a sentence; empty where there is none."""
    if related != "EM" and any(code in AT_WORK for code in codes):
        return "The external cause says that it happened at work; occurrence code 04 with the day is missing."
    if on is None and (related == "OA" or told(codes)):
        return "The diagnoses tell of an accident; an occurrence code of 01 to 05 with its day is missing."
    return ""


def of_the_road(code: str) -> bool:
    """External causes V02 to V89, in which a vehicle on a road may have been part: more than are automobile accidents."""
    return "V02" <= code[:3] <= "V89"


def told(codes: Collection[str]) -> bool:
    """Whether an accident stands behind the codes: external cause V00-X58, or an injury of which no other intent is told."""
    if any("V00" <= code[:3] <= "X58" for code in codes):
        return True
    injured = any(_INJURIES[0] <= code[:3] <= _INJURIES[1] for code in codes)
    return injured and not any(_intended(code[:3]) for code in codes)


def _intended(category: str) -> bool:
    return any(first <= category <= last for first, last in _OTHER_INTENT)
