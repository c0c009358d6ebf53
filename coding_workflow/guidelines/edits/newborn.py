"""Condition 4: the newborn (I.C.16, I.C.21.c.11)."""

from collections.abc import Iterator

from coding_workflow.guidelines.case import Case
from coding_workflow.guidelines.patterns import ordered
from coding_workflow.guidelines.registry import Found, guideline
from coding_workflow.guidelines.words import point

#: Born outside the hospital: single, twin, other multiple.
_BORN_OUTSIDE = ("Z381", "Z384", "Z387")
_BIRTH_WEIGHTS = ("P070", "P071")
_GESTATIONAL_AGES = ("P072", "P073")
#: Last digit of P07.0-, P07.1-, P05.0- and P05.1- -> grams, first and last.
_GRAMS = {
    "1": (0, 499),
    "2": (500, 749),
    "3": (750, 999),
    "4": (1000, 1249),
    "5": (1250, 1499),
    "6": (1500, 1749),
    "7": (1750, 1999),
    "8": (2000, 2499),
}
_ADULT = 18


@guideline(
    "newborn.birth_record", "I.C.16.a.2, I.C.21.c.11", codes=("Z38",), version=2, looks_at=("diagnoses", "patient", "admit_date")
)
def birth_record(case: Case) -> Iterator[Found]:
    """Z38 is the first code of the birth record, and of no other record."""
    code, at = case.has("Z38"), case.position("Z38")
    born, admitted = case.facts.patient.birth_date, case.facts.admit_date
    elsewhere = born and admitted and born != admitted and not code.startswith(_BORN_OUTSIDE)
    if code and (elsewhere or _received(case)):
        yield Found(f"{point(code)} is for the record of the birth only.", (code,))
    elif code and at:
        yield Found(f"{point(code)} is the principal diagnosis of a birth record.", (code,))


def _received(case: Case) -> bool:
    """The account says that the newborn came from another hospital."""
    return case.facts.point_of_origin == "4" and case.facts.admission_type != "4"


@guideline("newborn.birth_place", "I.C.16.a.2", codes=("Z38",), looks_at=("diagnoses", "point_of_origin"))
def birth_place(case: Case) -> Iterator[Found]:
    """Born inside or outside this hospital: code and point of origin say the same."""
    code, origin = case.has("Z38"), case.facts.point_of_origin
    if not code or case.facts.admission_type != "4" or origin not in ("5", "6"):
        return
    if code.startswith(("Z382", "Z385", "Z388")):
        return
    outside = code.startswith(_BORN_OUTSIDE)
    if outside != (origin == "6"):
        place = "outside" if outside else "in"
        yield Found(f"{point(code)} is born {place} hospital; the point of origin is {origin}.", (code, "point_of_origin"))


@guideline("newborn.birth_record_needed", "I.C.16.a.2", classes=("newborn",), looks_at=("diagnoses", "patient", "admit_date"))
def birth_record_needed(case: Case) -> Iterator[Found]:
    """The stay of the birth begins with Z38."""
    born, admitted = case.facts.patient.birth_date, case.facts.admit_date
    here = case.facts.point_of_origin in ("", "5")
    if case.principal and here and born and born == admitted and not case.has("Z38", "P95"):
        yield Found("The birth record has no code of category Z38 as its principal diagnosis.", ("Z38",))


@guideline("newborn.born_once", "I.C.16.a.2", codes=("Z38",))
def born_once(case: Case) -> Iterator[Found]:
    """Z38 is assigned once."""
    codes = case.those("Z38")
    if len(codes) > 1:
        yield Found(f"{point(codes[0])} and {point(codes[1])}: a birth is one code of category Z38.", codes)


@guideline("newborn.maternal_code", "I.C.15.a.2, I.C.21.c.11", classes=("newborn",))
def maternal_code(case: Case) -> Iterator[Found]:
    """Chapter 15 and the outcome of delivery are for the mother's record only."""
    for code in case.those("O", "Z37", "Z3A"):
        yield Found(f"{point(code)} belongs to the mother's record.", (code,))


@guideline("newborn.perinatal_on_mother", "I.C.16.a.1, I.C.15.e.2", codes=("P",))
def perinatal_on_mother(case: Case) -> Iterator[Found]:
    """Codes of chapter 16 are never used on the mother's record."""
    if case.facts.patient_class == "newborn" or not case.has("O", "Z37"):
        return
    for code in case.those("P"):
        yield Found(f"{point(code)} is a perinatal code and is not used on the mother's record.", (code,))


@guideline("newborn.perinatal_in_adult", "I.C.16.a.4", codes=("P",), severity="info", looks_at=("diagnoses", "patient"))
def perinatal_in_adult(case: Case) -> Iterator[Found]:
    """A perinatal condition may last a lifetime; the record says that it does."""
    if case.age is not None and case.age >= _ADULT:
        for code in case.those("P"):
            yield Found(f"{point(code)} began around birth; it is coded if the condition is still there.", (code,))


@guideline("newborn.stillbirth_alone", "I.C.16.g", codes=("P95",))
def stillbirth_alone(case: Case) -> Iterator[Found]:
    """A stillbirth record has no other code."""
    if case.has("P95") and len(set(case.codes)) > 1:
        yield Found("P95 is reported alone.", ("P95",))


ordered(
    "newborn.weight_before_age",
    "I.C.16.d",
    "Birth weight is sequenced before gestational age.",
    _BIRTH_WEIGHTS,
    _GESTATIONAL_AGES,
    "{0}, the birth weight, is sequenced before {1}, the gestational age.",
)


@guideline("newborn.weight_agrees", "I.C.16.d", codes=("P05", "P07"), looks_at=("diagnoses", "patient"))
def weight_agrees(case: Case) -> Iterator[Found]:
    """The code of the birth weight is that of the grams recorded."""
    grams = case.facts.patient.birth_weight_grams
    if grams is None or case.age:
        return
    for code in case.those(*_BIRTH_WEIGHTS, "P050", "P051"):
        lowest, highest = _GRAMS.get(code[4:], (0, grams))
        if not lowest <= grams <= highest:
            yield Found(f"{point(code)} does not fit the recorded birth weight of {grams} g.", (code,))
