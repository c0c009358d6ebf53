"""PID, PV1 and XCN: who the patient is, which visit and account it is, and which clinician."""

from coding_workflow.registration.facts import AccountKey, PatientFacts, ProviderFacts, VisitFacts

from .problem import HL7Problem
from .read import Message, Segment

_RECORD_NUMBER = "MR"
#: ROL-3: HL7 table 0443 has the referring one; the others as senders write them.
_RENDERING = frozenset({"REN", "RENDERING", "PERFORMING"})
_REFERRING = frozenset({"RP", "REF", "REFERRING"})
_SUPERVISING = frozenset({"SUP", "SUPERVISING"})


def patient_of(message: Message) -> PatientFacts:
    """The patient of a message. Refuses a PID without any identifier."""
    pid = message.required("PID")
    chosen = chosen_identifier(pid, 3)
    if chosen is None:
        raise HL7Problem("hl7.no_patient", "PID-3 holds no patient identifier.", "PID", 3)
    return PatientFacts(
        authority=pid.value(3, 4, repetition=chosen) or "MRN",
        mrn=pid.value(3, 1, repetition=chosen),
        family_name=pid.told(5, 1),
        given_name=pid.told(5, 2),
        middle_name=pid.told(5, 3),
        birth=pid.moment(7),
        sex=pid.told(8),
        address_line=pid.told(11, 1),
        city=pid.told(11, 3),
        state=pid.told(11, 4),
        zip_code=pid.told(11, 5),
    )


def chosen_identifier(segment: Segment, number: int) -> int | None:
    """The repetition of PID-3 or MRG-1 that is a medical record number, else the first with a value."""
    present = [each for each in segment.repetitions(number) if segment.value(number, 1, repetition=each) not in {"", '""'}]
    records = [each for each in present if segment.value(number, 5, repetition=each).upper() == _RECORD_NUMBER]
    return next(iter(records or present), None)


def account_number_or_none(message: Message) -> str | None:
    """PID-18, or the visit number of PV1-19 where the sender keeps one account for each visit; None without either."""
    pid, pv1 = message.first("PID"), message.first("PV1")
    number = (pid.value(18) if pid else "") or (pv1.value(19) if pv1 else "")
    return None if number in {"", '""'} else number


def account_number_of(message: Message) -> str:
    """The account's number. Refuses a message without one."""
    number = account_number_or_none(message)
    if number is None:
        raise HL7Problem("hl7.no_account", "Neither PID-18 nor PV1-19 names an account.", "PID", 18)
    return number


def key_of(message: Message) -> AccountKey:
    """The account that a document or a charge belongs to, with the patient's number as a second check where there is one."""
    number = account_number_of(message)
    pid = message.first("PID")
    chosen = chosen_identifier(pid, 3) if pid else None
    if pid is None or chosen is None:
        return AccountKey(number)
    return AccountKey(number, pid.value(3, 4, repetition=chosen) or "MRN", pid.value(3, 1, repetition=chosen))


def visit_of(message: Message) -> VisitFacts:
    """The visit in the sender's codes; billing codes (UB2) and the surgeon (PR1) come from ``adt``."""
    pv1 = message.required("PV1")
    number = account_number_of(message)
    return VisitFacts(
        account_number=number,
        visit_number=pv1.value(19) or number,
        class_code=pv1.told(2),
        patient_type=pv1.told(18),
        service=pv1.told(10),
        location=pv1.told(3),
        admission_type=pv1.told(4),
        point_of_origin=pv1.told(14),
        disposition=pv1.told(36),
        admitted=pv1.moment(44),
        discharged=pv1.moment(45),
        attending=provider_of(pv1, 7),
        place_of_service=pv1.told(3, 6) or None,
        rendering=_in_role(message, _RENDERING) or provider_of(pv1, 7),
        referring=_in_role(message, _REFERRING) or provider_of(pv1, 8),
        supervising=_in_role(message, _SUPERVISING),
        billing_provider=pv1.told(39),
    )


def _in_role(message: Message, roles: frozenset[str]) -> ProviderFacts | None:
    """The first person of a ROL segment in one of these roles (ROL-3, ROL-4)."""
    fitting = (rol for rol in message.all("ROL") if rol.value(3).upper() in roles)
    return next((found for rol in fitting if (found := provider_of(rol, 4))), None)


def provider_of(segment: Segment, number: int) -> ProviderFacts | None:
    """A clinician in an XCN field; among repetitions an NPI wins. None where the field names nobody."""
    present = [rep for rep in segment.repetitions(number) if segment.value(number, 1, repetition=rep) not in {"", '""'}]
    if not present:
        return None
    source = segment.value(number, 1, repetition=present[0])
    npi = next((segment.value(number, 1, repetition=rep) for rep in present if _is_npi(segment, number, rep)), "")
    return ProviderFacts(
        source_id=source,
        family_name=segment.value(number, 2, repetition=present[0]),
        given_name=segment.value(number, 3, repetition=present[0]),
        npi=npi if len(npi) == 10 and npi.isdigit() else "",
        role=segment.value(number, 7, repetition=present[0]),
    )


def _is_npi(segment: Segment, number: int, repetition: int) -> bool:
    return "NPI" in {segment.value(number, part, repetition=repetition).upper() for part in (9, 13)}
