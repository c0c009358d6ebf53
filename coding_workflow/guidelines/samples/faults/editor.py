"""Condition 4: what the Medicare Code Editor and the outpatient code editor see."""

import datetime
from dataclasses import replace
from decimal import Decimal

from coding_workflow.guidelines.facts import Facts, Line

from .changing import document, done, has, line_where, with_first, with_last
from .registry import fault

_MEDICARE = ("medicare", "medicare_advantage")


@fault("an adult's condition is coded for a newborn", "mce.age_conflict")
def age(facts: Facts) -> Facts | None:
    return with_last(facts, "I2510") if facts.patient_class == "newborn" else None


@fault("a personal history is the principal diagnosis", "mce.unacceptable_pdx")
def unacceptable(facts: Facts) -> Facts | None:
    fits = facts.patient_class == "inpatient" and not has(facts, "O", "Z8673", "Z51")
    return with_first(facts, "Z8673") if fits else None


@fault("a manifestation is the principal diagnosis", "mce.manifestation_as_pdx")
def manifestation(facts: Facts) -> Facts | None:
    fits = facts.patient_class == "inpatient" and not has(facts, "O", "F", "G", "R", "S", "Z51", "E03")
    return with_first(facts, "F0280") if fits else None


@fault("a fracture leaves the side unspecified", "mce.unspecified")
def unspecified(facts: Facts) -> Facts | None:
    return with_last(facts, "S72143A") if facts.patient_class == "inpatient" and not has(facts, "O", "S") else None


@fault("the patient would be older than anybody", "mce.invalid_age")
def too_old(facts: Facts) -> Facts | None:
    fits = facts.patient_class == "inpatient" and not has(facts, "O", "I25", "K70", "M", "N40", "Z68")
    return replace(facts, patient=replace(facts.patient, birth_date=datetime.date(1880, 1, 1))) if fits else None


@fault("a heart transplant at a Medicare hospital that is not named for it", "mce.limited_coverage")
def transplant(facts: Facts) -> Facts | None:
    fits = facts.payer.kind == "medicare" and document(facts, "operative_note") and facts.inpatient
    return done(facts, "02YA0Z0") if fits else None


@fault("hypertension is the reason for a Medicare stay", "mce.questionable_admission")
def questionable(facts: Facts) -> Facts | None:
    fits = facts.payer.kind == "medicare" and facts.patient_class == "inpatient" and not has(facts, "I1", "I50", "N18", "Z51")
    return with_first(facts, "I10") if fits else None


@fault("a wrong procedure is reported on a claim for payment", "mce.wrong_procedure_performed")
def wrong_procedure(facts: Facts) -> Facts | None:
    return with_last(facts, "Y6551") if facts.patient_class == "inpatient" and not has(facts, "O") else None


@fault("a Medicare stay with a sterilization", "mce.non_covered")
def not_covered(facts: Facts) -> Facts | None:
    if facts.payer.kind != "medicare" or facts.patient.sex != "F" or has(facts, "Z302"):
        return None
    return with_last(done(facts, "0UL78DZ"), "Z302") if facts.patient_class == "inpatient" else None


@fault("a visit on the day of a procedure has no modifier 25", "ioce.visit_modifier_25")
def no_modifier_25(facts: Facts) -> Facts | None:
    operated = any("10004" <= line.hcpcs <= "69990" for line in facts.lines)
    if facts.payer.kind not in _MEDICARE or not operated:
        return None
    return line_where(facts, lambda line: "25" in line.modifiers, modifiers=())


@fault("radiology is charged without a HCPCS code", "ioce.revenue_code_needs_hcpcs")
def bare_revenue_code(facts: Facts) -> Facts | None:
    if facts.payer.kind not in _MEDICARE:
        return None
    return line_where(facts, lambda line: line.revenue_code in ("0320", "0301", "0420"), hcpcs="", modifiers=(), owner=None)


@fault("a service is charged with zero units", "charges.units")
def no_units(facts: Facts) -> Facts | None:
    return line_where(facts, lambda line: bool(line.hcpcs), units=Decimal(0))


@fault("a service is dated after the statement", "charges.date")
def after_statement(facts: Facts) -> Facts | None:
    through = facts.statement_through
    late = through + datetime.timedelta(days=3) if through else None
    return line_where(facts, lambda line: bool(line.owner), date=late) if late else None


@fault("the service lies after the last release of the tables", "tables.loaded")
def no_tables(facts: Facts) -> Facts | None:
    if facts.patient_class not in ("emergency", "clinic", "ancillary", "outpatient_surgery") or facts.related_accounts:
        return None
    day, judged = datetime.date(2026, 10, 2), datetime.date(2026, 10, 12)
    lines: tuple[Line, ...] = tuple(replace(line, date=day) for line in facts.lines)
    record = facts.record and replace(facts.record, admit_date=day, discharge_date=day)
    moved = replace(facts, admit_date=day, discharge_date=day, statement_from=day, statement_through=day, judged_on=judged)
    return replace(moved, lines=lines, record=record, admitted_at=None, discharged_at=None)
