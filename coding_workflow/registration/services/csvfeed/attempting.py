"""Applying one kept row."""

import dataclasses
from typing import Final

from django.db import DataError

from accounts import clock
from accounts.actors import Actor
from accounts.errors import Refused
from accounts.locking import lock_account
from accounts.models import Account
from accounts.scope import scoped
from accounts.services.combined import survivor
from coding_workflow.registration.csvfeed import reading, rows
from coding_workflow.registration.csvfeed.rows import Row
from coding_workflow.registration.facts import AccountKey
from coding_workflow.registration.hl7.problem import HL7Problem
from coding_workflow.registration.models import InboundMessage, MessageStatus
from coding_workflow.registration.problem import Unreadable
from coding_workflow.registration.services import inbound, people, told
from coding_workflow.registration.services.applying import Parked, queue_up_for
from coding_workflow.registration.services.outcomes import close_error_work, fail, finish
from coding_workflow.registration.services.registering import record_change
from coding_workflow.registration.services.resolving import places_of
from coding_workflow.registration.services.restating import restate_charge, restate_document, take_off
from coding_workflow.registration.services.source import Source, fitting, local_codes
from coding_workflow.registration.services.standing import bring_up
from coding_workflow.registration.services.vetting import CSV_ROW, vet

from . import opening

#: What the verbs call the place, as the column it came from.
_FIELDS: Final = {
    ("PID", 3): "mrn", ("PID", 5): "family_name", ("PID", 11): "address_line", ("PID", 18): "account", ("PV1", 3): "location",
    ("PV1", 7): "attending_id", ("PV1", 19): "visit", ("IN1", 3): "payer", ("IN1", 8): "group_number", ("IN1", 36): "member_id",
    ("TXA", 9): "author_id", ("TXA", 12): "document", ("FT1", 2): "charge", ("FT1", 4): "service_date",
    ("FT1", 7): "revenue_code", ("FT1", 25): "hcpcs", ("FT1", 26): "modifiers", ("DG1", 3): "code", ("PR1", 3): "code",
    ("DG1", 26): "poa", ("PR1", 26): "poa", ("PR1", 10): "units", ("PR1", 16): "modifiers",
}  # fmt: skip
_CODES: Final = {
    "registration.unknown_facility": "facility",
    "registration.feed_elsewhere": "facility",
    "registration.no_class": "patient_class",
    "registration.unmapped_class": "patient_class",
    "registration.unmapped_disposition": "disposition",
    "registration.dates_reversed": "discharged",
    "registration.other_authority": "authority",
    "registration.other_patient": "mrn",
    "registration.unmapped_document_type": "type",
    "registration.no_revenue_code": "code",
}
_SENTENCES: Final = {
    "registration.other_authority": "The patient is named by another facility's numbers.",
    "registration.no_class": "The row does not say the patient class, and the account is new.",
}


def attempt(message: InboundMessage) -> None:
    """Apply a kept row in a savepoint, and write down what became of it."""
    source: Source | None = None
    try:
        vet(bytes(message.raw), CSV_ROW)
        row = rows.read(bytes(message.raw))
        message.type = row.kind
        source = _source(row, message)
        message.facility, message.sent_at = source.facility, source.sent_at
        message.account_number = fitting(reading.account_number(row), InboundMessage, "account_number", "PID", 18)
        queue_up_for(source.facility, message.account_number)
        with scoped([source.facility.pk]):
            message.account = _apply(row, message, source)
    except Parked as parked:
        finish(message, MessageStatus.PARKED, parked.code, "The account is not registered yet; the row is applied when it is.")
    except Unreadable as problem:
        _fail(message, problem.code, problem.sentence, problem.place)
    except HL7Problem as problem:
        place = _FIELDS.get((problem.segment, problem.field), "")
        _fail(message, f"csv.{problem.code.removeprefix('hl7.')}", problem.sentence, place)
    except Refused as refusal:
        sentence = _SENTENCES.get(refusal.code, refusal.sentence)
        _fail(message, refusal.code, sentence, _CODES.get(refusal.code, ""))
    except DataError:
        _fail(message, "registration.not_storable", "A value does not fit the database.", "")
    else:
        message.flags, message.applied_at = source.flags, clock.now()
        finish(message, MessageStatus.APPLIED)
        close_error_work(message.account_id, source.by)
        inbound.follow_up(message, source)


def _fail(message: InboundMessage, code: str, sentence: str, place: str) -> None:
    account = None
    if message.facility is not None and message.account_number:
        account = Account.objects.filter(facility=message.facility, number=message.account_number).first()
    fail(message, account, Actor.feed(message.feed), code=code, sentence=sentence, place=place)


def _source(row: Row, message: InboundMessage) -> Source:
    """The facility is the one whose code the row names; a row without ``as_of`` was so when it came."""
    places = places_of(message.feed)
    facility = next((one for one in places.facilities if row.values["facility"] in {one.code, *one.hl7_codes}), None)
    if facility is None:
        raise Refused("registration.unknown_facility", "The facility is not known.")
    places.refuse_unserved(facility)
    source = Source(
        facility=facility,
        by=Actor.feed(message.feed),
        sent_at=message.received_at,
        codes=local_codes(facility, message.feed),
        foreign_authorities=places.foreign_authorities(facility),
        action=message.action,
    )
    said = reading.as_of(row)
    return dataclasses.replace(source, sent_at=(said.instant(source.zone) if said else None) or source.sent_at)


def _apply(row: Row, message: InboundMessage, source: Source) -> Account | None:
    if row.kind == "accounts":
        facts, state = reading.visit_message(row)
        return bring_up(facts=facts, state=state, source=source)
    known = Account.objects.filter(facility=source.facility, number=message.account_number).first()
    if known is None:
        raise Parked(message.account_number)
    # Codes stay with the number that they were told under: the surviving account has its own.
    account = lock_account((known if row.kind == "codes" else survivor(known)).pk)
    if account.pk != known.pk:
        source.flag("combined_already")
    if not told.about_account(account, source.sent_at).fresh(row.key):
        source.flag("told_later")
        return account
    _land(row, account, message, source)
    # Read again: landing may have told other elements of the account.
    news = told.about_account(account, source.sent_at)
    news.fresh(row.key)
    news.keep()
    return account


def _land(row: Row, account: Account, message: InboundMessage, source: Source) -> None:
    if row.kind == "coverage":
        covered = people.cover(account, (reading.coverage_facts(row),), source)
        record_change(account, {}, covered, source)
    elif row.kind == "documents":
        restate_document(account=account, key=_key(row, account), facts=reading.document_facts(row), source=source)
    elif row.kind in {"codes", "holds"}:
        opening.load(row=row, account=account, key=_key(row, account), message=message, source=source)
    else:
        _land_charge(row, account, message, source)


def _land_charge(row: Row, account: Account, message: InboundMessage, source: Source) -> None:
    facts = reading.charge_facts(row)
    if facts is not None:
        mark = message.sha256[:8]
        restate_charge(account=account, key=_key(row, account), facts=facts, mark=mark, source=source)
    elif not take_off(account=account, number=row.values["charge"], source=source):
        source.flag("charge_not_posted")


def _key(row: Row, account: Account) -> AccountKey:
    """The account with the patient's number as a second check; a row without one is taken at the account's word."""
    authority, mrn = reading.patient_number(row)
    return AccountKey(account.number, authority, mrn) if mrn else AccountKey(account.number)
