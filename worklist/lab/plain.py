"""From the form to a definition: what is readable is read, what is not is named at its place."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from coding_workflow.guidelines.lab.definition import Asked, Clause, Count, Definition, Group, Moment
from coding_workflow.guidelines.lab.faults import Fault
from coding_workflow.guidelines.lab.limits import faults
from coding_workflow.guidelines.lab.reading import DefinitionError, clause_from_plain, definition_from_plain
from coding_workflow.guidelines.lab.sentences import sentence
from coding_workflow.guidelines.lab.vocabulary import COLLECTIONS, FIELDS, Attribute

from .clauses import GROUPS, Fields, Node, Question, read, takes

TEXTS: Final = ("title", "message", "reference")
CHOSEN: Final = ("severity", "owner", "fix", "override")
DATES: Final = ("starts", "ends")
_SPLIT: Final = re.compile(r"[,;\n]+")
_SPLIT_CODES: Final = re.compile(r"[,;\s]+")
_UNTYPED: Final = Group("all", ())


@dataclass(frozen=True, slots=True)
class Reading:
    """What the form says. ``definition`` holds only what could be read; it is the whole rule where ``whole``."""

    definition: Definition
    faults: tuple[Fault, ...]
    whole: bool

    @property
    def sentence(self) -> str:
        """The rule in English, as far as it has come."""
        return in_words(self.definition)


def definition_of(fields: Fields) -> Reading:
    """Read the form."""
    clause, broken = _clause(read(fields), "when")
    definition, wrong = _header(fields, clause or _UNTYPED)
    if not wrong and not broken:
        return Reading(definition, faults(definition), whole=True)
    # Of a clause that is there in part nothing more can be said; of the words around it, everything.
    around = (
        each for each in faults(definition) if not each.place.startswith("when") and each.place not in {w.place for w in wrong}
    )
    return Reading(definition, (*around, *wrong, *broken), whole=False)


def in_words(definition: Definition) -> str:
    """The sentence; clauses that ask nothing yet are left out, and a rule that asks nothing says so."""
    asked = _without_empty(definition.when)
    if asked is None:
        said = sentence(replace(definition, when=Asked("coders_competent", "is", True), starts=None, ends=None))
        return f"{said.partition(' when ')[0]} when … Nothing is asked yet."
    return sentence(replace(definition, when=asked))


def _without_empty(clause: Clause) -> Clause | None:
    if not isinstance(clause, Group):
        return clause
    kept = tuple(inner for inner in map(_without_empty, clause.clauses) if inner is not None)
    return Group(clause.kind, kept) if kept else None


def _header(fields: Fields, when: Clause) -> tuple[Definition, list[Fault]]:
    """The rule around a clause; a part that cannot be read is left out and named."""
    raw, wrong = _raw_header(fields), []
    while True:
        try:
            read_so_far = definition_from_plain({**raw, "when": {"all": []}}, "")
        except DefinitionError as error:
            wrong.append(Fault(error.place, error.message))
            _leave_out(raw, error.place)
            continue
        return replace(read_so_far, when=when), wrong


def _leave_out(raw: dict[str, Any], place: str) -> None:
    """Put the part at a place back to what it is when nothing is said."""
    name = re.split(r"[.\[]", place)[0]
    if name in TEXTS:
        raw[name] = ""
    elif name == "condition":
        raw[name] = 4
    else:
        raw.pop(name, None)


def _raw_header(fields: Fields) -> dict[str, Any]:
    one = {name: next(iter(fields.get(name, ())), "").strip() for name in (*TEXTS, *CHOSEN, *DATES, "condition", "services")}
    raw: dict[str, Any] = {name: " ".join(one[name].split()) for name in TEXTS}
    raw |= {name: one[name] for name in (*CHOSEN, *DATES) if one[name]}
    raw["condition"] = _whole(one["condition"])
    scope: dict[str, Any] = {name: [each for each in fields.get(name, ()) if each] for name in ("classes", "payers")}
    return raw | {"scope": scope | {"services": _listed(one["services"], _SPLIT)}}


def _clause(node: Node, place: str) -> tuple[Clause | None, list[Fault]]:
    """The clause as far as it can be read, None where not at all, and what cannot."""
    if node.kind in GROUPS:
        return _group(node, place)
    if not (node.of or node.question.about):
        return None, [Fault(f"{place}.field", "Choose what this asks about.")]
    made, wrong = _count(node, place) if node.of else _asked(node, place)
    return made, wrong


def _group(node: Node, place: str) -> tuple[Clause, list[Fault]]:
    read_inside = [_clause(inner, f"{place}.{node.kind}[{at}]") for at, inner in enumerate(node.clauses)]
    wrong = [fault for _, found in read_inside for fault in found]
    return Group(node.kind, tuple(made for made, _ in read_inside if made is not None)), wrong  # type: ignore[arg-type]


def _asked(node: Node, place: str) -> tuple[Clause | None, list[Fault]]:
    question = node.question
    raw = {"field": question.about, "is": question.operator, "value": value_of(FIELDS[question.about], question)}
    return _try(raw, place)


def _count(node: Node, place: str) -> tuple[Clause | None, list[Fault]]:
    """A count with those of its questions that can be read."""
    known, wrong, where = COLLECTIONS[node.of].attributes, [], []
    for at, test in enumerate(node.tests):
        made, found = _test(node.of, known, test, f"{place}.count.where[{at}]")
        wrong += found
        where += [made] * (made is not None)
    least, most = (_whole(bound) if bound else None for bound in node.bounds)
    made_of, found = _try({"count": {"of": node.of, "where": where, "at_least": least, "at_most": most}}, place)
    return made_of, [*wrong, *found]


def _test(of: str, known: dict[str, Attribute], test: Question, place: str) -> tuple[dict[str, Any] | None, list[Fault]]:
    if not test.about:
        return None, [Fault(f"{place}.attribute", "Choose what this asks about.")]
    raw = {"attribute": test.about, "is": test.operator, "value": value_of(known[test.about], test)}
    _, found = _try({"count": {"of": of, "where": [raw], "at_least": 1}}, "")
    return (
        (None, [Fault(place + each.place.removeprefix("count.where[0]"), each.message) for each in found]) if found else (raw, [])
    )


def _try(raw: dict[str, Any], place: str) -> tuple[Clause | None, list[Fault]]:
    try:
        return clause_from_plain(raw, place), []
    except DefinitionError as error:
        return None, [Fault(error.place, error.message)]


def value_of(attribute: Attribute, question: Question) -> Any:
    """The JSON value of what was typed; what is no number stays text, so that reading it names the place."""
    takes_ = takes(attribute, question.operator)
    if takes_ == "nothing":
        return None
    parts = _parts(attribute, takes_, [each.strip() for each in question.values])
    if takes_ == "one":
        return parts[0] if parts else None
    return parts or None


def _parts(attribute: Attribute, takes_: str, typed: list[str]) -> list[Any]:
    if attribute.kind == "date":
        return [_moment(*typed[at : at + 3]) for at in range(0, len(typed) - 2, 3)]
    if attribute.kind == "code":
        return _listed(" ".join(typed), _SPLIT_CODES) if takes_ == "list" else [each for each in typed if each]
    if attribute.kind == "text" and takes_ == "list":
        return _listed("\n".join(typed), _SPLIT)
    if attribute.kind == "flag":
        return [{"true": True, "false": False}.get(each, each) for each in typed if each]
    return [_whole(each) if attribute.kind == "whole" else each for each in typed if each]


def _moment(days: str, side: str, of: str) -> dict[str, Any]:
    number = _whole(days or "0")
    return {"of": of, "days": -number if side == "before" and isinstance(number, int) else number}


def _whole(text: str) -> int | str:
    bare = text.removeprefix("-")
    return int(text) if bare.isascii() and bare.isdigit() and len(bare) < 10 else text


def _listed(text: str, pattern: re.Pattern[str]) -> list[str]:
    return [each.strip() for each in pattern.split(text) if each.strip()]


def fields_of(definition: Definition) -> dict[str, list[str]]:
    """The form's fields of a rule."""
    from_texts = {name: [str(getattr(definition, name))] for name in (*TEXTS, *CHOSEN, "condition")}
    dates = {name: [str(getattr(definition, name) or "")] for name in DATES}
    scope = {"classes": list(definition.scope.classes), "payers": list(definition.scope.payers)}
    return {**from_texts, **dates, **scope, "services": [", ".join(definition.scope.services)]}


