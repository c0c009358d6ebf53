"""The HI segments of a claim in the guide's order: diagnoses, procedures, DRG, occurrence, value and condition codes, spans."""

from collections.abc import Iterator
from typing import Final

from .claim import Claim, Diagnosis, Occurrence, OccurrenceSpan, Procedure, Value
from .segments import composite, segment
from .values import Values, day

#: Qualifiers of ICD-10 and of ICD-9 (services before 2015-10-01).
_QUALIFIERS: Final = {
    "ICD-10": {
        "principal": "ABK",
        "admitting": "ABJ",
        "visit": "APR",
        "external": "ABN",
        "other": "ABF",
        "first": "BBR",
        "more": "BBQ",
    },
    "ICD-9": {"principal": "BK", "admitting": "BJ", "visit": "PR", "external": "BN", "other": "BF", "first": "BR", "more": "BQ"},
}
_DIAGNOSIS: Final = {"ICD-10": r"[A-Z][0-9][0-9A-Z]{1,5}", "ICD-9": r"[0-9VE][0-9]{2,4}"}
_PROCEDURE: Final = {"ICD-10": r"[0-9A-HJ-NP-Z]{7}", "ICD-9": r"[0-9]{3,4}"}
_CODE: Final = r"[A-Z0-9]{2}"


def write(claim: Claim, values: Values) -> Iterator[str]:
    """HI segments for whatever the claim holds; twelve codes fit into one segment."""
    for codes in _groups(claim, values):
        for start in range(0, len(codes), 12):
            yield segment("HI", *codes[start : start + 12])


def _groups(claim: Claim, values: Values) -> Iterator[list[str]]:
    kinds = _QUALIFIERS[claim.code_set]
    form = _DIAGNOSIS[claim.code_set]
    yield [_diagnosis(kinds["principal"], claim.principal, form, values)]
    if claim.admitting_diagnosis and claim.inpatient:
        yield [
            composite(kinds["admitting"], values.code("Admitting diagnosis", claim.admitting_diagnosis, form, fix="diagnoses"))
        ]
    yield [
        composite(kinds["visit"], values.code("Reason for visit", code, form, fix="diagnoses")) for code in claim.reason_for_visit
    ]
    yield [_diagnosis(kinds["external"], one, form, values) for one in claim.external_causes]
    if claim.drg:
        yield [composite("DR", values.code("DRG", claim.drg, r"[0-9]{3}"))]
    yield [_diagnosis(kinds["other"], one, form, values) for one in claim.other_diagnoses]
    first, more = claim.procedures[:1], claim.procedures[1:]
    shape = _PROCEDURE[claim.code_set]
    yield [_procedure(kinds["first"], one, shape, values) for one in first]
    yield [_procedure(kinds["more"], one, shape, values) for one in more]
    yield [_span(one, values) for one in claim.spans]
    yield [_occurrence(one, values) for one in claim.occurrences]
    yield [_value(one, values) for one in claim.values]
    yield [composite("BG", values.code("Condition code", one, _CODE)) for one in claim.conditions]


def _diagnosis(kind: str, one: Diagnosis, form: str, values: Values) -> str:
    code = values.code("Diagnosis", one.code, form, fix="diagnoses")
    poa = values.code("Present on admission", one.poa, r"[YNUW]", fix="diagnoses") if one.poa else ""
    return composite(kind, code, "", "", "", "", "", "", poa)


def _procedure(kind: str, one: Procedure, form: str, values: Values) -> str:
    code = values.code("Procedure", one.code, form, fix="procedures")
    return composite(kind, code, "D8", day(one.date)) if one.date else composite(kind, code)


def _occurrence(one: Occurrence, values: Values) -> str:
    return composite("BH", values.code("Occurrence code", one.code, _CODE), "D8", day(one.date))


def _span(one: OccurrenceSpan, values: Values) -> str:
    return composite("BI", values.code("Occurrence span", one.code, _CODE), "RD8", f"{day(one.first)}-{day(one.last)}")


def _value(one: Value, values: Values) -> str:
    return composite("BE", values.code("Value code", one.code, _CODE), "", "", values.money("Value code amount", one.amount))
