"""A rule in plain English, as a supervisor would say it to a coder."""

import datetime
from decimal import Decimal
from typing import Any, Final

from coding_workflow.guidelines.words import day, point, spoken

from . import vocabulary
from .definition import Asked, Clause, Count, Definition, Group, Moment, Test
from .vocabulary import Attribute

#: A sentence names so many values of a list and counts the rest.
_NAMED: Final = 8
_PHRASES: Final = {
    "is": "is {}",
    "is_not": "is not {}",
    "one_of": "is {}",
    "none_of": "is not {}",
    "under": "is under {}",
    "not_under": "is not under {}",
    "between": "is between {}",
    "at_least": "is at least {}",
    "at_most": "is at most {}",
    "before": "is before {}",
    "after": "is after {}",
    "given": "is given",
    "not_given": "is not given",
}
_OF_SEVERAL: Final = {
    **{name: "include {}" for name in ("is", "one_of", "under")},
    **{name: "do not include {}" for name in ("is_not", "none_of", "not_under")},
    "given": "are given",
    "not_given": "are not given",
}


def sentence(definition: Definition) -> str:
    """The whole rule: what it does, to which accounts, when, and between which dates."""
    verb, scope = dict(vocabulary.SEVERITIES)[definition.severity], _scope(definition)
    about = " about" if scope and definition.severity != "hold" else ""
    return f"{verb}{about}{scope} when {clause_words(definition.when)}{_dates(definition.starts, definition.ends)}."


def _scope(definition: Definition) -> str:
    scope = definition.scope
    classes = f" {_or([spoken(each) for each in scope.classes])} accounts" if scope.classes else ""
    payers = f" paid by {_or([_payer(each) for each in scope.payers])}" if scope.payers else ""
    services = f" of the service {_or(list(scope.services))}" if scope.services else ""
    return (classes or (" accounts" if payers or services else "")) + payers + services


def _payer(kind: str) -> str:
    return {"medicare": "Medicare", "medicare_advantage": "Medicare Advantage", "medicaid": "Medicaid"}.get(kind, spoken(kind))


def _dates(starts: datetime.date | None, ends: datetime.date | None) -> str:
    words = [f"from {day(starts)}"] * bool(starts) + [f"before {day(ends)}"] * bool(ends)
    return f", for discharges {' and '.join(words)}" if words else ""


def clause_words(clause: Clause, *, inner: bool = False) -> str:
    """One clause; ``inner`` puts a group into brackets, so that "and" and "or" cannot be misread."""
    if isinstance(clause, Count):
        return _count(clause)
    return _asked(clause) if isinstance(clause, Asked) else _group(clause, inner=inner)


def _group(clause: Group, *, inner: bool) -> str:
    if clause.kind == "none":
        return _none(clause)
    if len(clause.clauses) == 1:
        return clause_words(clause.clauses[0], inner=inner)
    parts = [clause_words(each, inner=True) for each in clause.clauses]
    joined = (" and " if clause.kind == "all" else " or ").join(parts)
    return f"({joined})" if inner else joined


def _none(clause: Group) -> str:
    if len(clause.clauses) == 1 and isinstance(clause.clauses[0], Count) and _one_or_more(clause.clauses[0]):
        only = clause.clauses[0]
        return _count(Count(only.of, only.where, None, 0))
    parts = [clause_words(each, inner=True) for each in clause.clauses]
    return f"it is not so that {parts[0]}" if len(parts) == 1 else f"none of this is so: ({'; '.join(parts)})"


def _one_or_more(clause: Count) -> bool:
    return clause.at_least == 1 and clause.at_most is None


def _count(clause: Count) -> str:
    collection = vocabulary.COLLECTIONS[clause.of]
    subject, plural = _subject(clause)
    tests = [test_words(collection.attributes[test.attribute], test) for test in clause.where]
    if not tests:
        return f"there {'are' if plural else 'is'} {_bare(subject)}"
    if clause.at_most == 0 and len(tests) > 1:
        return f"there is {subject} that {' and '.join(tests)}"
    return f"{subject} {' and '.join(_plural(test) if plural else test for test in tests)}"


