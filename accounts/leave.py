"""Days of leave of absence from the notices that came, whatever their order. Pure."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

LEFT: Final = "left"
RETURNED: Final = "returned"
#: What a cancellation takes back.
_TAKES_BACK: Final = {"left_cancelled": LEFT, "return_cancelled": RETURNED}
#: UB-04 occurrence span of a leave of absence; the days are not covered.
SPAN_CODE: Final = "74"
_DAY: Final = datetime.timedelta(days=1)
_START: Final = datetime.datetime.min.replace(tzinfo=datetime.UTC)


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice; ``sent_at`` says which is newer."""

    kind: str
    on: datetime.date
    at: datetime.datetime | None
    sent_at: datetime.datetime

    @property
    def moment(self) -> tuple[datetime.date, datetime.datetime]:
        """When it happened; a notice without a time of day is the first of its day."""
        return self.on, self.at or _START


@dataclass(frozen=True, slots=True)
class Leave:
    """One leave; ``returned_on`` is None while the patient is away."""

    left_on: datetime.date
    returned_on: datetime.date | None

    @property
    def days(self) -> int:
        """Midnights away: the day of leaving counts, the day of return does not. 0 while the patient is away."""
        return (self.returned_on - self.left_on).days if self.returned_on else 0


def leaves(notices: Iterable[Notice]) -> tuple[Leave, ...]:
    """Every leave, oldest first. A return ends the leave before it; a second notice of the same leave counts once.

    A cancellation takes back the notice of the same day, else the newest one sent before it.
    """
    standing = _standing(notices)
    lefts = sorted({notice.moment for notice in standing if notice.kind == LEFT})
    backs = sorted({notice.moment for notice in standing if notice.kind == RETURNED})
    found: list[Leave] = []
    for number, left in enumerate(lefts):
        following = lefts[number + 1] if number + 1 < len(lefts) else None
        back = next((moment for moment in backs if moment >= left and (following is None or moment <= following)), None)
        if back is None and following is not None:
            continue  # told twice with another time: the later one stands
        found.append(Leave(left[0], back[0] if back else None))
    return tuple(found)


def _standing(notices: Iterable[Notice]) -> list[Notice]:
    standing: list[Notice] = []
    for notice in sorted(notices, key=lambda each: (each.sent_at, each.kind in _TAKES_BACK, each.moment)):
        taken = _TAKES_BACK.get(notice.kind)
        if taken is None:
            standing.append(notice)
            continue
        candidates = [each for each in standing if each.kind == taken]
        same_day = [each for each in candidates if each.on == notice.on]
        if candidates:
            standing.remove((same_day or candidates)[-1])
    return standing


def spans(notices: Iterable[Notice]) -> list[dict[str, str]]:
    """Occurrence spans 74 of finished leaves, as claim elements keep them: from the day of leaving through the last day away.

    A leave without a midnight has none.
    """
    return [
        {"code": SPAN_CODE, "from": leave.left_on.isoformat(), "through": (leave.returned_on - _DAY).isoformat()}
        for leave in leaves(notices)
        if leave.returned_on and leave.days > 0
    ]
