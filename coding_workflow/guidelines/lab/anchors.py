"""What a rule necessarily looks at, worked out from its clauses: where an anchor is not met, the rule is false."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from coding_workflow.guidelines.anchoring import CATEGORY, DIAGNOSES, DOCUMENTS, PROCEDURES, SERVICES, Anchors
from coding_workflow.guidelines.facts import INPATIENT_CLASSES

from . import vocabulary
from .definition import Asked, Clause, Count, Definition, Group, Test, Value
from .matching import split_range

_FAMILIES = {
    **dict.fromkeys(("diagnoses", "principal", "secondary", "external_causes", "admitting", "reason_for_visit"), DIAGNOSES),
    **dict.fromkeys(("procedures", "principal_procedure"), PROCEDURES),
    "lines": SERVICES,
    "documents": DOCUMENTS,
}
_LONGEST = 7
Tokens = frozenset[str] | None
_NOTHING = frozenset[str]()


def guard(clause: Count) -> Tokens:
    """Tokens of which an account has one wherever an item passes the clause's tests; None where none can be named."""
    found = [_of_test(clause.of, test) for test in clause.where]
    return min((tokens for tokens in found if tokens is not None), key=len, default=None)


def _of_test(collection: str, test: Test) -> Tokens:
    family = _FAMILIES.get(collection)
    if family is None or test.attribute != ("type" if collection == "documents" else "code"):
        return None
    if test.operator not in {"is", "one_of", "under"}:
        return None
    wanted = test.value if isinstance(test.value, tuple) else (test.value,)
    if family == DOCUMENTS:
        return frozenset(family + str(each) for each in wanted)
    return frozenset(family + beginning[:_LONGEST] for each in wanted for beginning in _beginnings(str(each)))


def _beginnings(code: str) -> list[str]:
    """What every code meant begins with: a range by what its ends share, or by each first character in between."""
    low, high = split_range(code)
    if not high:
        return [low]
    shared = next((n for n, (left, right) in enumerate(zip(low, high, strict=False)) if left != right), min(len(low), len(high)))
    if shared:
        return [low[:shared]]
    return [chr(each) for each in range(ord(low[0]), ord(high[0]) + 1)]


@dataclass(frozen=True, slots=True)
class _Needs:
    """What a clause needs; None asks nothing."""

    tokens: Tokens = None
    classes: Tokens = None
    payers: Tokens = None


def anchors_of(definition: Definition) -> Anchors:
    """The anchors of a rule, its scope included; tokens are cut to the category."""
    needs = _both(_Needs(None, _some(definition.scope.classes), _some(definition.scope.payers)), _needs(definition.when))
    tokens = frozenset(_category(token) for token in needs.tokens or ())
    return Anchors(tokens, needs.classes or _NOTHING, needs.payers or _NOTHING)


def _some(words: tuple[str, ...]) -> Tokens:
    return frozenset(words) or None


def _category(token: str) -> str:
    return token if token.startswith(DOCUMENTS) else token[: len(DIAGNOSES) + CATEGORY]


def _needs(clause: Clause) -> _Needs:
    if isinstance(clause, Count):
        return _Needs(tokens=guard(clause) if (clause.at_least or 0) > 0 else None)
    if isinstance(clause, Asked):
        return _of_field(clause)
    parts = [_needs(each) for each in clause.clauses]
    if clause.kind == "none" or not parts:
        return _Needs()
    joined = parts[0]
    for part in parts[1:]:
        joined = _both(joined, part) if clause.kind == "all" else _either(joined, part)
    return joined


def _of_field(clause: Asked) -> _Needs:
    if vocabulary.OPERATORS[clause.operator].negative:
        return _Needs()
    if clause.field == "patient_class" and clause.operator in {"is", "one_of"}:
        return _Needs(classes=_words(clause.value))
    if clause.field == "payer_kind" and clause.operator in {"is", "one_of"}:
        return _Needs(payers=_words(clause.value))
    return _Needs(classes=INPATIENT_CLASSES) if vocabulary.FIELDS[clause.field].grouped else _Needs()


def _words(value: Value) -> Tokens:
    return frozenset(str(each) for each in (value if isinstance(value, tuple) else (value,)))


def _both(left: _Needs, right: _Needs) -> _Needs:
    return _Needs(
        tokens=_fewest((left.tokens, right.tokens)),
        classes=_shared(left.classes, right.classes),
        payers=_shared(left.payers, right.payers),
    )


def _fewest(tokens: Iterable[Tokens]) -> Tokens:
    return min((each for each in tokens if each is not None), key=lambda one: (len(one), sorted(one)), default=None)


def _shared(left: Tokens, right: Tokens) -> Tokens:
    """Both; where nothing is common the rule is never true, and either one is a sound anchor."""
    if left is None or right is None:
        return left or right
    return (left & right) or left


def _either(left: _Needs, right: _Needs) -> _Needs:
    joined: Callable[[Tokens, Tokens], Tokens] = lambda one, other: None if one is None or other is None else one | other  # noqa: E731
    return replace(
        left,
        tokens=joined(left.tokens, right.tokens),
        classes=joined(left.classes, right.classes),
        payers=joined(left.payers, right.payers),
    )


__all__ = ["Group", "anchors_of", "guard"]
