"""Sends final codes, one destination at a time in the order of the releases. Several senders may run; one sends to a destination.

Each attempt is three steps that commit by themselves: it may arrive from now on; the message leaves; what was answered.
Killed anywhere, the next sender finds a message that is not acknowledged and sends the same bytes under the same control id:
the receiver takes it once, as HL7 asks of it (v2.6, chapter 2.9.2), and once acknowledged it is never sent again.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import structlog
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection

from accounts import clock
from accounts.scope import ALL, scoped

from .host import folder, mllp
from .host.acknowledgement import Acknowledgement
from .models import Carrier, Delivery, Destination
from .services.destinations import folder_of
from .services.sending import OPEN, begin_attempt, record_answer, record_failure

log = structlog.get_logger(__name__)

_SWEEP_SECONDS: Final = 2.0


class Sender:
    """Goes on until told to stop, through restarts of the database and of the receivers. The message in hand is finished."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop

    def run(self) -> None:
        """Sweep every two seconds, at once again while there is something to send."""
        while not self._stop.is_set():
            try:
                sent = self.sweep()
            except DatabaseError as error:
                log.warning("codes.database_unreachable", error=type(error).__name__)
                connection.close()
                sent = 0
            if not sent:
                self._stop.wait(_SWEEP_SECONDS)

    def sweep(self) -> int:
        """One attempt for each destination that has something due; answers how many were acknowledged."""
        return sum(self._next_of(destination_id) for destination_id in _with_open())

    def _next_of(self, destination_id: int) -> bool:
        if self._stop.is_set():
            return False
        with _alone(destination_id) as mine:
            return mine and attempt_next(destination_id)


def attempt_next(destination_id: int) -> bool:
    """Try the first delivery that is not acknowledged, if it is due: the order of the releases is kept. True once it arrived."""
    with scoped(ALL):
        rows = Delivery.objects.filter(destination_id=destination_id, state__in=OPEN).order_by("pk")
        first = rows.only("pk", "not_before").first()
        delivery = begin_attempt(delivery_id=first.pk) if first and first.not_before <= clock.now() else None
    if delivery is None:
        return False
    try:
        answer = _carry(delivery)
    except mllp.NotDelivered as failure:
        log.warning("codes.not_delivered", delivery=delivery.pk, destination=destination_id, code=failure.code)
        with scoped(ALL):
            record_failure(delivery_id=delivery.pk, code=failure.code)
        return False
    with scoped(ALL):
        record_answer(delivery_id=delivery.pk, answer=answer)
    return True


def _carry(delivery: Delivery) -> Acknowledgement:
    """Outside any transaction: a receiver that hangs locks nothing."""
    destination, text = delivery.destination, delivery.text.encode()
    if destination.carrier == Carrier.MLLP:
        return mllp.send(text, _receiver(destination), control_id=delivery.control_id)
    place = folder_of(destination.address)
    if place is None:
        raise mllp.NotDelivered("host.folder")
    ending = "csv" if destination.carrier == Carrier.CSV_FILE else "hl7"
    folder.put(text, place, f"{delivery.control_id}.{ending}")
    return Acknowledgement("AA", delivery.control_id)


def _receiver(destination: Destination) -> mllp.Receiver:
    """What the installation no longer allows is not reached, whatever was chosen once."""
    host, _, port = destination.address.rpartition(":")
    if destination.address not in settings.FINAL_CODES_HOSTS or not port.isdigit():
        raise mllp.NotDelivered("host.not_allowed")
    return mllp.Receiver(host, int(port), destination.tls, answer_seconds=settings.FINAL_CODES_ANSWER_SECONDS)


def _with_open() -> list[int]:
    with scoped(ALL):
        rows = Delivery.objects.filter(state__in=OPEN, not_before__lte=clock.now())
        return sorted(set(rows.values_list("destination_id", flat=True)))


@contextmanager
def _alone(destination_id: int) -> Iterator[bool]:
    """Whether this process is the one that sends to the destination now. The lock is the session's: it ends with it."""
    name = [f"payment.sender:{destination_id}"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", name)
        mine = bool(cursor.fetchone()[0])
    try:
        yield mine
    finally:
        if mine and connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", name)