def node_of(clause: Clause) -> Node:
    """A clause as the form shows it."""
    if isinstance(clause, Group):
        return Node(clause.kind, tuple(node_of(inner) for inner in clause.clauses))
    if isinstance(clause, Count):
        return _node_of_count(clause)
    return Node(question=Question(clause.field, clause.operator, tuple(_typed(FIELDS[clause.field], clause.value))))


def _node_of_count(clause: Count) -> Node:
    known = COLLECTIONS[clause.of].attributes
    bounds = (clause.at_least, clause.at_most)
    how = {(1, None): "any", (None, 0): "no"}.get(bounds, "number")
    least, most = ("" if bound is None or how != "number" else str(bound) for bound in bounds)
    tests = tuple(
        Question(test.attribute, test.operator, tuple(_typed(known[test.attribute], test.value))) for test in clause.where
    )
    return Node(of=clause.of, how=how, least=least, most=most, tests=tests)


def root_of(clause: Clause) -> Node:
    """The whole tree; the form always begins with a group."""
    made = node_of(clause)
    return made if made.kind in GROUPS else Node("all", (made,))


def _typed(attribute: Attribute, value: Any) -> Iterator[str]:
    values = value if isinstance(value, tuple) else () if value is None else (value,)
    if attribute.kind in {"code", "text"} and isinstance(value, tuple):
        yield ", ".join(str(each) for each in values)
        return
    for each in values:
        if isinstance(each, Moment):
            yield from (str(abs(each.days)), "before" if each.days < 0 else "after", each.of)
        else:
            yield str(each).lower() if isinstance(each, bool) else str(each)
