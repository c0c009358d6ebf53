"""A patient's name, numbers and words are planted; nothing that leaves the database and the pages shows them.

Walked: every page, refusals, crashes, messages of a feed, work for later. Looked through: log lines as they are written,
addresses, the outbox, the broker's messages, the cache, metrics, error pages.
"""

import base64
import dataclasses
import io
import json
import logging
import re
import threading
from collections.abc import Iterator

import pytest
import structlog
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from kombu.transport import memory
from structlog.stdlib import ProcessorFormatter

from accounts.models import Account, OutboxRow, Patient
from accounts.outbox import enqueue
from coding_workflow.celery import app
from coding_workflow.outbox import registry
from coding_workflow.outbox.relay import Relay
from coding_workflow.outbox.services import drain
from coding_workflow.registration.services import import_message
from tests.cast import Cast
from tests.registration import sending
from tests.security import url_table
from tests.security.browser import signed_in
from tests.security.test_every_url import _allowed
from tests.security.url_table import PUBLIC, TABLE
from worklist.selectors import history
from worklist.services import ensure_queues

pytestmark = pytest.mark.once

#: Every planted word holds it; nothing else does.
CANARY = "ZQXCNRY"
PATIENT = dataclasses.replace(
    sending.PATIENT, mrn=f"M{CANARY}1", family_name=f"{CANARY}FAMILY", given_name=f"{CANARY}GIVEN", address_line=f"1 {CANARY} St"
)
NUMBER = f"A{CANARY}7"
_ADDRESSES = re.compile(r"""(?:href|src|action|formaction|hx-(?:get|post|put|delete|push-url))=["']([^"']*)""")


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """Every log line of every logger, as the installation's formatter writes it."""
    lines = io.StringIO()
    root = logging.getLogger()
    handler = logging.StreamHandler(lines)
    handler.setFormatter(next(each.formatter for each in root.handlers if isinstance(each.formatter, ProcessorFormatter)))
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield lines
    root.setLevel(level)
    root.removeHandler(handler)


