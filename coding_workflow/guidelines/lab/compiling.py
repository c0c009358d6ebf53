"""From a definition to a rule of the engine: closures over a case, true, false, or not known.

Not known is an answer of its own (Kleene's logic): a rule that would need a fact which is absent says so, never passes.
"""

import hashlib
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from coding_workflow.guidelines.case import Case
from coding_workflow.guidelines.registry import Found, Rule
from coding_workflow.guidelines.words import listed

from . import values, vocabulary
from .anchors import anchors_of, guard
from .definition import Asked, Clause, Count, Definition, Group, Test
from .matching import match
from .messages import template
from .reading import DefinitionError, definition_from_json
from .writing import definition_to_json

PREFIX = "lab."
#: Subjects of one finding; a rule that finds more names these first ones in order.
MOST_SUBJECTS = 20


class Compiled(NamedTuple):
    """A clause: its answer, the items that made it true, and what was missing where there is no answer."""

    decide: Callable[[Case], bool | None]
    gather: Callable[[Case], list[Any]]
    missing: Callable[[Case], list[str]]


def compile_rule(key: str, version: int, definition: Definition) -> Rule:
    """The rule ``lab.<key>`` of the engine. The definition is without faults (``limits.faults``)."""
    return Rule(
        id=f"{PREFIX}{key}",
        judge=_judge(definition),
        condition=definition.condition,
        reference=definition.reference,
        version=version,
        severity=definition.severity,
        classes=frozenset(definition.scope.classes),
        payers=frozenset(definition.scope.payers),
        looks_at=tuple(sorted(_looks_at(definition.when))),
        owner=definition.owner,
        fix=definition.fix,
        override=definition.override,
        starts=definition.starts,
        ends=definition.ends,
        anchors=anchors_of(definition),
        definition=definition_to_json(definition),
    )


def compile_text(key: str, version: int, text: str) -> Rule:
    """The rule in a stored text. A text that this version of the vocabulary cannot read is a rule that fails, so it holds."""
    try:
        return compile_rule(key, version, definition_from_json(text))
    except DefinitionError as error:
        reason = error
    return Rule(f"{PREFIX}{key}", _unreadable(reason), 4, "Administrators' rules", version, definition=text)


def _unreadable(reason: DefinitionError) -> Callable[[Case], tuple[Found, ...]]:
    def judge(case: Case) -> tuple[Found, ...]:
        raise reason

    return judge


def _looks_at(clause: Clause) -> Iterator[str]:
    if isinstance(clause, Group):
        yield from {each for inner in clause.clauses for each in _looks_at(inner)}
    else:
        yield clause.of if isinstance(clause, Count) else clause.field


def _judge(definition: Definition) -> Callable[[Case], tuple[Found, ...]]:
    clause, say, concerns = compile_clause(definition.when), template(definition.message), _concerns(definition)
    decide = clause.decide

    def judge(case: Case) -> tuple[Found, ...]:
        if concerns is not None and not concerns(case):
            return ()
        answer = decide(case)
        if answer:
            items = clause.gather(case)
            return (Found(say(case, items), subjects_of(items)),)
        return _not_known(definition, clause.missing(case)) if answer is None else ()

    return judge


def _concerns(definition: Definition) -> Callable[[Case], bool] | None:
    """The services of the rule; condition 7 is only asked of an account with a discrepancy case. None: every account."""
    services, needs_case = frozenset(definition.scope.services), definition.condition == 7
    if not services and not needs_case:
        return None

    def concerns(case: Case) -> bool:
        return (not services or case.facts.service in services) and (not needs_case or case.facts.discrepancy is not None)

    return concerns


def _not_known(definition: Definition, missing: list[str]) -> tuple[Found, ...]:
    """Said once for each fact; an account without diagnoses or documents is held by the built-in rules already."""
    named = sorted(set(missing))
    if not named:
        return ()
    sentence = f"“{definition.title}” could not be judged: {listed(named)} not known."
    return (Found(sentence, not_evaluated=definition.severity == "hold"),)


def subjects_of(items: list[Any]) -> tuple[str, ...]:
    """The codes, lines or documents by name: sorted, each once, the first twenty.

    Where there are more, their number and a hash of all stand behind: an override of these is not one of others.
    """
    named = sorted({values.subject(item) for item in items} - {""})
    if len(named) <= MOST_SUBJECTS:
        return tuple(named)
    whole = hashlib.sha256("\n".join(named).encode()).hexdigest()[:12]
    return (*named[:MOST_SUBJECTS], f"+{len(named) - MOST_SUBJECTS}:{whole}")


def compile_clause(clause: Clause) -> Compiled:
    """One clause with everything in it."""
    if isinstance(clause, Count):
        return _count(clause)
    return _field(clause) if isinstance(clause, Asked) else _group(clause)


def _group(clause: Group) -> Compiled:
    parts = [compile_clause(each) for each in clause.clauses]
    decide = {"all": _all, "any": _any, "none": _none}[clause.kind]([part.decide for part in parts])

    def gather(case: Case) -> list[Any]:
        if clause.kind == "none":
            return []
        return [item for part in parts if part.decide(case) for item in part.gather(case)]

    def missing(case: Case) -> list[str]:
        return [name for part in parts if part.decide(case) is None for name in part.missing(case)]

    return Compiled(decide, gather, missing)


