"""Condition 4: codes that say the same twice, contradict each other, or lack what belongs to them."""

from dataclasses import replace
from decimal import Decimal

from coding_workflow.guidelines.facts import Facts

from .changing import (
    coded,
    first,
    has,
    indicators,
    line_where,
    moved_before,
    moved_first,
    recoded,
    uncoded,
    with_first,
    with_last,
)
from .registry import fault


def _adult(facts: Facts) -> bool:
    return facts.patient_class == "inpatient" and not has(facts, "O")


def _present(facts: Facts, prefix: str) -> bool:
    """Coded with the indicator of what was there at admission."""
    return any(each.code.startswith(prefix) and each.poa == "Y" for each in facts.diagnoses or ())


@fault("essential hypertension is coded beside hypertensive disease", "circulatory.hypertension_twice")
def hypertension_twice(facts: Facts) -> Facts | None:
    return with_last(facts, "I10") if has(facts, "I110") and not has(facts, "N18") else None


@fault("the hypertension code names another stage of kidney disease", "circulatory.kidney_stage")
def kidney_stage(facts: Facts) -> Facts | None:
    return recoded(facts, "I129", "I120") if has(facts, "I129") else None


@fault("coronary disease is sequenced before the infarction", "circulatory.infarction_first")
def infarction_second(facts: Facts) -> Facts | None:
    return moved_first(facts, "I2510") if _present(facts, "I21") and has(facts, "I2510") else None


@fault("hypertensive heart disease without failure stands beside heart failure", "circulatory.without_heart_failure")
def without_failure(facts: Facts) -> Facts | None:
    return recoded(facts, "I110", "I119") if has(facts, "I110") and first(facts) != "I110" else None


@fault("diabetes without complications is coded beside one with", "diabetes.without_complication")
def no_complication(facts: Facts) -> Facts | None:
    return with_last(facts, "E119") if has(facts, "E1142", "E1165") else None


@fault("diabetes and its kidney disease are not combined", "diabetes.with")
def diabetes_apart(facts: Facts) -> Facts | None:
    return recoded(facts, "E1122", "E119") if has(facts, "E1122") else None


@fault("both knees are coded one by one", "icd10cm.both_sides")
def both_knees(facts: Facts) -> Facts | None:
    return with_last(facts, "M1712") if first(facts) == "M1711" else None


@fault("exposure is coded beside confirmed COVID-19", "infection.covid_exposure")
def exposure(facts: Facts) -> Facts | None:
    return with_last(facts, "Z20822") if first(facts) == "U071" else None


@fault("asymptomatic HIV status is coded beside HIV disease", "infection.hiv_status")
def hiv_status(facts: Facts) -> Facts | None:
    return with_last(facts, "B20", "Z21") if _adult(facts) and first(facts).startswith(("M1", "S")) else None


@fault("severe sepsis is coded with and without shock", "infection.severe_sepsis_once")
def severe_twice(facts: Facts) -> Facts | None:
    return with_last(facts, "R6521") if has(facts, "R6520") else None


@fault("a status of the external cause stands alone", "injury.status_alone")
def status_alone(facts: Facts) -> Facts | None:
    return replace(facts, external_causes=(coded(facts, "Y998"),)) if facts.patient_class == "clinic" else None


@fault("chemotherapy is coded without the neoplasm", "neoplasm.therapy_needs_neoplasm")
def no_neoplasm(facts: Facts) -> Facts | None:
    return uncoded(facts, "C") if first(facts).startswith("Z511") else None


@fault("a malignancy of known site is also called disseminated", "neoplasm.disseminated")
def disseminated(facts: Facts) -> Facts | None:
    return with_last(facts, "C800") if first(facts).startswith("C18") else None


@fault("a condition of the newborn stands before the birth", "newborn.birth_record")
def birth_second(facts: Facts) -> Facts | None:
    other = has(facts, "P")
    return moved_first(facts, other) if first(facts).startswith("Z38") and other else None


@fault("the code of the birth weight is of other grams", "newborn.weight_agrees")
def other_weight(facts: Facts) -> Facts | None:
    return recoded(facts, "P0718", "P0717") if has(facts, "P0718") else None


@fault("gestational age stands before birth weight", "newborn.weight_before_age")
def age_first(facts: Facts) -> Facts | None:
    weight, weeks = has(facts, "P0717", "P0718"), has(facts, "P073")
    return moved_before(facts, weeks, weight) if weight and weeks else None


@fault("the stay of a birth does not begin with the birth", "newborn.birth_record_needed")
def no_birth(facts: Facts) -> Facts | None:
    return uncoded(facts, "Z38") if first(facts).startswith("Z38") and has(facts, "P") else None


@fault("a child born here is coded as born outside", "newborn.birth_place")
def born_outside(facts: Facts) -> Facts | None:
    return recoded(facts, "Z3800", "Z381") if first(facts) == "Z3800" else None


@fault("a condition of the newborn is on the mother's record", "newborn.perinatal_on_mother")
def on_mother(facts: Facts) -> Facts | None:
    return with_last(facts, "P599") if first(facts).startswith("O") and first(facts) != "O80" else None


@fault("the trimester is not that of the weeks", "obstetric.trimester")
def trimester(facts: Facts) -> Facts | None:
    return recoded(facts, "Z3A36", "Z3A20") if first(facts).startswith("O60") else None


@fault("two numbers of weeks are coded", "obstetric.weeks_once")
def two_weeks(facts: Facts) -> Facts | None:
    return with_last(facts, "Z3A40") if has(facts, "Z3A39") else None


