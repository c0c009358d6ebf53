"""Documents, charges and orders landing on an account, at whatever step it is."""

import datetime

from accounts.errors import Refused
from accounts.models import Account, ChargeLine, ChargemasterEntry, PatientClass
from accounts.services.charges import MOST_LINKED, ProfessionalPart, post_charge
from coding_workflow.registration.facts import AccountKey, ChargeFacts, RecordMessage
from coding_workflow.registration.hl7.problem import HL7Problem

from . import documents, elements, orders, people
from .identity import refuse_ended, refuse_other_patient
from .registering import record_change
from .source import Source, fitting


def land(*, account: Account, facts: RecordMessage, source: Source) -> None:
    """Add the documents and orders and post the charges of one message to a locked account; all or nothing.

    Raises Refused when the message names another patient, or a document type or charge that is not known.
    """
    refuse_ended(account, source)
    _refuse_wrong_patient(account, facts.key, source)
    for document in facts.documents:
        documents.receive(account, document, source)
    for order in facts.orders:
        orders.receive(account, order, source)
    for charge in facts.charges:
        _post(account, charge, source)
    if facts.charges and account.patient_class == PatientClass.RECURRING and account.discharge_date is None:
        _stretch_statement(account, source)


def _refuse_wrong_patient(account: Account, key: AccountKey, source: Source) -> None:
    """The patient's number is compared when it is of the same authority as the account's; a laboratory's own is not."""
    if key.authority == account.patient.authority:
        refuse_other_patient(account, key.authority, key.mrn, source)
        return
    source.flag("patient_not_compared")


def _post(account: Account, facts: ChargeFacts, source: Source) -> ChargeLine:
    day = facts.service.date(source.zone)
    if day is None:
        raise HL7Problem("hl7.bad_time", "A charge has no exact service date.", "FT1", 4)
    entry = _entry(account, facts.code, day)
    return post_charge(
        account=account,
        source_id=fitting(facts.source_id, ChargeLine, "source_id", "FT1", 2),
        revenue_code=_revenue_code(account, facts, entry),
        amount=facts.amount,
        service_date=day,
        by=source.by,
        hcpcs=fitting(facts.hcpcs or (entry.hcpcs if entry else ""), ChargeLine, "hcpcs", "FT1", 25),
        modifiers=[_modifier(modifier) for modifier in facts.modifiers],
        units=facts.units,
        description=(facts.description or (entry.description if entry else ""))[:120],
        entry=entry,
        professional=_professional(facts, source) if account.is_professional else None,
    )


def _revenue_code(account: Account, facts: ChargeFacts, entry: ChargemasterEntry | None) -> str:
    """A professional bill has none, whatever the chargemaster says."""
    if account.is_professional:
        return ""
    revenue_code = facts.revenue_code or (entry.revenue_code if entry else "")
    if not revenue_code:
        raise Refused("registration.no_revenue_code", "The charge code is not in the chargemaster and carries no revenue code.")
    return fitting(revenue_code.zfill(4), ChargeLine, "revenue_code", "FT1", 7)


def _professional(facts: ChargeFacts, source: Source) -> ProfessionalPart:
    """What a line of a professional bill says besides; a place of service nobody knows is left to the account and flagged."""
    place = source.codes.place_of_service(facts.place_of_service) if facts.place_of_service else ""
    if facts.place_of_service and not place:
        source.flag("place_of_service_not_mapped")
    if len(facts.diagnoses) > MOST_LINKED:
        source.flag("diagnoses_of_line_cut")
    return ProfessionalPart(
        place_of_service=place,
        rendering=people.provider_for(facts.rendering, source, "FT1", 20),
        diagnoses=tuple(_diagnosis(code) for code in facts.diagnoses[:MOST_LINKED]),
    )


def _diagnosis(code: str) -> str:
    """A diagnosis code as it stands in tables; refuses what no code looks like, so that no words land on the line."""
    plain = code.replace(".", "").upper()
    if not (plain.isascii() and plain.isalnum() and 3 <= len(plain) <= 8):
        raise HL7Problem("hl7.bad_diagnosis", "A diagnosis of the line is no code.", "FT1", 19)
    return plain


def _modifier(text: str) -> str:
    if len(text) != 2 or not text.isalnum():
        raise HL7Problem("hl7.bad_modifier", "A modifier is two letters or digits.", "FT1", 26)
    return text


def _entry(account: Account, code: str, day: datetime.date) -> ChargemasterEntry | None:
    """The chargemaster entry in force on the day of service."""
    entries = ChargemasterEntry.objects.filter(facility_id=account.facility_id, code=code, valid_from__lte=day)
    return entries.exclude(valid_to__lte=day).order_by("-valid_from").first()


def _stretch_statement(account: Account, source: Source) -> None:
    """A recurring account without discharge is billed from its first to its last service."""
    days = list(account.charges.filter(voided_at__isnull=True).values_list("service_date", flat=True))
    if days:
        changed = elements.change(account, {"statement_from": min(days), "statement_through": max(days)})
        record_change(account, changed, False, source)
