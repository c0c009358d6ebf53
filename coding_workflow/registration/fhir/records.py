"""DocumentReference and Composition as documents; ChargeItem as charges."""

import dataclasses
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from coding_workflow.registration.facts import ChargeFacts, DocumentFacts, ProviderFacts
from coding_workflow.registration.problem import Unreadable

from . import attachments, systems, times
from .elements import Resource, codes, extension, first, identifiers, items, part, text, words
from .words import plain

#: ``docStatus`` and ``Composition.status`` in the words of ``VersionStatus``.
_STATUS: Final = {"preliminary": "unsigned", "final": "signed", "amended": "addended", "entered-in-error": "cancelled"}
_GONE: Final = frozenset({"superseded", "entered-in-error"})
_ATTESTS: Final = ("legal", "professional", "official")
_HCPCS: Final = frozenset(
    {"http://www.ama-assn.org/go/cpt", "urn:oid:2.16.840.1.113883.6.12", "urn:oid:2.16.840.1.113883.6.285",
     "https://www.cms.gov/medicare/coding/hcpcsreleasecodesets", "http://www.cms.gov/medicare/coding/hcpcsreleasecodesets",
     "https://bluebutton.cms.gov/resources/codesystem/hcpcs"}
)  # fmt: skip
_REVENUE: Final = frozenset({"https://www.nubc.org/codesystem/revenuecodes", "http://www.nubc.org/codesystem/revenuecodes",
                             "urn:oid:2.16.840.1.113883.6.301.3"})  # fmt: skip
_SERVICE: Final = re.compile(r"[A-Z0-9]\d{3}[A-Z0-9](?:-[A-Z0-9]{2}){0,4}")
#: Charges that are posted, and those that are taken off again; planned and not billable ones wait for their next state.
POSTED: Final = frozenset({"billable", "billed"})
TAKEN_OFF: Final = frozenset({"aborted", "entered-in-error", "not-billable"})
_MONEY: Final = re.compile(r"-?\d{1,10}(\.\d{1,2}0*)?", re.ASCII)
_UNITS: Final = re.compile(r"\d{1,7}(\.\d{1,3}0*)?", re.ASCII)


def document_number(resource: Resource) -> str:
    """The document's own number: the master identifier, else the first, else the id."""
    return next((value for _, value, _ in identifiers(resource)), "") or text(resource, "id")


def document_facts(
    resource: Resource, author: ProviderFacts | None, superseded: bool, binaries: Mapping[str, Resource]
) -> tuple[DocumentFacts, tuple[str, ...]]:
    """A document with flags. Refuses one without number or type. ``binaries`` by the addresses of attachments."""
    number = document_number(resource)
    if not number:
        raise Unreadable("fhir.no_document_number", "The document has neither identifier nor id.", text(resource, "resourceType"))
    is_reference = text(resource, "resourceType") == "DocumentReference"
    written, flags = _attached(resource, binaries) if is_reference else (_sections(resource), ())
    status = _status(resource, superseded)
    authored = times.moment(resource.get("date"), f"{text(resource, 'resourceType')}.date")
    facts = DocumentFacts(
        source_id=number,
        type_codes=(*codes(resource.get("type")), *(code for each in items(resource.get("category")) for code in codes(each))),
        title=text(resource, "title") or words(resource.get("type")) or text(resource, "description"),
        text=written,
        status=status,
        author=author,
        authored=authored,
        signed=(_attested(resource) or authored) if status in {"signed", "addended"} else None,
    )
    return facts, flags if written else (*flags, "document_without_text")


def _status(resource: Resource, superseded: bool) -> str:
    if superseded or text(resource, "status") in _GONE:
        return "cancelled"
    said = text(resource, "docStatus") if text(resource, "resourceType") == "DocumentReference" else text(resource, "status")
    return _STATUS.get(said, "unsigned")


def _attested(resource: Resource) -> Any:
    """When it was signed: a Composition's attester says so, a DocumentReference of our own exports by an extension."""
    if said := extension(resource, systems.SIGNED):
        return times.moment(said.get("valueDateTime"), "DocumentReference.extension.valueDateTime")
    for mode in _ATTESTS:
        for each in items(resource.get("attester")):
            if each.get("mode") == mode and (at := times.moment(each.get("time"), "Composition.attester.time")):
                return at
    return None


