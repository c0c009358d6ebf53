"""HL7 v2 out of plain records: how the demo hospital, the journey and the tests speak to the import.

Times are aware datetimes or dates. Every text is escaped; ``read.read_message`` gives it back.
"""

import datetime
from collections.abc import Sequence
from decimal import Decimal

from . import escapes, times
from .records import Charge, Clinician, Insurance, Note, Patient, PlacedOrder, Prior, Report, Result, Sending, Visit

__all__ = [
    "Charge",
    "Clinician",
    "Insurance",
    "Note",
    "Patient",
    "PlacedOrder",
    "Prior",
    "Report",
    "Result",
    "Sending",
    "Visit",
    "adt",
    "batch",
    "dft",
    "mdm",
    "orm",
    "oru",
    "person",
]

#: Events of MDM that carry the document's text.
_CONTENT = frozenset({"T02", "T04", "T06", "T08", "T10"})
Value = str | Decimal | int | datetime.date | None


def adt(
    event: str,
    sending: Sending,
    patient: Patient,
    visit: Visit,
    coverages: Sequence[Insurance] = (),
    *,
    prior: Prior | None = None,
    occurred_at: datetime.datetime | datetime.date | None = None,
) -> bytes:
    """An ADT message about a visit; ``prior`` for merges, moves and class changes, ``occurred_at`` (EVN-6) for leaves."""
    segments = [
        _msh(sending, "ADT", event),
        segment("EVN", {1: event, 2: _text(sending.sent_at), 6: _text(occurred_at)}),
        _pid(patient, visit.account_number),
        *([_mrg(prior)] if prior else []),
        _pv1(visit),
        *([segment("ROL", {2: "AD", 3: "SUP", 4: _clinician(visit.supervising)})] if visit.supervising else []),
        *_ub2(visit),
        *([segment("PR1", {1: "1", 11: _clinician(visit.operating)})] if visit.operating else []),
        *[_in1(rank, insurance) for rank, insurance in enumerate(coverages, start=1)],
    ]
    return _bytes(segments)


def person(event: str, sending: Sending, patient: Patient, *, prior: Prior | None = None) -> bytes:
    """An ADT message about a patient without an account: A28, A31, A40."""
    segments = [
        _msh(sending, "ADT", event),
        segment("EVN", {1: event, 2: _text(sending.sent_at)}),
        _pid(patient, ""),
        *([_mrg(prior)] if prior else []),
    ]
    return _bytes(segments)


def mdm(sending: Sending, patient: Patient, account_number: str, note: Note, event: str = "T02") -> bytes:
    """An MDM: one document, signed where ``signed_at`` is given; its text where the event carries content."""
    signature = _at_component(_clinician(note.author), 15, times.write(note.signed_at)) if note.signed_at else ""
    txa = {
        1: "1", 2: _parts(note.type, note.title), 3: "TX", 4: _text(note.authored_at), 9: _clinician(note.author),
        12: _text(note.number), 13: _text(note.parent), 17: "LA" if note.signed_at else "DO", 22: signature,
    }  # fmt: skip
    return _bytes([
        _msh(sending, "MDM", event),
        segment("EVN", {1: event, 2: _text(sending.sent_at)}),
        _pid(patient, account_number),
        segment("PV1", {1: "1", 19: _text(account_number)}),
        segment("TXA", txa),
        *(_text_segments(note.type, note.title, note.text, 1) if event in _CONTENT else []),
    ])  # fmt: skip


def orm(sending: Sending, patient: Patient, account_number: str, orders: Sequence[PlacedOrder]) -> bytes:
    """An ORM O01 with one ORC and OBR for each order."""
    segments = [_msh(sending, "ORM", "O01"), _pid(patient, account_number)]
    for number, order in enumerate(orders, start=1):
        segments += [
            segment("ORC", {
                1: order.control, 2: _text(order.number), 5: order.status, 9: _text(order.ordered_at),
                10: _clinician(order.entered_by), 11: _clinician(order.verified_by), 12: _clinician(order.ordered_by),
            }),
            segment("OBR", {1: str(number), 2: _text(order.number), 4: _parts(order.code, order.name)}),
        ]  # fmt: skip
    return _bytes(segments)


def dft(sending: Sending, patient: Patient, account_number: str, charges: Sequence[Charge]) -> bytes:
    """A DFT P03 with one FT1 for each charge."""
    return _bytes([
        _msh(sending, "DFT", "P03"),
        segment("EVN", {1: "P03", 2: _text(sending.sent_at)}),
        _pid(patient, account_number),
        *[_ft1(number, charge) for number, charge in enumerate(charges, start=1)],
    ])  # fmt: skip


def oru(sending: Sending, patient: Patient, account_number: str, reports: Sequence[Report]) -> bytes:
    """An ORU R01 with one OBR for each report."""
    segments = [_msh(sending, "ORU", "R01"), _pid(patient, account_number)]
    for number, report in enumerate(reports, start=1):
        segments += _report(number, report)
    return _bytes(segments)


def batch(messages: Sequence[bytes]) -> bytes:
    """Messages in one batch with its count, as night jobs send them."""
    return b"BHS|^~\\&\r" + b"".join(messages) + f"BTS|{len(messages)}\r".encode()


def _report(number: int, report: Report) -> list[str]:
    segments = [segment("OBR", {
        1: str(number), 2: _text(report.number), 3: _text(report.number), 4: _parts(report.code, report.name),
        7: _text(report.collected_at), 22: _text(report.reported_at), 24: _text(report.section), 25: report.status,
        32: _clinician(report.interpreter),
    })]  # fmt: skip
    for position, result in enumerate(report.results, start=1):
        if result.text:
            segments += _text_segments(result.code, result.name, result.text, position)
        else:
            segments.append(_measured(position, result, report.status))
    return segments


