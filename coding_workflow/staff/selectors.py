"""Reads about people."""

import datetime
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Prefetch, Q, QuerySet
from django.http import Http404

from accounts.clock import now
from accounts.models import Facility

from .models import ApiToken, BreakGlass, Competence, Role, RoleGrant, SignInRecord, StaffEvent, User


def administers(user: User, facility: Facility | None) -> bool:
    """Whether an active person administers the facility; None asks for every facility there is."""
    places = [facility.pk] if facility else list(Facility.objects.values_list("pk", flat=True))
    return user.is_active and bool(places) and all(user.has_role(Role.ADMINISTRATOR, place) for place in places)


def competences_in_force(facility_id: int, on: datetime.date) -> QuerySet[Competence]:
    """Competence records of a facility in force on a day (half-open range), of people trained and oriented by then."""
    found = Competence.objects.filter(facility_id=facility_id, valid_from__lte=on, trained_on__lte=on, oriented_on__lte=on)
    return found.exclude(valid_to__lte=on)


def competent(user: User, facility: Facility | int, coding_type: str, on: datetime.date) -> Competence | None:
    """The competence in force on a day, or None (condition 1)."""
    facility_id = facility if isinstance(facility, int) else facility.pk
    found = competences_in_force(facility_id, on).filter(user=user, coding_type=coding_type)
    return found.select_related("supervisor").first()


def competent_types(user: User, facility_id: int, on: datetime.date) -> frozenset[str]:
    """The types of coding that the person may take at a facility on a day; get-next asks it once."""
    return frozenset(competences_in_force(facility_id, on).filter(user=user).values_list("coding_type", flat=True))


def people_of(viewer: User) -> QuerySet[User]:
    """People of the viewer's facilities, each with its active grants there, by name."""
    grants = RoleGrant.objects.filter(facility_id__in=viewer.facility_ids(), ended_at__isnull=True).select_related("facility")
    shown = Prefetch("role_grants", queryset=grants.order_by("facility__code", "role"), to_attr="shown_grants")
    found: QuerySet[User] = User.objects.visible_to(viewer)
    return found.prefetch_related(shown).order_by("full_name", "pk")


def supervisors_at(facility_id: int) -> QuerySet[User]:
    """People who may be named as supervisor of another's coding at a facility."""
    found: QuerySet[User] = User.objects.holding(Role.SUPERVISOR, facility_id)
    return found.distinct()


def history_of(person: User, limit: int = 50) -> QuerySet[StaffEvent]:
    """What was done about a person, newest first."""
    return StaffEvent.objects.filter(subject=person).select_related("actor", "facility")[:limit]


def sign_ins_of(person: User, limit: int = 20) -> QuerySet[SignInRecord]:
    """The person's latest attempts to sign in and ends of sessions, newest first."""
    return SignInRecord.objects.filter(user=person)[:limit]


def openings_at(viewer: User, *, reviewed: bool, before: int | None = None, limit: int = 100) -> list[BreakGlass]:
    """Restricted accounts opened with a reason at the viewer's facilities, newest first, for compliance, by keyset. One query.

    ``reviewed`` tells those with a judgement from those that wait for one, running openings among them.
    """
    found = BreakGlass.objects.filter(facility_id__in=viewer.facility_ids(), review__isnull=not reviewed)
    if before is not None:
        found = found.filter(pk__lt=before)
    return list(found.select_related("user", "facility", "account", "review__reviewer").order_by("-pk")[:limit])


def openings_to_review(viewer: User) -> int:
    """How many openings that have run out wait for a judgement at the viewer's facilities, the viewer's own left out."""
    found = BreakGlass.objects.filter(facility_id__in=viewer.facility_ids(), review__isnull=True, expires_at__lte=now())
    return found.exclude(user=viewer).count()


def opening_at(viewer: User, pk: int) -> BreakGlass:
    """One opening at the viewer's facilities, with its review if there is one. Http404 otherwise.

    Not by ``fetch``: compliance reviews openings of accounts that they have not opened themselves.
    """
    found = BreakGlass.objects.filter(facility_id__in=viewer.facility_ids(), pk=pk)
    one = found.select_related("user", "facility", "account", "review__reviewer").first()
    if one is None:
        raise Http404("There is no such record.")
    return one


@dataclass(frozen=True, slots=True)
class TokenLine:
    """One token in a list; ``state`` is the colour of ``words``, ``works`` whether it still opens anything."""

    token: ApiToken
    words: str
    state: str
    works: bool


def tokens_of(owner: User) -> list[TokenLine]:
    """A person's or a system's own tokens, newest first. One query."""
    rows = ApiToken.objects.filter(owner=owner).select_related("facility", "owner", "revoked_by")
    return [token_line(row, now()) for row in rows]


def tokens_at(viewer: User, limit: int = 200) -> list[TokenLine]:
    """Every token at the viewer's facilities, newest first. One query."""
    rows = ApiToken.objects.filter(facility_id__in=viewer.facility_ids()).select_related("facility", "owner", "revoked_by")
    return [token_line(row, now()) for row in rows[:limit]]


def reachable_tokens(viewer: User) -> QuerySet[ApiToken]:
    """Tokens that the person may revoke: their own, and those of facilities that they administer."""
    administered = [place for place in viewer.facility_ids() if viewer.has_role(Role.ADMINISTRATOR, place)]
    return ApiToken.objects.filter(Q(owner=viewer) | Q(facility__in=administered)).select_related("facility", "owner")


def systems_of(viewer: User) -> QuerySet[User]:
    """The systems of the viewer's facilities, by name."""
    return people_of(viewer).filter(is_system=True)


def token_line(token: ApiToken, at: datetime.datetime) -> TokenLine:
    """How a token stands at an instant. Pure."""
    idle = datetime.timedelta(days=settings.API_TOKEN_IDLE_DAYS)
    if token.revoked_at is not None:
        return TokenLine(token, "Revoked", "", works=False)
    if token.expires_at <= at:
        return TokenLine(token, "Run out", "", works=False)
    if not token.owner.is_active or token.owner.session_epoch != token.epoch:
        return TokenLine(token, "Ended with its owner's sessions", "", works=False)
    if (token.last_used_at or token.made_at) + idle <= at:
        return TokenLine(token, "Not used for too long", "", works=False)
    return TokenLine(token, "Works", "ok", works=True)
