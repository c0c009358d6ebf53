"""One block received: kept, applied, and only then answered. Runs in the one thread that holds the database connection."""

import uuid
from dataclasses import dataclass

import structlog
from django.db import connection

from accounts import clock
from coding_workflow.registration.hl7 import ack
from coding_workflow.registration.models import Answer, Feed, InboundMessage, MessageStatus
from coding_workflow.registration.services.delivering import AWAY, deliver, feed_of

log = structlog.get_logger(__name__)

NO_HEADER = ack.Reason("mllp.header", "The message header (MSH) cannot be read, or names no control id (MSH-10).", "MSH")


class Away(Exception):
    """The database cannot keep anything now: nobody may be answered."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to answer, in order; ``problem`` says in words what the sender did wrong when nothing was kept."""

    answers: tuple[bytes, ...]
    problem: str = ""


def receive(raw: bytes, *, feed: str) -> Verdict:
    """Keep and apply one block of a feed, then answer it as its header asks.

    Raises Away when the database is away (tried twice, the second time by a new connection), and what ``feed_of`` raises.
    """
    header = ack.header_of(raw)
    if header is None:
        return refusal(raw, NO_HEADER)
    found, message = _kept(raw, feed)
    outcome: ack.Outcome = "listed" if message.status == MessageStatus.FAILED else "well"
    reason = ack.Reason(message.code, message.sentence, message.segment, message.field) if outcome == "listed" else None
    return Verdict(_answers(header, outcome, reason, found.answer_listed == Answer.AA))


def refusal(raw: bytes, reason: ack.Reason) -> Verdict:
    """The answer to what cannot be kept: AR, or CR where the sender asks for that."""
    header = ack.header_of(raw) or ack.Header()
    return Verdict(_answers(header, "refused", reason, listed_is_well=False), reason.sentence)


def _answers(header: ack.Header, outcome: ack.Outcome, reason: ack.Reason | None, listed_is_well: bool) -> tuple[bytes, ...]:
    wanted = ack.codes(header, outcome, listed_is_well=listed_is_well)
    return tuple(
        ack.acknowledgement(header, code, control_id=uuid.uuid4().hex[:20], now=clock.now(), reason=reason) for code in wanted
    )


def _kept(raw: bytes, code: str) -> tuple[Feed, InboundMessage]:
    """Twice: a connection that the server ended while nothing came is noticed only now. The same message acts once."""
    for last in (False, True):
        try:
            feed = feed_of(code)
            return feed, deliver(raw, feed=feed)
        except AWAY as error:
            _drop_connection()
            if last:
                log.warning("mllp.database_away", error=type(error).__name__)
                raise Away from error
    raise Away


def _drop_connection() -> None:
    if not connection.in_atomic_block:
        connection.close()
