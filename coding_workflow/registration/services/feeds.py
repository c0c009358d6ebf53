"""Setting feeds up: settings, facility rules and code maps, each change with before and after in the feed's history."""

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from django.db import IntegrityError, transaction

from accounts.errors import Conflict, NotAllowed, Refused
from accounts.models import Facility
from coding_workflow.registration.models import (
    Answer,
    Carries,
    Feed,
    FeedEvent,
    FeedFormat,
    FeedKind,
    FeedMap,
    FeedRoute,
    MapKind,
)
from coding_workflow.staff.models import User
from coding_workflow.staff.selectors import administers

from . import map_words
from .readers import known_formats

_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")
_FOLDER: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*(/[A-Za-z0-9_-][A-Za-z0-9_.-]*){0,3}")


@dataclass(frozen=True, slots=True)
class FeedSettings:
    """Everything of a feed that can be changed. Fields that its kind does not use are emptied."""

    title: str
    kind: str
    facility_ids: Sequence[int]
    format: str = FeedFormat.HL7
    enabled: bool = True
    address: str = ""
    port: int | None = None
    allowed: Sequence[str] = field(default_factory=tuple)
    tls: bool = False
    idle_seconds: int = 3600
    answer_listed: str = Answer.AA
    folder: str = ""
    silence_minutes: int | None = None
    carries: str = Carries.NOTHING


@transaction.atomic
def create_feed(*, code: str, settings: FeedSettings, by: User) -> Feed:
    """A new feed. Its code names its messages for ever.

    NotAllowed ``feed.role`` unless the person administers every facility of it. Refused ``feed.code``, ``feed.taken`` and
    what ``_checked`` refuses, each with the field that mends it.
    """
    if not _CODE.fullmatch(code):
        raise Refused("feed.code", "A code is letters, digits, dots, dashes and underscores, at most 40.", fix="code")
    if Feed.objects.filter(code=code).exists():
        raise Conflict("feed.taken", "There is a feed of this code.", fix="code")
    feed = Feed(code=code)
    _write(feed, settings, by, "feed.created")
    return feed


@transaction.atomic
def change_feed(*, feed_id: int, settings: FeedSettings, by: User) -> Feed:
    """Other settings for a feed; its process follows within seconds. NotAllowed and Refused as ``create_feed``."""
    feed = _locked(feed_id, by)
    _write(feed, settings, by, "feed.changed")
    return feed


@transaction.atomic
def add_route(*, feed_id: int, facility_id: int, sending_facility: str, authority: str, by: User) -> FeedRoute:
    """Let MSH-4, an authority of PID-3, or both together mean a facility on this feed.

    NotAllowed ``feed.role``; Refused ``feed.route_empty``, ``feed.route_elsewhere``; Conflict ``feed.route_once``.
    """
    feed = _locked(feed_id, by)
    said = {"sending_facility": sending_facility.strip(), "authority": authority.strip()}
    if not any(said.values()):
        raise Refused("feed.route_empty", "Give MSH-4, the authority, or both.", fix="sending_facility")
    _require_served(feed, facility_id)
    if FeedRoute.objects.filter(feed=feed, **said).exists():
        raise Conflict("feed.route_once", "There is a rule for this already; remove it first.", fix="sending_facility")
    route = FeedRoute.objects.create(feed=feed, facility_id=facility_id, **said)
    _tell("feed.route_added", by, feed=feed, changes={name: ["", text] for name, text in _route(route).items()})
    return route


@transaction.atomic
def remove_route(*, feed_id: int, route_id: int, by: User) -> None:
    """Take a facility rule away; one that is gone already is no error."""
    feed = _locked(feed_id, by)
    route = FeedRoute.objects.filter(feed=feed, pk=route_id).select_related("facility").first()
    if route is not None:
        _tell("feed.route_removed", by, feed=feed, changes={name: [text, ""] for name, text in _route(route).items()})
        route.delete()


@transaction.atomic
def put_map(*, feed_id: int, facility_id: int, kind: str, local: str, ours: str, by: User, every_feed: bool = False) -> FeedMap:
    """Map one local code of a facility to a word of ours, on this feed or on every feed; a known code is mapped anew.

    NotAllowed ``feed.role``; Refused ``feed.map_kind``, ``feed.map_local``, ``feed.map_word``, ``feed.route_elsewhere``.
    """
    feed = _locked(feed_id, by)
    _require_served(feed, facility_id)
    local, ours = local.strip(), ours.strip()
    if kind not in MapKind.values:
        raise Refused("feed.map_kind", "Choose what the code is for.", fix="kind")
    if not 0 < len(local) <= 80:
        raise Refused("feed.map_local", "Give the sender's code, at most 80 characters.", fix="local")
    map_words.check(kind=kind, facility=Facility.objects.get(pk=facility_id), ours=ours)
    where: dict[str, Any] = {"facility_id": facility_id, "feed": "" if every_feed else feed.code, "kind": kind, "local": local}
    before = FeedMap.objects.filter(**where).first()
    said = ["" if before is None else before.ours, ours]
    row, _ = FeedMap.objects.update_or_create(**where, defaults={"ours": ours})
    if said[0] != ours:
        _tell_map("feed.map_changed" if before else "feed.map_added", by, feed, row, said)
    return row


