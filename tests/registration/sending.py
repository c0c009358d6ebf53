"""Messages for the tests of this room: one synthetic patient, one stay, sent in a known order."""

import datetime
from decimal import Decimal
from typing import Any

from coding_workflow.registration.hl7 import write

ZONE = datetime.timezone(datetime.timedelta(hours=-4))
ADMITTED = datetime.datetime(2026, 9, 1, 8, 30, tzinfo=ZONE)
DISCHARGED = datetime.datetime(2026, 9, 4, 11, 0, tzinfo=ZONE)
PATIENT = write.Patient(mrn="M100", family_name="Testcase", given_name="Pat", birth_date=datetime.date(1957, 2, 3), sex="F")
WARD = write.Clinician(id="DR1", family_name="Ward", given_name="Wanda", npi="1234567893", role="MD")
MEDICARE = write.Insurance(payer_code="MCR", payer_name="Medicare", member_id="1EG4TE5MK73")


def sending(control_id: str, minute: int = 0, facility: str = "MAIN") -> write.Sending:
    """A header sent so many minutes after the discharge."""
    return write.Sending(facility=facility, control_id=control_id, sent_at=DISCHARGED + datetime.timedelta(minutes=minute))


def visit(**changes: Any) -> write.Visit:
    """An inpatient stay, still in house."""
    values: dict[str, Any] = {
        "account_number": "A100",
        "admission_type": "1",
        "point_of_origin": "1",
        "admitted_at": ADMITTED,
        "attending": WARD,
        **changes,
    }
    return write.Visit(**values)


def admit(control_id: str = "c-a01", minute: int = 0, facility: str = "MAIN", **changes: Any) -> bytes:
    """A01."""
    return write.adt("A01", sending(control_id, minute, facility), PATIENT, visit(**changes), [MEDICARE])


def update(control_id: str = "c-a08", minute: int = 1, **changes: Any) -> bytes:
    """A08."""
    return write.adt("A08", sending(control_id, minute), PATIENT, visit(**changes))


def discharge(control_id: str = "c-a03", minute: int = 2, **changes: Any) -> bytes:
    """A03, home unless said otherwise."""
    values = {"discharged_at": DISCHARGED, "disposition": "01", **changes}
    return write.adt("A03", sending(control_id, minute), PATIENT, visit(**values))


def summary(control_id: str = "c-mdm", minute: int = 3, text: str = "Pneumonia.\nImproved & sent home.") -> bytes:
    """A signed discharge summary by the attending."""
    note = write.Note(
        number="D100", type="DS", title="Discharge summary", text=text, author=WARD, authored_at=DISCHARGED, signed_at=DISCHARGED
    )
    return write.mdm(sending(control_id, minute), PATIENT, "A100", note)


def charge(control_id: str = "c-dft", minute: int = 4, number: str = "T100", amount: str = "812.00") -> bytes:
    """One room charge."""
    line = write.Charge(
        number=number, code="ROOM", amount=Decimal(amount), service_date=ADMITTED.date(), revenue_code="0120", description="Room"
    )
    return write.dft(sending(control_id, minute), PATIENT, "A100", [line])


def pathology(control_id: str = "c-oru", minute: int = 5, status: str = "F") -> bytes:
    """A pathology report."""
    report = write.Report(
        number="P100",
        code="88305",
        name="Surgical pathology",
        section="SP",
        status=status,
        collected_at=ADMITTED,
        reported_at=DISCHARGED,
        results=[write.Result(code="22637-3", name="Diagnosis", text="Tubular adenoma.")],
    )
    return write.oru(sending(control_id, minute), PATIENT, "A100", [report])
