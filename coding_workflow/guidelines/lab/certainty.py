"""What can be known of a clause before any account is looked at: always true, never true, or neither (None)."""

from collections.abc import Iterable
from itertools import combinations
from typing import Any, Final

from . import vocabulary
from .definition import Asked, Clause, Count, Group, Scope, Test
from .vocabulary import Attribute


def certain(clause: Clause, scope: Scope) -> bool | None:
    """Whether the clause is true, or false, of every account of the scope; None where it depends."""
    if isinstance(clause, Group):
        return _group(clause, scope)
    return _count(clause) if isinstance(clause, Count) else _asked(clause, scope)


def _group(clause: Group, scope: Scope) -> bool | None:
    answers = [certain(each, scope) for each in clause.clauses]
    if clause.kind == "all":
        return _all(answers) if not _opposed(clause.clauses) else False
    either = True if _opposed(clause.clauses) else _any(answers)
    if clause.kind == "any":
        return either
    return None if either is None else not either


def _all(answers: list[bool | None]) -> bool | None:
    return False if False in answers else None if None in answers else True


def _any(answers: list[bool | None]) -> bool | None:
    return True if True in answers else None if None in answers else False


def _opposed(clauses: tuple[Clause, ...]) -> bool:
    """Whether one of the clauses is the plain negation of another."""
    return any(opposite(first, second) for first, second in combinations(clauses, 2))


_NEGATIONS: Final = {"is": "is_not", "one_of": "none_of", "under": "not_under", "given": "not_given"}


def opposite(first: Clause, second: Clause) -> bool:
    """Whether one clause says exactly that the other is not so."""
    return _denies(first, second) or _denies(second, first)


def _denies(first: Clause, second: Clause) -> bool:
    if isinstance(first, Group) and first.kind == "none" and first.clauses == (second,):
        return True
    if isinstance(first, Group) and isinstance(second, Group):
        return {first.kind, second.kind} == {"any", "none"} and first.clauses == second.clauses
    if isinstance(first, Count) and isinstance(second, Count) and (first.of, first.where) == (second.of, second.where):
        return second.at_most is None and first.at_least is None and first.at_most == (second.at_least or 0) - 1
    if isinstance(first, Asked) and isinstance(second, Asked) and (first.field, first.value) == (second.field, second.value):
        return _NEGATIONS.get(first.operator) == second.operator
    return False


def _count(clause: Count) -> bool | None:
    low, high = clause.at_least or 0, clause.at_most
    most = 1 if vocabulary.COLLECTIONS[clause.of].single else None
    if most is not None and low > most:
        return False
    if low == 0 and (high is None or (most is not None and high >= most)):
        return True
    impossible = contradiction(clause.where, vocabulary.COLLECTIONS[clause.of].attributes)
    return (low == 0) if impossible else None


def _asked(clause: Asked, scope: Scope) -> bool | None:
    field = vocabulary.FIELDS[clause.field]
    within = {"patient_class": scope.classes, "payer_kind": scope.payers}.get(clause.field, ())
    if field.kind == "word" and not field.several:
        return _word(clause, within or tuple(value for value, _ in field.choices), always=bool(within))
    if field.kind in {"whole", "amount"} and not field.grouped:
        return _number(clause, field)
    return None


def _word(clause: Asked, possible: tuple[str, ...], *, always: bool) -> bool | None:
    """``always``: the word is one of the possible ones; otherwise it may also be absent."""
    wanted = set(clause.value if isinstance(clause.value, tuple) else (clause.value,))
    if clause.operator in {"is", "one_of"}:
        return False if not wanted & set(possible) else True if always and wanted >= set(possible) else None
    if clause.operator in {"is_not", "none_of"}:
        return True if not wanted & set(possible) else False if always and wanted >= set(possible) else None
    return None


def _number(clause: Asked, field: Attribute) -> bool | None:
    """Questions that every possible number answers the same; those that are not known are told apart elsewhere."""
    low, high = _interval(clause, field)
    if clause.operator in {"at_least", "at_most", "between"} and low <= field.low and high >= field.high:
        return True
    return None


def _interval(asked: Asked | Test, attribute: Attribute) -> tuple[Any, Any]:
    value: Any = asked.value
    if asked.operator == "between":
        return value[0], value[1]
    low = value if asked.operator in {"is", "at_least"} else attribute.low
    high = value if asked.operator in {"is", "at_most"} else attribute.high
    return low, high


def contradiction(asked: Iterable[Asked] | Iterable[Test], known: dict[str, Attribute]) -> str:
    """The name about which two questions contradict each other, or an empty text."""
    by_name: dict[str, list[Asked | Test]] = {}
    for each in asked:
        name = each.field if isinstance(each, Asked) else each.attribute
        by_name.setdefault(name, []).append(each)
    return next((name for name, several in by_name.items() if _clash(several, known[name])), "")


def _clash(asked: list[Asked | Test], attribute: Attribute) -> bool:
    operators = {each.operator for each in asked}
    needs_value = any(not vocabulary.OPERATORS[operator].negative for operator in operators)
    if "not_given" in operators and needs_value:
        return True
    if attribute.several:
        return False
    if attribute.kind in {"whole", "amount"}:
        intervals = [_interval(each, attribute) for each in asked]
        return bool(max(low for low, _ in intervals) > min(high for _, high in intervals))
    if attribute.kind == "date":
        return False
    return _no_word_left(asked)


def _no_word_left(asked: list[Asked | Test]) -> bool:
    """Lists and single values that share nothing, or that are excluded; codes with hierarchies are not decided."""
    allowed: set[Any] | None = None
    refused: set[Any] = set()
    for each in asked:
        values = set(each.value if isinstance(each.value, tuple) else (each.value,))
        if any(isinstance(value, str) and "-" in value and each.operator != "is" for value in values):
            continue
        if each.operator in {"is", "one_of"}:
            allowed = values if allowed is None else allowed & values
        elif each.operator in {"is_not", "none_of"}:
            refused |= values
    return allowed is not None and not allowed - refused
