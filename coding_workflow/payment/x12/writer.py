"""One institutional claim as an 837I (005010X223A2), segment by segment.

pyx12 then judges the text (``validate``); what it does not judge is in ``checks``.
"""

from collections.abc import Iterator

from . import checks, information
from .claim import Address, Claim, ClaimUnfit, Envelope, Practitioner, ServiceLine
from .segments import composite, segment
from .values import COMPONENT, ELEMENT, REPETITION, TERMINATOR, Values, day, minute, number

GUIDE = "005010X223A2"


def write(claim: Claim, envelope: Envelope) -> str:
    """The claim as X12 text, one segment per line. Raises ClaimUnfit with every flaw found; never a half claim."""
    values = Values()
    body = [*_header(claim, envelope, values), *_parties(claim, values), *_claim(claim, values)]
    body += [segment for place, line in enumerate(claim.lines, start=1) for segment in _line(place, line, values)]
    flaws = list(dict.fromkeys([*checks.check(claim, today=envelope.at.date()), *values.flaws]))
    if flaws:
        raise ClaimUnfit(flaws)
    return "\n".join([*_open(envelope), *body, *_close(envelope, len(body))]) + "\n"


def _open(envelope: Envelope) -> list[str]:
    at, number_ = envelope.at, envelope.interchange_number
    isa = ["ISA", "00", " " * 10, "00", " " * 10, "ZZ", f"{envelope.sender:<15}", "ZZ", f"{envelope.receiver:<15}"]
    isa += [f"{at:%y%m%d}", f"{at:%H%M}", REPETITION, "00501", f"{number_:09d}", "0", "T" if envelope.test else "P", COMPONENT]
    return [
        ELEMENT.join(isa) + TERMINATOR,
        segment(
            "GS", "HC", envelope.sender, envelope.receiver, day(at.date()), f"{at:%H%M}", str(envelope.group_number), "X", GUIDE
        ),
        segment("ST", "837", f"{envelope.set_number:04d}", GUIDE),
    ]


def _close(envelope: Envelope, written: int) -> list[str]:
    """Trailers; SE counts the segments between and both of ST and SE."""
    return [
        segment("SE", str(written + 2), f"{envelope.set_number:04d}"),
        segment("GE", "1", str(envelope.group_number)),
        segment("IEA", "1", f"{envelope.interchange_number:09d}"),
    ]


def _header(claim: Claim, envelope: Envelope, values: Values) -> Iterator[str]:
    for field, party in (("Interchange sender", envelope.sender), ("Interchange receiver", envelope.receiver)):
        values.code(field, party, r"[A-Z0-9][A-Z0-9 .\-]{1,14}", fix="claim_settings")
    reference = values.code("Claim number", claim.number, r"[A-Z0-9\-]{1,20}")
    yield segment("BHT", "0019", "00", reference, day(envelope.at.date()), f"{envelope.at:%H%M}", "CH")
    submitter, receiver = claim.submitter, claim.receiver
    name = values.text("Submitter name", submitter.name, 60, fix="claim_settings")
    yield segment("NM1", "41", "2", name, "", "", "", "", "46", _identifier(values, "Submitter id", submitter.identifier))
    contact = values.text("Submitter contact", submitter.contact, 60, fix="claim_settings")
    phone = values.code("Submitter telephone", submitter.phone, r"[0-9]{10}", fix="claim_settings")
    yield segment("PER", "IC", contact, "TE", phone)
    name = values.text("Receiver name", receiver.name, 60, fix="claim_settings")
    yield segment("NM1", "40", "2", name, "", "", "", "", "46", _identifier(values, "Receiver id", receiver.identifier))


def _identifier(values: Values, field: str, text: str) -> str:
    return values.text(field, text, 80, fix="claim_settings", shortest=2)


