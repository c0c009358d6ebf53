"""Messages in: kept first, applied once, listed with the reason when they cannot be."""

import hashlib
import re
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Final

from django.db import DataError

from accounts import clock, history
from accounts.actors import Actor
from accounts.errors import Conflict, Refused
from accounts.locking import lock_account
from accounts.models import Account
from accounts.scope import ALL, scoped
from coding_workflow.registration import bounded
from coding_workflow.registration.hl7 import framing, read
from coding_workflow.registration.hl7.problem import HL7Problem
from coding_workflow.registration.models import FeedFormat, InboundMessage, MessageStatus

from .applying import NotNeeded, Parked, Target, apply_parsed, queue_up, target_of
from .outcomes import close_error_work, fail, finish
from .places import PLACES
from .source import Source

_FEED = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")
#: Refusals that a merge or move can settle: what was refused so is tried again after it.
_SETTLED: Final = (
    "registration.other_patient",
    "account.other_patient",
    "registration.parent_elsewhere",
    "document.elsewhere",
    "order.elsewhere",
)
_LISTED = (MessageStatus.FAILED, MessageStatus.PARKED)
_OPEN = (*_LISTED, MessageStatus.ASIDE)


def import_message(raw: bytes, *, feed: str = "file", by: int | None = None) -> InboundMessage:
    """Keep one message and apply it, in one transaction; what cannot be applied is listed and changes nothing.

    The same body under the same control id acts once: the first message is answered, tried again if it had failed.
    Another body under a known control id fails with ``registration.control_id_used``. ``feed`` is a code of at most
    40 letters, digits, ``.``, ``_`` or ``-``; ValueError otherwise. ``by`` is the key of the person who loaded its file.
    """
    check_feed(feed)
    with scoped(ALL):
        message, created = _keep(raw, feed, by=by)
        if not created:
            message.times_received += 1
            message.save(update_fields=["times_received"])
        if created or message.status == MessageStatus.FAILED:
            attempt(message)
        return message


def check_feed(feed: str) -> None:
    """ValueError for a code that a feed cannot have."""
    if not _FEED.fullmatch(feed):
        raise ValueError("A feed's code is letters, digits, dots, dashes and underscores.")


def import_file(source: Path | bytes, *, feed: str = "file") -> Iterator[InboundMessage]:
    """Import every message of a file, one transaction each, in order, answering each as it is done.

    A file that cannot be split safely (too large, broken batch, cut off) is kept whole as one failed message.
    """
    raw = source if isinstance(source, bytes) else _bytes_of(source)
    try:
        messages = framing.split_file(raw)
    except HL7Problem:
        messages = (raw,)
    for message in messages:
        yield import_message(message, feed=feed)


def keep_unapplied(raw: bytes, *, feed: str, code: str, sentence: str, format: str = FeedFormat.HL7) -> InboundMessage:
    """Keep one message of a format as failed without reading it; the same body again is answered as it is."""
    with scoped(ALL):
        message, created = _keep(raw, feed, format)
        if created:
            finish(message, MessageStatus.FAILED, code, sentence)
        return message


def _bytes_of(path: Path) -> bytes:
    """Raises Refused ``registration.not_a_file`` for a folder, device or pipe; reads no more than one byte over the limit."""
    if not path.is_file():
        raise Refused("registration.not_a_file", "This is not a regular file.")
    with path.open("rb") as stream:
        return stream.read(framing.limits.FILE_BYTES + 1)


def replay_message(message_id: int, *, by: Actor) -> InboundMessage:
    """Try a failed, parked or set aside message again, after a mapping or its account was mended.

    Raises Refused ``registration.unknown_message`` and Conflict ``registration.message_done``.
    """
    with scoped(ALL):
        message = _locked_open(message_id)
        attempt(message)
        if message.account_id is not None:
            account = lock_account(message.account_id)
            payload = {"message": message.pk, "status": message.status}
            history.record(account=account, kind="registration.message_replayed", by=by, payload=payload)
        return message


