"""What a rule may be: its size, its values, whether it could ever be true or false. Faults stop publishing, warnings do not."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Final

from coding_workflow.guidelines.tables import Tables

from . import texts, vocabulary
from .anchors import anchors_of
from .certainty import certain, contradiction
from .definition import Asked, Clause, Count, Definition, Group, Moment, Test
from .faults import Fault
from .matching import split_range
from .vocabulary import Attribute
from .walking import clauses

__all__ = ["MAX_CLAUSES", "MAX_DEPTH", "MAX_VALUES", "Fault", "faults", "warnings"]

MAX_DEPTH: Final = 6
MAX_CLAUSES: Final = 60
MAX_VALUES: Final = 500
MAX_DAYS: Final = 3_660
MAX_COUNT: Final = 999
MAX_TEXT: Final = 60
#: One word of a code, and the shortest that a range may be made of.
_CODE = re.compile(r"[A-Z0-9]{1,10}")


def faults(definition: Definition) -> tuple[Fault, ...]:
    """Everything that keeps the rule from being published, in the order of the form."""
    return tuple((*_texts(definition), *_header(definition), *_size(definition), *_clauses(definition)))


def _texts(definition: Definition) -> Iterator[Fault]:
    for place in texts.LENGTHS:
        yield from texts.faults_of(place, getattr(definition, place))


def _header(definition: Definition) -> Iterator[Fault]:
    if not 1 <= definition.condition <= 7:
        yield Fault("condition", "The condition of release is 1 to 7.")
    if definition.starts and definition.ends and definition.starts >= definition.ends:
        yield Fault("ends", "The rule ends before it starts: it covers no account.")
    for at, service in enumerate(definition.scope.services):
        if not 0 < len(service) <= MAX_TEXT:
            yield Fault(f"scope.services[{at}]", f"A service is 1 to {MAX_TEXT} characters.")
    if len(definition.scope.services) > MAX_VALUES:
        yield Fault("scope.services", f"At most {MAX_VALUES} services.")
    if definition.override != "none" and definition.severity != "hold":
        yield Fault("override", "Only a rule that holds can be overridden.")


def _size(definition: Definition) -> Iterator[Fault]:
    found = list(clauses(definition.when))
    deepest = max(depth for _, _, depth in found)
    if deepest > MAX_DEPTH:
        yield Fault("when", f"Clauses are nested {deepest} deep; at most {MAX_DEPTH} can be read.")
    number = sum(1 + (len(clause.where) if isinstance(clause, Count) else 0) for _, clause, _ in found)
    if number > MAX_CLAUSES:
        yield Fault("when", f"The rule has {number} clauses and questions; at most {MAX_CLAUSES}.")


def _clauses(definition: Definition) -> Iterator[Fault]:
    broken: list[str] = []
    for place, clause, _ in clauses(definition.when):
        found = list(_clause(place, clause))
        broken += [place] * bool(found)
        yield from found
    if not broken:
        yield from _fate(definition)


def _fate(definition: Definition) -> Iterator[Fault]:
    """Clauses that are decided before any account is looked at; the innermost is named."""
    named: list[str] = []
    for place, clause, _ in reversed(list(clauses(definition.when))):
        answer = certain(clause, definition.scope)
        if answer is not None and not any(inner.startswith(place) for inner in named):
            named.append(place)
            yield Fault(place, "This is true of every account." if answer else "This can never be true of any account.")


def _clause(place: str, clause: Clause) -> Iterator[Fault]:
    if isinstance(clause, Group):
        yield from _group(place, clause)
    elif isinstance(clause, Asked):
        yield from _value(f"{place}.value", vocabulary.FIELDS[clause.field], clause.value)
    else:
        yield from _count(f"{place}.count", clause)


def _group(place: str, clause: Group) -> Iterator[Fault]:
    if not clause.clauses:
        yield Fault(f"{place}.{clause.kind}", "There is no clause in it.")
    repeated = [each for each, times in Counter(clause.clauses).items() if times > 1]
    if repeated:
        yield Fault(f"{place}.{clause.kind}", "The same clause stands here twice.")
    if clause.kind == "all":
        yield from _contradiction(place, tuple(each for each in clause.clauses if isinstance(each, Asked)), vocabulary.FIELDS)


def _contradiction(place: str, asked: tuple[Asked, ...] | tuple[Test, ...], known: dict[str, Attribute]) -> Iterator[Fault]:
    name = contradiction(asked, known)
    if name:
        yield Fault(place, f"Two questions about the {known[name].label} contradict each other: this can never be true.")


def _count(place: str, clause: Count) -> Iterator[Fault]:
    known = vocabulary.COLLECTIONS[clause.of].attributes
    yield from _bounds(place, clause)
    for at, test in enumerate(clause.where):
        yield from _value(f"{place}.where[{at}].value", known[test.attribute], test.value)
    if len(set(clause.where)) < len(clause.where):
        yield Fault(f"{place}.where", "The same question stands here twice.")
    yield from _contradiction(f"{place}.where", clause.where, known)


def _bounds(place: str, clause: Count) -> Iterator[Fault]:
    low, high = clause.at_least, clause.at_most
    if low is None and high is None:
        yield Fault(place, "Say how many: at least, at most, or both.")
    for name, bound in (("at_least", low), ("at_most", high)):
        if bound is not None and not 0 <= bound <= MAX_COUNT:
            yield Fault(f"{place}.{name}", f"This must be 0 to {MAX_COUNT}.")
    if low is not None and high is not None and low > high:
        yield Fault(place, "At least is more than at most: this can never be true.")


def _value(place: str, attribute: Attribute, value: Any) -> Iterator[Fault]:
    listed: tuple[Any, ...] = value if isinstance(value, tuple) else () if value is None else (value,)
    if isinstance(value, tuple) and not value:
        yield Fault(place, "The list is empty.")
    if len(listed) > MAX_VALUES:
        yield Fault(place, f"The list has {len(listed)} values; at most {MAX_VALUES}.")
    for one in listed[:MAX_VALUES]:
        yield from _one(place, attribute, one, ranges=isinstance(value, tuple))
    if isinstance(value, tuple) and attribute.kind in {"whole", "amount"} and any(low > high for low, high in pairwise(value)):
        yield Fault(place, "The range is empty: its first value is above its second.")
    if isinstance(value, tuple) and attribute.kind == "date":
        yield from _dates(place, value)


def _dates(place: str, value: tuple[Any, ...]) -> Iterator[Fault]:
    first, last = value
    if first.of == last.of and first.days > last.days:
        yield Fault(place, "The range is empty: its first day is after its second.")


def _one(place: str, attribute: Attribute, one: Any, *, ranges: bool) -> Iterator[Fault]:
    if attribute.kind == "code":
        yield from _code(place, one, ranges=ranges)
    elif attribute.kind == "text" and not 0 < len(one) <= MAX_TEXT:
        yield Fault(place, f"This must be 1 to {MAX_TEXT} characters.")
    elif isinstance(one, Moment) and abs(one.days) > MAX_DAYS:
        yield Fault(place, f"At most {MAX_DAYS:,} days before or after.")
    elif attribute.kind in {"whole", "amount"} and not attribute.low <= one <= attribute.high:
        yield Fault(place, f"The {attribute.label} is between {attribute.low:,} and {attribute.high:,}.")


def _code(place: str, code: str, *, ranges: bool) -> Iterator[Fault]:
    low, high = split_range(code)
    ends = (low, high) if "-" in code else (low,)
    if not all(_CODE.fullmatch(end) for end in ends):
        yield Fault(
            place, "A code is letters and digits, a range two of them as I10-I16. Patterns are not offered: use “is under”."
        )
    elif high and not ranges:
        yield Fault(place, "A range stands in a list: use “is one of” or “is under”.")
    elif high and (low > high or len(low) != len(high)):
        yield Fault(place, f"The range {code} is empty, or its ends have not the same length.")


def warnings(definition: Definition, tables: Tables | None = None) -> tuple[Fault, ...]:
    """What an administrator should look at twice: a rule without anchor, codes that the loaded tables do not hold."""
    found = list(_unanchored(definition))
    if tables is not None:
        found += [fault for place, clause, _ in clauses(definition.when) for fault in _unknown_codes(place, clause, tables)]
    return tuple(found)


def _unanchored(definition: Definition) -> Iterator[Fault]:
    if anchors_of(definition).unanchored:
        yield Fault(
            "when", "Every account has to be asked: no code, document, class or payer must be there for the rule to speak."
        )


_SYSTEMS: Final = {
    **dict.fromkeys(("diagnoses", "principal", "secondary", "external_causes", "admitting", "reason_for_visit"), "ICD-10-CM"),
    **dict.fromkeys(("procedures", "principal_procedure"), "ICD-10-PCS"),
}


def _unknown_codes(place: str, clause: Clause, tables: Tables) -> Iterator[Fault]:
    """Diagnoses, and inpatient procedures by their seven characters; a table that is not loaded says nothing."""
    system = _SYSTEMS.get(clause.of, "") if isinstance(clause, Count) else ""
    if not isinstance(clause, Count) or not system or tables.loaded(system) is None:
        return
    for at, test in enumerate(clause.where):
        wanted = test.value if isinstance(test.value, tuple) else (test.value,)
        ends = [end for each in wanted if test.attribute == "code" and each for end in split_range(str(each)) if end]
        unknown = [end for end in ends if _checkable(system, end) and tables.code(system, end) is None]
        if unknown:
            yield Fault(f"{place}.count.where[{at}].value", f"Not in the table in force: {', '.join(unknown[:10])}.")


def _checkable(system: str, code: str) -> bool:
    return len(code) >= 3 if system == "ICD-10-CM" else len(code) == 7
