"""Condition 4: codes exist on the date, are complete, are of the right system, and stand on the claim once."""

import datetime
from collections import Counter
from collections.abc import Iterator

from coding_workflow.guidelines.case import Case
from coding_workflow.guidelines.facts import FACILITY_CLASSES
from coding_workflow.guidelines.registry import Found, rule
from coding_workflow.guidelines.service_codes import HCPCS_SYSTEMS, is_cpt, service_code
from coding_workflow.guidelines.words import day, point

_PLACEHOLDER = "X"
#: One 7th character of each kind of category: injuries, fetuses, coma scale and glaucoma stages.
_SEVENTH = "AK0"
_INPATIENT_SYSTEMS = frozenset({"ICD-10-PCS", "ICD-9-CM-PX"})


@rule("codes.assigned", condition=4, reference="ICD-10-CM Official Guidelines II, IV.A")
def assigned(case: Case) -> Iterator[Found]:
    """There is at least one diagnosis code."""
    if case.facts.diagnoses is None:
        yield Found("The diagnosis codes are not known, so they were not judged.", not_evaluated=True)
    elif not case.diagnoses:
        yield Found("No diagnosis is coded.")


@rule("codes.diagnosis_valid", condition=4, reference="ICD-10-CM Official Guidelines I.A.4-5, I.B.2", version=2)
def diagnosis_valid(case: Case) -> Iterator[Found]:
    """Every diagnosis code is in the table of the date, at its highest number of characters, placeholders included."""
    system = case.diagnosis_system
    if not case.is_loaded(system):
        return
    named = (*case.codes, case.facts.admitting_diagnosis, *case.facts.reason_for_visit)
    for code in sorted(set(named) - {""}):
        fault = _fault(case, system, code)
        if fault:
            characters = _characters(case, code) if case.icd_10 else ""
            yield Found(f"{point(code)} {characters or fault}", (code,))


def _characters(case: Case, code: str) -> str:
    """What is wrong with the number of characters of an ICD-10-CM code, in words; empty where it is something else."""
    found = case.tables.code("ICD-10-CM", code)
    if found is not None:
        return "needs a 7th character." if not found.billable and _has_seventh(case, code) else ""
    if len(code) == 7 and _billable(case, code[:6].rstrip(_PLACEHOLDER)):
        return "has a 7th character that the code does not take."
    padded = f"{code[:-1].ljust(6, _PLACEHOLDER)}{code[-1:]}"
    if len(code) in (5, 6) and _billable(case, padded):
        return f"lacks the placeholder X; it is written {point(padded)}."
    return ""


def _has_seventh(case: Case, code: str) -> bool:
    """Whether the next level below a heading is a code of seven characters."""
    padded = code.ljust(6, _PLACEHOLDER)
    return any(_billable(case, f"{padded}{seventh}") for seventh in _SEVENTH)


def _billable(case: Case, code: str) -> bool:
    answer = case.tables.code("ICD-10-CM", code)
    return answer is not None and answer.billable


def _fault(case: Case, system: str, code: str, on: datetime.date | None = None) -> str:
    """What keeps the code from being reported, in words; empty for a complete code of the table."""
    found = case.tables.code(system, code, on)
    if found is None:
        return f"is not an {system} code on {day(on or case.tables_date)}."
    return "" if found.billable else f"needs more characters; it is a heading in {system}."


@rule(
    "codes.procedure_valid",
    condition=4,
    reference="ICD-10-PCS Official Guidelines A1; HIPAA code sets, 45 CFR 162.1002",
    looks_at=("procedures", "lines"),
    fix="procedures",
    version=2,
)
def procedure_valid(case: Case) -> Iterator[Found]:
    """Every procedure and HCPCS code is in the table of its date, where that table is loaded."""
    judged = ((code, _fault(case, system, code, on)) for code, system, on in _procedure_codes(case) if case.is_loaded(system, on))
    for code, fault in sorted((code, fault) for code, fault in judged if fault):
        yield Found(f"{code} {fault}", (code,))


def _procedure_codes(case: Case) -> set[tuple[str, str, datetime.date | None]]:
    icd = {(each.code, case.procedure_system, None) for each in case.facts.procedures if each.system in _INPATIENT_SYSTEMS}
    services = {(service_code(service), case.service_day(service)) for service in case.services}
    return icd | {(code, "CPT" if is_cpt(code) else "HCPCS", on) for code, on in services}


@rule(
    "codes.modifier_valid",
    condition=4,
    reference="IOCE edit 22",
    looks_at=("lines",),
    fix="charges",
    version=2,
    modified=True,
)
def modifier_valid(case: Case) -> Iterator[Found]:
    """Modifiers are two characters, and in the modifier table where it is loaded and they are Level II."""
    for service in case.services:
        on = case.service_day(service)
        for modifier in service.modifiers:
            table_loaded = case.is_loaded("HCPCS-MODIFIER", on)
            known = not table_loaded or modifier.isdigit() or case.tables.code("HCPCS-MODIFIER", modifier, on)
            if len(modifier) != 2 or not known:
                yield Found(f"{modifier} on {service_code(service)} is not a modifier.", (service_code(service), modifier))


@rule("codes.system", condition=4, reference="45 CFR 162.1002", looks_at=("diagnoses", "procedures"))
def system(case: Case) -> Iterator[Found]:
    """ICD-10 from 2015-10-01, ICD-9-CM before; ICD procedures on inpatient bills, HCPCS on outpatient ones."""
    expected = case.diagnosis_system
    for diagnosis in case.submitted:
        if diagnosis.system != expected:
            yield Found(f"{point(diagnosis.code)} must be coded in {expected} on this date.", (diagnosis.code,))
    for procedure in case.facts.procedures:
        if case.inpatient and procedure.system in HCPCS_SYSTEMS:
            yield Found(
                f"{procedure.code} is {procedure.system}; inpatient procedures are {case.procedure_system}.", (procedure.code,)
            )
        elif not case.inpatient and procedure.system in _INPATIENT_SYSTEMS:
            yield Found(f"{procedure.code} is {procedure.system}, which is for inpatient stays only.", (procedure.code,))


@rule("codes.once", condition=4, reference="ICD-10-CM Official Guidelines I.B.12", looks_at=("diagnoses",))
def once(case: Case) -> Iterator[Found]:
    """A diagnosis code is reported once. A repeated principal diagnosis of an inpatient is left to the Medicare Code Editor."""
    if len(set(case.codes)) == len(case.codes):
        return
    by_editor = case.principal.code if case.grouping and case.principal else ""
    for code, times in sorted(Counter(case.codes).items()):
        if times > 1 and code != by_editor:
            yield Found(f"{point(code)} is reported {times} times; once is enough.", (code,))


@rule(
    "codes.claim_limit", condition=4, reference="837I implementation guide", severity="warn", version=2, classes=FACILITY_CLASSES
)
def claim_limit(case: Case) -> Iterator[Found]:
    """What a facility's claim has room for: 25 diagnoses, 25 procedures, 12 external causes and 3 reasons for the visit."""
    counted = (
        ("diagnoses", len(case.diagnoses), 25),
        ("procedures", len(case.facts.procedures), 25),
        ("external causes", len(case.facts.external_causes), 12),
        ("reasons for the visit", len(case.facts.reason_for_visit), 3),
    )
    for what, number, limit in counted:
        if number > limit:
            yield Found(f"{number} {what} are coded; the claim takes the first {limit}.", (what,))
