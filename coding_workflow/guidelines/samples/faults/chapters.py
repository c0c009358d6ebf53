"""Condition 4: sequence and combination by the chapters of the Official Guidelines."""

from dataclasses import replace

from coding_workflow.guidelines.facts import Facts

from .changing import first, has, moved_before, moved_first, recoded, uncoded, with_first, with_last
from .registry import fault


@fault("sepsis is sequenced after the local infection", "infection.sepsis_first")
def sepsis_second(facts: Facts) -> Facts | None:
    local = has(facts, "N390", "N10", "J18", "J15", "L03")
    if not first(facts).startswith("A4") or not local or (facts.diagnoses or ())[0].poa != "Y":
        return None
    return moved_first(facts, local)


@fault("severe sepsis stands before the systemic infection", "infection.severe_sepsis", "mce.unacceptable_pdx")
def severe_first(facts: Facts) -> Facts | None:
    severe = has(facts, "R652")
    return moved_first(facts, severe) if severe and not has(facts, "A419") else None


@fault("severe sepsis is coded without a systemic infection", "infection.severe_sepsis")
def severe_alone(facts: Facts) -> Facts | None:
    local = has(facts, "N390", "J18", "J15")
    if not has(facts, "R652") or not local:
        return None
    return uncoded(moved_first(facts, local), "A4")


@fault("hypertension and heart failure are not combined", "circulatory.hypertension_combined")
def heart_apart(facts: Facts) -> Facts | None:
    return recoded(facts, "I110", "I10") if has(facts, "I110") and first(facts) != "I110" else None


@fault("hypertension and kidney disease are not combined", "circulatory.hypertension_combined")
def kidney_apart(facts: Facts) -> Facts | None:
    return recoded(facts, "I129", "I10") if has(facts, "I129") else None


@fault("hypertension, heart failure and kidney disease are not combined", "circulatory.hypertension_combined")
def all_apart(facts: Facts) -> Facts | None:
    return recoded(facts, "I130", "I10") if has(facts, "I130") and first(facts) != "I130" else None


@fault("hypertensive heart and kidney disease is coded as heart disease", "circulatory.hypertension_combined")
def heart_only(facts: Facts) -> Facts | None:
    return recoded(facts, "I130", "I110") if has(facts, "I130") else None


@fault("heart failure stands before hypertensive heart disease", "circulatory.hypertension_order")
def failure_first(facts: Facts) -> Facts | None:
    combined, failure = has(facts, "I110", "I130"), has(facts, "I50")
    return moved_before(facts, failure, combined) if combined and failure else None


@fault("hypertensive heart disease without the type of heart failure", "icd10cm.use_additional")
def no_failure(facts: Facts) -> Facts | None:
    return uncoded(facts, "I50") if has(facts, "I110") and not first(facts).startswith("I50") else None


@fault("kidney disease of hypertension or diabetes without its stage", "icd10cm.use_additional")
def no_stage(facts: Facts) -> Facts | None:
    return uncoded(facts, "N18") if has(facts, "I129", "I130", "E1122") else None


@fault("the stage of kidney disease stands before hypertensive kidney disease", "icd10cm.code_first")
def stage_first(facts: Facts) -> Facts | None:
    combined = has(facts, "I129")
    return moved_before(facts, has(facts, "N18"), combined) if combined and not has(facts, "E1122") else None


@fault("the pneumonia of COVID-19 stands before COVID-19", "icd10cm.code_first", "mce.unacceptable_pdx")
def pneumonia_first(facts: Facts) -> Facts | None:
    return moved_first(facts, "J1282") if first(facts) == "U071" and has(facts, "J1282") else None


@fault("the ulcer stands before the diabetes that caused it", "icd10cm.code_first")
def ulcer_first(facts: Facts) -> Facts | None:
    return moved_before(facts, "L97512", "E11621") if has(facts, "E11621") and has(facts, "L97512") else None


@fault("a dementia is coded without its cause", "icd10cm.code_first")
def no_cause(facts: Facts) -> Facts | None:
    adult = facts.patient_class != "newborn" and not has(facts, "O", "F", "G", "I", "R", "E03")
    return with_last(facts, "F0280") if adult else None


@fault("a manifestation is first-listed", "icd10cm.manifestation_first")
def manifestation(facts: Facts) -> Facts | None:
    return None if facts.inpatient or has(facts, "Z", "F", "G", "E03") else with_first(facts, "F0280")


@fault("a normal delivery is coded with a laceration", "obstetric.normal_delivery")
def normal_with_tear(facts: Facts) -> Facts | None:
    return with_last(facts, "O701") if first(facts) == "O80" else None


@fault("a normal delivery is coded without a single live birth", "obstetric.normal_delivery")
def normal_without_outcome(facts: Facts) -> Facts | None:
    return uncoded(facts, "Z37") if first(facts) == "O80" else None


@fault("a delivery is coded without its outcome", "obstetric.outcome_of_delivery")
def no_outcome(facts: Facts) -> Facts | None:
    return uncoded(facts, "Z37") if first(facts).startswith("O") and first(facts) != "O80" else None


@fault("another chapter is sequenced before pregnancy", "obstetric.chapter_first")
def chapter_second(facts: Facts) -> Facts | None:
    return with_first(facts, "E039") if first(facts).startswith("O") and first(facts) != "O80" else None


@fault("the birth is coded on a later record", "newborn.birth_record")
def not_the_birth(facts: Facts) -> Facts | None:
    born = facts.patient.birth_date
    if not first(facts).startswith("Z38") or born is None:
        return None
    return replace(
        facts, patient=replace(facts.patient, birth_date=born.replace(day=1) if born.day > 1 else born.replace(month=4))
    )


@fault("the drug is sequenced before its adverse effect", "injury.adverse_effect_order", "mce.unacceptable_pdx")
def drug_first(facts: Facts) -> Facts | None:
    drug = has(facts, "T464X5A")
    return moved_first(facts, drug) if drug else None


@fault("an external cause is first-listed", "injury.external_cause_first")
def cause_first(facts: Facts) -> Facts | None:
    if facts.inpatient or not facts.external_causes:
        return None
    cause, *others = facts.external_causes
    return replace(facts, diagnoses=(cause, *(facts.diagnoses or ())), external_causes=tuple(others))


@fault("an external cause is the principal diagnosis", "mce.e_code_as_pdx")
def cause_principal(facts: Facts) -> Facts | None:
    if not facts.inpatient or not facts.external_causes:
        return None
    cause, *others = facts.external_causes
    return replace(facts, diagnoses=(cause, *(facts.diagnoses or ())), external_causes=tuple(others))


@fault("chemotherapy is not the first code of its stay", "encounters.first_listed_only")
def chemotherapy_second(facts: Facts) -> Facts | None:
    therapy, tumour = first(facts), has(facts, "C")
    return moved_first(facts, tumour) if therapy.startswith("Z511") and tumour else None


@fault("a routine examination is coded beside a visit", "encounters.first_listed_only")
def examination(facts: Facts) -> Facts | None:
    return with_last(facts, "Z0000") if facts.patient_class == "emergency" and not has(facts, "R", "Z") else None