@pytest.fixture
def planted(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Account:
    """The patient, come by the feed with a document, a charge and a discharge."""
    monkeypatch.setattr(sending, "PATIENT", PATIENT)
    ensure_queues(cast.main)
    for message in (sending.admit(), sending.summary(text=f"{CANARY} note of the stay"), sending.charge(), sending.discharge()):
        import_message(message.replace(b"A100", NUMBER.encode()))
    account = Account.objects.select_related("patient").get(number=NUMBER)
    assert account.patient.family_name == PATIENT.family_name
    return account


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """A broker in memory whose messages can be read."""
    monkeypatch.setattr(app.conf, "broker_url", "memory://")
    monkeypatch.setattr(app.conf, "broker_write_url", "memory://")
    monkeypatch.setattr(memory.Channel, "queues", kept := {})
    return kept


def _shown(answer: HttpResponse) -> Iterator[str]:
    """The addresses that an answer leads to."""
    for name in ("Location", "HX-Redirect", "HX-Push-Url", "HX-Replace-Url", "Content-Disposition"):
        yield answer.headers.get(name, "")
    if "html" in answer.headers.get("Content-Type", ""):
        yield from _ADDRESSES.findall(answer.content.decode())


def _walk(cast: Cast, account: Account) -> Iterator[HttpResponse]:
    """Every page that is read, the account's pages with the planted account."""
    for name, address in TABLE.items():
        if "GET" not in address.methods:
            continue
        own = {url_table.account: {"pk": account.pk}}
        row = own.get(address.row) or (address.row(cast, cast.main) if address.row else {})
        client = Client() if address.roles == PUBLIC else signed_in(getattr(cast, _allowed(address, cast)))
        yield client.get(reverse(name, kwargs=row))
        yield client.get(reverse(name, kwargs=row), headers={"HX-Request": "true"})


def _ask(cast: Cast) -> Iterator[HttpResponse]:
    """What is typed: searches, wrong forms, wrong names at sign-in."""
    ana, cora, cleo = signed_in(cast.ana), signed_in(cast.cora), signed_in(cast.cleo)
    for words in (PATIENT.family_name, PATIENT.mrn, NUMBER):
        yield ana.post("/search/", {"words": words})
        yield ana.post("/go/", {"words": words}, headers={"HX-Request": "true"})
        yield cora.post("/looks/", {"number": words})
        yield Client().post("/signin/login/", {"login": words, "password": words})
        yield cleo.post("/board/approve/", {"account": words})


def test_the_planted_words_are_where_they_belong(cast: Cast, planted: Account) -> None:
    """What follows would find nothing if nothing were there."""
    page = signed_in(cast.ana).post("/search/", {"words": PATIENT.family_name}).content.decode()
    assert f"{CANARY}FAMILY" in page
    assert CANARY in signed_in(cast.ana).get(f"/account/{planted.pk}/").content.decode()


def test_pages_searches_and_messages_leave_no_canary_outside(
    cast: Cast, planted: Account, written: io.StringIO, broker: dict[str, object]
) -> None:
    import_message(sending.update("c-bad-time", 8, admitted_at=None).replace(b"A100", NUMBER.encode()))
    import_message(sending.discharge("c-bad", 9, disposition="ZZ").replace(b"A100", NUMBER.encode()))
    import_message(f"MSH|^~\\&|{CANARY}".encode())
    answers = [*_walk(cast, planted), *_ask(cast)]
    assert len(answers) > 100
    assert [address for answer in answers for address in _shown(answer) if CANARY in address] == []
    OutboxRow.objects.filter(state="waiting").update(rung_at=None)
    Relay(threading.Event()).sweep()
    messages = _messages(broker)
    assert messages
    drain()
    assert CANARY not in messages
    assert CANARY not in _outbox()
    assert CANARY not in _cache()
    said = written.getvalue()
    assert said.count("request_started") > 100
    assert [line for line in said.splitlines() if CANARY in line] == []


def _messages(broker: dict[str, object]) -> str:
    """Everything in the broker, bodies decoded."""
    raw = [message for queue in broker.values() for message in list(queue.queue)]  # type: ignore[attr-defined]
    return " ".join(json.dumps(each, default=str) + base64.b64decode(each["body"]).decode() for each in raw)


def _outbox() -> str:
    rows = OutboxRow.objects.values_list("kind", "key", "payload", "error")
    assert rows
    return str(list(rows))


def _cache() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT key, value FROM staff_cachedvalue")
        return str(cursor.fetchall())


def test_a_crash_tells_class_and_place_only(
    cast: Cast, planted: Account, written: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused_by_the_database(*_: object) -> None:
        # PostgreSQL's words name the values: Key (facility_id, authority, mrn)=(1, MRN, ...) already exists.
        Patient.objects.create(facility=cast.main, mrn=PATIENT.mrn, family_name=PATIENT.family_name, given_name="X")

    def plain(*_: object) -> None:
        raise ValueError(f"no such patient: {PATIENT.family_name}")

    client = signed_in(cast.ana)
    client.raise_request_exception = False
    for crash in (plain, refused_by_the_database):
        monkeypatch.setattr(history, "story", crash)
        answer = client.get(f"/account/{planted.pk}/history/")
        assert answer.status_code == 500
        assert CANARY not in answer.content.decode()
    said = written.getvalue()
    assert CANARY not in said
    assert "builtins.ValueError at tests/security/test_canaries.py:" in said
    assert "django.db.utils.IntegrityError at tests/security/test_canaries.py:" in said


def test_work_that_fails_tells_class_and_place_only(cast: Cast, planted: Account, written: io.StringIO) -> None:
    def work(row: OutboxRow) -> None:
        raise KeyError(PATIENT.family_name)

    logger = logging.getLogger("celery.app.trace")
    real = registry._handlers["release.check"]
    registry._handlers["release.check"] = work
    try:
        OutboxRow.objects.filter(kind="release.check").delete()
        OutboxRow.objects.create(
            kind="release.check", key=str(planted.pk), account=planted, facility=cast.main, not_before="2026-01-01T00:00Z"
        )
        drain(limit=1)
        try:
            work(OutboxRow())
        except KeyError as error:
            logger.exception("Task outbox.work raised unexpected: %r", error)
    finally:
        registry._handlers["release.check"] = real
    said = written.getvalue()
    assert CANARY not in said + _outbox()
    assert "KeyError at tests/security/test_canaries.py:" in said
    assert "task.failed" in said


def test_one_request_id_is_on_every_line_of_a_request_and_on_what_it_asks_for(
    cast: Cast, planted: Account, written: io.StringIO
) -> None:
    foreign = {"X-Request-ID": CANARY, "X-Correlation-ID": CANARY}
    signed_in(cast.ana).get(f"/account/{planted.pk}/", headers=foreign)
    lines = [json.loads(line) for line in written.getvalue().splitlines() if "request_" in line]
    assert {line["event"] for line in lines} >= {"request_started", "request_finished"}
    assert len({line["request_id"] for line in lines}) == 1
    assert {str(line["user_id"]) for line in lines} == {str(cast.ana.pk)}
    assert CANARY not in written.getvalue()
    with structlog.contextvars.bound_contextvars(request_id="r-1"):
        row = enqueue(kind="release.check", key=f"{planted.pk}:1", account_id=planted.pk)
    drain()
    lines = [json.loads(line) for line in written.getvalue().splitlines() if f'"row": {row},' in line]
    assert ("outbox.asked", "r-1") in {(line["event"], line.get("request_id")) for line in lines}
    assert {line["event"] for line in lines} - {"outbox.asked"}
