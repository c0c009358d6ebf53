"""The parts that every resource has: names of resources, codings, identifiers, references, money, times."""

import datetime
import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from coding_workflow.registration.fhir import systems
from coding_workflow.registration.fhir.elements import Resource
from coding_workflow.registration.hl7.times import Moment

_NAMES: Final = uuid.uuid5(uuid.NAMESPACE_URL, "urn:coding-workflow")


@dataclass(frozen=True, slots=True)
class Namer:
    """Names of one facility's resources: the same row has the same id in every export, another facility's row another.

    ``facility`` is its code, ``npi`` tells installations apart that call their facilities alike.
    """

    facility: str
    npi: str

    def id(self, kind: str, key: object) -> str:
        """The id of a row's resource."""
        return str(uuid.uuid5(_NAMES, f"{self.npi}/{self.facility}/{kind}/{key}"))

    def reference(self, kind: str, key: object, display: str = "", number: Resource | None = None) -> Resource:
        """A reference inside a Bundle, by the entry's ``fullUrl``."""
        return kept({"reference": f"urn:uuid:{self.id(kind, key)}", "identifier": number, "display": display})

    def number(self, kind: str, value: str, type_: str = "") -> Resource:
        """An identifier in one of the facility's own systems; ``type_`` is a code of HL7 table 0203 (MR, AN, VN ...)."""
        return identifier(systems.numbers(self.facility, kind), value, type_)


def entry(resource: Resource, kind: str, name: str) -> Resource:
    """A resource as an entry of a Bundle."""
    return {"fullUrl": f"urn:uuid:{name}", "resource": {"resourceType": kind, **resource}}


def kept(resource: Resource) -> Resource:
    """The elements that say something; zero and false do."""
    return {name: value for name, value in resource.items() if value is not None and value != "" and value != [] and value != {}}


def coding(system: str, code: str, display: str = "") -> Resource:
    """One code; empty without one."""
    return kept({"system": system, "code": code, "display": display}) if code else {}


def concept(*codings: Resource, text: str = "") -> Resource:
    """A CodeableConcept of the codings that say something."""
    return kept({"coding": [each for each in codings if each], "text": text})


def place_of_service(code: str) -> list[Resource]:
    """The place of service as an extension; none without one."""
    return [{"url": systems.PLACE_OF_SERVICE, "valueCoding": coding(systems.PLACES_OF_SERVICE, code)}] if code else []


def identifier(system: str, value: str, type_: str = "") -> Resource:
    """An Identifier; empty without a value."""
    if not value:
        return {}
    return kept({"type": concept(coding(systems.IDENTIFIER_TYPE, type_)), "system": system, "value": value})


def every(*parts: Resource) -> list[Resource]:
    """Those of several parts that say something."""
    return [part for part in parts if part]


def diagnosis_code(code: str) -> str:
    """A diagnosis code with its point, as every system of FHIR writes it."""
    return f"{code[:3]}.{code[3:]}" if len(code) > 3 and "." not in code else code


def number(value: Decimal) -> int | float:
    """A JSON number. Amounts have at most twelve digits, so that its shortest text is exact."""
    return int(value) if value == value.to_integral_value() else float(value)


def money(amount: Decimal) -> Resource:
    """US dollars."""
    return {"value": number(amount), "currency": "USD"}


def moment_of(instant: datetime.datetime | None, zone: ZoneInfo, day: datetime.date | None = None) -> Moment | None:
    """An instant on the facility's clock, or a day where no time is known."""
    if instant is not None:
        local = instant.astimezone(zone).replace(microsecond=0)
        offset = local.utcoffset() or datetime.timedelta()
        return Moment(local.isoformat(), "second", local.replace(tzinfo=None), int(offset.total_seconds() // 60))
    if day is None:
        return None
    return Moment(day.isoformat(), "day", datetime.datetime.combine(day, datetime.time()))


def time(moment: Moment | None) -> str:
    """A ``dateTime`` as exact as the moment; empty where there is none. A time of day has an offset."""
    if moment is None or moment.local is None:
        return ""
    if not moment.has_time or moment.offset is None:
        return moment.local.date().isoformat()
    zone = datetime.timezone(datetime.timedelta(minutes=moment.offset))
    return moment.local.replace(tzinfo=zone).isoformat(timespec="seconds")


def stamp(instant: datetime.datetime | None) -> str:
    """An ``instant`` in UTC, to the second; empty where there is none."""
    return instant.astimezone(datetime.UTC).isoformat(timespec="seconds").replace("+00:00", "Z") if instant else ""


def period(start: str, end: str) -> Resource:
    """From and until, as far as they are known."""
    return kept({"start": start, "end": end})


def line(resource: Resource) -> bytes:
    """JSON on one line, UTF-8."""
    return json.dumps(resource, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode("utf-8", "replace")


def stream(head: Resource, entries: Iterable[Resource]) -> Iterable[bytes]:
    """A Bundle piece by piece, on one line; ``head`` is everything but its entries."""
    yield line(head)[:-1]
    mark = b',"entry":['
    for each in entries:
        yield mark + line(each)
        mark = b","
    yield b"]}" if mark == b"," else b"}"