Decide = Callable[[Case], bool | None]


def _all(parts: list[Decide]) -> Decide:
    def decide(case: Case) -> bool | None:
        answer: bool | None = True
        for part in parts:
            found = part(case)
            if found is False:
                return False
            if found is None:
                answer = None
        return answer

    return decide


def _any(parts: list[Decide]) -> Decide:
    def decide(case: Case) -> bool | None:
        answer: bool | None = False
        for part in parts:
            found = part(case)
            if found:
                return True
            if found is None:
                answer = None
        return answer

    return decide


def _none(parts: list[Decide]) -> Decide:
    either = _any(parts)

    def decide(case: Case) -> bool | None:
        found = either(case)
        return None if found is None else not found

    return decide


def _field(clause: Asked) -> Compiled:
    field, value_of = vocabulary.FIELDS[clause.field], values.FIELDS[clause.field]
    fits, needed = match(field, clause.operator, clause.value), values.NEEDED.get(clause.field)
    if clause.operator in {"given", "not_given"}:
        needed = None

    def decide(case: Case) -> bool | None:
        found = value_of(case)
        if needed is not None and (found is None or found == "") and needed(case.facts):
            return None
        return fits(found, case)

    return Compiled(decide, lambda case: [], lambda case: [f"the {field.label} is"] if decide(case) is None else [])


def _count(clause: Count) -> Compiled:
    items_of, tests, low, high = values.ITEMS[clause.of], _tests(clause), clause.at_least or 0, clause.at_most
    tokens, first, grouped = guard(clause), values.FIRST.get(clause.of, 1), _grouped(clause)
    enough = low if high is None else high + 1

    def decide(case: Case) -> bool | None:
        if tokens is not None and case.tokens is not None and tokens.isdisjoint(case.tokens):
            return not low
        items = items_of(case)
        if items is None or (grouped and items and case.inpatient and case.grouping is None):
            return None
        found = _counted(items, first, tests, case, enough)
        return found >= low and (high is None or found <= high)

    def gather(case: Case) -> list[Any]:
        numbered = enumerate(items_of(case) or (), first)
        return [item for at, item in numbered if low and all(test(item, at, case) for test in tests)]

    def missing(case: Case) -> list[str]:
        return ["the DRG is"] if items_of(case) is not None and decide(case) is None else []

    return Compiled(decide, gather, missing)


Passes = Callable[[Any, int, Case], bool]


def _counted(items: tuple[Any, ...], first: int, tests: tuple[Passes, ...], case: Case, enough: int) -> int:
    """How many items pass every test, as far as ``enough``."""
    if not tests:
        return min(len(items), enough)
    if len(tests) > 1:
        return _counted_by_all(items, first, tests, case, enough)
    found, only = 0, tests[0]
    for at, item in enumerate(items, first):
        if only(item, at, case):
            found += 1
            if found == enough:
                break
    return found


def _counted_by_all(items: tuple[Any, ...], first: int, tests: tuple[Passes, ...], case: Case, enough: int) -> int:
    found = 0
    for at, item in enumerate(items, first):
        for test in tests:
            if not test(item, at, case):
                break
        else:
            found += 1
            if found == enough:
                break
    return found


def _tests(clause: Count) -> tuple[Passes, ...]:
    """The questions as functions, codes first: they rule out most items."""
    return tuple(_test(clause.of, test) for test in sorted(clause.where, key=lambda test: test.attribute != "code"))


def _test(of: str, test: Test) -> Passes:
    value_of, attribute = values.ATTRIBUTES[of][test.attribute], vocabulary.COLLECTIONS[of].attributes[test.attribute]
    fits = match(attribute, test.operator, test.value)
    if not isinstance(value_of, values.Plain):
        return lambda item, at, case: fits(value_of(item, at, case), case)
    return _of_plain(value_of.of, test, attribute) or _asking(value_of.of, fits)


def _asking(read: Callable[[Any], Any], fits: Callable[[Any, Case], bool]) -> Passes:
    return lambda item, at, case: fits(read(item), case)


def _of_plain(read: Callable[[Any], Any], test: Test, attribute: vocabulary.Attribute) -> Passes | None:
    """The commonest questions in one step, as ``match`` answers them: equal, and under these beginnings; else None."""
    value = test.value
    if attribute.several or attribute.kind == "date":
        return None
    if test.operator == "is":
        return lambda item, at, case: bool(read(item) == value)
    beginnings = tuple(str(each) for each in value) if isinstance(value, tuple) else ()
    if test.operator == "under" and not any("-" in each for each in beginnings):
        return lambda item, at, case: (read(item) or "").startswith(beginnings)
    return None


def _grouped(clause: Count) -> bool:
    known = vocabulary.COLLECTIONS[clause.of].attributes
    return any(known[test.attribute].grouped for test in clause.where)