@transaction.atomic
def remove_map(*, feed_id: int, map_id: int, by: User) -> None:
    """Take a mapping away; the defaults hold again for its code. One that is gone already is no error."""
    feed = _locked(feed_id, by)
    served = set(feed.facilities.values_list("pk", flat=True))
    row = FeedMap.objects.filter(pk=map_id, facility_id__in=served, feed__in=("", feed.code)).first()
    if row is not None:
        _tell_map("feed.map_removed", by, feed, row, [row.ours, ""])
        row.delete()


def may_change(feed: Feed, user: User) -> bool:
    """Whether the person administers every facility of the feed: what one hospital changes, the other's messages meet."""
    return all(administers(user, facility) for facility in feed.facilities.all())


def _locked(feed_id: int, by: User) -> Feed:
    feed = Feed.objects.select_for_update().filter(pk=feed_id).first()
    if feed is None:
        raise Refused("feed.unknown", "There is no such feed.")
    if not may_change(feed, by):
        raise _no_right()
    return feed


def _no_right() -> NotAllowed:
    return NotAllowed("feed.role", "Only somebody who administers every facility of a feed changes it.")


def _require_served(feed: Feed, facility_id: int) -> None:
    if not feed.facilities.filter(pk=facility_id).exists():
        raise Refused("feed.route_elsewhere", "The feed does not deliver for this facility.", fix="facility")


def _write(feed: Feed, settings: FeedSettings, by: User, kind: str) -> None:
    facilities = list(Facility.objects.filter(pk__in=settings.facility_ids))
    if not facilities:
        raise Refused("feed.no_facility", "Choose at least one facility.", fix="facilities")
    if not all(administers(by, facility) for facility in facilities):
        raise _no_right()
    before = _plain(feed) if feed.pk else {}
    for name, value in _checked(settings).items():
        setattr(feed, name, value)
    try:
        with transaction.atomic():
            feed.save()
    except IntegrityError:
        mllp = settings.kind == FeedKind.MLLP
        sentence = "Another feed listens there." if mllp else "Another feed watches this folder."
        raise Conflict("feed.taken", sentence, fix="port" if mllp else "folder") from None
    feed.facilities.set(facilities)
    after = _plain(feed)
    changes = {name: [before.get(name), value] for name, value in after.items() if before.get(name) != value}
    if changes:
        _tell(kind, by, feed=feed, changes=changes)


def _checked(settings: FeedSettings) -> dict[str, Any]:
    """The columns; Refused with the field that mends it."""
    values = {name: value for name, value in asdict(settings).items() if name != "facility_ids"}
    if not settings.title.strip():
        raise Refused("feed.title", "Give the feed a name.", fix="title")
    if settings.format not in known_formats() or (settings.kind == FeedKind.MLLP and settings.format != FeedFormat.HL7):
        raise Refused("feed.format", "This format cannot be read here.", fix="format")
    if settings.carries not in Carries.values or (settings.carries and settings.format != FeedFormat.HL7):
        raise Refused("feed.carries", "Codes of an encoder or of patient accounting come as HL7 messages.", fix="carries")
    values |= (
        _listening(settings) if settings.kind == FeedKind.MLLP else {"address": "", "port": None, "allowed": [], "tls": False}
    )
    folder = settings.folder.strip() if settings.kind == FeedKind.FOLDER else ""
    if settings.kind == FeedKind.FOLDER and not _FOLDER.fullmatch(folder):
        raise Refused(
            "feed.folder", "A folder is a name below the folder of all feeds, such as adt or lab/results.", fix="folder"
        )
    return {**values, "title": settings.title.strip(), "folder": folder}


def _listening(settings: FeedSettings) -> dict[str, Any]:
    try:
        ipaddress.ip_address(settings.address)
    except ValueError:
        raise Refused(
            "feed.address", "Give the address of this machine to listen on, 0.0.0.0 for all of them.", fix="address"
        ) from None
    if not settings.port or not 1 <= settings.port <= 65535:
        raise Refused("feed.port", "A port is a number from 1 to 65535; HL7's own is 2575.", fix="port")
    if not 10 <= settings.idle_seconds <= 86_400:
        raise Refused("feed.idle", "A connection may be silent for 10 seconds to a day.", fix="idle_seconds")
    return {"allowed": [_network(text) for text in settings.allowed]}


def _network(text: str) -> str:
    try:
        found = ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise Refused("feed.allowed", "Give addresses or networks, such as 10.1.2.3 or 10.1.2.0/24.", fix="allowed") from None
    if found.prefixlen == 0:
        raise Refused("feed.allowed", "That would let in every address there is.", fix="allowed")
    return str(found)


def _plain(feed: Feed) -> dict[str, Any]:
    names = [name for name in FeedSettings.__dataclass_fields__ if name != "facility_ids"]
    codes = sorted(feed.facilities.values_list("code", flat=True))
    return {name: getattr(feed, name) for name in names} | {"facilities": codes}


def _route(route: FeedRoute) -> dict[str, str]:
    return {"MSH-4": route.sending_facility, "PID-3 authority": route.authority, "facility": route.facility.code}


def _tell_map(kind: str, by: User, feed: Feed, row: FeedMap, said: list[str]) -> None:
    label = f"{MapKind(row.kind).label} {row.local}"
    own = row.feed == feed.code
    _tell(kind, by, feed=feed if own else None, facility_id=row.facility_id, changes={label: said})


def _tell(kind: str, by: User, *, changes: dict[str, Any], feed: Feed | None = None, facility_id: int | None = None) -> None:
    FeedEvent.objects.create(feed=feed, facility_id=facility_id, kind=kind, by=by, changes=changes)
