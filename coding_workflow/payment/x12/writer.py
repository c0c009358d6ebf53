"""One institutional claim as an 837I (005010X223A2), segment by segment.

pyx12 then judges the text (``validate``); what it does not judge is in ``checks``.
"""

from collections.abc import Iterator

from . import checks, frame, information
from .claim import Claim, ClaimUnfit, Envelope, ServiceLine
from .segments import composite, segment
from .values import Values, day, minute, number

GUIDE = "005010X223A2"


def write(claim: Claim, envelope: Envelope) -> str:
    """The claim as X12 text, one segment per line. Raises ClaimUnfit with every flaw found; never a half claim."""
    values = Values()
    body = [*frame.header(claim, envelope, values), *frame.parties(claim, values), *_claim(claim, values)]
    body += [segment for place, line in enumerate(claim.lines, start=1) for segment in _line(place, line, values)]
    flaws = list(dict.fromkeys([*checks.check(claim, today=envelope.at.date()), *values.flaws]))
    if flaws:
        raise ClaimUnfit(flaws)
    return frame.enclosed(body, envelope, GUIDE)


def _claim(claim: Claim, values: Values) -> Iterator[str]:
    number_ = values.code("Claim number", claim.number, r"[A-Z0-9\-]{1,20}")
    kind = values.code("Type of bill", claim.facility_type, r"[A-Z0-9]{2}")
    bill = composite(kind, "A", values.code("Frequency", claim.frequency, r"[A-Z0-9]"))
    yield segment("CLM", number_, values.money("Total charge", claim.total), "", "", bill, "", "A", "Y", "Y")
    if claim.inpatient and claim.discharged_at and claim.patient_status != "30":
        yield segment("DTP", "096", "TM", f"{claim.discharged_at:%H%M}")
    yield segment("DTP", "434", "RD8", f"{day(claim.statement_from)}-{day(claim.statement_through)}")
    if claim.inpatient and claim.admitted_at:
        yield segment("DTP", "435", "DT", minute(claim.admitted_at))
    elif claim.inpatient and claim.admitted_on:
        yield segment("DTP", "435", "D8", day(claim.admitted_on))
    yield _institutional(claim, values)
    if claim.payer_control_number:
        yield segment("REF", "F8", values.text("Payer claim control number", claim.payer_control_number, 50, fix="claims"))
    if claim.medical_record_number:
        yield segment("REF", "EA", values.text("Medical record number", claim.medical_record_number, 50, fix="registration"))
    if claim.note:
        yield segment("NTE", "ADD", values.text("Claim note", claim.note, 80))
    yield from information.write(claim, values)
    yield from frame.practitioner("71", "Attending provider", claim.attending, values)
    yield from frame.practitioner("72", "Operating provider", claim.operating, values)


def _institutional(claim: Claim, values: Values) -> str:
    kind = values.code("Admission type", claim.admission_type, r"[0-9]") if claim.admission_type else ""
    origin = values.code("Point of origin", claim.point_of_origin, r"[0-9A-Z]") if claim.point_of_origin else ""
    return segment("CL1", kind, origin, values.code("Patient status", claim.patient_status, r"[0-9]{2}"))


def _line(place: int, line: ServiceLine, values: Values) -> Iterator[str]:
    revenue = values.code("Revenue code", line.revenue_code, r"[0-9]{4}", fix="charges")
    procedure = ""
    if line.hcpcs:
        code = values.code("Procedure code", line.hcpcs, r"[A-Z0-9]{5}", fix="charges")
        procedure = composite(
            "HC", code, *(values.code("Modifier", one, r"[A-Z0-9]{2}", fix="charges") for one in line.modifiers)
        )
    yield segment("LX", str(place))
    yield segment("SV2", revenue, procedure, values.money("Line charge", line.amount), "UN", number(line.units))
    if line.date:
        yield segment("DTP", "472", "D8", day(line.date))
