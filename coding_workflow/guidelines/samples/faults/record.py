"""Condition 3: the documents that must be there."""

import datetime
from dataclasses import replace

from coding_workflow.guidelines.facts import Document, Facts, Waiver
from coding_workflow.guidelines.samples.charging import surgical

from .changing import document, document_changed, has, with_document, without_document
from .registry import fault

_MISSING = "documents.required"


def _operated(facts: Facts) -> bool:
    """A procedure whose operative report policy asks for; a cesarean section is reported by its delivery note."""
    return any(surgical(each.code) and each.code.startswith("0") for each in facts.procedures)


@fault("the history and physical is missing", _MISSING)
def history(facts: Facts) -> Facts | None:
    return without_document(facts, "history_and_physical") if facts.inpatient else None


@fault("the discharge summary is missing", _MISSING)
def summary(facts: Facts) -> Facts | None:
    return without_document(facts, "discharge_summary")


@fault("the discharge summary is not signed", _MISSING)
def summary_unsigned(facts: Facts) -> Facts | None:
    return document_changed(facts, "discharge_summary", signed=False, signed_at=None)


@fault("a stay of several days ends with a progress note only", _MISSING)
def progress_note_only(facts: Facts) -> Facts | None:
    stayed = facts.admit_date and facts.discharge_date and (facts.discharge_date - facts.admit_date).days > 2
    if facts.patient_class != "inpatient" or not stayed or has(facts, "O"):
        return None
    return document_changed(facts, "discharge_summary", type="final_progress_note")


@fault("the death summary is missing", _MISSING)
def death_summary(facts: Facts) -> Facts | None:
    return without_document(facts, "death_summary")


@fault("the newborn record is missing", _MISSING)
def newborn_record(facts: Facts) -> Facts | None:
    return without_document(facts, "newborn_record")


@fault("the operative report is missing", _MISSING)
def operative_report(facts: Facts) -> Facts | None:
    return without_document(facts, "operative_note") if _operated(facts) else None


@fault("only a brief operative note is there", _MISSING)
def brief_note(facts: Facts) -> Facts | None:
    return document_changed(facts, "operative_note", type="brief_operative_note") if _operated(facts) else None


@fault("the operative report of an outpatient surgery is not signed", _MISSING)
def operative_unsigned(facts: Facts) -> Facts | None:
    in_room = any(line.revenue_code == "0360" for line in facts.lines)
    if facts.inpatient or not in_room:
        return None
    return document_changed(facts, "operative_note", signed=False, signed_at=None)


@fault("the pathology report has not come", _MISSING)
def pathology(facts: Facts) -> Facts | None:
    return without_document(facts, "pathology_report")


@fault("the emergency department note is missing", _MISSING)
def ed_note(facts: Facts) -> Facts | None:
    return without_document(facts, "ed_note") if facts.patient_class == "emergency" else None


@fault("the observation order is missing", _MISSING)
def observation_order(facts: Facts) -> Facts | None:
    return without_document(facts, "observation_order")


@fault("the observation note is missing", _MISSING)
def observation_note(facts: Facts) -> Facts | None:
    return without_document(facts, "observation_note")


@fault("the plan of care is not certified", _MISSING)
def plan_of_care(facts: Facts) -> Facts | None:
    return document_changed(facts, "plan_of_care", signed=False, signed_at=None)


@fault("the order for the test is missing", _MISSING)
def order(facts: Facts) -> Facts | None:
    return without_document(facts, "order")


@fault("the waiver of the history and physical has expired", _MISSING)
def waiver_expired(facts: Facts) -> Facts | None:
    missing = history(facts)
    waiver = Waiver("history_and_physical", "scanned elsewhere", facts.judged_on)
    return replace(missing, waivers=(waiver,)) if missing else None


@fault("the sterilization consent is missing", _MISSING)
def consent(facts: Facts) -> Facts | None:
    asked = facts.payer.kind == "medicaid" and has(facts, "Z302")
    return without_document(facts, "sterilization_consent") if asked else None


@fault("the sterilization consent was given ten days before", "documents.sterilization_consent_age")
def consent_age(facts: Facts) -> Facts | None:
    given = document(facts, "sterilization_consent")
    if facts.payer.kind != "medicaid" or not has(facts, "Z302") or given is None or given.authored_at is None:
        return None
    return document_changed(facts, "sterilization_consent", authored_at=given.authored_at + datetime.timedelta(days=50))


def _changed_to_outpatient(facts: Facts, decided: bool, concurrence: bool | None = None) -> Facts | None:
    if facts.patient_class != "observation":
        return None
    written = facts.admitted_at
    changed = replace(facts, condition_codes=("44",))
    made = Document("ur_decision", "ur_decision", "physician_advisor", "pat", True, written, concurrence=concurrence)
    return with_document(changed, made) if decided else changed


@fault("condition code 44 without the utilization review decision", _MISSING)
def no_decision(facts: Facts) -> Facts | None:
    return _changed_to_outpatient(facts, decided=False)


@fault("condition code 44 without the physician's concurrence", "documents.condition_code_44")
def no_concurrence(facts: Facts) -> Facts | None:
    return _changed_to_outpatient(facts, decided=True, concurrence=False)


@fault("the change to outpatient was decided after discharge", "documents.condition_code_44")
def decided_late(facts: Facts) -> Facts | None:
    changed = _changed_to_outpatient(facts, decided=True, concurrence=True)
    return changed and document_changed(changed, "ur_decision", authored_at=facts.discharged_at)
