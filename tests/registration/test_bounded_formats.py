"""FHIR and CSV in the bounded child, as HL7: what would exhaust this process is listed, and the next one is read."""

import datetime
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings

from coding_workflow.registration import bounded
from coding_workflow.registration.bounded import BoundedReader
from coding_workflow.registration.fhir import rehearsal
from coding_workflow.registration.models import InboundMessage
from coding_workflow.registration.services import (
    correct_message,
    import_csv,
    import_fhir,
    import_resource,
    import_row,
    replay_message,
    split_fhir,
)
from tests.cast import Cast
from tests.registration.fhir import resources as fhir
from tests.registration.test_csv import file_of

pytestmark = pytest.mark.django_db
MB = 1024 * 1024
#: Three million empty objects: nine megabytes that become hundreds.
FLOOD = b'{"resourceType":"Patient","link":[' + b"{}," * (3 * MB) + b"{}]}"
Take = Callable[[bytes], InboundMessage]


@pytest.fixture(autouse=True)
def _business_date(settings: LazySettings) -> None:
    settings.BUSINESS_DATE = datetime.date(2026, 9, 30)


def _reader(monkeypatch: pytest.MonkeyPatch, *, memory: int, module: str) -> Iterator[BoundedReader]:
    made = BoundedReader(cpu_seconds=1, memory_bytes=memory, wall_seconds=20, module=module)
    monkeypatch.setattr(bounded, "vet", made.vet)
    yield made
    made.close()


@pytest.fixture
def obeying(monkeypatch: pytest.MonkeyPatch) -> Iterator[BoundedReader]:
    yield from _reader(monkeypatch, memory=192 * MB, module="tests.registration.hostile_child")


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> Iterator[BoundedReader]:
    yield from _reader(monkeypatch, memory=320 * MB, module="coding_workflow.registration.bounded.child")


def _resource(raw: bytes) -> InboundMessage:
    return import_resource(raw, feed="ehr", facility="MAIN")


def _row(raw: bytes) -> InboundMessage:
    return import_row(raw, feed="rows")


@pytest.mark.parametrize(
    ("take", "does", "code"),
    [
        (_resource, b"die", "fhir.reader_ended"),
        (_resource, b"eat", "fhir.reading_memory"),
        (_resource, b"spin", "fhir.reading_time"),
        (_row, b"die", "csv.reader_ended"),
        (_row, b"eat", "csv.reading_memory"),
    ],
)
def test_what_ends_its_reader_is_kept_with_the_reason_and_the_next_one_is_read(
    cast: Cast, obeying: BoundedReader, take: Take, does: bytes, code: str
) -> None:
    listed = take(does)
    assert (listed.status, listed.code) == ("failed", code) and bytes(listed.raw) == does
    assert take(does).pk == listed.pk and InboundMessage.objects.count() == 1
    assert replay_message(listed.pk, by=cast.actor("ada")).code == code
    good = fhir.written(fhir.patient()) if take is _resource else file_of("accounts")
    assert correct_message(listed.pk, good, by=cast.actor("ada")).status == "applied"


def test_a_file_that_ends_its_reader_is_one_message(cast: Cast, obeying: BoundedReader) -> None:
    assert split_fhir(b"die") == (b"die",)
    assert [one.code for one in import_fhir(b"die", feed="ehr", facility="MAIN")] == ["fhir.reader_ended"]
    assert [one.code for one in import_csv(b"die", feed="rows")] == ["csv.reader_ended"]


def test_every_byte_is_tried_before_it_is_parsed_here(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[bytes] = []
    monkeypatch.setattr(bounded, "vet", lambda raw, what=b"h": tried.append(raw))
    lines = [fhir.written(each) for each in fhir.whole()]
    list(import_fhir(b"\n".join(lines), feed="ehr", facility="MAIN"))
    assert set(lines) <= set(tried)
    whole = fhir.bundle("transaction", *fhir.whole())
    list(import_fhir(whole, feed="other", facility="MAIN"))
    assert whole in tried


def _peak_of(does: Callable[[], object]) -> int:
    """How much the peak of this process's memory grows over what it holds, in bytes."""
    Path("/proc/self/clear_refs").write_text("5")
    before = _status("VmRSS")
    does()
    return _status("VmHWM") - before


def _status(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(f"{name}:")).split()[1]) * 1024


#: The same flood read by a process without bounds, and what it took.
_ALONE = """
import contextlib, pathlib
from coding_workflow.registration.fhir import rehearsal
raw = b'{"resourceType":"Patient","link":[' + b"{}," * (3 * 1024 * 1024) + b"{}]}"
peak = lambda: int(pathlib.Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) * 1024
before = peak()
with contextlib.suppress(Exception):
    rehearsal.unit(raw)
print(peak() - before)
"""


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="needs Linux to see the peak of memory")
def test_a_flood_of_objects_stays_in_the_child_and_the_parent_stays_flat(cast: Cast, narrow: BoundedReader) -> None:
    alone = subprocess.run([sys.executable, "-c", _ALONE], capture_output=True, check=True, timeout=300)
    unbounded = int(alone.stdout)
    found: list[InboundMessage] = []
    began = time.monotonic()
    grown = _peak_of(lambda: found.extend(import_fhir(FLOOD, feed="ehr", facility="MAIN")))
    assert [(one.status, one.code) for one in found] in (
        [("failed", "fhir.reading_memory")],
        [("failed", "fhir.reading_time")],
    )
    assert time.monotonic() - began < 120
    # What the database driver takes to store nine megabytes is a few copies of them.
    assert grown < 100 * MB < 200 * MB < unbounded, (grown, unbounded)
    assert _resource(fhir.written(fhir.patient())).status == "applied"


def test_long_strings_and_open_quotes_cost_their_length_and_no_more(narrow: BoundedReader) -> None:
    for raw in (b'{"resourceType":"Patient","a":"' + b"a" * (4 * MB) + b'"}', b'"\\' * (2 * MB), b'"' * (4 * MB)):
        began = time.process_time()
        with pytest.raises(Exception, match="fhir"):
            rehearsal.unit(raw)
        assert time.process_time() - began < 10
