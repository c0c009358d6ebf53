"""Hostile inputs as data: each is kept, listed or refused, changes nothing by halves, and tells nobody about the patient."""

import datetime
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from structlog.testing import capture_logs

from accounts.errors import Refused
from accounts.models import Account, ChargeLine, Document, Hold, Patient, ToldCodes
from coding_workflow.registration.models import InboundMessage
from coding_workflow.registration.services import import_csv, import_fhir, import_file
from tests.cast import Cast
from tests.registration.feeds import feed_of

from .bases import CANARIES, body

#: Walks over the pages and inputs: what SQL they need is asked of the other server by the rooms' own tests.
pytestmark = pytest.mark.once

CASES = Path(__file__).parent / "cases"
#: The rows of the catalogue that speak of imports.
ROWS = {
    "hl7": [f"H{number:02}" for number in range(1, 21)],
    "csv": [f"C{number:02}" for number in range(1, 15)],
    "fhir": [f"J{number:02}" for number in range(1, 16)],
}
Take = Callable[[bytes], Iterator[InboundMessage]]
IMPORTS: dict[str, Take] = {
    "hl7": lambda raw: import_file(raw, feed="hostile"),
    "csv": lambda raw: import_csv(raw, feed="hostile"),
    "fhir": lambda raw: import_fhir(raw, feed="hostile", facility="MAIN"),
}


def _cases(kind: str) -> list[dict[str, Any]]:
    read: list[dict[str, Any]] = json.loads((CASES / f"{kind}.json").read_text())
    return read


EVERY = [(kind, case) for kind in ROWS for case in _cases(kind) if "give" in case]


@pytest.mark.parametrize("kind", ROWS)
def test_every_row_of_the_catalogue_has_a_case(kind: str) -> None:
    assert [row for row in ROWS[kind] if row not in {case["row"] for case in _cases(kind)}] == []


def _counts() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Patient, Account, Document, ChargeLine, ToldCodes, Hold))


def _take(kind: str, raw: bytes) -> list[InboundMessage]:
    """Every message; a file that is refused by name is none. Anything but the family is a defect."""
    try:
        return list(IMPORTS[kind](raw))
    except Refused:
        return []


@pytest.mark.parametrize(("kind", "case"), EVERY, ids=[f"{case['row']} {case['name']}" for _, case in EVERY])
def test_a_hostile_input_is_answered_as_the_catalogue_says(
    cast: Cast, settings: LazySettings, caplog: pytest.LogCaptureFixture, kind: str, case: dict[str, Any]
) -> None:
    settings.BUSINESS_DATE = datetime.date(2026, 9, 30)
    *before, last = [body(given) for given in case["give"]]
    with capture_logs() as logged:
        for raw in before:
            _take(kind, raw)
        if case.get("carries"):
            feed_of(cast, "hostile", carries=case["carries"])
        counts, kept = _counts(), InboundMessage.objects.count()
        found = _take(kind, last)
        after = InboundMessage.objects.count()
        again = _take(kind, last)
    assert InboundMessage.objects.count() == after, "the same again is another message"
    assert len(again) == len(found) and after - kept <= len(found)
    _check_outcome(case, found)
    if case.get("keeps", "nothing" if case["status"] == "failed" else "any") == "nothing":
        assert _counts() == counts
    said = repr(logged) + caplog.text + " ".join(InboundMessage.objects.values_list("sentence", flat=True))
    said += " ".join(InboundMessage.objects.values_list("place", flat=True))
    assert [canary for canary in CANARIES if canary in said] == []


def _check_outcome(case: dict[str, Any], found: list[InboundMessage]) -> None:
    wanted = case["status"]
    statuses = [str(message.status) for message in found]
    assert all(message.code and message.sentence for message in found if message.status in {"failed", "parked"})
    if wanted == "any":
        assert set(statuses) <= {"applied", "failed", "parked"}
        return
    assert statuses == (wanted if isinstance(wanted, list) else [wanted] * len(found)) and found
    message = found[0]
    assert str(message.code).startswith(case.get("code", "")), message.code
    assert case.get("says", "") in message.sentence
    assert not case.get("flag") or case["flag"] in message.flags, message.flags
