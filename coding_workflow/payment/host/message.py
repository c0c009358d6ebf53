"""Final codes as HL7 v2.6: BAR P12 (update diagnosis and procedure), or ADT A08 for systems that take nothing else. Pure.

2.6 and not 2.5.1, because DG1-26 (present on admission) came with it (HL7 v2.6, chapter 6.5.2). The message is a snapshot:
it replaces what an earlier one of the account said.
"""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from coding_workflow.registration.hl7 import escapes, times
from coding_workflow.registration.hl7.write import segment

from .codes import FinalCodes, FinalDiagnosis

#: HL7 table 0396.
_SYSTEMS: Final = {
    "ICD-10-CM": "I10",
    "ICD-10-PCS": "I10P",
    "ICD-9-CM-DX": "I9CDX",
    "ICD-9-CM-PX": "I9CP",
    "CPT": "C4",
    "HCPCS": "HPC",
}
#: HL7 table 0052: admitting, final. A reason for the visit is what was said at the beginning, as an admitting diagnosis is.
_KINDS: Final = {"admitting": "A", "reason": "A", "final": "F", "external": "F"}
#: HL7 table 0004.
_CLASSES: Final = {"inpatient": "I", "newborn": "I", "observation": "O", "emergency": "E", "recurring": "R"}
_STRUCTURES: Final = {"BAR^P12": "BAR_P12", "ADT^A08": "ADT_A01"}
MESSAGES: Final = tuple(_STRUCTURES)


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who tells whom. ``control_id`` (MSH-10) is the same however often it is sent: by it the receiver knows a repeat."""

    message: str
    control_id: str
    sending_application: str
    sending_facility: str
    receiving_application: str
    receiving_facility: str
    at: datetime.datetime
    test: bool


def write(codes: FinalCodes, envelope: Envelope) -> str:
    """The message, each segment ended by CR. Every text is escaped; nothing of a patient can become structure."""
    segments = [_msh(envelope), _evn(envelope), _pid(codes), _pv1(codes), *_dg1(codes), *_drg(codes), *_pr1(codes)]
    return "".join(f"{segment}\r" for segment in segments)


def _msh(envelope: Envelope) -> str:
    fields = {
        3: _text(envelope.sending_application), 4: _text(envelope.sending_facility),
        5: _text(envelope.receiving_application), 6: _text(envelope.receiving_facility), 7: times.write(envelope.at),
        9: f"{envelope.message}^{_STRUCTURES[envelope.message]}", 10: _text(envelope.control_id),
        11: "T" if envelope.test else "P", 12: "2.6", 18: "UNICODE UTF-8",
    }  # fmt: skip
    return "MSH|^~\\&" + "".join(f"|{fields.get(number, '')}" for number in range(3, 19))


def _evn(envelope: Envelope) -> str:
    return segment("EVN", {1: envelope.message.partition("^")[2], 2: times.write(envelope.at)})


def _pid(codes: FinalCodes) -> str:
    return segment("PID", {
        1: "1", 3: f"{_text(codes.mrn)}^^^{_text(codes.authority)}^MR",
        5: f"{_text(codes.family_name)}^{_text(codes.given_name)}", 7: _time(codes.birth_date), 8: _text(codes.sex),
        18: _text(codes.account_number),
    })  # fmt: skip


def _pv1(codes: FinalCodes) -> str:
    return segment("PV1", {
        1: "1", 2: _CLASSES.get(codes.patient_class, "O"), 19: _text(codes.visit_number or codes.account_number),
        36: _text(codes.discharge_status), 44: _time(codes.admitted_at), 45: _time(codes.discharged_at),
    })  # fmt: skip


def _dg1(codes: FinalCodes) -> Iterator[str]:
    place = 0
    for number, one in enumerate(codes.diagnoses, start=1):
        place += one.kind in {"final", "external"}
        yield _one_diagnosis(number, one, place, codes)


def _one_diagnosis(number: int, one: FinalDiagnosis, place: int, codes: FinalCodes) -> str:
    """DG1-15 is the order among the final diagnoses, the principal one first."""
    coded = one.kind in {"final", "external"}
    return segment("DG1", {
        1: str(number), 3: f"{_text(one.code)}^^{_SYSTEMS[one.system]}", 6: _KINDS[one.kind], 15: str(place) if coded else "",
        19: times.write(codes.released_at) if coded else "", 26: _text(one.poa) if coded else "",
    })  # fmt: skip


def _drg(codes: FinalCodes) -> Iterator[str]:
    if codes.drg:
        named = f"{_text(codes.drg)}^^MSDRG^^^^{_text(codes.drg_version)}".rstrip("^")
        yield segment("DRG", {1: named, 2: times.write(codes.released_at), 3: "Y"})


def _pr1(codes: FinalCodes) -> Iterator[str]:
    for number, one in enumerate(codes.procedures, start=1):
        yield segment("PR1", {
            1: str(number), 3: f"{_text(one.code)}^^{_SYSTEMS[one.system]}", 5: _time(one.date), 14: str(number),
            15: "~".join(f"{_text(code)}^^{_SYSTEMS[_of_line(codes)]}" for code in one.diagnoses),
            16: "~".join(_text(modifier) for modifier in one.modifiers),
        })  # fmt: skip


def _of_line(codes: FinalCodes) -> str:
    return codes.diagnoses[0].system if codes.diagnoses else "ICD-10-CM"


def _time(value: datetime.date | None) -> str:
    return times.write(value) if value else ""


def _text(value: str) -> str:
    return escapes.encode(value)
