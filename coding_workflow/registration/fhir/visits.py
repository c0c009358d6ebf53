"""Encounters and accounts: the visit, how far it is, and which account it belongs to."""

from collections.abc import Mapping
from typing import Final, Literal

from coding_workflow.registration.facts import ProviderFacts, VisitFacts
from coding_workflow.registration.problem import Unreadable

from . import systems, times, ub04
from .elements import Resource, code_of, codes, extension, first, identifiers, items, part, reference_keys, text, words
from .people import V2_IDENTIFIERS

State = Literal["planned", "in_house", "discharged", "cancelled"]

_STATES: Final[dict[str, State]] = {
    "planned": "planned", "arrived": "in_house", "triaged": "in_house", "in-progress": "in_house", "onleave": "in_house",
    "unknown": "in_house", "finished": "discharged", "cancelled": "cancelled", "entered-in-error": "cancelled",
}  # fmt: skip
#: Who is meant by a role of the bill, in v3-ParticipationType, the best first. What others call SPRF is no surgeon of a bill, and
#: v3 has no word for who supervises: both are read where our own words say so.
_ROLES: Final[dict[str, tuple[str, ...]]] = {
    "attending": ("ATND", "PPRF"), "operating": (), "rendering": ("PPRF", "ATND"), "referring": ("REF",), "supervising": (),
}  # fmt: skip
ROLES: Final = tuple(_ROLES)
_BORN: Final = "born"
#: The elements that an Encounter can say, by what ``told`` calls them; what it said and no longer says is taken back.
ELEMENTS: Final = (
    "patient_type", "service", "location", "admission_type", "point_of_origin", "disposition", "admitted", "discharged",
    "place_of_service", "billing_provider", *ub04.LISTS,
)  # fmt: skip


def state_of(encounter: Resource) -> State:
    """How far the visit is. Refuses a finished one without its end."""
    state = _STATES[text(encounter, "status")]
    if state == "discharged" and not part(encounter, "period").get("end"):
        raise Unreadable("fhir.no_discharge_time", "A finished encounter has no end.", "Encounter.period.end")
    return state


def visit_number(encounter: Resource) -> str:
    """The visit number (type VN), else the first identifier, else the id."""
    found = list(identifiers(encounter))
    typed = next((value for _, value, each in found if code_of(each.get("type"), *V2_IDENTIFIERS) == "VN"), "")
    return typed or next((value for _, value, _ in found), "") or text(encounter, "id")


def account_number(encounter: Resource, account: Resource | None) -> str:
    """The Account's identifier where one is named, else the encounter's of type AN, else the visit number."""
    if account is not None:
        number = next((value for _, value, _ in identifiers(account)), "") or text(account, "id")
        if number:
            return number
    found = identifiers(encounter)
    own = next((value for _, value, each in found if code_of(each.get("type"), *V2_IDENTIFIERS) == "AN"), "")
    number = own or visit_number(encounter)
    if not number:
        raise Unreadable("fhir.no_account", "The encounter names neither an account nor itself.", "Encounter.identifier")
    return number


def account_reference(encounter: Resource) -> Resource:
    """The account of an encounter; the first is the one that is billed."""
    return first(encounter.get("account"))


def participant_reference(encounter: Resource, role: str) -> Resource:
    """Who has a role of the bill. An encounter that uses our own words (``systems.PARTICIPANT``) is read by them alone."""
    typed = [(kind, part(each, "individual")) for each in items(encounter.get("participant")) for kind in items(each.get("type"))]
    ours = [(code, who) for kind, who in typed if (code := code_of(kind, systems.PARTICIPANT))]
    if ours:
        return next((who for code, who in ours if code == role), {})
    return next((who for wanted in _ROLES[role] for kind, who in typed if wanted in codes(kind)), {})


def visit_facts(encounter: Resource, number: str, people: Mapping[str, ProviderFacts | None]) -> VisitFacts:
    """The visit in the sender's codes; None where it does not say. ``people`` by ``ROLES``."""
    stay, period = part(encounter, "hospitalization"), part(encounter, "period")
    source = _code(stay.get("admitSource"))
    facts = VisitFacts(
        account_number=number,
        visit_number=visit_number(encounter),
        class_code=_class(encounter),
        patient_type=_code(first(encounter.get("type"))),
        service=_code(encounter.get("serviceType")) or words(encounter.get("serviceType"))[:20] or None,
        location=_location(encounter),
        admission_type="N" if source == _BORN else _code(encounter.get("priority")),
        point_of_origin=source,
        disposition=_code(stay.get("dischargeDisposition")),
        admitted=times.moment(period.get("start"), "Encounter.period.start"),
        discharged=times.moment(period.get("end"), "Encounter.period.end") if state_of(encounter) == "discharged" else None,
        place_of_service=text(extension(encounter, systems.PLACE_OF_SERVICE).get("valueCoding"), "code") or None,
        billing_provider=_billing_provider(encounter),
        attending=people.get("attending"),
        operating=people.get("operating"),
        rendering=people.get("rendering"),
        referring=people.get("referring"),
        supervising=people.get("supervising"),
    )
    return ub04.with_codes(facts, encounter)


def _class(encounter: Resource) -> str | None:
    """The class of the visit; of one that is billed for a physician's work our own word for it, where a second type says it."""
    own = (code_of(each, systems.PATIENT_CLASS) for each in items(encounter.get("type"))[1:])
    return next(filter(None, own), "") or text(encounter.get("class"), "code") or None


def _billing_provider(encounter: Resource) -> str | None:
    """The unit that bills: who provides the service, where that is a unit by our own numbers."""
    number = part(encounter, "serviceProvider", "identifier")
    return text(number, "value") or None if systems.facility_of_unit(text(number, "system")) else None


def _code(concept: object) -> str | None:
    return next(iter(codes(concept)), None)


def _location(encounter: Resource) -> str | None:
    """The place where the patient is or was last: an active one, else the first."""
    places = items(encounter.get("location"))
    place = next((each for each in places if each.get("status") == "active"), next(iter(places), {}))
    reference = part(place, "location")
    keys = reference_keys(reference, "Location") if reference.get("reference") or reference.get("identifier") else ()
    return (text(reference, "display") or next(iter(keys), "").rpartition("/")[2])[:60] or None
