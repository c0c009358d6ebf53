"""Several encounters on one account as one stay."""

import dataclasses
import datetime
from collections.abc import Sequence
from typing import Final

from coding_workflow.registration.facts import VisitFacts
from coding_workflow.registration.hl7.times import Moment

from .visits import State

#: Classes of which the account takes the one that says most: v3-ActCode.
_RANKS: Final = {"IMP": 3, "ACUTE": 3, "NONAC": 3, "OBSENC": 2, "EMER": 1}
Visit = tuple[VisitFacts, State]


def together(visits: Sequence[Visit]) -> Visit:
    """The stay from the first admission to the last discharge, led by the encounter with the leading class.

    Cancelled ones count only when all are; the stay has ended when every one that began has.
    """
    live = [each for each in visits if each[1] in {"in_house", "discharged"}]
    if not live:
        planned = [each for each in visits if each[1] == "planned"]
        return min(planned or visits, key=lambda each: each[0].visit_number)
    lead = min(live, key=lambda each: (-_RANKS.get(each[0].class_code or "", 0), _begin(each), each[0].visit_number))
    ended = all(state == "discharged" for _, state in live)
    ends = [facts.discharged for facts, _ in live if facts.discharged]
    facts = dataclasses.replace(
        lead[0],
        admitted=min(live, key=_begin)[0].admitted,
        discharged=max(ends, key=_stamp) if ended and ends else None,
    )
    return facts, "discharged" if ended else "in_house"


def _begin(visit: Visit) -> float:
    return _stamp(visit[0].admitted) if visit[0].admitted else float("inf")


def _stamp(moment: Moment) -> float:
    """Seconds for comparing; a date counts from its midnight in UTC."""
    if moment.local is None:
        return 0.0
    return moment.local.replace(tzinfo=datetime.UTC).timestamp() - 60 * (moment.offset or 0)
