"""Condition 4: codes that do not exist, are incomplete, of the wrong system or reported twice; indicators; sides."""

from dataclasses import replace

from coding_workflow.guidelines.facts import Facts, Line

from .changing import coded, done, first, has, indicators, line_where, principal, with_last
from .registry import fault

_OTHER_SIDE = {"RT": "LT", "LT": "RT"}


@fault("no diagnosis is coded", "codes.assigned")
def nothing_coded(facts: Facts) -> Facts | None:
    delivered = any(each.code.startswith("10") for each in facts.procedures)
    return None if facts.external_causes or delivered else replace(facts, diagnoses=())


@fault("the diagnoses are not known", "codes.assigned")
def nothing_known(facts: Facts) -> Facts | None:
    delivered = any(each.code.startswith("10") for each in facts.procedures)
    return None if facts.external_causes or delivered else replace(facts, diagnoses=None)


@fault("an outpatient diagnosis code does not exist", "codes.diagnosis_valid")
def no_such_code(facts: Facts) -> Facts | None:
    return None if facts.inpatient else with_last(facts, "K9999X")


@fault("an inpatient diagnosis code does not exist", "codes.diagnosis_valid", "mce.invalid_code")
def no_such_inpatient_code(facts: Facts) -> Facts | None:
    return with_last(facts, "K9999X") if facts.inpatient else None


@fault("an outpatient diagnosis code is a heading", "codes.diagnosis_valid")
def heading(facts: Facts) -> Facts | None:
    return None if facts.inpatient else with_last(facts, "K57")


@fault("the admitting diagnosis does not exist", "codes.diagnosis_valid", "mce.invalid_admit_dx")
def admitting(facts: Facts) -> Facts | None:
    return replace(facts, admitting_diagnosis="R999X") if facts.inpatient else None


@fault("the reason for the visit is a heading", "codes.diagnosis_valid")
def reason(facts: Facts) -> Facts | None:
    return replace(facts, reason_for_visit=("R07",)) if facts.reason_for_visit else None


@fault("a procedure code does not exist", "codes.procedure_valid", "mce.invalid_code")
def no_such_procedure(facts: Facts) -> Facts | None:
    return done(facts, "3E0ZZZZ") if facts.inpatient else None


@fault("an inpatient procedure is coded in CPT", "codes.system")
def cpt_inpatient(facts: Facts) -> Facts | None:
    return done(facts, "31500", "CPT") if facts.inpatient else None


@fault("an outpatient procedure is coded in ICD-10-PCS", "codes.system")
def pcs_outpatient(facts: Facts) -> Facts | None:
    return None if facts.inpatient else done(facts, "3E0234Z")


@fault("a diagnosis is marked as ICD-9-CM", "codes.system")
def old_system(facts: Facts) -> Facts:
    return principal(facts, system="ICD-9-CM-DX")


@fault("a further diagnosis is reported twice", "codes.once")
def twice(facts: Facts) -> Facts | None:
    held = facts.diagnoses or ()
    return replace(facts, diagnoses=(*held, held[-1])) if len(held) > 1 else None


@fault("the first-listed diagnosis is reported twice", "codes.once")
def first_twice(facts: Facts) -> Facts | None:
    held = facts.diagnoses or ()
    return None if facts.inpatient else replace(facts, diagnoses=(*held, held[0]))


@fault("the principal diagnosis is reported again", "mce.duplicate_of_pdx")
def principal_again(facts: Facts) -> Facts | None:
    held = facts.diagnoses or ()
    return replace(facts, diagnoses=(*held, held[0])) if facts.inpatient else None


@fault("a modifier has one character", "codes.modifier_valid")
def short_modifier(facts: Facts) -> Facts | None:
    return line_where(facts, _plain_line, modifiers=("5",))


def _plain_line(line: Line) -> bool:
    return bool(line.hcpcs) and not line.modifiers and bool(line.owner)


@fault("a present-on-admission indicator is missing", "poa.missing")
def no_indicator(facts: Facts) -> Facts | None:
    return principal(facts, poa="") if indicators(facts) and (facts.diagnoses or ())[0].poa else None


@fault("a present-on-admission indicator is not one", "poa.indicator")
def wrong_indicator(facts: Facts) -> Facts | None:
    return principal(facts, poa="X") if indicators(facts) and (facts.diagnoses or ())[0].poa else None


@fault("a hospital-acquired condition has indicator U", "poa.unknown")
def unknown_indicator(facts: Facts) -> Facts | None:
    if not indicators(facts) or not has(facts, "L89153"):
        return None
    changed = tuple(replace(each, poa="U") if each.code == "L89153" else each for each in facts.diagnoses or ())
    return replace(facts, diagnoses=changed)


@fault("the service is charged for the other side", "icd10cm.laterality")
def other_side(facts: Facts) -> Facts | None:
    sided = [line for line in facts.lines if _OTHER_SIDE.keys() & set(line.modifiers)]
    if not sided or not has(facts, "H25", "M17", "M2556", "S"):
        return None
    lines = tuple(replace(line, modifiers=tuple(_OTHER_SIDE.get(each, each) for each in line.modifiers)) for line in facts.lines)
    return replace(facts, lines=lines)


@fault("an outpatient's probable diagnosis is coded", "icd10cm.uncertain_outpatient")
def probable(facts: Facts) -> Facts | None:
    if facts.inpatient or first(facts).startswith(("R", "Z")):
        return None
    said = tuple(replace(each, quote="probable, to be confirmed by culture") for each in (facts.diagnoses or ())[0].evidence)
    return principal(facts, evidence=said)


@fault("an inpatient's suspected COVID-19 is coded", "icd10cm.uncertain_inpatient")
def suspected_covid(facts: Facts) -> Facts | None:
    if first(facts) != "U071":
        return None
    said = tuple(replace(each, quote="suspected COVID-19, test not done") for each in (facts.diagnoses or ())[0].evidence)
    return principal(facts, evidence=said)


@fault("two conditions that exclude each other are coded", "icd10cm.excludes1")
def excludes(facts: Facts) -> Facts | None:
    if has(facts, "F", "G", "O", "Z38", "R", "P", "Z3"):
        return None
    pair = (coded(facts, "F458"), coded(facts, "G4763"))
    return replace(facts, diagnoses=(*(facts.diagnoses or ()), *pair))


@fault("nicotine dependence is coded with its history", "icd10cm.excludes1")
def nicotine(facts: Facts) -> Facts | None:
    return with_last(facts, "F17210") if has(facts, "Z87891") else None
