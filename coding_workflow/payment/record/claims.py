"""Claims as FHIR: one alone with what it names inside it, or those of an account with references into its record."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from accounts.errors import Refused
from accounts.models import Account, Coverage, Facility, PayerKind, Provider, Unit
from coding_workflow.guidelines.facts import FactsError
from coding_workflow.payment.fhir import claim as writing
from coding_workflow.payment.fhir import professional
from coding_workflow.payment.models import Claim, ClaimStatus
from coding_workflow.payment.services import building, building_professional
from coding_workflow.payment.x12.claim import ClaimUnfit
from coding_workflow.registration.fhir import systems
from coding_workflow.registration.fhir.elements import Resource
from coding_workflow.registration.fhir.writing import people
from coding_workflow.registration.fhir.writing.parts import Namer, entry, identifier, time
from coding_workflow.release.models import Release

from .facts import coverage_facts, namer_of, patient_facts, provider_facts, visit_facts

Built = TypeVar("Built")
#: How a claim names what it refers to: kind, key of the row, and what people call it.
Refer = Callable[[str, object, str], Resource]


def claim_alone(row: Claim) -> Resource:
    """One claim with patient, coverage, payer, facility and clinicians contained in it.

    Codes, lines and dates are those that its release was certified on; names, addresses and the member's number are the account's
    as they are now. Raises Refused ``claim.no_payer`` when the account no longer has the payer that was billed, ``claim.facts``.
    """
    account = row.account
    coverage = _billed(row, list(account.coverages.select_related("payer").order_by("rank")))
    said = _written(row, coverage, lambda kind, key, display: _inside(kind, key, display, account, coverage))
    return {
        "resourceType": "Claim",
        "id": namer_of(account.facility).id("Claim", row.pk),
        "contained": _contained(account, coverage),
        **said,
    }


def claims_in(account: Account, coverages: list[Coverage], namer: Namer) -> Iterator[Resource]:
    """The claims of an account as entries of its record, in the order they were made; then the standing release that made none
    here (final codes went out, or the claim could not be made) as a draft. None where nobody is billed."""
    rows = list(Claim.objects.filter(account=account).select_related("release__verdict", "payer", "replaces").order_by("pk"))
    for row in rows:
        yield _claim_or_why_not(row, coverages, namer)
    last = Release.objects.filter(account=account).select_related("verdict").order_by("-sequence").first()
    if last is None or not coverages or coverages[0].payer.kind == PayerKind.SELF_PAY:
        return
    if all(row.release_id != last.pk for row in rows):
        with contextlib.suppress(Refused):
            yield _entry(_draft(last, account, coverages[0], namer.reference), "Claim", f"release-{last.pk}", namer)


def _claim_or_why_not(row: Claim, coverages: list[Coverage], namer: Namer) -> Resource:
    """The claim; where it cannot be written an OperationOutcome says so, and the rest of the record still goes out."""
    try:
        return _entry(_written(row, _billed(row, coverages), namer.reference), "Claim", row.pk, namer)
    except Refused as refusal:
        issue = {"severity": "warning", "code": "incomplete", "diagnostics": f"Claim {row.number}: {refusal.sentence}"}
        return _entry({"issue": [issue]}, "OperationOutcome", f"claim-{row.pk}", namer)


def _entry(resource: Resource, kind: str, key: object, namer: Namer) -> Resource:
    name = namer.id(kind, key)
    return entry({"id": name, **resource}, kind, name)


def _billed(row: Claim, coverages: list[Coverage]) -> Coverage:
    """The account's coverage by the payer that was billed: another one would be said to have been asked.

    Raises Refused ``claim.no_payer``.
    """
    found = next((each for each in coverages if each.payer_id == row.payer_id), None)
    if found is None:
        words = "The account no longer has the payer that was billed; the 837 file holds the claim."
        raise Refused("claim.no_payer", words, fix="registration")
    return found


def _written(row: Claim, coverage: Coverage, refer: Refer) -> Resource:
    account, namer = row.account, namer_of(row.account.facility)
    original = row.replaces.payer_control_number if row.replaces else ""
    what = {"account": account, "release": row.release, "coverage": coverage, "frequency": row.frequency, "original": original}
    standing = writing.Standing(
        number=namer.number("claim", row.number),
        status="cancelled" if row.status == ClaimStatus.SUPERSEDED else "active",
        made_at=row.made_at,
        professional=account.is_professional,
        prior=namer.number("claim", row.replaces.number) if row.replaces else None,
    )
    return _told(row.number, _parties(account, coverage, refer), standing, what)


def _told(number: str, parties: writing.Parties, standing: writing.Standing, what: dict[str, Any]) -> Resource:
    """The Claim of either kind; the lines of a professional one with their diagnoses and places."""
    said = replace(_built(building.build, **what), number=number)
    if not standing.professional:
        return writing.claim(said, parties, standing)
    bill = _built(building_professional.build, **what)
    return professional.pointed(writing.claim(professional.as_written(said, bill), parties, standing), bill)


def _built(build: Callable[..., Built], **what: Any) -> Built:
    """As ``build``. Raises Refused ``claim.facts`` where what the release was certified on is not read by this release, and
    ``claim.parties`` where somebody on the claim has another name or number by now."""
    try:
        return build(**what, note="")
    except ClaimUnfit:
        words = "Somebody on the claim has another name or number now than when it was released; the 837 file holds the claim."
        raise Refused("claim.parties", words) from None
    except FactsError:
        raise Refused("claim.facts", "What the release was certified on cannot be read; the 837 file holds the claim.") from None


def _draft(release: Release, account: Account, coverage: Coverage, refer: Refer) -> Resource:
    what = {"account": account, "release": release, "coverage": coverage, "frequency": release.frequency, "original": ""}
    standing = writing.Standing({}, "draft", release.released_at, account.is_professional)
    return _told("", _parties(account, coverage, refer), standing, what)


def _parties(account: Account, coverage: Coverage, refer: Refer) -> writing.Parties:
    return writing.Parties(
        patient=refer("Patient", account.patient_id, str(account.patient)),
        coverage=refer("Coverage", coverage.pk, ""),
        insurer=refer("Organization", f"payer-{coverage.payer_id}", coverage.payer.name),
        provider=refer("Organization", place_key(account.unit), place_name(account)),
        people=tuple((role, refer("Practitioner", one.source_id, str(one))) for role, one in clinicians(account)),
    )


def clinicians(account: Account) -> list[tuple[str, Provider]]:
    """Who is on the bill, by role: of a hospital's attending and operating, of a professional one the three others."""
    roles = ("rendering", "referring", "supervising") if account.is_professional else ("attending", "operating")
    named: list[tuple[str, Provider | None]] = [(role, getattr(account, role)) for role in roles]
    return [(role, one) for role, one in named if one is not None]