def _parties(claim: Claim, values: Values) -> Iterator[str]:
    provider = claim.provider
    yield segment("HL", "1", "", "20", "1")
    yield segment("PRV", "BI", "PXC", values.code("Billing taxonomy", provider.taxonomy, r"[A-Z0-9]{10}", fix="facility"))
    name = values.text("Billing provider name", provider.name, 60, fix="facility")
    npi = values.code("Billing provider NPI", provider.npi, r"[0-9]{10}", fix="facility")
    yield segment("NM1", "85", "2", name, "", "", "", "", "XX", npi)
    yield from _address("Billing provider", provider.address, values, r"[0-9]{9}", "facility")
    yield segment("REF", "EI", values.code("Billing tax id", provider.tax_id, r"[0-9]{9}", fix="facility"))
    yield from _subscriber(claim, values)
    payer = values.text("Payer name", claim.payer.name, 60, fix="payer")
    identifier = values.text("Payer id", claim.payer.identifier, 80, fix="payer", shortest=2)
    yield segment("NM1", "PR", "2", payer, "", "", "", "", "PI", identifier)


def _subscriber(claim: Claim, values: Values) -> Iterator[str]:
    person, fix = claim.subscriber, "registration"
    yield segment("HL", "2", "1", "22", "0")
    group = values.optional("Group number", person.group_number, 50, fix=fix)
    filing = values.code("Claim filing indicator", claim.payer.filing, r"[A-Z0-9]{2}", fix="payer")
    yield segment("SBR", "P", "18", group, "", "", "", "", "", filing)
    family = values.text("Patient family name", person.family_name, 60, fix=fix)
    given = values.optional("Patient given name", person.given_name, 35, fix=fix)
    middle = values.optional("Patient middle name", person.middle_name, 25, fix=fix)
    member = values.text("Member id", person.member_id, 80, fix=fix, shortest=2)
    yield segment("NM1", "IL", "1", family, given, middle, "", "", "MI", member)
    yield from _address("Patient", person.address, values, r"[0-9]{5}([0-9]{4})?", fix)
    sex = values.code("Patient sex", person.sex, r"[FMU]", fix=fix)
    born = day(person.birth_date) if person.birth_date else values.refuse("Birth date", "Birth date is missing.", fix)
    yield segment("DMG", "D8", born, sex)


def _address(whose: str, address: Address, values: Values, zip_form: str, fix: str) -> Iterator[str]:
    yield segment("N3", values.text(f"{whose} address", address.line, 55, fix=fix))
    city = values.text(f"{whose} city", address.city, 30, fix=fix, shortest=2)
    state = values.code(f"{whose} state", address.state, r"[A-Z]{2}", fix=fix)
    yield segment("N4", city, state, values.code(f"{whose} ZIP code", address.zip_code, zip_form, fix=fix))


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
    yield from _practitioner("71", "Attending provider", claim.attending, values)
    yield from _practitioner("72", "Operating provider", claim.operating, values)


def _institutional(claim: Claim, values: Values) -> str:
    kind = values.code("Admission type", claim.admission_type, r"[0-9]") if claim.admission_type else ""
    origin = values.code("Point of origin", claim.point_of_origin, r"[0-9A-Z]") if claim.point_of_origin else ""
    return segment("CL1", kind, origin, values.code("Patient status", claim.patient_status, r"[0-9]{2}"))


def _practitioner(role: str, title: str, person: Practitioner | None, values: Values) -> Iterator[str]:
    if person is None:
        return
    family = values.text(f"{title} family name", person.family_name, 60, fix="providers")
    given = values.optional(f"{title} given name", person.given_name, 35, fix="providers")
    npi = values.code(f"{title} NPI", person.npi, r"[0-9]{10}", fix="providers")
    yield segment("NM1", role, "1", family, given, "", "", "", "XX", npi)
    if role == "71" and person.taxonomy:
        yield segment("PRV", "AT", "PXC", values.code(f"{title} taxonomy", person.taxonomy, r"[A-Z0-9]{10}", fix="providers"))


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