def _measured(position: int, result: Result, status: str) -> str:
    return segment("OBX", {
        1: str(position), 2: "ST", 3: _parts(result.code, result.name), 5: _text(result.value), 6: _text(result.unit),
        7: _text(result.reference), 8: _text(result.abnormal), 11: status,
    })  # fmt: skip


def _text_segments(code: str, name: str, text: str, first: int) -> list[str]:
    """A note as TX observations, one for each line."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return [
        segment("OBX", {1: str(number), 2: "TX", 3: _parts(code, name), 5: _text(line), 11: "F"})
        for number, line in enumerate(lines, start=first)
    ]


def _msh(sending: Sending, kind: str, trigger: str) -> str:
    fields = {
        3: _text(sending.application), 4: _text(sending.facility), 7: times.write(sending.sent_at),
        9: f"{kind}^{trigger}", 10: _text(sending.control_id), 11: "P", 12: "2.5.1", 18: "UNICODE UTF-8",
    }  # fmt: skip
    return "MSH|^~\\&" + "".join(f"|{fields.get(number, '')}" for number in range(3, 19))


def _pid(patient: Patient, account_number: str) -> str:
    return segment("PID", {
        1: "1", 3: f"{_text(patient.mrn)}^^^{_text(patient.authority)}^MR",
        5: _parts(patient.family_name, patient.given_name, patient.middle_name),
        7: _text(patient.birth_date), 8: _text(patient.sex),
        11: _parts(patient.address_line, "", patient.city, patient.state, patient.zip_code), 18: _text(account_number),
    })  # fmt: skip


def _mrg(prior: Prior) -> str:
    patient = f"{_text(prior.mrn)}^^^{_text(prior.authority)}^MR" if prior.mrn else ""
    return segment("MRG", {1: patient, 3: _text(prior.account_number), 5: _text(prior.visit_number)})


def _pv1(visit: Visit) -> str:
    place = _parts(visit.location, "", "", "", "", visit.place_of_service)
    return segment("PV1", {
        1: "1", 2: _text(visit.class_code), 3: place, 4: _text(visit.admission_type),
        7: _clinician(visit.attending), 8: _clinician(visit.referring), 10: _text(visit.service),
        14: _text(visit.point_of_origin), 18: _text(visit.patient_type),
        19: _text(visit.visit_number or visit.account_number), 36: _text(visit.disposition),
        39: _text(visit.billing_provider), 44: _text(visit.admitted_at), 45: _text(visit.discharged_at),
    })  # fmt: skip


def _ub2(visit: Visit) -> list[str]:
    if not (visit.condition_codes or visit.occurrence_codes or visit.occurrence_spans or visit.value_codes):
        return []
    return [segment("UB2", {
        1: "1", 3: "~".join(_text(code) for code in visit.condition_codes),
        6: "~".join(_parts(code, amount) for code, amount in visit.value_codes),
        7: "~".join(_parts(code, date) for code, date in visit.occurrence_codes),
        8: "~".join(_parts(*span) for span in visit.occurrence_spans),
    })]  # fmt: skip


def _in1(rank: int, insurance: Insurance) -> str:
    return segment("IN1", {
        1: str(rank), 2: _text(insurance.payer_code), 3: _text(insurance.payer_code), 4: _text(insurance.payer_name),
        8: _text(insurance.group_number), 36: _text(insurance.member_id),
    })  # fmt: skip


def _ft1(number: int, charge: Charge) -> str:
    return segment("FT1", {
        1: str(number), 2: _text(charge.number), 4: _text(charge.service_date), 6: "CD" if charge.amount < 0 else "CG",
        7: _charge_code(charge), 10: _text(charge.units), 11: _text(abs(charge.amount)), 16: _text(charge.place_of_service),
        19: "~".join(_text(code) for code in charge.diagnoses), 20: _clinician(charge.performed_by), 25: _text(charge.hcpcs),
        26: "~".join(_text(modifier) for modifier in charge.modifiers),
    })  # fmt: skip


def _charge_code(charge: Charge) -> str:
    """The charge code, with the revenue code as its alternate where there is one."""
    revenue = (charge.revenue_code, "", "NUBC") if charge.revenue_code else ()
    return _parts(charge.code, charge.description, "L", *revenue)


def _clinician(clinician: Clinician | None) -> str:
    if clinician is None:
        return ""
    local = _at_component(_parts(clinician.id, clinician.family_name, clinician.given_name), 7, _text(clinician.role))
    npi = f"~{_at_component(_parts(clinician.npi, clinician.family_name, clinician.given_name), 13, 'NPI')}"
    return local + (npi if clinician.npi else "")


def _at_component(field: str, number: int, value: str) -> str:
    """The first repetition of a field with one component set."""
    parts = field.split("~", 1)[0].split("^")
    parts += [""] * (number - len(parts))
    parts[number - 1] = value
    return "^".join(parts).rstrip("^")


def _parts(*values: Value) -> str:
    return "^".join(_text(value) for value in values).rstrip("^")


def _text(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime.date):
        return times.write(value)
    return escapes.encode(str(value))


def segment(name: str, fields: dict[int, str]) -> str:
    """One segment from its fields by number, each escaped already; empty ones at the end are left away."""
    last = max((number for number, value in fields.items() if value), default=0)
    return name + "".join(f"|{fields.get(number, '')}" for number in range(1, last + 1))


def _bytes(segments: Sequence[str]) -> bytes:
    return "".join(f"{segment}\r" for segment in segments).encode()
