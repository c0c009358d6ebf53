"""The clauses as the template draws them: each control with its choices, its value and what is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from coding_workflow.guidelines.lab.faults import Fault
from coding_workflow.guidelines.lab.vocabulary import COLLECTIONS, FIELDS, MOMENTS, OPERATORS, Attribute

from . import places
from .clauses import GROUPS, HOW, Node, Question, takes

Choices = tuple[tuple[str, str], ...]
_GROUPS: Final[Choices] = (("all", "All of this is so"), ("any", "Any of this is so"), ("none", "None of this is so"))


def _big(label: str) -> str:
    return label[:1].upper() + label[1:]


#: What a clause may ask about: the account itself, or things of which it has some.
ABOUT: Final[tuple[tuple[str, Choices], ...]] = (
    ("Things on the account", tuple((f"count:{each.name}", _big(each.label)) for each in COLLECTIONS.values())),
    ("The account itself", tuple((f"field:{each.name}", _big(each.label)) for each in FIELDS.values())),
)
_OF_SEVERAL: Final = {
    "is": "include",
    "is_not": "do not include",
    "one_of": "include one of",
    "none_of": "include none of",
    "under": "include one under",
    "not_under": "include none under",
    "given": "are given",
    "not_given": "are not given",
}
SIDES: Final[Choices] = (("before", "days before"), ("after", "days after"))


@dataclass(frozen=True, slots=True)
class Part:
    """One input of a value: what is in it, and for dates its side and moment."""

    id: str
    value: str = ""
    side: str = ""
    of: str = ""


@dataclass(frozen=True, slots=True)
class Asking:
    """One question drawn. ``input`` names its kind; ``parts`` are its inputs, ``chosen`` the ticked choices."""

    path: str
    about: str
    label: str = ""
    attributes: Choices = ()
    operators: Choices = ()
    operator: str = ""
    input: str = ""
    choices: Choices = ()
    chosen: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    unit: str = ""

    @property
    def about_id(self) -> str:
        """The control that chooses what is asked about."""
        return f"{self.path}-about"

    @property
    def value_id(self) -> str:
        """The control of the value."""
        return f"{self.path}-value"


@dataclass(frozen=True, slots=True)
class Drawn:
    """One clause drawn. ``above`` says that a group stands before it, ``inner`` that it stands in an inner group."""

    path: str
    node: Node
    number: str
    kinds: Choices = ()
    clauses: tuple["Drawn", ...] = ()
    about: str = ""
    asking: Asking | None = None
    tests: tuple[Asking, ...] = ()
    how: Choices = ()
    first: bool = True
    last: bool = True
    above: bool = False
    inner: bool = False

    @property
    def about_id(self) -> str:
        """The control that chooses what is asked about."""
        return f"{self.path}-about"


def draw(node: Node, path: str = "when", number: str = "", **place: Any) -> Drawn:
    """The clause and all inside it."""
    if node.kind not in GROUPS:
        return _draw_asks(node, path, number, place)
    inside = node.clauses
    drawn = tuple(
        draw(
            inner,
            f"{path}-{at}",
            f"{number}.{at + 1}".lstrip("."),
            first=at == 0,
            last=at == len(inside) - 1,
            above=at > 0 and inside[at - 1].kind in GROUPS,
            inner=path != "when",
        )
        for at, inner in enumerate(inside)
    )
    return Drawn(path, node, number, _GROUPS, drawn, **place)


def _draw_asks(node: Node, path: str, number: str, place: Mapping[str, Any]) -> Drawn:
    collection = node.collection
    if collection is None:
        question = node.question
        about = f"field:{question.about}" if question.about else ""
        return Drawn(path, node, number, about=about, asking=_asking(path, question, FIELDS), **place)
    known = collection.attributes
    names = tuple((each.name, each.label) for each in known.values())
    tests = tuple(_asking(f"{path}-t{at}", test, known, names) for at, test in enumerate(node.tests))
    return Drawn(path, node, number, about=f"count:{node.of}", tests=tests, how=HOW, **place)


def _asking(path: str, question: Question, known: Mapping[str, Attribute], names: Choices = ()) -> Asking:
    attribute = known.get(question.about)
    if attribute is None:
        return Asking(path, "", attributes=names)
    kind, given = _input(attribute, question.operator), list(question.values)
    return Asking(
        path,
        question.about,
        attribute.label,
        names,
        tuple((name, _operator(attribute, name)) for name in attribute.operators),
        question.operator,
        kind,
        _choices(attribute),
        tuple(given),
        tuple(_parts(path, kind, takes(attribute, question.operator), given)),
        attribute.unit,
    )


def _operator(attribute: Attribute, name: str) -> str:
    """An operator as it reads after a word that may be several."""
    label = OPERATORS[name].label
    return _OF_SEVERAL.get(name, label) if attribute.several else label


def _choices(attribute: Attribute) -> Choices:
    if attribute.kind == "flag":
        return (("true", f"yes: {attribute.said}"), ("false", f"no: not {attribute.said}"))
    return attribute.choices


def _input(attribute: Attribute, operator: str) -> str:
    """The kind of input: nothing, a choice, boxes, codes, a moment, a number or words."""
    needed = takes(attribute, operator)
    if needed == "nothing":
        return ""
    if attribute.kind in {"word", "flag"}:
        return "boxes" if needed == "list" else "choice"
    return {"code": "codes" if needed == "list" else "code", "date": "moment", "whole": "number", "amount": "number"}.get(
        attribute.kind, "words"
    )


def _parts(path: str, kind: str, needed: str, given: list[str]) -> list[Part]:
    number = 2 if needed == "pair" else 1
    ids = [f"{path}-value", f"{path}-value-2"][:number]
    if kind == "moment":
        filled = [*given, *("0", "after", MOMENTS[-1]) * 2][: 3 * number] if len(given) < 3 * number else given
        return [Part(each, *filled[3 * at : 3 * at + 3]) for at, each in enumerate(ids)]
    if kind in {"codes", "words"}:
        return [Part(ids[0], ", ".join(given))]
    return [Part(each, given[at] if at < len(given) else "") for at, each in enumerate(ids)]


def errors_of(found: tuple[Fault, ...]) -> dict[str, str]:
    """What is wrong by the id of its control; several sentences about one control are joined."""
    said: dict[str, str] = {}
    for fault in found:
        at = places.id_of(fault.place)
        said[at] = f"{said[at]} {fault.message}" if at in said else fault.message
    return said
