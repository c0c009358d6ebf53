"""Condition 4: pregnancy, delivery and the newborn (I.C.15, I.C.16, I.C.21)."""

from collections.abc import Iterator

from coding_workflow.guidelines.case import Case
from coding_workflow.guidelines.registry import Found, rule
from coding_workflow.guidelines.words import point

#: PCS: delivery of products of conception, vaginal (10E) and by cesarean section (10D00).
_DELIVERY_PROCEDURES = ("10E0", "10D00", "10D07")


@rule("obstetric.normal_delivery", condition=4, reference="ICD-10-CM Official Guidelines I.C.15.n")
def normal_delivery(case: Case) -> Iterator[Found]:
    """O80 is for a delivery without complication: with no other code of chapter 15, and with Z37.0."""
    if not case.has("O80"):
        return
    others = sorted({code for code in case.codes if code.startswith("O") and code != "O80"})
    if others:
        named = " and ".join(point(code) for code in others)
        yield Found(f"O80 is a delivery without complication and is not used with {named}.", ("O80", *others))
    if not case.has("Z370"):
        yield Found("O80 is reported with Z37.0, a single live birth.", ("O80", "Z370"))


@rule("obstetric.outcome_of_delivery", condition=4, reference="ICD-10-CM Official Guidelines I.C.15.b.5")
def outcome_of_delivery(case: Case) -> Iterator[Found]:
    """Every delivery record carries one outcome of delivery (Z37.-)."""
    delivered = any(each.code.startswith(_DELIVERY_PROCEDURES) for each in case.facts.procedures)
    if delivered and not case.has("Z37", "O80") and not case.has("O0"):
        yield Found("A delivery is coded without its outcome (Z37.-).", ("Z37",))


@rule("obstetric.chapter_first", condition=4, reference="ICD-10-CM Official Guidelines I.C.15.a.1", override="reason")
def chapter_first(case: Case) -> Iterator[Found]:
    """Codes of chapter 15 are sequenced before those of other chapters."""
    first = case.principal.code if case.principal else ""
    at = case.position("O")
    if at and not first.startswith(("O", "Z3", "A34")):
        code = case.diagnoses[at].code
        yield Found(f"{point(code)} belongs to chapter 15, which is sequenced before {point(first)}.", (code, first))


@rule("newborn.birth_record", condition=4, reference="ICD-10-CM Official Guidelines I.C.16.a.2, I.C.21.c.12")
def birth_record(case: Case) -> Iterator[Found]:
    """Z38 is the first code of the birth record, once, and of no other record."""
    code, at = case.has("Z38"), case.position("Z38")
    born, admitted = case.facts.patient.birth_date, case.facts.admit_date
    if code and born and admitted and born != admitted:
        yield Found(f"{point(code)} is for the record of the birth only.", (code,))
    elif code and at:
        yield Found(f"{point(code)} is the principal diagnosis of a birth record.", (code,))
