"""Messages per second by kind, by file and by MLLP, and the memory of the listener while they come.

Closed loop: one sender, one connection, the next message after the answer, as interface engines do. Every message is a new
one, on an account of its own that was admitted before, so each writes what its kind writes in life.
"""

import datetime
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import psutil

from accounts.models import Facility
from accounts.scope import ALL, scoped
from coding_workflow.embedded.valkey import free_port
from coding_workflow.registration.hl7 import write
from coding_workflow.registration.hl7.mllp import END, RETURN, block
from coding_workflow.registration.models import Feed, InboundMessage, MessageStatus
from coding_workflow.registration.services.delivering import import_for_feed

KINDS: Final = ("ADT", "MDM", "DFT", "ORU")
_DAY: Final = datetime.datetime(2026, 9, 1, 8, 0, tzinfo=datetime.UTC)
_WARD: Final = write.Clinician(id="BENCH1", family_name="Ward", given_name="Wanda", npi="1234567893", role="MD")
_NOTE: Final = "\n".join(f"Paragraph {number}: the patient improved and ate well; plan as discussed." for number in range(40))


@dataclass(frozen=True, slots=True)
class Rate:
    """One kind by one way."""

    kind: str
    way: str
    messages: int
    seconds: float
    failed: int

    def __str__(self) -> str:
        failed = f", {self.failed} FAILED" if self.failed else ""
        rate = self.messages / self.seconds
        return f"{self.kind} by {self.way}: {rate:.0f} messages/s ({self.messages:,} in {self.seconds:.1f} s{failed})"


@dataclass(frozen=True, slots=True)
class Memory:
    """Resident megabytes of a listener with its reader, after a first part of its messages and at the end."""

    first: float
    last: float
    messages: int

    def __str__(self) -> str:
        growth = (self.last / self.first - 1) * 100
        grown = f"{self.last:.0f} MB after {self.messages:,} messages ({growth:+.1f} %)"
        return f"Listener's memory: {self.first:.0f} MB at first, {grown}"


def messages(kind: str, way: str, count: int, facility: str) -> list[bytes]:
    """So many messages of a kind, each for an account of its own; the accounts are those of the ADT messages of the way."""
    return [_message(kind, f"{way}{number}", facility, number) for number in range(count)]


def _message(kind: str, account: str, facility: str, number: int) -> bytes:
    at = _DAY + datetime.timedelta(minutes=KINDS.index(kind))
    sending = write.Sending(facility=facility, control_id=f"bench-{kind}-{account}", sent_at=at)
    patient = write.Patient(mrn=f"MB{account}", family_name="Bench", given_name=f"Number{number}", sex="F")
    if kind == "ADT":
        visit = write.Visit(account_number=account, admission_type="1", point_of_origin="1", admitted_at=_DAY, attending=_WARD)
        return write.adt("A01", sending, patient, visit, [write.Insurance(payer_code="MCR", payer_name="Medicare")])
    if kind == "MDM":
        note = write.Note(
            number=f"D{account}", type="PR", title="Progress note", text=_NOTE, author=_WARD, authored_at=at, signed_at=at
        )
        return write.mdm(sending, patient, account, note)
    if kind == "DFT":
        lines = [
            write.Charge(
                number=f"{account}-{line}",
                code=f"C{line}",
                amount=Decimal("812.00"),
                service_date=_DAY.date(),
                revenue_code="0300",
            )
            for line in range(5)
        ]
        return write.dft(sending, patient, account, lines)
    results = [
        write.Result(code=f"{line}-1", name="Analyte", value="4.1", unit="mmol/L", reference="3.5-5.1") for line in range(12)
    ]
    report = write.Report(
        number=f"L{account}", code="80053", name="Panel", section="CH", results=results, collected_at=at, reported_at=at
    )
    return write.oru(sending, patient, account, [report])


def measured(facility: Facility, count: int) -> tuple[list[Rate], Memory]:
    """``count`` messages of each kind by each way."""
    by_file = _feed(facility, "bench-file", kind="upload")
    rates = [_by_file(by_file, kind, count, facility.code) for kind in KINDS]
    port = free_port()
    feed = _feed(facility, "bench-mllp", kind="mllp", address="127.0.0.1", port=port)
    with _listener(feed, port) as (process, sender):
        first = 0.0
        for kind in KINDS:
            rates.append(_by_mllp(sender, feed, kind, count, facility.code))
            first = first or _resident(process)
        return rates, Memory(first, _resident(process), count * len(KINDS))


def _feed(facility: Facility, code: str, **values: object) -> Feed:
    with scoped(ALL):
        feed, _ = Feed.objects.get_or_create(code=code, defaults={"title": code, **values})
        feed.facilities.add(facility)
        return feed


def _by_file(feed: Feed, kind: str, count: int, facility: str) -> Rate:
    body = b"".join(messages(kind, "F", count, facility))
    began = time.monotonic()
    statuses = [message.status for message in import_for_feed(body, feed=feed.code)]
    return Rate(kind, "file", len(statuses), time.monotonic() - began, _not_applied(statuses))


def _by_mllp(sender: socket.socket, feed: Feed, kind: str, count: int, facility: str) -> Rate:
    made = messages(kind, "M", count, facility)
    began = time.monotonic()
    for message in made:
        sender.sendall(block(message))
        _answer(sender)
    took = time.monotonic() - began
    with scoped(ALL):
        statuses = InboundMessage.objects.filter(feed=feed.code, type=kind).values_list("status", flat=True)
        return Rate(kind, "MLLP", count, took, _not_applied(list(statuses)))


def _not_applied(statuses: Sequence[str]) -> int:
    return sum(status != MessageStatus.APPLIED for status in statuses)


def _answer(sender: socket.socket) -> bytes:
    said = b""
    while not said.endswith(END + RETURN):
        piece = sender.recv(65_536)
        if not piece:
            raise ConnectionError("the listener hung up")
        said += piece
    return said


@contextmanager
def _listener(feed: Feed, port: int) -> Iterator[tuple[psutil.Process, socket.socket]]:
    """The command in a process of its own, and one connection to it."""
    command = [sys.executable, "manage.py", "mllp", "--feed", feed.code, "--skip-checks"]
    process = subprocess.Popen(command, env=dict(os.environ), stdout=subprocess.DEVNULL)
    try:
        yield psutil.Process(process.pid), _patiently(lambda: socket.create_connection(("127.0.0.1", port), 60))
    finally:
        process.terminate()
        process.wait(30)


def _patiently(connect: Callable[[], socket.socket]) -> socket.socket:
    for _ in range(300):
        try:
            return connect()
        except OSError:
            time.sleep(0.1)
    return connect()


def _resident(process: psutil.Process) -> float:
    return sum(each.memory_info().rss for each in (process, *process.children())) / 1024 / 1024


def remarks(facility: Facility, names: Sequence[str], total: int) -> list[str]:
    """The figures as lines below the table, when all figures or ``feeds`` are asked for; ``total`` messages in all."""
    if names and "feeds" not in names:
        return []
    rates, memory = measured(facility, max(total // (2 * len(KINDS)), 1))
    return [*map(str, rates), str(memory)]