@fault("supervision of a pregnancy is coded at the delivery", "obstetric.supervision_at_delivery")
def supervision(facts: Facts) -> Facts | None:
    if not first(facts).startswith("O") or first(facts) == "O80":
        return None
    return moved_before(with_last(facts, "O09293"), "O09293", has(facts, "Z37"))


@fault("a body mass index is coded in pregnancy", "clinicians.body_mass_index_pregnancy")
def pregnant_weight(facts: Facts) -> Facts | None:
    return with_last(facts, "Z6831") if first(facts).startswith("O") else None


@fault("a stroke scale is coded without a stroke", "clinicians.stroke_scale")
def stroke_scale(facts: Facts) -> Facts | None:
    return with_last(facts, "R29706") if _adult(facts) and first(facts).startswith(("M1", "C18", "K8")) else None


@fault("homelessness is the first-listed diagnosis", "clinicians.social_first")
def social_first(facts: Facts) -> Facts | None:
    return with_first(facts, "Z5902") if facts.patient_class == "clinic" else None


@fault("kidney disease has two stages", "renal.one_stage")
def two_stages(facts: Facts) -> Facts | None:
    return with_last(facts, "N1832") if has(facts, "N1831", "N1830") else None


@fault("kidney disease on chronic dialysis is coded as stage 4", "renal.dialysis_stage")
def dialysis(facts: Facts) -> Facts | None:
    return with_last(facts, "Z992") if has(facts, "N184") and not has(facts, "N17") else None


@fault("exacerbated COPD is also coded as unspecified", "respiratory.copd_once")
def copd_twice(facts: Facts) -> Facts | None:
    return with_last(facts, "J449") if has(facts, "J441") else None


@fault("COPD with pneumonia is coded as unspecified", "respiratory.copd_infection")
def copd_infected(facts: Facts) -> Facts | None:
    return with_last(facts, "J449") if first(facts) in ("J189", "J159", "J13") and indicators(facts) else None


@fault("a staged pressure ulcer is also unstageable", "skin.ulcer_unstaged")
def unstaged(facts: Facts) -> Facts | None:
    return with_last(facts, "L89150") if _present(facts, "L89153") else None


@fault("dependence on alcohol and its abuse are coded", "substance.one_pattern")
def two_patterns(facts: Facts) -> Facts | None:
    return with_last(facts, "F1010") if first(facts).startswith("F102") else None


@fault("a death in hospital is coded as of unknown cause", "symptoms.unknown_cause_of_death")
def unknown_death(facts: Facts) -> Facts | None:
    return with_last(facts, "R99") if facts.discharge_status == "20" else None


@fault("a therapy modifier stands twice on a line", "modifier.once")
def modifier_twice(facts: Facts) -> Facts | None:
    return line_where(facts, lambda line: line.modifiers == ("GP",), modifiers=("GP", "GP"))


@fault("therapy does not name its discipline", "modifier.therapy")
def no_discipline(facts: Facts) -> Facts | None:
    medicare = facts.payer.kind == "medicare"
    return line_where(facts, lambda line: line.modifiers == ("GP",) and medicare, modifiers=())


@fault("modifier 59 is on a visit", "modifier.of_visits")
def visit_59(facts: Facts) -> Facts | None:
    return line_where(facts, lambda line: line.modifiers == ("25",) and line.hcpcs.startswith("99"), modifiers=("25", "59"))


@fault("modifier 50 stands beside a side", "modifier.bilateral")
def both_sides(facts: Facts) -> Facts | None:
    return line_where(facts, lambda line: line.hcpcs == "20610", modifiers=("50", "RT"))


@fault("observation hours are under another revenue code", "observation.revenue_code")
def other_revenue_code(facts: Facts) -> Facts | None:
    medicare = facts.payer.kind == "medicare"
    return line_where(facts, lambda line: line.hcpcs == "G0378" and medicare, revenue_code="0760")


@fault("more observation hours than the patient was there", "observation.hours")
def hours(facts: Facts) -> Facts | None:
    return line_where(facts, lambda line: line.hcpcs == "G0378", units=Decimal(96))


@fault("a direct referral to observation without hours", "observation.direct_referral")
def direct_referral(facts: Facts) -> Facts | None:
    medicare = facts.payer.kind == "medicare"
    return line_where(facts, lambda line: line.hcpcs == "G0378" and medicare, hcpcs="G0379", units=Decimal(1))


@fault("two visits of one day are not said to be distinct", "ioce.multiple_visits")
def two_visits(facts: Facts) -> Facts | None:
    visit = next((line for line in facts.lines if line.hcpcs in ("G0463", "99282")), None)
    return replace(facts, lines=(*facts.lines, visit)) if visit and facts.payer.kind == "medicare" else None


@fault("a late charge is billed to Medicare", "claim.frequency_medicare")
def late_charge(facts: Facts) -> Facts | None:
    fits = facts.payer.kind == "medicare" and facts.inpatient and not facts.poa_exempt_hospital
    return replace(facts, type_of_bill="0115") if fits else None


@fault("the statement of a stay ends after the discharge", "claim.statement_through")
def statement_late(facts: Facts) -> Facts | None:
    if not facts.inpatient or facts.discharge_date is None or facts.discharge_date.day > 27:
        return None
    later = facts.discharge_date.replace(day=facts.discharge_date.day + 1)
    return replace(facts, statement_from=facts.admit_date, statement_through=later)