def correct_message(
    message_id: int,
    raw: bytes,
    *,
    by: Actor,
    facility_ids: Collection[int] | None = None,
    opened_ids: Collection[int] = (),
) -> InboundMessage:
    """Put a corrected copy in the place of a failed, parked or set aside message and apply it; both are kept.

    ``facility_ids`` are those that the corrector acts for, ``opened_ids`` the restricted accounts opened with a reason;
    without ``facility_ids`` neither is asked. Raises Refused ``registration.unknown_message``, ``registration.same_body``,
    ``registration.elsewhere`` (the copy names another facility, or an account that the corrector may not see), Conflict
    ``registration.message_done``.
    """
    with scoped(ALL):
        old = _locked_open(message_id)
        control_id, sha256 = identities[old.format](raw)
        if InboundMessage.objects.filter(feed=old.feed, control_id=control_id, sha256=sha256).exists():
            raise Refused("registration.same_body", "The correction is the same as a message that is here already.")
        new = InboundMessage.objects.create(
            feed=old.feed, format=old.format, control_id=control_id, sha256=sha256, raw=raw, corrected_by=f"{by.kind}:{by.code}",
            facility=None if old.format == FeedFormat.HL7 else old.facility, line=old.line,
        )  # fmt: skip
        old.status, old.replaced_by = MessageStatus.REPLACED, new
        old.save(update_fields=["status", "replaced_by"])
        attempt(new)
        if facility_ids is not None:
            _refuse_elsewhere(new, facility_ids, opened_ids)
        if new.account_id is not None:
            payload = {"message": new.pk, "replaces": old.pk, "status": new.status}
            account = lock_account(new.account_id)
            history.record(account=account, kind="registration.message_corrected", by=by, payload=payload)
        close_error_work(old.account_id, by)
        return new


def _refuse_elsewhere(new: InboundMessage, facility_ids: Collection[int], opened_ids: Collection[int]) -> None:
    if new.facility_id not in {*facility_ids, None}:
        raise Refused("registration.elsewhere", "The correction names a facility (MSH-4) that you do not act for.")
    if new.account is not None and new.account.restricted and new.account_id not in opened_ids:
        raise Refused(
            "registration.elsewhere", "The correction names a restricted account (PID-18): open it with a reason first."
        )


def set_aside(message_id: int, *, reason: str, by: Actor) -> InboundMessage:
    """Take a failed or parked message off the list, with words. It changes nothing and can be tried again later.

    Raises Refused ``registration.unknown_message``, ``registration.no_reason``, Conflict ``registration.message_done``,
    ``registration.set_aside``.
    """
    words = reason.strip()
    if not words:
        raise Refused("registration.no_reason", "Say why nothing of this message is needed.")
    with scoped(ALL):
        message = _locked_open(message_id)
        if message.status not in _LISTED:
            raise Conflict("registration.set_aside", "The message was set aside already.")
        message.status, message.aside_reason = MessageStatus.ASIDE, words[:300]
        message.aside_at, message.aside_by_id = clock.now(), by.person_id
        message.save(update_fields=["status", "aside_reason", "aside_at", "aside_by"])
        if message.account_id is not None:
            account = lock_account(message.account_id)
            payload = {"message": message.pk, "reason": message.aside_reason}
            history.record(account=account, kind="registration.message_set_aside", by=by, payload=payload)
            close_error_work(account.pk, by, "set_aside")
        return message


def _locked_open(message_id: int) -> InboundMessage:
    message = InboundMessage.objects.select_for_update().filter(pk=message_id).first()
    if message is None:
        raise Refused("registration.unknown_message", "There is no such message.")
    if message.status not in _OPEN:
        raise Conflict("registration.message_done", "The message was applied or replaced already.")
    return message


def attempt(message: InboundMessage) -> None:
    """Apply a kept message as its format asks, and write down what became of it."""
    attempts[message.format](message)


def _keep(raw: bytes, feed: str, format: str = FeedFormat.HL7, by: int | None = None) -> tuple[InboundMessage, bool]:
    """The message as it came. Its lines may end in any way: the hash is of what it says, so CR and LF copies are one."""
    control_id, sha256 = identities[format](raw)
    return InboundMessage.objects.get_or_create(
        feed=feed, control_id=control_id, sha256=sha256, defaults={"raw": raw, "format": format, "brought_by_id": by}
    )


def _identity(raw: bytes) -> tuple[str, str]:
    try:
        said = framing.normalise(raw)
    except HL7Problem:
        said = raw
    return read.control_id_of(raw), hashlib.sha256(said).hexdigest()


