"""Patients and clinicians of FHIR resources."""

from typing import Final

from coding_workflow.registration.facts import PatientFacts, ProviderFacts
from coding_workflow.registration.hl7.times import Moment
from coding_workflow.registration.problem import Unreadable

from . import json_text, systems, times
from .elements import Resource, code_of, first, given, identifiers, items, name_of, part, reference_keys, text, words

V2_IDENTIFIERS: Final = ("http://terminology.hl7.org/CodeSystem/v2-0203", "http://hl7.org/fhir/v2/0203")
_NPI: Final = "http://hl7.org/fhir/sid/us-npi"
_SEX: Final = {"male": "M", "female": "F"}
_AUTHORITY_CHARACTERS: Final = 40
_OURS: Final = "MRN"
#: Qualifications as text, for senders that code none, as the degree that the mapping knows.
_DEGREES: Final = {
    "physical therapist": "PT", "occupational therapist": "OT", "speech-language therapist": "SLP",
    "speech-language pathologist": "SLP", "registered dietitian": "RD", "medical social worker": "MSW",
    "registered nurse": "RN", "doctor of medicine": "MD",
}  # fmt: skip
#: Dates that registration systems fill in when nobody asked the patient.
_PLACEHOLDERS: Final = frozenset({"1900-01-01", "1800-01-01", "1901-01-01", "1111-11-11"})


def patient_facts(patient: Resource, own_systems: frozenset[str] = frozenset()) -> PatientFacts:
    """A patient by the medical record number. ``own_systems`` are identifier systems that are the facility's own numbers.

    Refuses a patient without any identifier. What is absent is not said; ``taken_back`` turns that into deletions.
    """
    system, number = _record_number(patient, own_systems)
    name, address = name_of(patient), _address(patient)
    names = given(name)
    return PatientFacts(
        authority=authority_of(system, own_systems),
        mrn=number,
        family_name=text(name, "family") or text(name, "text") or None,
        given_name=names[0] if names else None,
        middle_name=" ".join(names[1:]) or None,
        birth=times.moment(patient.get("birthDate"), "Patient.birthDate"),
        sex=_SEX.get(text(patient, "gender"), "U") if "gender" in patient else None,
        address_line=", ".join(line for line in address.get("line", []) if isinstance(line, str)) or None,
        city=text(address, "city") or None,
        state=text(address, "state") or None,
        zip_code=text(address, "postalCode") or None,
    )


def _record_number(patient: Resource, own_systems: frozenset[str]) -> tuple[str, str]:
    """The number of type MR; among several the facility's own, then one that is not old; without any the first."""
    found = list(identifiers(patient))
    if not found:
        raise Unreadable("fhir.no_patient", "The patient has no identifier.", "Patient.identifier")
    records = [each for each in found if code_of(each[2].get("type"), *V2_IDENTIFIERS) == "MR"] or found
    ranked = sorted(records, key=lambda each: (not _is_own(each[0], own_systems), text(each[2], "use") == "old"))
    return ranked[0][0], ranked[0][1]


def authority_of(system: str, own_systems: frozenset[str]) -> str:
    """Who gives the numbers of a system: ``MRN`` is the facility itself, as with HL7; a long address stands by its hash.

    A system that our own exports write is the facility that it names, so that another facility's numbers are refused.
    """
    system = systems.facility_of(system) or system
    if not system or system in own_systems:
        return _OURS
    return system if len(system) <= _AUTHORITY_CHARACTERS else f"sha256:{json_text.digest(system)[:32]}"


def _is_own(system: str, own_systems: frozenset[str]) -> bool:
    return (systems.facility_of(system) or system) in own_systems


def _address(patient: Resource) -> Resource:
    every = items(patient.get("address"))
    return next((each for each in every if each.get("use") == "home"), next(iter(every), {}))


def birth_flags(birth: Moment | None) -> tuple[str, ...]:
    """What is odd about a date of birth."""
    if birth is None or birth.local is None:
        return ()
    if birth.precision in {"year", "month"}:
        return ("birth_date_not_exact",)
    return ("birth_date_implausible",) if birth.text in _PLACEHOLDERS else ()


def provider_of(reference: Resource, known: Resource | None) -> ProviderFacts | None:
    """A clinician by the id of the reference; names, NPI and degree from the Practitioner where it is ``known``.

    None for a reference that names nobody. Of a display like «Ann Ward» the last word is the family name until the
    Practitioner says better.
    """
    number = provider_number(reference, known)
    if not number:
        return None
    if known is None:
        *before, family = text(reference, "display").split() or [""]
        return ProviderFacts(number, family[:60], " ".join(before)[:60])
    name = name_of(known)
    npi = next((value for system, value, _ in identifiers(known) if system == _NPI), "")
    return ProviderFacts(
        number,
        text(name, "family") or text(name, "text"),
        " ".join(given(name)[:1]),
        npi if len(npi) == 10 and npi.isascii() and npi.isdigit() else "",
        _degree(known),
    )


def provider_number(reference: Resource, known: Resource | None = None) -> str:
    """The clinician's number: the id in the reference, else the identifier."""
    keys = reference_keys(reference)
    said = text(part(reference, "identifier"), "value")
    if keys and "/" in keys[0] and "|" not in keys[0]:
        return keys[0].split("/", 1)[1]
    own = text(known, "id") or next((value for _, value, _ in identifiers(known or {})), "")
    return said or own


def _degree(practitioner: Resource) -> str:
    code = part(first(practitioner.get("qualification")), "code")
    coded = next((text(coding, "code") for coding in items(code.get("coding"))), "")
    return coded or _DEGREES.get(words(code).lower(), "")
