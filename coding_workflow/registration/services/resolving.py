"""Which facility a message of a feed is for."""

from dataclasses import dataclass, field

from accounts.errors import Refused
from accounts.models import Facility
from coding_workflow.registration.hl7.read import Message
from coding_workflow.registration.models import Feed, FeedRoute


@dataclass(frozen=True)
class Places:
    """The facilities with their names, the rules of one feed, and for whom it may deliver (None: for every facility)."""

    facilities: tuple[Facility, ...]
    routes: tuple[FeedRoute, ...] = ()
    served: frozenset[int] | None = None
    _names: dict[int, frozenset[str]] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._names.update({one.pk: frozenset({one.code, *one.hl7_codes}) for one in self.facilities})

    def facility(self, message: Message) -> Facility:
        """Exactly one facility; there is no default.

        The feed's own rules are asked first, those that name both MSH-4 and an authority of PID-3 before those that name
        one of them; then the facilities' codes. Raises Refused ``registration.unknown_facility``,
        ``registration.two_facilities`` and ``registration.feed_elsewhere``.
        """
        found = self._by_routes(message) or self._by_codes(message)
        if not found:
            raise Refused("registration.unknown_facility", "The sending facility (MSH-4) is not known.")
        if len(found) > 1:
            raise Refused("registration.two_facilities", "The sending facility (MSH-4) fits more than one facility.")
        chosen = next(one for one in self.facilities if one.pk in found)
        self.refuse_unserved(chosen)
        return chosen

    def refuse_unserved(self, facility: Facility) -> None:
        """Raises Refused ``registration.feed_elsewhere`` for a facility that the feed does not deliver for."""
        if self.served is not None and facility.pk not in self.served:
            raise Refused("registration.feed_elsewhere", "This feed does not deliver for the facility that the message names.")

    def foreign_authorities(self, facility: Facility) -> frozenset[str]:
        """Authorities that number the patients of other facilities."""
        ours = self._names[facility.pk] | {route.authority for route in self.routes if route.facility_id == facility.pk}
        others = {name for pk, names in self._names.items() if pk != facility.pk for name in names}
        others |= {route.authority for route in self.routes if route.facility_id != facility.pk}
        return frozenset(others - ours - {""})

    def _by_codes(self, message: Message) -> set[int]:
        codes = set(message.facility_codes)
        return {pk for pk, names in self._names.items() if codes & names}

    def _by_routes(self, message: Message) -> set[int]:
        authorities = _authorities(message) if self.routes else set()
        fitting = [route for route in self.routes if _fits(route, message.facility_codes, authorities)]
        most = max((_weight(route) for route in fitting), default=0)
        return {route.facility_id for route in fitting if _weight(route) == most}


def places_of(feed: str) -> Places:
    """The places that a feed can name; a code that nobody set up as a feed delivers for every facility."""
    facilities = tuple(Facility.objects.all())
    rows = list(Feed.objects.filter(code=feed).values_list("pk", "facilities"))
    if not rows:
        return Places(facilities)
    routes = tuple(FeedRoute.objects.filter(feed_id=rows[0][0]))
    return Places(facilities, routes, frozenset(facility for _, facility in rows if facility is not None))


def _authorities(message: Message) -> set[str]:
    pid = message.first("PID")
    return {pid.value(3, 4, repetition=number) for number in pid.repetitions(3)} - {""} if pid else set()


def _fits(route: FeedRoute, codes: tuple[str, ...], authorities: set[str]) -> bool:
    sent_by = not route.sending_facility or route.sending_facility in codes
    return sent_by and (not route.authority or route.authority in authorities)


def _weight(route: FeedRoute) -> int:
    return bool(route.sending_facility) + bool(route.authority)