def place_key(unit: Unit | None) -> str:
    """The key of who bills: the facility, or its unit with numbers of its own."""
    return f"unit-{unit.pk}" if unit else "facility"


def place_name(account: Account) -> str:
    """Who bills, by name."""
    return account.unit.name if account.unit else account.facility.name


def place(facility: Facility, unit: Unit | None, namer: Namer) -> Resource:
    """Who bills, as an Organization: readers know the facility by its code."""
    number = namer.number("unit", unit.code) if unit else namer.number("facility", facility.code)
    npi = identifier(systems.NPI, unit.npi if unit else facility.npi, "NPI")
    tax = identifier(systems.EIN, facility.tax_id, "TAX")
    address = people.address(facility.address_line, facility.city, facility.state, facility.zip_code)
    return people.organization(unit.name if unit else facility.name, [number, npi, tax], address, "prov")


def payer(coverage: Coverage, namer: Namer) -> Resource:
    """Who pays, as an Organization."""
    one = coverage.payer
    numbers = [namer.number("payer", one.code), identifier(systems.numbers(namer.facility, "payer-id"), one.electronic_id)]
    return people.organization(one.name, numbers, kind="pay")


def _inside(kind: str, key: object, display: str, account: Account, coverage: Coverage) -> Resource:
    names = {
        ("Organization", f"payer-{coverage.payer_id}"): "insurer",
        ("Organization", place_key(account.unit)): "provider",
    }
    name = names.get((kind, str(key))) or (
        f"practitioner-{_place_of(account, str(key))}" if kind == "Practitioner" else kind.lower()
    )
    reference: Resource = {"reference": f"#{name}"}
    return {**reference, "display": display} if display else reference


def _place_of(account: Account, source_id: str) -> str:
    """The first role of a clinician on the bill."""
    return next((role for role, one in clinicians(account) if one.source_id == source_id), "other")


def _contained(account: Account, coverage: Coverage) -> list[Resource]:
    facility = account.facility
    namer, zone = namer_of(facility), ZoneInfo(facility.time_zone)
    visit = visit_facts(account, None, zone, alone=True)
    stay = (time(visit.admitted), time(visit.discharged))
    cover = people.coverage(coverage_facts(coverage), {"reference": "#patient"}, {"reference": "#insurer"}, *stay)
    found = [
        {"resourceType": "Patient", "id": "patient", **people.patient(patient_facts(account.patient, zone), namer)},
        {"resourceType": "Coverage", "id": "coverage", **cover},
        {"resourceType": "Organization", "id": "insurer", **payer(coverage, namer)},
        {"resourceType": "Organization", "id": "provider", **place(facility, account.unit, namer)},
    ]
    who = {one.source_id: one for _, one in reversed(clinicians(account))}
    for source_id, one in who.items():
        facts = provider_facts(one)
        if facts is not None:
            name = f"practitioner-{_place_of(account, source_id)}"
            found.append({"resourceType": "Practitioner", "id": name, **people.practitioner(facts, namer, one.taxonomy)})
    return found
