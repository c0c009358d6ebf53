"""Our own checks of a professional claim: what pyx12 does not judge, and what is not written here and must not go out without."""

import datetime
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Final

from accounts.npi import npi_is_valid
from coding_workflow.guidelines import accidents

from .claim import Flaw, Practitioner
from .professional import ProfessionalClaim, ProfessionalLine
from .professional_services import wanting

MOST_DIAGNOSES: Final = 12
MOST_POINTERS: Final = 4
MOST_LINES: Final = 50
#: Stays in a hospital, psychiatric hospital or rehabilitation hospital: the claim carries the admission.
INPATIENT_PLACES: Final = frozenset({"21", "51", "61"})
#: Places of others, whose name and address the claim would have to carry (loop 2310C), and ambulances with their own loops.
_OF_OTHERS: Final = frozenset(
    {"03", "05", "06", "07", "08", "09", "13", "14", "15", "24", "25", "26", "31", "32", "33", "34", "41", "42", "54", "55"}
    | {"56", "61", "65"}
)

Check = Callable[[ProfessionalClaim], Iterator[Flaw]]


def check(claim: ProfessionalClaim, *, today: datetime.date) -> list[Flaw]:
    """Every flaw of the claim as of ``today`` (the facility's date); an empty list means that it may be written."""
    flaws = [flaw for one in _CHECKS for flaw in one(claim)]
    if any(line.date and line.date > today for line in claim.lines):
        flaws.append(Flaw("Service date", "A service lies in the future.", "charges"))
    return flaws


def _charges(claim: ProfessionalClaim) -> Iterator[Flaw]:
    if not claim.lines:
        yield Flaw("Service lines", "The claim has no service line.", "charges")
    if len(claim.lines) > MOST_LINES:
        yield Flaw(
            "Service lines", f"A professional claim carries at most {MOST_LINES} service lines; it is not split here.", "billing"
        )
    if sum((line.amount for line in claim.lines), Decimal(0)) != claim.total:
        yield Flaw("Total charge", "The service lines do not add up to the total charge.", "charges")


def _lines(claim: ProfessionalClaim) -> Iterator[Flaw]:
    for place, line in enumerate(claim.lines, start=1):
        if not line.hcpcs:
            yield Flaw("Procedure code", f"Service line {place} has no procedure code.", "charges")
        if len(line.modifiers) > 4:
            yield Flaw("Modifiers", f"Service line {place} has more than four modifiers.", "charges")
        if line.units <= 0:
            yield Flaw("Units", f"Service line {place} has no units.", "charges")
        if line.date is None:
            yield Flaw("Service date", f"Service line {place} has no date.", "charges")
        yield from _pointers(claim, place, line)


def _pointers(claim: ProfessionalClaim, place: int, line: ProfessionalLine) -> Iterator[Flaw]:
    if not 1 <= len(line.pointers) <= MOST_POINTERS:
        yield Flaw("Diagnosis pointers", f"Service line {place} does not point to one to four diagnoses.", "charges")
    if not set(line.pointers) <= set(claim.diagnoses):
        yield Flaw("Diagnosis pointers", f"Service line {place} points to a diagnosis that is not on the claim.", "charges")


def _diagnoses(claim: ProfessionalClaim) -> Iterator[Flaw]:
    if not claim.diagnoses:
        yield Flaw("Diagnoses", "The claim has no diagnosis.", "diagnoses")
    if len(claim.diagnoses) > MOST_DIAGNOSES:
        yield Flaw("Diagnoses", f"A professional claim carries at most {MOST_DIAGNOSES} diagnoses.", "diagnoses")
    if len(set(claim.diagnoses)) != len(claim.diagnoses):
        yield Flaw("Diagnoses", "A diagnosis is on the claim twice.", "diagnoses")


def _providers(claim: ProfessionalClaim) -> Iterator[Flaw]:
    if not npi_is_valid(claim.provider.npi):
        yield Flaw("Billing provider NPI", "Billing provider NPI is not a valid NPI.", "facility")
    if claim.rendering is None:
        yield Flaw("Rendering provider", "Rendering provider is missing.", "providers")
    named: list[tuple[str, Practitioner | None]] = [
        ("Rendering provider", claim.rendering),
        ("Referring provider", claim.referring),
        ("Supervising provider", claim.supervising),
    ]
    named += [(f"Rendering provider of line {place}", line.rendering) for place, line in enumerate(claim.lines, start=1)]
    for title, person in named:
        if person is not None and not npi_is_valid(person.npi):
            yield Flaw(f"{title} NPI", f"{title} NPI is missing or not a valid NPI.", "providers")


def _places(claim: ProfessionalClaim) -> Iterator[Flaw]:
    places = claim.places
    if places & _OF_OTHERS:
        yield Flaw(
            "Service facility",
            "The service was given at another institution, in an ambulance or on the road; name and address are not kept here.",
            "billing",
        )
    if places & INPATIENT_PLACES and claim.admitted_on is None:
        yield Flaw("Admission date", "The place of service is inpatient and the admission date is missing.")


def _replacement(claim: ProfessionalClaim) -> Iterator[Flaw]:
    if claim.frequency not in {"1", "7"}:
        yield Flaw("Frequency", "A professional claim is written as an original (1) or a replacement (7) only.", "billing")
    if claim.frequency != "7":
        return
    if not claim.payer_control_number:
        yield Flaw(
            "Payer claim control number",
            "A replacement needs the payer's control number of the claim it changes; it comes with the remittance.",
            "claims",
        )
    if claim.payer.medicare:
        yield Flaw(
            "Frequency",
            "Medicare takes no replacement of a professional claim (frequency 1 only): ask the contractor to reopen the first.",
            "billing",
        )


def _payers(claim: ProfessionalClaim) -> Iterator[Flaw]:
    if claim.after_others:
        yield Flaw(
            "Other payers",
            "Somebody pays before this payer; the claim would have to say what they paid (loop 2320), which is not written here.",
            "billing",
        )


def _accident(claim: ProfessionalClaim) -> Iterator[Flaw]:
    """CLM11 and DTP*439: services after an accident or of work say so, with its day."""
    if claim.related == "AA" or any(accidents.of_the_road(code) for code in claim.diagnoses):
        yield Flaw("Accident", "An automobile accident needs the state in which it happened, which is not kept here.", "billing")
        return
    sentence = accidents.missing(claim.diagnoses, claim.related, claim.accident_on)
    if sentence:
        yield Flaw("Accident", sentence, "claim_codes")


def _wanting(claim: ProfessionalClaim) -> Iterator[Flaw]:
    """What the guide asks for and nobody keeps here: no claim goes out without it as if it were whole."""
    for place, line in enumerate(claim.lines, start=1):
        missing = wanting(line.hcpcs, line.modifiers, medicaid=claim.payer.filing == "MC")
        if missing:
            yield Flaw("Service line", f"Service line {place} needs {missing}, which is not kept here.", "billing")


_CHECKS: Final[tuple[Check, ...]] = (
    _charges,
    _lines,
    _diagnoses,
    _providers,
    _places,
    _replacement,
    _payers,
    _accident,
    _wanting,
)
