"""Encounters and accounts: the visit, how far it is, and which account it belongs to."""

from typing import Final, Literal

from coding_workflow.registration.facts import ProviderFacts, VisitFacts
from coding_workflow.registration.problem import Unreadable

from . import times
from .elements import Resource, code_of, codes, first, identifiers, items, part, reference_keys, text, words
from .people import V2_IDENTIFIERS

State = Literal["planned", "in_house", "discharged", "cancelled"]

_STATES: Final[dict[str, State]] = {
    "planned": "planned", "arrived": "in_house", "triaged": "in_house", "in-progress": "in_house", "onleave": "in_house",
    "unknown": "in_house", "finished": "discharged", "cancelled": "cancelled", "entered-in-error": "cancelled",
}  # fmt: skip
_ATTENDING: Final = ("ATND", "PPRF")
_BORN: Final = "born"
#: The elements that an Encounter can say, by what ``told`` calls them; what it said and no longer says is taken back.
ELEMENTS: Final = (
    "patient_type", "service", "location", "admission_type", "point_of_origin", "disposition", "admitted", "discharged",
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


def attending_reference(encounter: Resource) -> Resource:
    """The attending, else the primary performer."""
    parts = items(encounter.get("participant"))
    for wanted in _ATTENDING:
        for each in parts:
            if any(wanted in codes(kind) for kind in items(each.get("type"))):
                return part(each, "individual")
    return {}


def performer_reference(encounter: Resource, wanted: str) -> Resource:
    """The participant of one type: PPRF (primary performer), REF (referrer)."""
    parts = items(encounter.get("participant"))
    fitting = (each for each in parts if any(wanted in codes(kind) for kind in items(each.get("type"))))
    return part(next(fitting, {}), "individual")


def visit_facts(
    encounter: Resource,
    number: str,
    attending: ProviderFacts | None,
    *,
    rendering: ProviderFacts | None = None,
    referring: ProviderFacts | None = None,
) -> VisitFacts:
    """The visit in the sender's codes; None where it does not say."""
    stay, period = part(encounter, "hospitalization"), part(encounter, "period")
    source = _code(stay.get("admitSource"))
    return VisitFacts(
        account_number=number,
        visit_number=visit_number(encounter),
        class_code=text(encounter.get("class"), "code") or None,
        patient_type=_code(first(encounter.get("type"))),
        service=_code(encounter.get("serviceType")) or words(encounter.get("serviceType"))[:20] or None,
        location=_location(encounter),
        admission_type="N" if source == _BORN else _code(encounter.get("priority")),
        point_of_origin=source,
        disposition=_code(stay.get("dischargeDisposition")),
        admitted=times.moment(period.get("start"), "Encounter.period.start"),
        discharged=times.moment(period.get("end"), "Encounter.period.end") if state_of(encounter) == "discharged" else None,
        attending=attending,
        rendering=rendering or attending,
        referring=referring,
    )


def _code(concept: object) -> str | None:
    return next(iter(codes(concept)), None)


def _location(encounter: Resource) -> str | None:
    """The place where the patient is or was last: an active one, else the first."""
    places = items(encounter.get("location"))
    place = next((each for each in places if each.get("status") == "active"), next(iter(places), {}))
    reference = part(place, "location")
    keys = reference_keys(reference, "Location") if reference.get("reference") or reference.get("identifier") else ()
    return (text(reference, "display") or next(iter(keys), "").rpartition("/")[2])[:60] or None
