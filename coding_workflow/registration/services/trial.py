"""The test bench: what a message would do, found out by doing it in a transaction that is undone.

Nothing of what was pasted is kept, logged or put in an address. What a person may not see of an account, they do not see here.
"""

import json
import uuid
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import DataError, transaction

from accounts.errors import Refused
from accounts.models import Account, Event, Patient, Provider, Unit
from accounts.scope import ALL, scoped
from coding_workflow.registration import bounded
from coding_workflow.registration.hl7 import framing, read
from coding_workflow.registration.hl7.problem import HL7Problem
from coding_workflow.registration.models import Feed, FeedFormat, InboundMessage, MessageStatus
from coding_workflow.staff.models import User

from .applying import NotNeeded, Target, target_of
from .inbound import import_message
from .readings import Reading, code_readings, readings

_ELSEWHERE: Final = "The message is for a facility that you do not administer, so nothing of it is tried."
_RESTRICTED: Final = "The message is for a restricted account: open it with a reason first."
_BEFORE: Final = "This very message came before, and acts once."
_NOT_HL7: Final = "The test bench reads HL7; files of rows are tried under CSV files."
_CLINICIANS: Final = frozenset({"attending", "operating", "rendering", "referring", "supervising"})


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing that would change; ``before`` is empty for what would be new."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Trial:
    """What would happen. ``status`` is empty when nothing could be tried; ``sentence`` and ``place`` say why it would fail."""

    kind: str = ""
    control_id: str = field(default="", repr=False)
    status: str = ""
    words: str = ""
    sentence: str = ""
    place: str = ""
    facility: str = ""
    patient: str = field(default="", repr=False)
    account: str = field(default="", repr=False)
    account_id: int | None = None
    flags: tuple[str, ...] = ()
    readings: tuple[Reading, ...] = field(default=(), repr=False)
    effects: tuple[Effect, ...] = field(default=(), repr=False)


_WORDS: Final = {
    MessageStatus.APPLIED: "Would be applied",
    MessageStatus.PARKED: "Would wait",
    MessageStatus.FAILED: "Would be listed",
    MessageStatus.ASIDE: "Changes nothing",
}


def try_message(*, text: str, feed: Feed, by: User) -> Trial:
    """What this text would do as a message of the feed. Never raises for what the text holds."""
    if feed.format != FeedFormat.HL7:
        return Trial(words=_WORDS[MessageStatus.FAILED], sentence=_NOT_HL7)
    with scoped(ALL), transaction.atomic():
        try:
            return _tried(framing.typed(text), feed, by)
        except HL7Problem as problem:
            return Trial(words=_WORDS[MessageStatus.FAILED], status="failed", sentence=problem.sentence, place=problem.place)
        finally:
            transaction.set_rollback(True)


def _tried(raw: bytes, feed: Feed, by: User) -> Trial:
    bounded.vet(raw)
    parsed = read.read_message(raw)
    about: dict[str, Any] = {"kind": f"{parsed.type} {parsed.trigger}", "control_id": parsed.control_id}
    target, account = _target(parsed, feed)
    if target is not None:
        refusal = _unseen(target, account, by)
        if refusal:
            return Trial(**about, sentence=refusal)
        about |= _who(target, account)
    before = _snapshot(account)
    message = import_message(raw, feed=feed.code)
    return Trial(
        **about,
        status=message.status,
        words=_WORDS.get(MessageStatus(message.status), message.get_status_display()),
        sentence=_BEFORE if message.times_received > 1 else message.sentence or message.aside_reason,
        place=f"{message.segment}-{message.field}" if message.field else message.segment,
        flags=tuple(message.flags),
        readings=_readings(target) if target else (),
        effects=tuple(_effects(message, before)) if message.status == MessageStatus.APPLIED else (),
    )


def _target(parsed: read.Message, feed: Feed) -> tuple[Target | None, Account | None]:
    """Where it would go, before it is tried; nothing where it says so little that it would fail anyway."""
    try:
        with transaction.atomic():
            target = target_of(parsed, feed.code, uuid.uuid4())
    except (HL7Problem, Refused, NotNeeded, DataError):
        return None, None
    accounts = Account.objects.filter(facility=target.source.facility, number=target.number)
    return target, accounts.select_related("patient", "facility").first()


def _readings(target: Target) -> tuple[Reading, ...]:
    """What the fields become, the codes of a feed that carries them behind the rest."""
    told = code_readings(target.codes, target.source) if target.codes else []
    return (*readings(target.facts, target.source), *told)


def _unseen(target: Target, account: Account | None, by: User) -> str:
    if target.source.facility.pk not in by.facility_ids():
        return _ELSEWHERE
    if account is not None and account.restricted and account.pk not in by.opened_restricted_ids():
        return _RESTRICTED
    return ""


def _who(target: Target, account: Account | None) -> dict[str, Any]:
    named = getattr(target.facts, "patient", None) or getattr(target.facts, "key", None)
    mrn, authority = getattr(named, "mrn", ""), getattr(named, "authority", "")
    known = Patient.objects.filter(facility=target.source.facility, authority=authority, mrn=mrn).exists()
    patient = f"{mrn} of {authority}, {'known' if known else 'new'}" if mrn else "not named"
    return {
        "facility": target.source.facility.name,
        "patient": patient,
        "account": f"{target.number}, {account.get_step_display().lower()}" if account else f"{target.number}, not known yet",
        "account_id": account.pk if account else None,
    }


def _snapshot(account: Account | None) -> dict[str, str]:
    if account is None:
        return {}
    return {
        "Step": account.get_step_display(),
        "Patient class": account.get_patient_class_display(),
        "Documents": str(account.documents.count()),
        "Charges": f"{account.charges.filter(voided_at__isnull=True).count()}, {account.total_charges} $",
    }


def _effects(message: InboundMessage, before: dict[str, str]) -> list[Effect]:
    """What differs on the account, then the claim elements that the message's own events name."""
    if message.account_id is None:
        return []
    after = _snapshot(Account.objects.get(pk=message.account_id))
    found = [Effect(name, before.get(name, ""), value) for name, value in after.items() if before.get(name, "") != value]
    for event in Event.objects.filter(account_id=message.account_id, action=message.action).order_by("sequence"):
        for name, said in (json.loads(event.payload).get("elements") or {}).items():
            if isinstance(said, dict) and "after" in said:
                said_before, said_after = _text(name, said.get("before")), _text(name, said["after"])
                found.append(Effect(name.replace("_", " ").capitalize(), said_before, said_after))
    return found


def _text(name: str, value: Any) -> str:
    """An event's value for eyes: events hold keys for clinicians and ISO text for times."""
    if value in (None, "", []):
        return ""
    if name in _CLINICIANS:
        provider = Provider.objects.filter(pk=value).first()
        return f"{provider.family_name}, {provider.given_name}" if provider else ""
    if name == "unit":
        return str(Unit.objects.filter(pk=value).first() or "")
    return str(value).replace("T", " ") if name.endswith("_at") else str(value)
