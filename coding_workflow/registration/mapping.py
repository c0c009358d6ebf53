"""Local codes in our words: the defaults, by the standard's own tables. A facility's ``FeedMap`` rows go first. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from accounts.told_codes import DIAGNOSIS_SYSTEMS

#: HL7 table 0004 and v3-ActCode (FHIR), patient class, where the class alone says enough.
_CLASSES: Final = {
    "I": "inpatient", "B": "inpatient", "E": "emergency", "R": "recurring", "C": "ancillary", "N": "ancillary",
    "IMP": "inpatient", "ACUTE": "inpatient", "NONAC": "inpatient", "OBSENC": "observation", "EMER": "emergency",
    "AMB": "clinic", "VR": "clinic",
}  # fmt: skip
_STAYS: Final = frozenset({"I", "IMP", "ACUTE"})
#: Table 0004 again: a patient who has not arrived (P) or whose class is not known (U) says nothing about the class.
_UNSAID: Final = frozenset({"P", "U"})
_OUR_CLASSES: Final = frozenset(
    {"inpatient", "observation", "emergency", "outpatient_surgery", "clinic", "recurring", "ancillary", "newborn", "professional"}
)
#: PV1-18 and PV1-10 as many senders write them; they tell outpatients apart, whom table 0004 calls O.
_OUTPATIENTS: Final = {
    "OBS": "observation", "OBV": "observation", "SDS": "outpatient_surgery", "SUR": "outpatient_surgery",
    "SURG": "outpatient_surgery", "ASC": "outpatient_surgery", "LAB": "ancillary", "RAD": "ancillary", "DIA": "ancillary",
    "THER": "recurring", "PT": "recurring", "CLI": "clinic",
}  # fmt: skip

#: PV1-18 of an account that is billed for the physician's work, whatever the class of the visit is (PV1-2).
_PROFESSIONAL: Final = frozenset({"PRO", "PROF", "PROFEE", "PB"})

#: HL7 table 0007 to the UB-04 priority of the visit; labor (L) and routine (R) have no single equal.
_ADMISSION_TYPES: Final = {"E": "1", "A": "1", "U": "2", "C": "3", "N": "4"} | {digit: digit for digit in "123459"}
#: v3-ActPriority (FHIR): emergency, urgent, elective.
_ADMISSION_TYPES_V3: Final = {"EM": "1", "UR": "2", "EL": "3"}

#: FHIR admit-source to the UB-04 point of origin; 5 is a newborn born here, and otherwise a nursing facility. Patients who came
#: through the emergency department have no code of their own since 2010.
_ADMIT_SOURCES: Final = {"hosp-trans": "4", "emd": "1", "outp": "2", "born": "5", "gp": "2", "mp": "2", "nursing": "5",
                         "psych": "6", "rehab": "6"}  # fmt: skip
#: FHIR discharge-disposition to the UB-04 status, where it says one: hospice, long-term care and other facilities do not.
_DISPOSITIONS: Final = {"home": "01", "alt-home": "01", "aadvice": "07", "exp": "20", "psy": "65", "rehab": "62", "snf": "03"}

#: HL7 table 0270 and the LOINC codes of the same documents.
_DOCUMENT_TYPES: Final = {
    "HP": "history_and_physical", "PH": "history_and_physical", "34117-2": "history_and_physical",
    "DS": "discharge_summary", "TS": "discharge_summary", "18842-5": "discharge_summary", "PR": "progress_note",
    "11506-3": "progress_note", "CN": "consultation", "PC": "consultation", "11488-4": "consultation",
    "OP": "operative_note", "11504-8": "operative_note", "PN": "procedure_note", "28570-0": "procedure_note",
    "ED": "ed_note", "34111-5": "ed_note", "SP": "pathology_report", "11526-1": "pathology_report",
    "DI": "radiology_report", "18748-4": "radiology_report", "CD": "other", "AR": "other",
    "34131-3": "clinic_note", "34878-9": "ed_note", "34746-8": "nursing_note", "78390-2": "nursing_note",
    "34745-0": "nursing_note", "34133-9": "other", "64297-5": "other",
    # A triage note is a nurse's: it must not stand for the emergency physician's.
    "54094-8": "nursing_note",
}  # fmt: skip

#: Order codes that place a patient, as many senders write them; every hospital has its own besides.
_ORDERS: Final = {
    "ADMIT": "inpatient", "ADMITIP": "inpatient", "ADMIT_INPATIENT": "inpatient", "INPATIENT": "inpatient",
    "IPADMIT": "inpatient", "OBS": "observation", "OBSERVATION": "observation", "PLACEOBS": "observation",
    "ADMIT_OBSERVATION": "observation", "PLACE_IN_OBSERVATION": "observation",
}  # fmt: skip

#: HL7 table 0396 and what senders write in its place, without blanks, dashes and underscores.
_DIAGNOSIS_SYSTEMS: Final = {
    **dict.fromkeys(("I10", "I10C", "ICD10", "ICD10CM", "10", "0"), "ICD-10-CM"),
    **dict.fromkeys(("I9", "I9C", "I9CDX", "ICD9", "ICD9CM", "ICD9CMDX", "9"), "ICD-9-CM-DX"),
}
_PROCEDURE_SYSTEMS: Final = {
    **dict.fromkeys(("I10", "I10P", "ICD10", "ICD10PCS", "PCS", "10", "0"), "ICD-10-PCS"),
    **dict.fromkeys(("I9", "I9CP", "ICD9", "ICD9CM", "ICD9CMPX", "9"), "ICD-9-CM-PX"),
    **dict.fromkeys(("C4", "CPT", "CPT4", "CPTM"), "CPT"),
    **dict.fromkeys(("HPC", "HCPCS", "HCPT"), "HCPCS"),
}
_SERVICES: Final = frozenset({"CPT", "HCPCS"})

#: Degrees to the roles that evidence rules name.
_ROLES: Final = {
    "MD": "physician", "DO": "physician", "MBBS": "physician", "DPM": "physician", "DDS": "physician", "DMD": "physician",
    "NP": "nurse_practitioner", "APRN": "nurse_practitioner", "PA": "physician_assistant", "PA-C": "physician_assistant",
    "CNM": "nurse_midwife", "CRNA": "nurse_anesthetist", "RN": "nurse", "LPN": "nurse", "RD": "dietitian",
    "PT": "therapist", "OT": "therapist", "SLP": "therapist", "MSW": "case_manager", "LCSW": "case_manager",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class LocalCodes:
    """The mapping of one feed at one facility; ``rows`` are (kind, local) to ours."""

    rows: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def _row(self, kind: str, *codes: str | None) -> str:
        return next((self.rows[kind, code] for code in codes if code and (kind, code) in self.rows), "")

    def patient_class(self, code: str | None, patient_type: str | None, service: str | None, admission: str | None) -> str:
        """Our class, or empty when the codes do not say. PV1-18 tells more than PV1-2; a newborn is admission type N."""
        mapped = self._row("patient_class", patient_type, code)
        if mapped:
            return mapped
        own = next((word for said in (patient_type, code) if (word := (said or "").lower()) in _OUR_CLASSES), "")
        if own:
            return own
        if (patient_type or "").upper() in _PROFESSIONAL:
            return "professional"
        letter = (code or "").upper()
        if letter in _STAYS and (admission or "").upper() in {"N", "4"}:
            return "newborn"
        if letter in _UNSAID:
            return ""
        if letter == "O":
            return _OUTPATIENTS.get((patient_type or "").upper()) or _OUTPATIENTS.get((service or "").upper()) or "clinic"
        return _CLASSES.get(letter, "")

    def says_no_class(self, code: str | None) -> bool:
        """Whether PV1-2 holds a letter that says nothing about the class."""
        return (code or "").upper() in _UNSAID

    def service(self, code: str) -> str:
        """The hospital service, as sent unless mapped."""
        return self._row("service", code) or code

    def admission_type(self, code: str) -> str:
        """UB-04 priority of the visit, or empty when unknown."""
        return self._row("admission_type", code) or (_ADMISSION_TYPES | _ADMISSION_TYPES_V3).get(code.upper(), "")

    def point_of_origin(self, code: str) -> str:
        """UB-04 point of origin, or empty when unknown."""
        own = code.upper() if len(code) == 1 and code.isalnum() else ""
        return self._row("point_of_origin", code) or own or _ADMIT_SOURCES.get(code, "")

    def disposition(self, code: str) -> str:
        """UB-04 patient discharge status, or empty when unknown."""
        own = code if len(code) == 2 and code.isdigit() else ""
        return self._row("disposition", code) or own or _DISPOSITIONS.get(code, "")

    def document_type(self, codes: tuple[str, ...], known: frozenset[str]) -> str:
        """The type of the first code that is mapped, a default, or one of our own words; else empty."""
        mapped = self._row("document_type", *codes)
        own = (code.lower() for code in codes if code.lower() in known)
        return mapped or next((_DOCUMENT_TYPES[code] for code in codes if code in _DOCUMENT_TYPES), "") or next(own, "")

    def order_kind(self, codes: tuple[str, ...]) -> str:
        """Inpatient or observation where a code is mapped to it or a default; anything else is another order."""
        defaults = (_ORDERS[word] for code in codes if (word := code.upper().replace(" ", "_").replace("-", "_")) in _ORDERS)
        return self._row("order", *codes) or next(defaults, "other")

    def author_role(self, role: str) -> str:
        """The role of a degree; a word in lower case is taken as the role itself."""
        return self._row("author_role", role) or _ROLES.get(role.upper(), role if role.islower() and len(role) <= 30 else "")

    def place_of_service(self, code: str) -> str:
        """CMS place of service, or empty when unknown."""
        own = code if len(code) == 2 and code.isascii() and code.isdigit() else ""
        return self._row("place_of_service", code) or own

    def mapped_place(self, location: str) -> str:
        """The place of service of a location that was mapped; a location's own number is no place of service."""
        return self._row("place_of_service", location)

    def code_system(self, system: str, segment: str, code: str) -> str:
        """The code system of a diagnosis (DG1) or procedure (PR1, FT1), or empty when unknown.

        CPT and HCPCS are told apart by their codes, since most senders call both by one name; FT1-25 needs no name.
        """
        mapped = self._row("code_system", system)
        word = system.upper().replace("-", "").replace("_", "").replace(" ", "")
        found = mapped or (_DIAGNOSIS_SYSTEMS if segment == "DG1" else _PROCEDURE_SYSTEMS).get(word, "")
        if segment != "DG1" and (found in _SERVICES or (segment == "FT1" and not system)):
            return "HCPCS" if code[:1].isalpha() else "CPT"
        return found if (found in DIAGNOSIS_SYSTEMS) == (segment == "DG1") else ""

    def coder(self, named: str) -> str:
        """The user name of a coder, as sent unless mapped."""
        return self._row("coder", named) or named

    def payer(self, code: str) -> str:
        """The payer's code at the facility, as sent unless mapped."""
        return self._row("payer", code) or code


def loinc_of(document_type: str) -> str:
    """The LOINC code that is read as this type of document; empty where none says just that."""
    codes = (code for code, kind in _DOCUMENT_TYPES.items() if kind == document_type and "-" in code)
    return "" if document_type == "other" else next(codes, "")


def type_of_bill(patient_class: str) -> str:
    """The first bill of a class: 0111 hospital inpatient, 0131 hospital outpatient, admit through discharge; none for a
    professional account."""
    if patient_class == "professional":
        return ""
    return "0111" if patient_class in {"inpatient", "newborn"} else "0131"
