"""Where a resource failed, when the verb that refused speaks of HL7."""

from typing import Final

from accounts.errors import Refused

#: What ``fitting`` and the verbs call the place, as the element it came from.
_FIELDS: Final = {
    ("PID", 3): "Patient.identifier", ("PID", 5): "Patient.name", ("PID", 11): "Patient.address",
    ("PID", 18): "Encounter.identifier", ("PV1", 3): "Encounter.location", ("PV1", 7): "Encounter.participant",
    ("PV1", 19): "Encounter.identifier", ("IN1", 3): "Coverage.payor", ("IN1", 8): "Coverage.class",
    ("IN1", 36): "Coverage.subscriberId", ("TXA", 9): "author", ("TXA", 12): "identifier", ("STF", 1): "Practitioner.id",
    ("STF", 3): "Practitioner.name", ("FT1", 2): "ChargeItem.identifier", ("FT1", 4): "ChargeItem.occurrenceDateTime",
    ("FT1", 7): "ChargeItem.code", ("FT1", 25): "ChargeItem.code", ("FT1", 26): "ChargeItem.code",
}  # fmt: skip
_CODES: Final = {
    "registration.no_class": "Encounter.class",
    "registration.unmapped_class": "Encounter.class",
    "registration.unmapped_disposition": "Encounter.hospitalization.dischargeDisposition",
    "registration.dates_reversed": "Encounter.period",
    "registration.other_facility": "Encounter.serviceProvider",
    "registration.other_authority": "Patient.identifier",
    "registration.other_patient": "subject",
    "registration.unmapped_document_type": "type",
    "registration.no_revenue_code": "ChargeItem.code",
}
_SENTENCES: Final = {
    "registration.other_authority": "The patient is named by another facility's numbers.",
    "registration.no_class": "The encounter does not say the patient class.",
}


def of_field(segment: str, field: int) -> str:
    """The element for a field of HL7."""
    return _FIELDS.get((segment, field), "")


def of_code(code: str) -> str:
    """The element for a refusal."""
    return _CODES.get(code, "")


def code(hl7_code: str) -> str:
    """``hl7.too_long`` is ``fhir.too_long`` here."""
    return f"fhir.{hl7_code.removeprefix('hl7.')}"


def sentence(refusal: Refused) -> str:
    """The sentence, without the words of HL7."""
    return _SENTENCES.get(refusal.code, refusal.sentence)
