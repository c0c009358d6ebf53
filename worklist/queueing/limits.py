"""What a set of queues may be. Faults stop it from being kept or published; each is a sentence at its place. Pure."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from accounts.models import WorkKind
from coding_workflow.guidelines.lab import limits as lab
from coding_workflow.guidelines.lab.definition import Asked, Clause, Count, Definition, Group
from coding_workflow.guidelines.lab.faults import Fault
from worklist.priority import Weights

from . import needs
from .document import RETURNED, UNROUTED, QueueRule, QueueSet
from .matching import DOCUMENTS, FIELDS

MOST_QUEUES: Final = 60
MOST_CONDITIONS: Final = 12
MOST_HELD: Final = 50
MOST_PUT_BACKS: Final = 100
#: Name -> (least, most, words): each way to move work has its bound, so the rank as a whole has one.
HOURS: Final[Mapping[str, tuple[int, int, str]]] = {
    "other_target_hours": (0, 720, "target of other classes"),
    "hours_per_doubling": (0, 48, "hours for each doubling of charges"),
    "most_hours_for_dollars": (0, 240, "most hours for charges"),
    "returned_hours": (0, 168, "hours for what came back"),
}
MOST_TARGET: Final = 720
MOST_PAYER: Final = 168
_CODE: Final = re.compile(r"[a-z][a-z0-9-]{1,39}")


def faults(queues: QueueSet) -> tuple[Fault, ...]:
    """Everything that is wrong, in the order of the pages."""
    return tuple((*_order(queues), *(each for rule in queues.queues for each in rule_faults(rule)), *limit_faults(queues)))


def _order(queues: QueueSet) -> Iterator[Fault]:
    codes = [rule.code for rule in queues.queues]
    if len(codes) > MOST_QUEUES:
        yield Fault("queues", f"At most {MOST_QUEUES} queues.")
    yield from (Fault(code, "Two queues have this code.") for code in sorted({code for code in codes if codes.count(code) > 1}))
    last = queues.queues[-1] if queues.queues else None
    if last is None or last.code != UNROUTED:
        yield Fault("queues", "Unrouted is always there, and always last.")
    elif (last.kind, last.when, last.returned, last.people, last.needs) != (WorkKind.CODING, (), "any", (), needs.Needs()):
        yield Fault(UNROUTED, "Unrouted has no conditions and is seen by everybody: it is where lost work is found.")


def rule_faults(rule: QueueRule) -> Iterator[Fault]:
    """What is wrong with one queue; the place begins with its code."""
    if not _CODE.fullmatch(rule.code):
        yield Fault("code", "A code is 2 to 40 small letters, digits and hyphens.")
    if not 2 <= len(rule.name) <= 80 or not rule.name.isprintable():
        yield Fault("name", "A name is 2 to 80 characters.")
    if rule.kind not in WorkKind.values:
        yield Fault("kind", "Choose a kind of work.")
    if rule.returned not in dict(RETURNED):
        yield Fault("returned", "Choose whether it takes what came back.")
    yield from _bounded("most_held", rule.most_held, 1, MOST_HELD, "A limit")
    yield from needs.faults(rule.needs)
    yield from _conditions(rule.when)


def _conditions(when: tuple[Clause, ...]) -> Iterator[Fault]:
    if len(when) > MOST_CONDITIONS:
        yield Fault("when", f"At most {MOST_CONDITIONS} conditions.")
    for at, clause in enumerate(when):
        yield from _known(f"when.all[{at}]", clause)
    if when:
        # The lab's own limits, asked of a rule that has nothing but these conditions.
        asked = Definition("Queue of the facility", 4, Group("all", when), "It is asked by routing.", "Queues of the facility")
        yield from lab.faults(asked)


def _known(place: str, clause: Clause) -> Iterator[Fault]:
    if isinstance(clause, Asked) and clause.field not in FIELDS:
        yield Fault(f"{place}.field", "This is not known yet when work is routed.")
    elif isinstance(clause, Count) and (clause.of != DOCUMENTS or any(test.attribute != "type" for test in clause.where)):
        yield Fault(place, "Routing knows only which types of document have arrived.")
    elif isinstance(clause, Group):
        yield Fault(place, "The conditions of a queue stand side by side: make another queue for “or”.")


def limit_faults(queues: QueueSet) -> Iterator[Fault]:
    """What is wrong with the limits and weights."""
    yield from _bounded("most_held", queues.most_held, 1, MOST_HELD, "A limit")
    yield from _bounded("put_backs", queues.put_backs, 0, MOST_PUT_BACKS, "A limit")
    yield from _weights(queues.weights)


def _weights(weights: Weights) -> Iterator[Fault]:
    for name, (low, high, words) in HOURS.items():
        yield from _bounded(name, int(getattr(weights, name)), low, high, f"The {words}")
    for code, hours in weights.target_hours.items():
        yield from _bounded(f"target-{code}", hours, 0, MOST_TARGET, "A target")
    for code, hours in weights.payer_hours.items():
        yield from _bounded(f"payer-{code}", hours, 0, MOST_PAYER, "The hours of a payer")
    if not Decimal(1) <= weights.dollars_floor <= Decimal(10_000_000):
        yield Fault("dollars_floor", "The charges that count are from $1 to $10,000,000.")


def _bounded(place: str, number: int | None, low: int, high: int, what: str) -> Iterator[Fault]:
    if number is not None and not low <= number <= high:
        yield Fault(place, f"{what} is a whole number from {low} to {high}.")