def _bare(subject: str) -> str:
    return subject.replace("the ", "a ", 1) if subject.startswith("the ") else subject


def _subject(clause: Count) -> tuple[str, bool]:
    """``any diagnosis``, ``no document``, ``at least 2 procedures``; and whether the verb is in the plural."""
    collection, low, high = vocabulary.COLLECTIONS[clause.of], clause.at_least, clause.at_most
    if high == 0:
        return f"no {collection.label}", False
    if collection.single:
        return f"the {collection.label}", False
    if low == 1 and high is None:
        return f"any {collection.label}", False
    words = (
        "exactly {0}" if low == high else "{0} to {1}" if low and high is not None else "at least {0}" if low else "at most {1}"
    )
    return f"{words.format(low, high)} {collection.label if (low, high) == (1, 1) else collection.plural}", (low, high) != (1, 1)


def _plural(words: str) -> str:
    first, _, rest = words.partition(" ")
    changed = {"is": "are", "has": "have", "does": "do"}.get(first, first)
    return f"{changed} {rest}"


def test_words(attribute: Attribute, test: Test) -> str:
    """One question to an item, beginning with is, has or does."""
    if attribute.kind == "flag":
        return f"is {'' if test.value else 'not '}{attribute.said}"
    phrase = value_words(attribute, test.operator, test.value)
    if attribute.name == "code":
        return phrase
    if attribute.name == "type":
        return (
            phrase.replace("is not ", "is not of type ", 1)
            if phrase.startswith("is not")
            else phrase.replace("is ", "is of type ", 1)
        )
    return _has(attribute, test.operator, phrase)


def _has(attribute: Attribute, operator: str, phrase: str) -> str:
    """``has POA indicator N``, ``does not have units of at least 4``."""
    if operator == "given":
        return f"has {_a(attribute.label)}"
    if operator == "not_given":
        return f"has no {attribute.label}"
    lead = "is not " if phrase.startswith("is not ") else "do not include " if phrase.startswith("do not") else ""
    bare = phrase.removeprefix(lead or "is ").removeprefix("include ")
    return f"{'does not have' if lead else 'has'} {attribute.label} {bare}"


def _a(label: str) -> str:
    return label if label.endswith("s") else f"{'an' if label[0] in 'aeiou' else 'a'} {label}"


def _asked(clause: Asked) -> str:
    field = vocabulary.FIELDS[clause.field]
    if field.kind == "flag":
        return f"the {field.label} is {'' if clause.value else 'not '}{field.said}"
    return f"the {field.label} {value_words(field, clause.operator, clause.value)}"


def value_words(attribute: Attribute, operator: str, value: Any) -> str:
    """Operator and value in words: ``is under I21``, ``is at least 3 days``."""
    phrase = (_OF_SEVERAL if attribute.several else _PHRASES)[operator]
    if value is None:
        return phrase
    if operator == "between":
        return phrase.format(" and ".join(_one(attribute, each) for each in value)) + _unit(attribute, value[1])
    values = value if isinstance(value, tuple) else (value,)
    return phrase.format(_or([_one(attribute, each) for each in values])) + _unit(attribute, values[-1])


def _unit(attribute: Attribute, value: Any) -> str:
    if not attribute.unit:
        return ""
    return f" {attribute.unit.removesuffix('s') if value == 1 else attribute.unit}"


def _one(attribute: Attribute, value: Any) -> str:
    if isinstance(value, Moment):
        return _moment(value)
    if isinstance(value, Decimal | int):
        return f"{value:,}"
    if attribute.kind == "code":
        return "-".join(point(end) if attribute.pointed else end for end in value.split("-"))
    return dict(attribute.choices).get(value, str(value))


def _moment(value: Moment) -> str:
    if not value.days:
        return value.of
    days = f"{abs(value.days)} day{'s' if abs(value.days) != 1 else ''}"
    return f"{days} {'after' if value.days > 0 else 'before'} {value.of}"


def _or(words: list[str]) -> str:
    shown = words[:_NAMED]
    if len(words) > _NAMED:
        return f"{', '.join(shown)} or {len(words) - _NAMED} more"
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} or {shown[-1]}"
