"""What an 837I and an 837P share: the envelope, sender and receiver, billing provider, subscriber, payer, and people by NPI."""

from collections.abc import Iterator
from typing import Final, Protocol

from .claim import Address, BillingProvider, ClaimPayer, Envelope, Practitioner, Receiver, Submitter, Subscriber
from .segments import segment
from .values import COMPONENT, ELEMENT, REPETITION, TERMINATOR, Values, day

#: PRV01 by the role of NM1.
_SPECIALTY_OF: Final = {"71": "AT", "82": "PE"}


class Billed(Protocol):
    """A claim of either kind, as far as its frame goes."""

    @property
    def number(self) -> str:
        """CLM01."""

    @property
    def submitter(self) -> Submitter:
        """Who sends the file."""

    @property
    def receiver(self) -> Receiver:
        """Who takes it."""

    @property
    def provider(self) -> BillingProvider:
        """Who bills."""

    @property
    def subscriber(self) -> Subscriber:
        """The patient, insured in the patient's own name."""

    @property
    def payer(self) -> ClaimPayer:
        """Who is asked to pay."""


def enclosed(body: list[str], envelope: Envelope, guide: str) -> str:
    """The segments between ST and SE in their envelope, one per line."""
    return "\n".join([*_open(envelope, guide), *body, *_close(envelope, len(body))]) + "\n"


def _open(envelope: Envelope, guide: str) -> list[str]:
    at, number_ = envelope.at, envelope.interchange_number
    isa = ["ISA", "00", " " * 10, "00", " " * 10, "ZZ", f"{envelope.sender:<15}", "ZZ", f"{envelope.receiver:<15}"]
    isa += [f"{at:%y%m%d}", f"{at:%H%M}", REPETITION, "00501", f"{number_:09d}", "0", "T" if envelope.test else "P", COMPONENT]
    return [
        ELEMENT.join(isa) + TERMINATOR,
        segment(
            "GS", "HC", envelope.sender, envelope.receiver, day(at.date()), f"{at:%H%M}", str(envelope.group_number), "X", guide
        ),
        segment("ST", "837", f"{envelope.set_number:04d}", guide),
    ]


def _close(envelope: Envelope, written: int) -> list[str]:
    """Trailers; SE counts the segments between and both of ST and SE."""
    return [
        segment("SE", str(written + 2), f"{envelope.set_number:04d}"),
        segment("GE", "1", str(envelope.group_number)),
        segment("IEA", "1", f"{envelope.interchange_number:09d}"),
    ]


def header(claim: Billed, envelope: Envelope, values: Values) -> Iterator[str]:
    """BHT, who sends and who receives."""
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


def parties(claim: Billed, values: Values) -> Iterator[str]:
    """Billing provider, subscriber and payer (loops 2000A to 2010BB)."""
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


def practitioner(role: str, title: str, person: Practitioner | None, values: Values) -> Iterator[str]:
    """NM1 of a person by NPI, with the specialty of an attending (71) or a rendering (82) provider; nothing for nobody."""
    if person is None:
        return
    family = values.text(f"{title} family name", person.family_name, 60, fix="providers")
    given = values.optional(f"{title} given name", person.given_name, 35, fix="providers")
    npi = values.code(f"{title} NPI", person.npi, r"[0-9]{10}", fix="providers")
    yield segment("NM1", role, "1", family, given, "", "", "", "XX", npi)
    if role in _SPECIALTY_OF and person.taxonomy:
        taxonomy = values.code(f"{title} taxonomy", person.taxonomy, r"[A-Z0-9]{10}", fix="providers")
        yield segment("PRV", _SPECIALTY_OF[role], "PXC", taxonomy)


def _subscriber(claim: Billed, values: Values) -> Iterator[str]:
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
