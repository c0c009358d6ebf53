"""A facility's queues as one document: frozen data and its canonical text. Pure: no ORM, no clock."""

import json
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, Final

from coding_workflow.guidelines.lab.definition import Clause
from coding_workflow.guidelines.lab.reading import DefinitionError, clause_from_plain, parsed
from coding_workflow.guidelines.lab.writing import clause_to_plain
from worklist.priority import STANDARD, Weights

from . import needs as skills
from .needs import Needs

#: The queue of what no other takes: last, of coding, without conditions; nobody can remove it.
UNROUTED: Final = "unrouted"
#: Whether a queue takes what came back to a person.
RETURNED: Final = (("any", "all work"), ("only", "only work that came back"), ("not", "only work that did not come back"))


@dataclass(frozen=True, slots=True)
class QueueRule:
    """One queue: it takes work of its kind of which every condition is so. No ``people`` means everybody with the role.

    ``needs`` is what somebody must have to be given its work.
    """

    code: str
    name: str
    kind: str
    when: tuple[Clause, ...] = ()
    returned: str = "any"
    people: tuple[int, ...] = ()
    needs: Needs = skills.NOTHING
    most_held: int | None = None


@dataclass(frozen=True, slots=True)
class QueueSet:
    """All queues in order (the first that takes work owns it), the limits of each person, and the weights of the rank."""

    queues: tuple[QueueRule, ...]
    most_held: int | None = None
    put_backs: int | None = None
    weights: Weights = STANDARD

    def named(self, code: str) -> QueueRule | None:
        """The queue of that code."""
        return next((rule for rule in self.queues if rule.code == code), None)

    def limit_of(self, rule: QueueRule) -> int | None:
        """How many of a queue a person may have open at once; the facility's limit where the queue has none."""
        return rule.most_held if rule.most_held is not None else self.most_held


def to_text(queues: QueueSet) -> str:
    """The canonical text: equal sets are equal bytes."""
    return json.dumps(_plain(queues), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _plain(queues: QueueSet) -> dict[str, Any]:
    return {
        "queues": [_plain_rule(rule) for rule in queues.queues],
        "most_held": queues.most_held,
        "put_backs": queues.put_backs,
        "weights": _plain_weights(queues.weights),
    }


def _plain_rule(rule: QueueRule) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "code": rule.code,
        "name": rule.name,
        "kind": rule.kind,
        "when": [clause_to_plain(clause) for clause in rule.when],
        "returned": rule.returned,
        "people": list(rule.people),
        "most_held": rule.most_held,
    }
    # Texts of before anybody could ask for it stay the same bytes.
    return plain | {"needs": skills.to_plain(rule.needs)} if rule.needs else plain


def _plain_weights(weights: Weights) -> dict[str, Any]:
    return {
        "target_hours": dict(weights.target_hours),
        "other_target_hours": weights.other_target_hours,
        "hours_per_doubling": int(weights.hours_per_doubling),
        "dollars_floor": format(weights.dollars_floor, "f"),
        "most_hours_for_dollars": int(weights.most_hours_for_dollars),
        "payer_hours": dict(weights.payer_hours),
        "returned_hours": weights.returned_hours,
    }


@lru_cache(maxsize=64)
def from_text(text: str) -> QueueSet:
    """The set that a text holds. Raises ``DefinitionError`` for anything unknown, missing or of another type."""
    raw = parsed(text)
    if not isinstance(raw, dict) or not isinstance(raw.get("queues"), list):
        raise DefinitionError("queues", "This must be a list.")
    rules = tuple(_rule(each, f"queues[{at}]") for at, each in enumerate(raw["queues"]))
    limits = {name: _number_or_none(raw, name) for name in ("most_held", "put_backs")}
    return QueueSet(rules, weights=_weights(raw.get("weights")), **limits)


def _rule(raw: Any, place: str) -> QueueRule:
    if not isinstance(raw, dict):
        raise DefinitionError(place, "This must be an object.")
    words = {name: _text(raw, name, place) for name in ("code", "name", "kind", "returned")}
    when = tuple(clause_from_plain(each, f"{place}.when[{at}]") for at, each in enumerate(_list(raw, "when", place)))
    people = _list(raw, "people", place)
    if not all(type(each) is int for each in people):
        raise DefinitionError(f"{place}.people", "These must be whole numbers.")
    return QueueRule(
        **words,
        when=when,
        people=tuple(sorted(set(people))),
        needs=skills.from_plain(raw.get("needs"), f"{place}.needs"),
        most_held=_number_or_none(raw, "most_held"),
    )


def _text(raw: dict[str, Any], name: str, place: str) -> str:
    if not isinstance(raw.get(name), str):
        raise DefinitionError(f"{place}.{name}", "This must be text.")
    return str(raw[name])


def _list(raw: dict[str, Any], name: str, place: str) -> list[Any]:
    found = raw.get(name)
    if not isinstance(found, list):
        raise DefinitionError(f"{place}.{name}", "This must be a list.")
    return found


def _number(raw: Any, name: str) -> int:
    if type(raw) is not int:
        raise DefinitionError(name, "This must be a whole number.")
    return raw


def _number_or_none(raw: dict[str, Any], name: str) -> int | None:
    return None if raw.get(name) is None else _number(raw[name], name)


def _weights(raw: Any) -> Weights:
    if not isinstance(raw, dict):
        raise DefinitionError("weights", "This must be an object.")
    names = ("other_target_hours", "hours_per_doubling", "most_hours_for_dollars", "returned_hours")
    try:
        floor = Decimal(_text(raw, "dollars_floor", "weights"))
    except InvalidOperation:
        raise DefinitionError("weights.dollars_floor", "This must be a decimal number as text.") from None
    return Weights(
        target_hours=_hours(raw, "target_hours"),
        payer_hours=_hours(raw, "payer_hours"),
        dollars_floor=floor,
        **{name: _number(raw.get(name), f"weights.{name}") for name in names},
    )


def _hours(raw: dict[str, Any], name: str) -> dict[str, int]:
    found = raw.get(name)
    if not isinstance(found, dict):
        raise DefinitionError(f"weights.{name}", "This must be an object.")
    return {str(key): _number(value, f"weights.{name}.{key}") for key, value in found.items()}
