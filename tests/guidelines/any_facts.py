"""Facts as nobody would send them: every key of the shape, with codes, dates, units and texts at random."""

import dataclasses
import datetime
import json
import types
import typing
from decimal import Decimal
from functools import cache
from typing import Any

from hypothesis import strategies as st

from coding_workflow.guidelines.facts import PATIENT_CLASSES, Facts, facts_to_json
from coding_workflow.guidelines.samples import sample
from coding_workflow.policy.vocabulary import DOCUMENT_TYPES, PAYER_KINDS

_KNOWN = """
A41.9 R65.20 R65.21 I10 I11.0 I13.0 I50.23 N18.4 N18.6 O80 O70.1 Z37.0 Z3A.39 Z38.00 P07.18 T45.515A T36.0X1A S72.141A F02.80
W01.0XXA Y92.010 U07.1 J12.82 C34.11 Z51.11 E11.9 E11.22 L89.153 K57 99284 12001 G0378 J2405 0SRC0J9 10E0XZZ 5A1955Z 44
"""
_CODES = st.sampled_from(_KNOWN.split())
_ODD_CODES = st.text("ABZ019.", min_size=1, max_size=8).filter(lambda text: text.strip("."))
_TEXTS = st.sampled_from(["", "01", "20", "30", "0111", "4", "medicare", "01x", "é", "  ", "probable", "59"]) | st.text(
    max_size=6
)
_DAYS = st.dates(datetime.date(2026, 1, 1), datetime.date(2026, 12, 31)) | st.dates()
_AMOUNTS = st.integers(-(10**17), 10**17).map(lambda cents: Decimal(cents).scaleb(-2)) | st.integers(-3, 400).map(Decimal)
#: The first and the last day are days of no zone but UTC.
_OFFSETS = st.sampled_from(["Z", "-05:00", "+05:45"])
_INSTANTS = st.tuples(st.datetimes(datetime.datetime(1, 1, 2), datetime.datetime(9999, 12, 30)), _OFFSETS).map(
    lambda parts: parts[0].isoformat() + parts[1]
)
_NAMED: dict[str, st.SearchStrategy[Any]] = {
    "patient_class": st.sampled_from(sorted(PATIENT_CLASSES)),
    "billing_kind": st.sampled_from(["facility", "professional"]),
    "source": st.sampled_from(["coder", "chargemaster"]),
    "kind": st.sampled_from(PAYER_KINDS) | _TEXTS,
    "part": st.sampled_from(["condition", "occurrence", "span", "value"]),
    "poa": st.sampled_from(["", "Y", "N", "U", "W", "1", "y"]),
    "sex": st.sampled_from(["F", "M", "", "X", "unknown"]),
    "type": st.sampled_from((*DOCUMENT_TYPES, "inpatient", "observation", "anything")),
    "grouper_version": st.sampled_from([None, "43.1", "99.9", ""]),
}
_CODED = frozenset(
    {"code", "codes", "hcpcs", "admitting_diagnosis", "reason_for_visit", "modifiers", "condition_codes", "pointers"}
)
_SYSTEMS = {
    "Diagnosis": st.sampled_from(["ICD-10-CM", "ICD-9-CM-DX"]),
    "Procedure": st.sampled_from(["ICD-10-PCS", "ICD-9-CM-PX", "HCPCS", "CPT"]),
}


@cache
def keys(noun: type) -> dict[str, st.SearchStrategy[Any]]:
    """What each key of a noun of the facts may hold."""
    hints = typing.get_type_hints(noun)
    return {field.name: _value(noun, field.name, hints[field.name]) for field in dataclasses.fields(noun)}


def _needed(noun: type) -> frozenset[str]:
    return frozenset(field.name for field in dataclasses.fields(noun) if field.default is dataclasses.MISSING)


@cache
def objects(noun: type) -> st.SearchStrategy[dict[str, Any]]:
    """JSON objects of a noun: what it needs always, the rest sometimes."""
    optional = {name: held for name, held in keys(noun).items() if name not in _needed(noun)}
    return st.fixed_dictionaries({name: keys(noun)[name] for name in _needed(noun)}, optional=optional)


def _value(noun: type, name: str, hint: Any) -> st.SearchStrategy[Any]:
    if name == "system":
        return _SYSTEMS[noun.__name__]
    if name in _NAMED and (noun is Facts or name != "patient_class"):
        return _NAMED[name]
    return _of_hint(noun, name, hint)


def _of_hint(noun: type, name: str, hint: Any) -> st.SearchStrategy[Any]:
    parts = typing.get_args(hint)
    if typing.get_origin(hint) in (types.UnionType, typing.Union):
        return st.none() | _of_hint(noun, name, parts[0])
    if name == "sources":
        return st.dictionaries(_TEXTS, _TEXTS, max_size=2)
    if parts:
        return st.lists(_of_hint(noun, name, parts[0]), max_size=3)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return objects(hint)
    return _of_type(noun, name, hint)


def _of_type(noun: type, name: str, hint: Any) -> st.SearchStrategy[Any]:
    if hint is str and name in _CODED:
        return _CODES | _ODD_CODES
    never_empty = name in _needed(noun) or name == "deficiencies"
    simple = {
        str: st.sampled_from(["a", "b", "Ä", "ana"]) if never_empty else _TEXTS,
        bool: st.booleans(),
        int: st.integers(0, 10**6),
        Decimal: _AMOUNTS.map(str),
        datetime.date: _DAYS.map(str),
        datetime.datetime: _INSTANTS,
    }
    return simple[hint]


#: What facts cannot be read without.
_KEPT = frozenset({"id", "patient_class", "discharge_date", "statement_through"})


@st.composite
def any_facts(draw: st.DrawFn) -> dict[str, Any]:
    """A correct account of which some keys were replaced and some taken away; sometimes hardly anything is left."""
    account: dict[str, Any] = json.loads(facts_to_json(sample(draw(st.integers(0, 20)), draw(st.integers(0, 300)))))
    changeable = sorted(keys(Facts).keys() - _KEPT)
    for name in draw(st.lists(st.sampled_from(changeable), max_size=6, unique=True)):
        account[name] = draw(keys(Facts)[name])
    taken = changeable if draw(st.integers(0, 9)) == 0 else draw(st.lists(st.sampled_from(changeable), max_size=2))
    left = {name: value for name, value in account.items() if name not in taken}
    if left.get("billing_kind") == "professional":
        left |= {"patient_class": "professional"}
    return left | {"discharge_date": str(draw(_DAYS))} if draw(st.integers(0, 4)) == 0 else left
