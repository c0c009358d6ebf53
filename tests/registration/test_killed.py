"""An import that is killed anywhere and started again ends as one that was not."""

import csv
import datetime
import io
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.conf import settings as django_settings
from django.db import connection, transaction

from coding_workflow.registration.csvfeed import columns
from coding_workflow.registration.models import InboundMessage
from coding_workflow.registration.services import (
    import_csv,
    import_message,
    import_resource,
    import_row,
    split_csv,
)
from tests.cast import Cast
from tests.outbox.processes import database_url, end_other_sessions, wait_until
from tests.registration import sending
from tests.registration.fhir import resources as fhir
from tests.registration.state import state_hash
from tests.registration.test_csv import file_of

#: One at every hundredth of each import.
POINTS = 100
Take = Callable[[bytes], Any]


class Killed(BaseException):
    """The process is gone; nobody catches that."""


@contextmanager
def _killed_at(number: int) -> Iterator[list[int]]:
    """Die before the statement of this number (from 0); -1 counts them only."""
    seen = [0]

    def execute(run: Callable[..., Any], *args: Any) -> Any:
        seen[0] += 1
        if seen[0] == number + 1:
            raise Killed
        return run(*args)

    with connection.execute_wrapper(execute):
        yield seen


def _hl7() -> tuple[list[bytes], Take]:
    bodies = [
        sending.summary(),
        sending.admit(),
        sending.charge(),
        sending.discharge(),
        sending.discharge("x", 9, disposition="ZZ"),
    ]
    return bodies, partial(import_message, feed="kill")


def _csv() -> tuple[list[bytes], Take]:
    files = [file_of("charges"), file_of("accounts", {}, {"admitted": "never"}), file_of("coverage"), file_of("documents")]
    return [row for file in files for row in split_csv(file)], partial(import_row, feed="kill")


def _fhir() -> tuple[list[bytes], Take]:
    batch = fhir.bundle("transaction", fhir.payer(), fhir.coverage())
    every = [
        fhir.note(),
        fhir.encounter(),
        fhir.patient(),
        fhir.practitioner(),
        fhir.charge(),
        fhir.encounter(id="e9", subject={}),
    ]
    return [*(fhir.written(each) for each in every), batch], partial(import_resource, feed="kill", facility="MAIN")


@pytest.mark.slow
@pytest.mark.parametrize("make", [_hl7, _csv, _fhir])
def test_killed_at_every_hundredth_the_next_run_goes_on_from_there(
    cast: Cast, settings: LazySettings, make: Callable[[], tuple[list[bytes], Take]]
) -> None:
    """Between two messages a dead process leaves what a finished one does, so that what counts is inside each: after its
    death there everything is as before the message, and the whole file once more ends as an unbroken run."""
    settings.BUSINESS_DATE = datetime.date(2026, 9, 30)
    bodies, take = make()
    with transaction.atomic():
        statements = [_counted(take, body) for body in bodies]
        unbroken = state_hash()
        transaction.set_rollback(True)
    total = sum(statements)
    points = [total * number // POINTS for number in range(POINTS)]
    done = 0
    for body, length in zip(bodies, statements, strict=True):
        before = state_hash()
        for point in [point - done for point in points if done <= point < done + length]:
            with pytest.raises(Killed), _killed_at(point), transaction.atomic():
                take(body)
            assert state_hash() == before
        take(body)
        done += length
    assert done == total
    for body in bodies:
        take(body)
    assert state_hash() == unbroken


def _counted(take: Take, body: bytes) -> int:
    with _killed_at(-1) as seen:
        take(body)
    return seen[0]


@pytest.mark.processes
def test_a_killed_process_loses_and_doubles_nothing(committed_db: str, cast: Cast, tmp_path: Path) -> None:
    path = tmp_path / "accounts.csv"
    path.write_bytes(_many(60))
    command = [sys.executable, "manage.py", "import_csv", str(path), "--feed", "killed"]
    environment = {**os.environ, "DATABASE_URL": database_url()}
    with subprocess.Popen(command, env=environment, cwd=django_settings.BASE_DIR, stdout=subprocess.DEVNULL) as child:
        wait_until(lambda: InboundMessage.objects.count() >= 5 or child.poll() is not None, 120, "some rows")
        child.send_signal(signal.SIGKILL)
        child.wait()
    kept = InboundMessage.objects.count()
    assert kept >= 5
    end_other_sessions()
    list(import_csv(path, feed="killed"))
    assert InboundMessage.objects.filter(status="applied").count() == InboundMessage.objects.count() == 60
    once = state_hash()
    list(import_csv(path, feed="killed"))
    assert state_hash() == once


def _many(count: int) -> bytes:
    names = [column.name for column in columns.ACCOUNTS]
    example = {column.name: column.example for column in columns.ACCOUNTS}
    written = io.StringIO(newline="")
    writer = csv.DictWriter(written, names)
    writer.writeheader()
    writer.writerows({**example, "account": f"K{number}", "visit": f"K{number}", "mrn": f"P{number}"} for number in range(count))
    return written.getvalue().encode()
