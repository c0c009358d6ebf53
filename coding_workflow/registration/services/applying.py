"""Which facility and account a message is for, and which verb applies it."""

import datetime
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.db import connection

from accounts import clock
from accounts.actors import Actor
from accounts.locking import lock_account
from accounts.models import Account, CodeSource, Facility
from accounts.services.combined import survivor
from coding_workflow.registration.facts import CodesMessage, MergeMessage, PersonMessage, RecordMessage, VisitMessage
from coding_workflow.registration.hl7 import adt, codes, dft, events, mdm, merge, orders, oru, person
from coding_workflow.registration.hl7.problem import HL7Problem
from coding_workflow.registration.hl7.read import Message
from coding_workflow.registration.models import Carries, Feed, InboundMessage

from . import code_telling, discharging, landing, leaving, merging, moving, people, registering, removing
from .resolving import places_of
from .source import Source, fitting, local_codes

Told = VisitMessage | RecordMessage | PersonMessage | MergeMessage | CodesMessage
Verb = Callable[..., Account]

_READERS: Final[dict[str, Callable[[Message], RecordMessage]]] = {
    "MDM": mdm.record_message,
    "DFT": dft.record_message,
    "ORU": oru.record_message,
    **dict.fromkeys(orders.TRIGGERS, orders.record_message),
}
#: What is done to a known account.
_LATER: Final[dict[str, Verb]] = {
    **dict.fromkeys(events.UPDATES, registering.update_registration),
    **dict.fromkeys(events.CANCELS, registering.cancel_registration),
    **dict.fromkeys(events.DISCHARGES, discharging.discharge),
    **dict.fromkeys(events.CANCELS_DISCHARGE, discharging.cancel_discharge),
    **dict.fromkeys(events.LEAVES, leaving.leave),
    **dict.fromkeys(events.DELETES, removing.remove),
}


class Parked(Exception):
    """The account of a number is not registered yet; the message waits for it."""

    code = "registration.no_account_yet"
    sentence = "The account is not registered yet; the message is applied when it is."

    def __init__(self, number: str) -> None:
        super().__init__(self.code)
        self.number = number


class NotNeeded(Exception):
    """Nothing that this system keeps has changed; ``reason`` says it in words."""

    def __init__(self, reason: str, facility: Facility) -> None:
        super().__init__("registration.not_needed")
        self.reason = reason
        self.facility = facility


@dataclass
class Target:
    """The account number of a message at its facility; empty where it is about a patient alone.

    ``codes`` are patient accounting's, where they come along with what the message tells besides; ``carries`` is whose codes
    the feed holds.
    """

    source: Source
    number: str
    facts: Told
    codes: CodesMessage | None = None
    carries: str = Carries.NOTHING

    @property
    def registers(self) -> bool:
        """Whether the message may create the account."""
        return isinstance(self.facts, VisitMessage) and self.facts.trigger in events.REGISTERS

    @property
    def numbers(self) -> tuple[str, ...]:
        """Every account number that the message touches, in one order for all."""
        prior = getattr(self.facts, "prior", None)
        return tuple(sorted({self.number, prior.account_number if prior else ""} - {""}))


def target_of(message: Message, feed: str, action: uuid.UUID) -> Target:
    """Where a message belongs. Raises HL7Problem for what is not handled or not understood, Refused for an unknown facility,
    NotNeeded for what changes nothing here."""
    places = places_of(feed)
    facility = places.facility(message)
    source = Source(
        facility=facility,
        by=Actor.feed(feed),
        sent_at=_sent_at(message, facility),
        codes=local_codes(facility, feed),
        foreign_authorities=places.foreign_authorities(facility),
        action=action,
    )
    carries = Feed.objects.filter(code=feed).values_list("carries", flat=True).first() or Carries.NOTHING
    told = _codes(message, carries)
    facts = _facts(message, source, told, carries)
    number = fitting(_number(message, facts), InboundMessage, "account_number", "PID", 18)
    return Target(source, number, facts, None if facts is told else told, carries)


def _codes(message: Message, carries: str) -> CodesMessage | None:
    """The codes of a message of a feed that carries some."""
    if carries == Carries.NOTHING or not codes.tells_codes(message):
        return None
    return codes.codes_message(message, services=carries == Carries.ENCODER)


def _number(message: Message, facts: Told) -> str:
    if isinstance(facts, PersonMessage):
        return ""
    if not isinstance(facts, MergeMessage):
        return person.account_number_of(message)
    if facts.trigger == "A44":
        return facts.prior.account_number
    merges_accounts = facts.trigger in events.MERGES_ACCOUNT and facts.prior.account_number
    if merges_accounts or facts.trigger in {"A42", "A45"}:
        return person.account_number_of(message)
    return ""


