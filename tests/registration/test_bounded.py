"""Reading in a child of bounded time and memory: what kills the child is listed, and the next message is read."""

import os
import signal
from collections.abc import Iterator

import pytest

from coding_workflow.registration import bounded
from coding_workflow.registration.bounded import BoundedReader
from coding_workflow.registration.hl7.problem import HL7Problem
from coding_workflow.registration.models import InboundMessage
from coding_workflow.registration.services import correct_message, import_message, replay_message
from tests.cast import Cast
from tests.registration import sending


@pytest.fixture
def reader() -> Iterator[BoundedReader]:
    made = BoundedReader(cpu_seconds=1, memory_bytes=192 * 1024 * 1024, wall_seconds=1, module="tests.registration.hostile_child")
    yield made
    made.close()


def test_one_child_reads_many_messages_and_another_follows_one_that_was_killed(reader: BoundedReader) -> None:
    reader.vet(sending.admit())
    first = reader._process
    reader.vet(b"no message at all")
    assert reader._process is first and first is not None
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    reader.vet(sending.admit())
    assert reader._process is not first


@pytest.mark.parametrize(
    ("does", "code"),
    [(b"spin", "hl7.reading_time"), (b"sleep", "hl7.reading_time"), (b"eat", "hl7.reading_memory"), (b"die", "hl7.reader_ended")],
)
def test_a_message_over_its_bounds_is_named_and_the_next_one_is_read(reader: BoundedReader, does: bytes, code: str) -> None:
    with pytest.raises(HL7Problem) as problem:
        reader.vet(does)
    assert problem.value.code == code
    reader.vet(sending.admit())


def test_no_message_is_judged_by_the_answer_to_one_that_was_given_up(reader: BoundedReader) -> None:
    """A worker's soft time limit is an exception at any place, also while an answer is waited for."""

    def ring(*_: object) -> None:
        raise TimeoutError

    reader.vet(sending.admit())
    before = signal.signal(signal.SIGALRM, ring)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        with pytest.raises(TimeoutError):
            reader.vet(b"late")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    with pytest.raises(HL7Problem, match="reader_ended"):
        reader.vet(b"die")
    reader.vet(sending.admit())


def test_the_child_has_no_secrets_and_writes_no_files(reader: BoundedReader) -> None:
    with pytest.raises(HL7Problem, match="reader_ended"):
        reader.vet(b"secrets")


def test_a_message_that_kills_its_reader_is_kept_with_the_reason(
    cast: Cast, reader: BoundedReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounded, "vet", reader.vet)
    listed = import_message(b"die")
    assert (listed.status, listed.code) == ("failed", "hl7.reader_ended")
    assert replay_message(listed.pk, by=cast.actor("ada")).code == "hl7.reader_ended"
    assert correct_message(listed.pk, sending.admit(), by=cast.actor("ada")).status == "applied"
    assert InboundMessage.objects.count() == 2