def _attached(resource: Resource, binaries: Mapping[str, Resource]) -> tuple[str, tuple[str, ...]]:
    """The text of all contents; the first that can be read where the same document comes in several formats."""
    found, flags = list[str](), list[str]()
    for number, each in enumerate(items(resource.get("content"))):
        attachment = part(each, "attachment")
        key = attachments.binary_key(attachment)
        words_ = attachments.words_of(attachment, f"DocumentReference.content.{number}.attachment", binaries.get(key))
        if words_.text and words_.text not in found:
            found.append(words_.text)
        elif words_.why_not:
            flags.append(words_.why_not)
    return "\n\n".join(found), tuple(dict.fromkeys(flags))


def _sections(composition: Resource) -> str:
    """Titles and narratives of the sections as they stand, inner ones after their outer one."""
    return "\n\n".join(_section_texts(items(composition.get("section"))))


def _section_texts(sections: list[Resource]) -> Iterator[str]:
    for section in sections:
        title, narrative = text(section, "title"), plain(text(part(section, "text"), "div"))
        if title or narrative:
            yield f"{title}:\n{narrative}" if title and narrative else title or narrative
        yield from _section_texts(items(section.get("section")))


def replaced_references(resource: Resource) -> list[Resource]:
    """What a document takes the place of."""
    relations = [each for each in items(resource.get("relatesTo")) if each.get("code") == "replaces"]
    return [part(each, "target") or part(each, "targetReference") for each in relations]


def performer_reference(item: Resource) -> Resource:
    """Who did what a charge is for: its first performer."""
    return part(first(item.get("performer")), "actor")


def charge_facts(item: Resource, rendering: ProviderFacts | None = None) -> ChargeFacts:
    """A charge. Refuses one without amount, day or code; an amount is dollars, negative for a credit."""
    hcpcs, revenue, local = _charge_codes(item)
    service, *modifiers = hcpcs.split("-")
    return ChargeFacts(
        source_id=next((value for _, value, _ in identifiers(item)), "") or text(item, "id"),
        code=local or service,
        description=words(item.get("code")),
        amount=_amount(item),
        units=_number(part(item, "quantity").get("value", Decimal(1)), _UNITS, "ChargeItem.quantity.value"),
        service=_day(item),
        revenue_code=revenue,
        hcpcs=service,
        modifiers=tuple(modifiers),
        place_of_service=text(extension(item, systems.PLACE_OF_SERVICE).get("valueCoding"), "code"),
        rendering=rendering,
        diagnoses=tuple(code for reason in items(item.get("reason")) if (code := _icd(reason))),
    )


def _icd(reason: Resource) -> str:
    """The ICD code of a reason; other systems are no code of a bill."""
    codings = (each for each in items(reason.get("coding")) if "icd" in text(each, "system").lower())
    return next((text(each, "code").upper().replace(".", "") for each in codings), "")


def _charge_codes(item: Resource) -> tuple[str, str, str]:
    hcpcs = revenue = local = ""
    for coding in items(part(item, "code").get("coding")):
        system, code = text(coding, "system").lower().rstrip("/"), text(coding, "code")
        if system in _HCPCS and _SERVICE.fullmatch(code.upper()):
            hcpcs = hcpcs or code.upper()
        elif system in _REVENUE:
            revenue = revenue or code
        else:
            local = local or code
    if not (hcpcs or revenue or local):
        raise Unreadable("fhir.no_charge_code", "The charge has no code.", "ChargeItem.code")
    return hcpcs, revenue, local


def _amount(item: Resource) -> Decimal:
    price = part(item, "priceOverride")
    if "value" not in price:
        raise Unreadable(
            "fhir.no_amount",
            "The charge says no price; prices of the chargemaster are not computed here.",
            "ChargeItem.priceOverride",
        )
    if text(price, "currency") not in {"", "USD"}:
        raise Unreadable("fhir.bad_amount", "The amount is not in US dollars.", "ChargeItem.priceOverride.currency")
    return _number(price["value"], _MONEY, "ChargeItem.priceOverride.value")


def _number(value: Any, shape: re.Pattern[str], place: str) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)) or not shape.fullmatch(str(value)):
        raise Unreadable("fhir.bad_amount", "This is not an amount that a bill can hold.", place)
    return Decimal(value)


def _day(item: Resource) -> Any:
    said = item.get("occurrenceDateTime") or part(item, "occurrencePeriod").get("start")
    found = times.moment(said, "ChargeItem.occurrenceDateTime")
    if found is None:
        raise Unreadable("fhir.bad_time", "The charge has no day of service.", "ChargeItem.occurrenceDateTime")
    return found


def renumbered(facts: ChargeFacts, number: str) -> ChargeFacts:
    """The same charge under another number of the ledger."""
    return dataclasses.replace(facts, source_id=number)


def first_context(item: Resource) -> tuple[Resource, Resource]:
    """The encounter and the account that a charge names."""
    return part(item, "context"), first(item.get("account"))