def _sent_at(message: Message, facility: Facility) -> datetime.datetime:
    """MSH-7; a message without a time counts as sent when it came."""
    source = Source(facility, Actor.system("registration.import"), clock.now())
    return (message.sent_at.instant(source.zone) if message.sent_at else None) or source.sent_at


def _facts(message: Message, source: Source, told: CodesMessage | None, carries: str) -> Told:
    facts: Told
    if carries == Carries.ENCODER or (carries == Carries.HOST and message.type == "BAR"):
        # Who codes is no authority on the visit: what an encoder repeats of it is left out.
        if told is None:
            raise NotNeeded("The message tells no codes, and nothing else of this feed is taken.", source.facility)
        facts = told
    elif message.type == "ADT":
        facts = _adt(message, source.facility)
    elif message.type in _READERS:
        facts = _READERS[message.type](message)
    else:
        raise HL7Problem("hl7.type", f"Messages of type {message.type[:3]} are not handled.", "MSH", 9)
    for flag in facts.flags:
        source.flag(flag)
    return facts


def _adt(message: Message, facility: Facility) -> Told:
    if message.trigger in events.NOT_NEEDED:
        raise NotNeeded(events.NOT_NEEDED[message.trigger], facility)
    if message.trigger in events.PERSON:
        return adt.person_message(message)
    if message.trigger in events.MERGES:
        return merge.merge_message(message)
    return adt.visit_message(message)


def apply_parsed(target: Target) -> Account | None:
    """Apply a message to its account, which it locks; None when it is about a patient alone.

    Raises Parked when an account is not there and the message cannot make it. The caller has queued up (``queue_up``).
    """
    account = _apply(target)
    if target.codes is not None:
        _tell_codes(target.codes, target)
    return account


def _apply(target: Target) -> Account | None:
    facts, source = target.facts, target.source
    if isinstance(facts, CodesMessage):
        return _tell_codes(facts, target)
    if isinstance(facts, PersonMessage):
        people.patient_for(facts.patient, source)
        return None
    if isinstance(facts, MergeMessage):
        return _merge(facts, target)
    if isinstance(facts, VisitMessage):
        return _visit(facts, target)
    account = lock_account(survivor(_known(target.number, source)).pk)
    if account.number != target.number:
        source.flag("combined_already")
    landing.land(account=account, facts=facts, source=source)
    return account


def _tell_codes(facts: CodesMessage, target: Target) -> Account:
    """Beside the account that the message names, also where that was combined meanwhile: another one has other codes."""
    account = lock_account(_known(target.number, target.source).pk)
    code_telling.tell(account=account, facts=facts, kind=CodeSource(target.carries), source=target.source)
    return account


def _visit(facts: VisitMessage, target: Target) -> Account:
    source = target.source
    if not target.registers:
        return _LATER[facts.trigger](account_id=_known(target.number, source).pk, facts=facts, source=source)
    if facts.trigger == "A05" and not registering.says_class(facts.visit, source):
        # A pre-admission without a class waits until the patient comes; it makes no account of a class that nobody told.
        _known(target.number, source)
    account = registering.register(facts=facts, source=source)
    if facts.prior is not None and facts.prior.account_number:
        merging.merge_account(number=facts.prior.account_number, into=account, source=source)
        return lock_account(account.pk)
    return account


def _merge(facts: MergeMessage, target: Target) -> Account | None:
    source = target.source
    known = _known(target.number, source) if target.number else None
    if known is None or facts.trigger in events.MERGES_ACCOUNT:
        return merging.merge(facts=facts, into=known, source=source)
    if facts.trigger == "A44":
        return moving.move_account(account_id=known.pk, facts=facts, source=source)
    if facts.trigger == "A45":
        prior = survivor(_known(facts.prior.account_number, source))
        return moving.move_visit(account=survivor(known), prior=prior, facts=facts, source=source)
    return moving.merge_visits(account=survivor(known), facts=facts, source=source)


def _known(number: str, source: Source) -> Account:
    known = Account.objects.filter(facility=source.facility, number=number).first()
    if known is None:
        raise Parked(number)
    return known


def queue_up(target: Target) -> None:
    """Messages for one account number run one after the other, also before its row exists to be locked.

    Taken outside the message's savepoint: PostgreSQL gives up a lock when the savepoint it was taken in is rolled back,
    and a message that parks itself must keep it until it is committed, or the admission passes it unseen.
    """
    for number in target.numbers:
        queue_up_for(target.source.facility, number)


def queue_up_for(facility: Facility, number: str) -> None:
    """As ``queue_up``, by the account's number."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [facility.pk, number])
