"""Clauses in the making: as they stand in the form, half-made ones too. A path such as ``when-0-1`` names a clause.

The form's names are ``path:part``; ``-t0`` at the end of a path is the first question of a count.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from coding_workflow.guidelines.lab.vocabulary import COLLECTIONS, FIELDS, OPERATORS, Attribute, Collection

Fields = Mapping[str, Sequence[str]]
Kind = Literal["all", "any", "none", "asks"]
GROUPS: Final = ("all", "any", "none")
#: The most clauses that a group, and the most questions that a count, is read with; ``limits`` allows fewer.
MOST: Final = 60
_DEEPEST: Final = 8
#: The most clauses and questions of a whole form, whatever numbers it names; ``limits`` allows fewer clauses.
MOST_OF_ALL: Final = 200
#: How many of a collection: there is one, there is none, or a number.
HOW: Final = (("any", "there is"), ("no", "there is no"), ("number", "the number of"))


@dataclass(frozen=True, slots=True)
class Question:
    """One question: an attribute, an operator, and the value's parts as they were typed."""

    about: str = ""
    operator: str = ""
    values: tuple[str, ...] = ()

    def fitted(self, known: Mapping[str, Attribute], was: str) -> "Question":
        """With an operator that fits; what was typed about something else is dropped."""
        attribute = known.get(self.about)
        if attribute is None:
            return Question()
        operator = self.operator if self.operator in attribute.operators else _usual(attribute)
        return Question(self.about, operator, self.values if was == self.about else ())


def _usual(attribute: Attribute) -> str:
    """The operator that is asked most: codes lie under others, words are one of some, numbers at least so many."""
    return {"code": "under", "word": "one_of", "whole": "at_least", "amount": "at_least", "date": "after"}.get(
        attribute.kind, "is"
    )


@dataclass(frozen=True, slots=True)
class Node:
    """A group with its clauses, or a clause that asks: about a field of the account, or about a collection."""

    kind: Kind = "asks"
    clauses: tuple["Node", ...] = ()
    question: Question = Question()
    of: str = ""
    how: str = "any"
    least: str = ""
    most: str = ""
    tests: tuple[Question, ...] = ()

    @property
    def collection(self) -> Collection | None:
        """What is counted; None for a field of the account and for a clause that asks nothing yet."""
        return COLLECTIONS.get(self.of)

    @property
    def bounds(self) -> tuple[str, str]:
        """At least and at most, as typed."""
        return {"any": ("1", ""), "no": ("", "0")}.get(self.how, (self.least, self.most))


def read(fields: Fields) -> Node:
    """The clauses of the form. Whatever is sent, this reads something, of at most ``MOST_OF_ALL`` parts."""
    return _read(fields, "when", 0, iter(range(MOST_OF_ALL)))


def _read(fields: Fields, path: str, depth: int, room: Iterator[int]) -> Node:
    """The clause at a path, and all inside it; each part inside takes one of the room that is left."""
    kind = _one(fields, f"{path}:kind")
    if kind in GROUPS and depth < _DEEPEST:
        named = range(_number(fields, f"{path}:clauses"))
        inside = tuple(_read(fields, f"{path}-{at}", depth + 1, room) for at, _ in zip(named, room, strict=False))
        return Node(kind, inside)  # type: ignore[arg-type]
    return _asks(fields, path, room)


def _asks(fields: Fields, path: str, room: Iterator[int]) -> Node:
    sort, _, name = _one(fields, f"{path}:about").partition(":")
    if sort == "count" and name in COLLECTIONS:
        return _count(fields, path, name, room)
    return Node(question=_question(fields, path, name).fitted(FIELDS, _one(fields, f"{path}:was")))


def _count(fields: Fields, path: str, of: str, room: Iterator[int]) -> Node:
    known = COLLECTIONS[of].attributes
    asked = [f"{path}-t{at}" for at, _ in zip(range(_number(fields, f"{path}:tests")), room, strict=False)]
    tests = tuple(_question(fields, at, _one(fields, f"{at}:about")).fitted(known, _one(fields, f"{at}:was")) for at in asked)
    how = _one(fields, f"{path}:how")
    how = how if how in dict(HOW) else "any"
    least, most = _one(fields, f"{path}:least"), _one(fields, f"{path}:most")
    return Node(of=of, how=how, least=least, most=most, tests=tests)


def _question(fields: Fields, path: str, about: str) -> Question:
    return Question(about, _one(fields, f"{path}:is"), tuple(fields.get(f"{path}:value", ())))


def _one(fields: Fields, name: str) -> str:
    return next(iter(fields.get(name, ())), "").strip()


def _number(fields: Fields, name: str) -> int:
    text = _one(fields, name)
    return min(int(text), MOST) if text.isascii() and text.isdigit() and len(text) < 4 else 0


def write(node: Node, path: str = "when") -> dict[str, list[str]]:
    """The form's fields of a clause; ``read`` gives it back."""
    if node.kind in GROUPS:
        fields: dict[str, list[str]] = {f"{path}:kind": [node.kind], f"{path}:clauses": [str(len(node.clauses))]}
        for at, inner in enumerate(node.clauses):
            fields |= write(inner, f"{path}-{at}")
        return fields
    if node.of:
        return _write_count(node, path)
    return _write_question(node.question, path, "field:")


def _write_count(node: Node, path: str) -> dict[str, list[str]]:
    fields = {f"{path}:about": [f"count:{node.of}"], f"{path}:how": [node.how], f"{path}:tests": [str(len(node.tests))]}
    fields |= {f"{path}:least": [node.least], f"{path}:most": [node.most]}
    for at, test in enumerate(node.tests):
        fields |= _write_question(test, f"{path}-t{at}", "")
    return fields


def _write_question(question: Question, path: str, sort: str) -> dict[str, list[str]]:
    return {
        f"{path}:about": [f"{sort}{question.about}"],
        f"{path}:was": [question.about],
        f"{path}:is": [question.operator],
        f"{path}:value": list(question.values),
    }


def walk(node: Node, path: str = "when") -> Iterator[tuple[str, Node]]:
    """Every clause with its path, outer ones first."""
    yield path, node
    for at, inner in enumerate(node.clauses):
        yield from walk(inner, f"{path}-{at}")


def takes(attribute: Attribute, operator: str) -> str:
    """The input that a question needs: none, one, list or pair."""
    return OPERATORS[operator].takes if operator in attribute.operators else "nothing"


def changed(node: Node, at: list[int], clauses: "tuple[Node, ...]") -> Node:
    """The tree with the clauses of one group exchanged; ``at`` is the way to the group."""
    if not at:
        return replace(node, clauses=clauses)
    inside = list(node.clauses)
    inside[at[0]] = changed(inside[at[0]], at[1:], clauses)
    return replace(node, clauses=tuple(inside))
