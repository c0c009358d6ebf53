"""The public samples and the generated population by MLLP: each message is answered and kept, and the state is that of the file.

``WHOLE_POPULATION=1`` takes everybody.
"""

import datetime
import os
from collections import Counter

import pytest
from django.conf import LazySettings
from django.db import transaction

from accounts.models import Account
from coding_workflow.registration.hl7 import framing
from coding_workflow.registration.hl7.mllp import block
from coding_workflow.registration.listener.server import Listener
from coding_workflow.registration.models import Feed, InboundMessage
from coding_workflow.registration.services.delivering import import_for_feed
from tests.cast import Cast
from tests.registration import sending
from tests.registration.engine import Sender, answer_code, with_listener
from tests.registration.feeds import mllp_feed
from tests.registration.population_hl7 import POPULATION, messages
from tests.registration.state import state
from tests.registration.test_samples import SAMPLES

STAYS = None if os.environ.get("WHOLE_POPULATION") else 2

pytestmark = pytest.mark.slow


def _by_file(sent: list[bytes], feed: Feed) -> tuple[str, Counter[str]]:
    """What the same messages by file end in; undone."""
    with transaction.atomic():
        statuses = Counter(message.status for message in import_for_feed(b"\r".join(sent), feed=feed.code))
        found = repr(state())
        transaction.set_rollback(True)
    return found, statuses


def _by_mllp(sent: list[bytes], feed: Feed) -> tuple[str, Counter[str], set[str]]:
    answers: list[str] = []

    async def talk(listener: Listener) -> None:
        engine = await Sender.to(listener.port)
        for message in sent:
            await engine.send(block(message))
            answers.extend([answer_code(await engine.answer()) for _ in range(_answers_to(message))])
        assert answer_code(await engine.ask(sending.admit("the-last"))) == "AA"

    with_listener(talk, feed, seconds=40 + len(sent))
    return repr(state()), Counter(InboundMessage.objects.values_list("status", flat=True)), set(answers)


def _answers_to(message: bytes) -> int:
    """How many a sender of this message wants (MSH-15, MSH-16), when nothing is in error: one where it says nothing of it."""
    fields = [*message.partition(b"\r")[0].split(b"|"), b"", b""]
    modes = [mode.strip() for mode in (fields[14], fields[15])] if len(fields) > 17 else [b"", b""]
    return sum(mode in {b"AL", b"SU"} for mode in modes) if any(modes) else 1


def _the_same_by_both(sent: list[bytes], feed: Feed) -> Counter[str]:
    last = sending.admit("the-last")
    by_file, listed = _by_file([*sent, last], feed)
    by_mllp, statuses, answers = _by_mllp(sent, feed)
    assert answers <= {"AA", "CA"}
    assert (by_mllp, statuses) == (by_file, listed)
    again, kept, answers = _by_mllp(sent, feed)
    assert answers <= {"AA", "CA"}
    assert (again, kept) == (by_mllp, statuses)
    assert sum(kept.values()) == len({*sent, last})
    return statuses


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="The public HL7 samples are not beside the checkout.")
def test_the_samples_by_mllp_are_those_by_file(committed_db: str, cast: Cast) -> None:
    cast.main.hl7_codes = ["MAIN", "GHHSFacility", "XYZHOSPITAL", "RDX"]
    cast.main.save(update_fields=["hl7_codes"])
    sent = [message for path in sorted(SAMPLES.glob("*.hl7")) for message in framing.split_file(path.read_bytes())]
    statuses = _the_same_by_both(sent, mllp_feed(cast))
    assert statuses["applied"] and statuses["failed"] and statuses["parked"]


@pytest.mark.skipif(not POPULATION.is_dir(), reason="The generated population is not beside the checkout.")
def test_the_population_by_mllp_is_that_by_file(committed_db: str, cast: Cast, settings: LazySettings) -> None:
    settings.BUSINESS_DATE = datetime.date(2026, 11, 30)
    sent = messages("MAIN", STAYS)
    assert set(_the_same_by_both(sent, mllp_feed(cast))) == {"applied"}
    assert list(Account.objects.filter(step="registered").values_list("number", flat=True)) == ["A100"]  # the last of all
