"""Read a policy from JSON, and say at which place it is wrong. Pure."""

import datetime
import json
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from types import UnionType
from typing import Any, Final, get_args, get_origin, get_type_hints

from . import vocabulary
from .rules import (
    Alternative,
    AutoRelease,
    BilledBy,
    BillHold,
    Downstream,
    EvidencePolicy,
    FacilityPolicy,
    QueryPolicy,
    RequiredDocument,
    RequiredTable,
    Scope,
    StepTarget,
    UnsignedDocuments,
)

MAX_CHARACTERS = 200_000
MAX_DAYS = 60
MAX_LINK_DAYS = 30
MAX_TARGET_DAYS = 365
#: As long as a service on an account.
MAX_SERVICE = 20


@dataclass(frozen=True)
class Fault:
    """One thing wrong: the place as in ``required_documents[2].any_of[0].when`` and a sentence."""

    place: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.place or 'policy'}: {self.sentence}"


class PolicyInvalid(ValueError):
    """The text is no policy; ``faults`` names every place that was found wrong."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(str(fault) for fault in self.faults))


def from_json(text: str) -> FacilityPolicy:
    """The policy written as JSON. Unknown keys and words are refused; left-out keys take their defaults.

    Raises ``PolicyInvalid``.
    """
    policy, faults = from_plain(parse(text))
    if faults:
        raise PolicyInvalid(faults)
    return policy


def parse(text: str) -> Any:
    """The plain data of a JSON text. Raises ``PolicyInvalid`` where it is too long or is none."""
    if len(text) > MAX_CHARACTERS:
        raise PolicyInvalid([Fault("", f"is longer than {MAX_CHARACTERS:,} characters")])
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as err:
        raise PolicyInvalid([Fault("", f"is not JSON: {err}")]) from err


def from_plain(raw: Any) -> tuple[FacilityPolicy, tuple[Fault, ...]]:
    """The policy in plain data, and everything that is wrong in it, each at its place.

    Where something is wrong the policy holds a stand-in there: it is good for showing, never for judging.
    """
    found: list[Fault] = []
    policy: FacilityPolicy = _Reader(found).read(FacilityPolicy, raw, "")
    unread = {fault.place for fault in found}
    return policy, (*found, *(fault for fault in check(policy) if not _inside(fault.place, unread)))


def _inside(place: str, unread: Collection[str]) -> bool:
    """Whether a fault is about a stand-in: its place, or the place that it belongs to, could not be read."""
    return any(place == each or not each or place.startswith((f"{each}.", f"{each}[")) for each in unread)


def check(policy: FacilityPolicy) -> Iterator[Fault]:
    """Every word that is not in the vocabulary, every number out of range, every repeated row code."""
    yield from _walk(policy, "")
    yield from _repeated_codes(policy)


_STAND_INS: Final[dict[Any, Any]] = {str: "", int: 0, bool: False, list: [], dict: {}}
_KINDS: Final = {str: "text", int: "a whole number", bool: "true or false"}


@dataclass(frozen=True)
class _Reader:
    """Reads as far as it goes; what cannot be read becomes a fault and a stand-in."""

    faults: list[Fault]

    def read(self, kind: Any, raw: Any, place: str) -> Any:
        if is_dataclass(kind):
            return self._record(kind, raw, place)
        if get_origin(kind) is tuple:
            item, rows = get_args(kind)[0], self._expect(list, raw, place, "a list")
            return tuple(self.read(item, each, f"{place}[{n}]") for n, each in enumerate(rows))
        if get_origin(kind) is UnionType:
            return None if raw in (None, "") else self.read(get_args(kind)[0], raw, place)
        if kind is datetime.date:
            return self._date(raw, place)
        return self._expect(kind, raw, place, _KINDS[kind])

    def _record(self, kind: Any, raw: Any, place: str) -> Any:
        given = self._expect(dict, raw, place, "an object")
        known = {each.name: each for each in fields(kind)}
        self.faults.extend(Fault(_join(place, name), "is not a setting of this policy") for name in given if name not in known)
        hints = get_type_hints(kind)
        values = {name: self.read(hints[name], given[name], _join(place, name)) for name in known if name in given}
        for name, each in known.items():
            if name not in given and not _optional(each):
                values[name] = self._missing(hints[name], _join(place, name), told=isinstance(raw, dict))
        return kind(**values)

    def _missing(self, kind: Any, place: str, *, told: bool) -> Any:
        """A stand-in for what is not there; nothing is said of the parts of what is itself missing."""
        if told:
            self.faults.append(Fault(place, "is missing"))
        return _Reader([]).read(kind, None, place)

    def _date(self, raw: Any, place: str) -> datetime.date:
        try:
            return datetime.date.fromisoformat(raw if isinstance(raw, str) else "")
        except ValueError:
            self.faults.append(Fault(place, "is not a date like 2026-09-30"))
            return datetime.date.max

    def _expect(self, kind: Any, raw: Any, place: str, words: str) -> Any:
        if type(raw) is kind:
            return raw
        self.faults.append(Fault(place, f"must be {words}"))
        return _STAND_INS[kind]


def _optional(each: Field[Any]) -> bool:
    return each.default is not MISSING or each.default_factory is not MISSING


def _join(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


def _walk(record: Any, place: str) -> Iterator[Fault]:
    yield from _CHECKS.get(type(record), _nothing)(record, place)
    for each in fields(record):
        value, here = getattr(record, each.name), _join(place, each.name)
        for n, item in enumerate(value if isinstance(value, tuple) else ()):
            if is_dataclass(item):
                yield from _walk(item, f"{here}[{n}]")
        if is_dataclass(value):
            yield from _walk(value, here)


def _words(values: Iterable[str], allowed: Iterable[str], place: str) -> Iterator[Fault]:
    known = tuple(allowed)
    for value in values:
        if value not in known:
            yield Fault(place, f"“{value}” is not one of {', '.join(known)}")


def _some(value: Any, place: str) -> Iterator[Fault]:
    if not value:
        yield Fault(place, "is empty")


def _nothing(record: Any, place: str) -> Iterator[Fault]:
    yield from ()


def _scope(row: Scope, place: str) -> Iterator[Fault]:
    yield from _words(row.patient_classes, vocabulary.PATIENT_CLASSES, f"{place}.patient_classes")
    yield from _words(row.payer_kinds, vocabulary.PAYER_KINDS, f"{place}.payer_kinds")
    for service in row.services:
        if not 0 < len(service) <= MAX_SERVICE or service.split() != [service]:
            yield Fault(
                f"{place}.services", f"“{service}” is not a service: a code without spaces, at most {MAX_SERVICE} characters"
            )


def _alternative(row: Alternative, place: str) -> Iterator[Fault]:
    yield from _words([row.document_type], vocabulary.DOCUMENT_TYPES, f"{place}.document_type")
    yield from _words(row.when, vocabulary.SITUATIONS, f"{place}.when")


def _required_document(row: RequiredDocument, place: str) -> Iterator[Fault]:
    yield from _some(row.code, f"{place}.code")
    yield from _some(row.any_of, f"{place}.any_of")
    yield from _words(row.when, vocabulary.SITUATIONS, f"{place}.when")
    yield from _words(row.unless, vocabulary.SITUATIONS, f"{place}.unless")
    yield from _words([row.severity], vocabulary.SEVERITIES, f"{place}.severity")
    yield from _words([row.owner], vocabulary.OWNER_ROLES, f"{place}.owner")


def _evidence(row: EvidencePolicy, place: str) -> Iterator[Fault]:
    yield from _words(row.shown_on_record, vocabulary.MANDATORY_EVIDENCE, f"{place}.shown_on_record")
    yield from _some(row.other_forms, f"{place}.other_forms")
    yield from _words(row.other_forms, vocabulary.EVIDENCE_FORMS, f"{place}.other_forms")
    for kind in vocabulary.MANDATORY_EVIDENCE:
        if kind not in row.shown_on_record:
            yield Fault(f"{place}.shown_on_record", f"“{kind}” cannot be left out: it is always shown on the record")


def _required_table(row: RequiredTable, place: str) -> Iterator[Fault]:
    yield from _some(row.tables, f"{place}.tables")
    yield from _words(row.tables, vocabulary.TABLES, f"{place}.tables")


def _downstream(row: Downstream, place: str) -> Iterator[Fault]:
    yield from _words([row.table], vocabulary.TABLES, f"{place}.table")
    yield from _some(row.declared_by.strip(), f"{place}.declared_by")
    yield from _some(row.reason.strip(), f"{place}.reason")


def _bill_hold(row: BillHold, place: str) -> Iterator[Fault]:
    if not 0 <= row.days <= MAX_DAYS:
        yield Fault(f"{place}.days", f"must be 0 to {MAX_DAYS}")


def _auto_release(row: AutoRelease, place: str) -> Iterator[Fault]:
    yield from _some(row.accountable_supervisor.strip(), f"{place}.accountable_supervisor")
    yield from _some(row.scope.patient_classes, f"{place}.scope.patient_classes")
    if row.daily_sample < 1:
        yield Fault(f"{place}.daily_sample", "must be at least 1")


def _target(row: StepTarget, place: str) -> Iterator[Fault]:
    yield from _words([row.step], vocabulary.TARGET_STEPS, f"{place}.step")
    if not 1 <= row.days <= MAX_TARGET_DAYS:
        yield Fault(f"{place}.days", f"must be 1 to {MAX_TARGET_DAYS}")


def _unsigned(row: UnsignedDocuments, place: str) -> Iterator[Fault]:
    yield from _words([row.severity], vocabulary.SEVERITIES, f"{place}.severity")
    yield from _words(row.document_types, vocabulary.DOCUMENT_TYPES, f"{place}.document_types")


def _billed_by(row: BilledBy, place: str) -> Iterator[Fault]:
    yield from _words([row.system], vocabulary.BILLING_SYSTEMS, f"{place}.system")


def _queries(row: QueryPolicy, place: str) -> Iterator[Fault]:
    yield from _words([row.escalate_to], vocabulary.ESCALATION_DESKS, f"{place}.escalate_to")
    if not 1 <= row.reminder_days < row.second_reminder_days < row.escalation_days <= MAX_DAYS:
        yield Fault(place, f"reminder, second reminder and escalation follow each other, from day 1 to {MAX_DAYS}")
    if not 1 <= row.link_days <= MAX_LINK_DAYS:
        yield Fault(f"{place}.link_days", f"must be 1 to {MAX_LINK_DAYS}")


def _policy(policy: FacilityPolicy, place: str) -> Iterator[Fault]:
    yield from _some(policy.title.strip(), "title")
    yield from _some(policy.required_documents, "required_documents")
    yield from _some(policy.required_tables, "required_tables")
    yield from _words(policy.suggestions_for, vocabulary.PATIENT_CLASSES, "suggestions_for")
    for modifier in policy.select_modifiers:
        if len(modifier) != 2 or not modifier.isalnum() or not modifier.isascii() or modifier != modifier.upper():
            yield Fault("select_modifiers", f"“{modifier}” is not a modifier of two capital letters or digits")


def _repeated_codes(policy: FacilityPolicy) -> Iterator[Fault]:
    seen: set[str] = set()
    for n, row in enumerate(policy.required_documents):
        if row.code in seen:
            yield Fault(f"required_documents[{n}].code", f"“{row.code}” is used twice")
        seen.add(row.code)


_CHECKS: dict[type, Callable[[Any, str], Iterator[Fault]]] = {
    Scope: _scope,
    Alternative: _alternative,
    RequiredDocument: _required_document,
    EvidencePolicy: _evidence,
    RequiredTable: _required_table,
    Downstream: _downstream,
    BillHold: _bill_hold,
    StepTarget: _target,
    AutoRelease: _auto_release,
    UnsignedDocuments: _unsigned,
    QueryPolicy: _queries,
    BilledBy: _billed_by,
    FacilityPolicy: _policy,
}
