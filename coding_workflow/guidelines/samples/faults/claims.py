"""Condition 5: claim elements against the record, and other stays of the same patient."""

import datetime
from dataclasses import replace
from decimal import Decimal
from typing import Any

from coding_workflow.guidelines.facts import Document, Facts, Occurrence, Order, RelatedAccount, Value

from .changing import status, with_document
from .registry import fault

_DAY = datetime.timedelta(days=1)


def _record(facts: Facts, **changes: Any) -> Facts:
    return replace(facts, record=facts.record and replace(facts.record, **changes))


@fault("the record says another discharge status", "claim.discharge_status")
def other_status(facts: Facts) -> Facts:
    return _record(facts, discharge_status="04")


@fault("the discharge status was not abstracted", "claim.discharge_status")
def status_not_abstracted(facts: Facts) -> Facts:
    return _record(facts, discharge_status=None)


@fault("nothing was abstracted from the record", "claim.record_abstracted")
def not_abstracted(facts: Facts) -> Facts:
    return replace(facts, record=None)


@fault("the record says another patient class", "claim.patient_class")
def other_class(facts: Facts) -> Facts:
    return _record(facts, patient_class="observation" if facts.patient_class != "observation" else "inpatient")


@fault("the record says another admission date", "claim.admit_date")
def other_admission(facts: Facts) -> Facts | None:
    return _record(facts, admit_date=facts.admit_date - _DAY) if facts.admit_date else None


@fault("the record says another discharge date", "claim.discharge_date")
def other_discharge(facts: Facts) -> Facts | None:
    return _record(facts, discharge_date=facts.discharge_date + _DAY) if facts.discharge_date else None


@fault("the statement begins after it ends", "claim.dates_in_order", "charges.date")
def statement_backwards(facts: Facts) -> Facts | None:
    return replace(facts, statement_from=facts.statement_through + _DAY) if facts.statement_through else None


@fault("the patient was discharged before the admission", "claim.dates_in_order")
def stay_backwards(facts: Facts) -> Facts | None:
    start, end = facts.admit_date, facts.discharge_date
    if not facts.inpatient or facts.discharge_status == "20" or facts.patient_class == "newborn" or start == end:
        return None
    return _record(replace(facts, admit_date=end, discharge_date=start), admit_date=end, discharge_date=start)


@fault("condition code 44 is on an inpatient account", "claim.condition_code_44")
def inpatient_44(facts: Facts) -> Facts | None:
    if facts.patient_class != "inpatient":
        return None
    decision = Document("ur_decision", "ur_decision", "physician_advisor", "pat", True, facts.admitted_at, concurrence=True)
    return with_document(replace(facts, condition_codes=("44",)), decision)


@fault("an inpatient account has only an observation order", "claim.placement_order")
def observation_order(facts: Facts) -> Facts | None:
    return replace(facts, orders=(Order("observation", facts.admitted_at, True),)) if facts.patient_class == "inpatient" else None


@fault("a hospice status is on a hospital claim", "claim.status_valid")
def hospice(facts: Facts) -> Facts | None:
    if facts.inpatient or facts.discharge_date is None:
        return None
    dated = replace(facts, occurrence_codes=(Occurrence("55", facts.discharge_date),))
    return _record(status(dated, "41"), death_date=facts.discharge_date)


@fault("the discharge status is reserved", "claim.status_valid", "mce.invalid_discharge_status")
def reserved_status(facts: Facts) -> Facts | None:
    return status(facts, "22") if facts.inpatient and facts.discharge_status != "20" else None


@fault("an interim bill has a final discharge status", "claim.interim")
def interim(facts: Facts) -> Facts | None:
    return replace(facts, type_of_bill="0112") if facts.inpatient else None


@fault("a final bill says the patient is still here", "claim.interim")
def still_here(facts: Facts) -> Facts | None:
    return status(facts, "30") if facts.inpatient and facts.discharge_status != "20" else None


@fault("an inpatient account has an outpatient type of bill", "claim.type_of_bill")
def outpatient_bill(facts: Facts) -> Facts | None:
    return replace(facts, type_of_bill="0131") if facts.inpatient else None


@fault("an outpatient account has an inpatient type of bill", "claim.type_of_bill")
def inpatient_bill(facts: Facts) -> Facts | None:
    return None if facts.inpatient else replace(facts, type_of_bill="0111")


@fault("a death without its date", "claim.date_of_death")
def no_date_of_death(facts: Facts) -> Facts | None:
    return replace(facts, occurrence_codes=()) if facts.discharge_status == "20" else None


@fault("a death dated before the discharge", "claim.date_of_death")
def earlier_death(facts: Facts) -> Facts | None:
    if facts.discharge_status != "20" or facts.discharge_date is None:
        return None
    return replace(facts, occurrence_codes=(Occurrence("55", facts.discharge_date - _DAY),))


@fault("a birth without weight", "claim.birth_weight")
def no_weight(facts: Facts) -> Facts | None:
    if facts.patient_class != "newborn":
        return None
    return replace(facts, value_codes=(), patient=replace(facts.patient, birth_weight_grams=None))


@fault("a birth with two weights", "claim.birth_weight")
def two_weights(facts: Facts) -> Facts | None:
    grams = facts.patient.birth_weight_grams
    return replace(facts, value_codes=(Value("54", Decimal(grams + 100)),)) if grams else None


@fault("a birth with the origin of other admissions", "claim.newborn_origin")
def origin(facts: Facts) -> Facts | None:
    return replace(facts, point_of_origin="1") if facts.patient_class == "newborn" else None


@fault("outpatient services lie in the payment window", "window.outpatient_services")
def window(facts: Facts) -> Facts | None:
    if facts.patient_class != "inpatient" or facts.payer.kind != "medicare" or facts.admit_date is None:
        return None
    day = facts.admit_date - _DAY
    return replace(
        facts, related_accounts=(RelatedAccount("ed", patient_class="emergency", service_from=day, service_through=day),)
    )


@fault("the patient was admitted the day after these services", "window.inpatient_stay")
def admitted_after(facts: Facts) -> Facts | None:
    last = max((line.date for line in facts.lines if line.date), default=None)
    if facts.inpatient or facts.payer.kind != "medicare" or last is None:
        return None
    return replace(facts, related_accounts=(RelatedAccount("stay", patient_class="inpatient", service_from=last + _DAY),))
