"""Which facility and account a message is for, and which verb applies it."""

import datetime
import uuid
from dataclasses import dataclass

from django.db import connection

from accounts import clock
from accounts.actors import Actor
from accounts.errors import Refused
from accounts.locking import lock_account
from accounts.models import Account, Facility
from coding_workflow.registration.facts import RecordMessage, VisitMessage
from coding_workflow.registration.hl7 import adt, dft, mdm, oru, person
from coding_workflow.registration.hl7.problem import HL7Problem
from coding_workflow.registration.hl7.read import Message
from coding_workflow.registration.models import InboundMessage

from . import discharging, landing, registering
from .source import Source, fitting, local_codes

_REGISTERS = frozenset({"A01", "A04"})
_READERS = {"MDM": mdm.record_message, "DFT": dft.record_message, "ORU": oru.record_message}
_LATER = {
    "A03": discharging.discharge,
    "A08": registering.update_registration,
    "A11": registering.cancel_registration,
    "A13": discharging.cancel_discharge,
}


class Parked(Exception):
    """The message's account is not registered yet; it waits."""

    code = "registration.no_account_yet"
    sentence = "The account is not registered yet; the message is applied when it is."


@dataclass
class Target:
    """The account number of a message at its facility."""

    source: Source
    number: str
    facts: VisitMessage | RecordMessage

    @property
    def registers(self) -> bool:
        """Whether the message may create the account."""
        return isinstance(self.facts, VisitMessage) and self.facts.trigger in _REGISTERS


def target_of(message: Message, feed: str, action: uuid.UUID) -> Target:
    """Where a message belongs. Raises HL7Problem for what is not handled or not understood, Refused for an unknown facility."""
    facilities = list(Facility.objects.all())
    facility = _facility(message, facilities)
    foreign = {name for other in facilities if other != facility for name in _names(other)} - _names(facility)
    source = Source(
        facility=facility,
        by=Actor.feed(feed),
        sent_at=_sent_at(message, facility),
        codes=local_codes(facility, feed),
        foreign_authorities=frozenset(foreign),
        action=action,
    )
    number = fitting(person.account_number_of(message), InboundMessage, "account_number", "PID", 18)
    return Target(source, number, _facts(message, source))


def _names(facility: Facility) -> set[str]:
    return {facility.code, *facility.hl7_codes}


def _facility(message: Message, facilities: list[Facility]) -> Facility:
    """MSH-4, by code or universal id, names exactly one facility; there is no default."""
    codes = set(message.facility_codes)
    found = [facility for facility in facilities if codes & _names(facility)]
    if not found:
        raise Refused("registration.unknown_facility", "The sending facility (MSH-4) is not known.")
    if len(found) > 1:
        raise Refused("registration.two_facilities", "The sending facility (MSH-4) fits more than one facility.")
    return found[0]


def _sent_at(message: Message, facility: Facility) -> datetime.datetime:
    """MSH-7; a message without a time counts as sent when it came."""
    source = Source(facility, Actor.system("registration.import"), clock.now())
    return (message.sent_at.instant(source.zone) if message.sent_at else None) or source.sent_at


def _facts(message: Message, source: Source) -> VisitMessage | RecordMessage:
    if message.type == "ADT":
        facts: VisitMessage | RecordMessage = adt.visit_message(message)
    elif message.type in _READERS:
        facts = _READERS[message.type](message)
    else:
        raise HL7Problem("hl7.type", f"Messages of type {message.type[:3]} are not handled.", "MSH", 9)
    for flag in facts.flags:
        source.flag(flag)
    return facts


def apply_parsed(message: Message, target: Target) -> Account:
    """Apply a message to its account, which it locks; raises Parked when it is not there and the message cannot make it.

    The caller has queued up (``queue_up``).
    """
    facts, source = target.facts, target.source
    if isinstance(facts, VisitMessage) and target.registers:
        return registering.register(facts=facts, source=source)
    known = Account.objects.filter(facility=source.facility, number=target.number).values_list("pk", flat=True).first()
    if known is None:
        raise Parked
    if isinstance(facts, VisitMessage):
        return _LATER[facts.trigger](account_id=known, facts=facts, source=source)
    account = lock_account(known)
    landing.land(account=account, facts=facts, source=source)
    return account


def queue_up(target: Target) -> None:
    """Messages for one account number run one after the other, also before its row exists to be locked.

    Taken outside the message's savepoint: PostgreSQL gives up a lock when the savepoint it was taken in is rolled back,
    and a message that parks itself must keep it until it is committed, or the admission passes it unseen.
    """
    queue_up_for(target.source.facility, target.number)


def queue_up_for(facility: Facility, number: str) -> None:
    """As ``queue_up``, by the account's number."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [facility.pk, number])
