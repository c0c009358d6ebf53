"""Documents, charges and hints on the account of their encounter."""

from accounts.locking import lock_account
from accounts.models import Account, Document
from accounts.services.combined import survivor
from coding_workflow.registration.facts import PatientFacts
from coding_workflow.registration.fhir import attachments, elements, records, referring, visits
from coding_workflow.registration.fhir.elements import Resource
from coding_workflow.registration.problem import Unreadable
from coding_workflow.registration.services.restating import restate_charge, restate_document, take_off
from coding_workflow.registration.services.source import fitting

from .arrival import Arrival, key_of
from .graph import Waits, body_of


def apply_document(arrival: Arrival) -> Account:
    """Receive a document where it says something new. Raises Waits for its patient, encounter and inline Binary."""
    resource, kind = arrival.resource, arrival.kind
    reference = referring.encounter_reference(resource)
    if not reference:
        raise Unreadable("fhir.no_encounter", "The document names no encounter, so that its account is not known.", kind)
    encounter = arrival.graph.need(reference, f"{kind}.encounter", "Encounter")
    patient = _subject(arrival)
    account = lock_account(survivor(arrival.account(encounter, f"{kind}.encounter")).pk)
    author = next((found for each in elements.items(resource.get("author")) if (found := arrival.provider(each))), None)
    facts, flags = records.document_facts(resource, author, _superseded(arrival), _binaries(arrival))
    fitting(facts.source_id, Document, "source_id", "TXA", 12)
    for flag in flags:
        arrival.source.flag(flag)
    restate_document(account=account, key=key_of(account, patient), facts=facts, source=arrival.source)
    return account


def _subject(arrival: Arrival) -> PatientFacts | None:
    reference = elements.part(arrival.resource, "subject")
    return arrival.patient(reference, f"{arrival.kind}.subject") if reference else None


def _superseded(arrival: Arrival) -> bool:
    """Whether another document says that it takes this one's place."""
    keys = set(arrival.version.aliases)
    for other in arrival.graph.made_from(arrival.version.aliases, "DocumentReference", "Composition"):
        for reference in records.replaced_references(body_of(other.message)):
            if other.key != arrival.version.key and keys & set(elements.reference_keys(reference)):
                return True
    return False


def _binaries(arrival: Arrival) -> dict[str, Resource]:
    """The Binary resources of the attachments by their addresses; one by a relative address is waited for."""
    found: dict[str, Resource] = {}
    for each in elements.items(arrival.resource.get("content")):
        attachment = elements.part(each, "attachment")
        address = attachments.binary_key(attachment)
        if not address or attachment.get("data"):
            continue
        known = arrival.graph.resolve(arrival.resource, {"reference": address})
        if known is None and not address.startswith(("http:", "https:")):
            raise Waits("Binary", "DocumentReference.content.attachment.url")
        if known is not None:
            found[address] = known
    return found


def apply_charge(arrival: Arrival) -> Account:
    """Post a charge, restate it, or take it off. Raises Waits for the account or encounter that it names."""
    item, account = arrival.resource, lock_account(survivor(_account_of_charge(arrival)).pk)
    patient = _subject(arrival)
    status = elements.text(item, "status")
    if status in records.POSTED:
        mark = arrival.version.message.sha256[:8]
        facts = records.charge_facts(item, arrival.provider(records.performer_reference(item)))
        restate_charge(account=account, key=key_of(account, patient), facts=facts, mark=mark, source=arrival.source)
    elif status in records.TAKEN_OFF:
        number = next((value for _, value, _ in elements.identifiers(item)), "") or elements.text(item, "id")
        if not take_off(account=account, number=number, source=arrival.source):
            arrival.source.flag("charge_not_posted")
    else:
        arrival.source.flag("charge_not_posted")
    return account


def _account_of_charge(arrival: Arrival) -> Account:
    context, account = records.first_context(arrival.resource)
    if account:
        known = arrival.graph.need(account, "ChargeItem.account", "Account")
        number = visits.account_number({}, body_of(known.message))
        found = Account.objects.filter(facility=arrival.source.facility, number=number).first()
        if found is None:
            raise Waits("Encounter", "ChargeItem.account")
        return found
    if not context:
        raise Unreadable("fhir.no_encounter", "The charge names neither an encounter nor an account.", "ChargeItem.context")
    encounter = arrival.graph.need(context, "ChargeItem.context", "Encounter")
    return arrival.account(encounter, "ChargeItem.context")


def apply_hint(arrival: Arrival) -> Account | None:
    """Keep a diagnosis or procedure as what it is here: a hint, never a code. Raises Waits for patient and encounter."""
    arrival.source.flag("hint_only")
    reference = elements.part(arrival.resource, "encounter")
    encounter = arrival.graph.need(reference, f"{arrival.kind}.encounter", "Encounter") if reference else None
    _subject(arrival)
    return encounter.account if encounter else None
