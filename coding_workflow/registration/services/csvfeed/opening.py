"""Codes and holds of the process before: a code becomes a proposal for the coder, a hold a hold here."""

import dataclasses
from typing import Final

from accounts.actors import Actor
from accounts.models import Account, CodeSource, Hold, HoldSource, OwnerRole
from accounts.services.holds import place_hold, resolve_hold
from accounts.services.told_codes import tell_codes
from accounts.told_codes import SERVICE_SYSTEMS
from coding_workflow.registration.csvfeed import reading
from coding_workflow.registration.csvfeed.rows import Row
from coding_workflow.registration.facts import AccountKey, HoldFacts
from coding_workflow.registration.models import InboundMessage
from coding_workflow.registration.problem import Unreadable
from coding_workflow.registration.services.code_telling import coder_named, told_code
from coding_workflow.registration.services.identity import refuse_ended, refuse_other_patient
from coding_workflow.registration.services.source import Source

#: What holds of the opening load are for, by which they are counted.
REASON: Final = "opening.hold"
_LIFTED: Final = "It was lifted in the system that it was loaded from."
_RESTATED: Final = "It was loaded again with other words."
_OWN_LIST: Final = {"DG1": "diagnosis", "PR1": "procedure"}


def load(*, row: Row, account: Account, key: AccountKey, message: InboundMessage, source: Source) -> None:
    """Take a row of codes or holds for a locked account.

    Raises Unreadable or HL7Problem for what its cells hold, and what ``land`` raises for another patient or an ended account.
    """
    refuse_ended(account, source)
    if key.mrn:
        refuse_other_patient(account, key.authority, key.mrn, source)
    if row.kind == "codes":
        _load_code(row, account, source)
    else:
        _load_hold(reading.hold_facts(row), account, _loader(message, source), source)


def _load_code(row: Row, account: Account, source: Source) -> None:
    listed, place, facts = reading.code_facts(row)
    segment = _segment(row, listed, source)
    named = row.values.get("coder", "")
    coder = coder_named(account, named, source)
    codes = [told_code(dataclasses.replace(facts, segment=segment), source)] if facts else []
    tell_codes(
        account=account, source=CodeSource.OPENING, part=_part(row, listed, segment, place, source), codes=codes,
        told_at=source.sent_at, by=source.by, named=named, coder_id=coder.pk if coder else None,
    )  # fmt: skip


def _part(row: Row, listed: str, segment: str, place: str, source: Source) -> str:
    """The place in its list. Services are numbered apart from procedures, as the rows' keys have it."""
    system = source.codes.code_system(row.values["system"], segment, row.values["code"])
    between = f" {row.values['system'].upper()[:20]}" if system in SERVICE_SYSTEMS else ""
    return f"{listed or _OWN_LIST[segment]}{between} {place}"


def _segment(row: Row, listed: str, source: Source) -> str:
    """DG1 or PR1: what the list says, else what the code system leaves no doubt of."""
    system, code = row.values["system"], row.values["code"]
    fitting = [each for each in ("DG1", "PR1") if source.codes.code_system(system, each, code)]
    if listed:
        fitting = [each for each in fitting if (each == "PR1") == (listed == "procedure")]
    if not fitting:
        raise Unreadable("csv.code_system", "The code system is not known, or not one of this list.", "system")
    if len(fitting) > 1:
        raise Unreadable("csv.code", "The code system does not say which list; name it.", "list")
    return fitting[0]


def _load_hold(facts: HoldFacts, account: Account, by: Actor, source: Source) -> None:
    if facts.owner not in OwnerRole.values:
        raise Unreadable("csv.code", f"The owner is one of: {', '.join(OwnerRole.values)}.", "owner")
    key = f"opening:{facts.number}"
    open_now = Hold.objects.filter(account=account, source=HoldSource.FEED, key=key, resolved_at__isnull=True).first()
    if facts.lifted:
        if open_now is None:
            source.flag("hold_not_open")
            return
        resolve_hold(account=account, hold=open_now, by=by, resolution=_LIFTED)
        return
    since = facts.since.date(source.zone) if facts.since else None
    if open_now is not None and _says(open_now) == (facts.reason, facts.owner, since, facts.blocking):
        return
    if open_now is not None:
        resolve_hold(account=account, hold=open_now, by=by, resolution=_RESTATED)
    place_hold(
        account=account, source=HoldSource.FEED, key=key, reason=REASON, message=facts.reason, by=by,
        owner_role=facts.owner, blocking=facts.blocking, since=since,
    )  # fmt: skip


def _says(hold: Hold) -> tuple[object, ...]:
    return (hold.message, hold.owner_role, hold.since, hold.blocking)


def _loader(message: InboundMessage, source: Source) -> Actor:
    """Who loaded the file; a file of a feed that nobody loaded by hand is the feed's."""
    return Actor.person(message.brought_by_id) if message.brought_by_id else source.by
