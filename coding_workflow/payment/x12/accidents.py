"""What ICD-10-CM diagnoses tell of an accident, which a professional claim must name (837P CLM11 and DTP*439)."""

from collections.abc import Collection
from typing import Final

#: External cause status: civilian activity for income, military activity.
AT_WORK: Final = frozenset({"Y990", "Y991"})
#: External causes that are no accident: self-harm; assault, undetermined intent, legal intervention and war; medical care.
_OTHER_INTENT: Final = (("X71", "X83"), ("X92", "Y38"), ("Y62", "Y84"))
#: Injuries, burns and frostbite by body region.
_INJURIES: Final = ("S00", "T34")


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