def _attempt_hl7(message: InboundMessage) -> None:
    """Apply a kept HL7 message in a savepoint."""
    target: Target | None = None
    try:
        bounded.vet(bytes(message.raw))
        parsed = read.read_message(bytes(message.raw))
        _describe(message, parsed)
        _refuse_used_control_id(message)
        target = target_of(parsed, message.feed, message.action)
        message.facility = target.source.facility
        message.sent_at = target.source.sent_at = message.sent_at or target.source.sent_at
        message.account_number = target.number
        queue_up(target)
        with scoped([target.source.facility.pk]):
            message.account = apply_parsed(target)
    except NotNeeded as nothing:
        message.facility = nothing.facility
        _set_aside_unread(message, nothing.reason)
    except Parked as parked:
        message.account_number = parked.number
        finish(message, MessageStatus.PARKED, parked.code, parked.sentence)
    except HL7Problem as problem:
        _fail(message, target, problem.code, problem.sentence, problem.segment, problem.field)
    except Refused as refusal:
        _fail(message, target, refusal.code, refusal.sentence, *PLACES.get(refusal.code, ("", 0)))
    except DataError:
        _fail(message, target, "registration.not_storable", "A value does not fit the database.")
    else:
        message.flags = target.source.flags
        message.applied_at = clock.now()
        finish(message, MessageStatus.APPLIED)
        close_error_work(message.account_id, target.source.by)
        follow_up(message, target.source)


def follow_up(message: InboundMessage, source: Source) -> None:
    """What waited for the accounts that a message registered, and what its merges and moves settle."""
    for number in source.registered:
        _apply_parked(message, number)
    _try_again(source.settled)


def _fail(message: InboundMessage, target: Target | None, code: str, sentence: str, segment: str = "", field: int = 0) -> None:
    by = target.source.by if target else Actor.feed(message.feed)
    fail(message, _account_of(target), by, code=code, sentence=sentence, segment=segment, field=field)


def _account_of(target: Target | None) -> Account | None:
    if target is None:
        return None
    return Account.objects.filter(facility=target.source.facility, number=target.number).first()


def _describe(message: InboundMessage, parsed: read.Message) -> None:
    message.type, message.trigger = parsed.type[:3], parsed.trigger[:3]


def _refuse_used_control_id(message: InboundMessage) -> None:
    """A correction may carry the control id of what it replaces."""
    others = InboundMessage.objects.filter(feed=message.feed, control_id=message.control_id, pk__lt=message.pk)
    if not message.corrected_by and others.exclude(status=MessageStatus.REPLACED).exists():
        raise Refused("registration.control_id_used", "Another message came under this control id (MSH-10) before.")


def _set_aside_unread(message: InboundMessage, reason: str) -> None:
    """What changes nothing here is kept with the reason, and is no failure."""
    message.aside_reason, message.aside_at = reason, clock.now()
    message.save(update_fields=["aside_reason", "aside_at"])
    finish(message, MessageStatus.ASIDE, "registration.not_needed", reason)


def _try_again(account_ids: Collection[int]) -> None:
    """What was refused for these accounts because they were another patient's, or did not hold it yet."""
    refused = InboundMessage.objects.select_for_update(skip_locked=True).filter(
        account__in=account_ids, status=MessageStatus.FAILED, code__in=_SETTLED
    )
    for message in refused.order_by("sent_at", "pk"):
        attempt(message)


def _apply_parked(message: InboundMessage, number: str) -> None:
    """What waited for the account of this number, in the order in which it was sent."""
    # A message that somebody is replaying is passed over: that replay waits for this admission and finds its account.
    waiting = InboundMessage.objects.select_for_update(skip_locked=True).filter(
        facility=message.facility, account_number=number, status=MessageStatus.PARKED
    )
    for parked in waiting.order_by("sent_at", "pk"):
        attempt(parked)


#: For each format how a kept message is applied, and the control id and hash under which it is one. The other formats enter
#: themselves.
attempts: dict[str, Callable[[InboundMessage], None]] = {FeedFormat.HL7: _attempt_hl7}
identities: dict[str, Callable[[bytes], tuple[str, str]]] = {FeedFormat.HL7: _identity}
