"""One professional claim as an 837P (005010X222A1), segment by segment. The frame is that of the 837I.

pyx12 then judges the text (``validate``); what it does not judge is in ``professional_checks``.
"""

from collections.abc import Iterator
from typing import Final

from . import frame, professional_checks
from .claim import ClaimUnfit, Envelope
from .professional import ProfessionalClaim, ProfessionalLine
from .segments import composite, segment
from .values import Values, day, number

GUIDE: Final = "005010X222A1"
#: Of the first-listed diagnosis and of the others, by code set; and what a code of each looks like.
_QUALIFIERS: Final = {"ICD-10": ("ABK", "ABF"), "ICD-9": ("BK", "BF")}
_DIAGNOSIS: Final = {"ICD-10": r"[A-Z][0-9][0-9A-Z]{1,5}", "ICD-9": r"[0-9VE][0-9]{2,4}"}


def write(claim: ProfessionalClaim, envelope: Envelope) -> str:
    """The claim as X12 text, one segment per line. Raises ClaimUnfit with every flaw found; never a half claim."""
    values = Values()
    body = [*frame.header(claim, envelope, values), *frame.parties(claim, values), *_claim(claim, values)]
    body += [one for place, line in enumerate(claim.lines, start=1) for one in _line(place, line, claim, values)]
    checked = professional_checks.check(claim, today=envelope.at.date())
    flaws = list(dict.fromkeys([*checked, *values.flaws]))
    if flaws:
        raise ClaimUnfit(flaws)
    return frame.enclosed(body, envelope, GUIDE)


def _claim(claim: ProfessionalClaim, values: Values) -> Iterator[str]:
    """Loop 2300 in the guide's order: claim, dates, references, note, diagnoses, then the people (2310)."""
    place = values.code("Place of service", claim.place_of_service, r"[0-9]{2}")
    kind = composite(place, "B", values.code("Frequency", claim.frequency, r"[0-9]"))
    reference = values.code("Claim number", claim.number, r"[A-Z0-9\-]{1,20}")
    total = values.money("Total charge", claim.total)
    yield segment("CLM", reference, total, "", "", kind, "Y", "A", "Y", "Y", "", claim.related)
    if claim.accident_on:
        yield segment("DTP", "439", "D8", day(claim.accident_on))
    if claim.places & professional_checks.INPATIENT_PLACES:
        if claim.admitted_on:
            yield segment("DTP", "435", "D8", day(claim.admitted_on))
        if claim.discharged_on:
            yield segment("DTP", "096", "D8", day(claim.discharged_on))
    if claim.payer_control_number:
        yield segment("REF", "F8", values.text("Payer claim control number", claim.payer_control_number, 50, fix="claims"))
    if claim.medical_record_number:
        yield segment("REF", "EA", values.text("Medical record number", claim.medical_record_number, 50, fix="registration"))
    if claim.note:
        yield segment("NTE", "ADD", values.text("Claim note", claim.note, 80))
    yield _diagnoses(claim, values)
    yield from frame.practitioner("DN", "Referring provider", claim.referring, values)
    yield from frame.practitioner("82", "Rendering provider", claim.rendering, values)
    yield from frame.practitioner("DQ", "Supervising provider", claim.supervising, values)


def _diagnoses(claim: ProfessionalClaim, values: Values) -> str:
    """One HI for all: the first-listed, then the others in the order that pointers count."""
    first, others = _QUALIFIERS[claim.code_set]
    form = _DIAGNOSIS[claim.code_set]
    codes = [values.code("Diagnosis", code, form, fix="diagnoses") for code in claim.diagnoses]
    return segment("HI", *(composite(others if at else first, code) for at, code in enumerate(codes)))


def _line(place: int, line: ProfessionalLine, claim: ProfessionalClaim, values: Values) -> Iterator[str]:
    code = values.code("Procedure code", line.hcpcs, r"[A-Z0-9]{5}", fix="charges")
    modifiers = (values.code("Modifier", one, r"[A-Z0-9]{2}", fix="charges") for one in line.modifiers)
    where = values.code("Place of service", line.place_of_service, r"[0-9]{2}", fix="charges") if line.place_of_service else ""
    yield segment("LX", str(place))
    yield segment(
        "SV1",
        composite("HC", code, *modifiers),
        values.money("Line charge", line.amount),
        "UN",
        number(line.units),
        where,
        "",
        composite(*_pointers(line, claim)),
    )
    if line.date:
        yield segment("DTP", "472", "D8", day(line.date))
    yield from frame.practitioner("82", f"Rendering provider of line {place}", line.rendering, values)


def _pointers(line: ProfessionalLine, claim: ProfessionalClaim) -> list[str]:
    """Places among the diagnoses, from 1; what points elsewhere is a flaw of the checks."""
    at = {code: str(number) for number, code in enumerate(claim.diagnoses, start=1)}
    return [at[code] for code in line.pointers if code in at]
