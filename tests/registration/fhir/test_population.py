"""A generated population: nothing is lost, each resource is applied or listed with its reason, in any order.

The ordinary test takes a few patients; ``WHOLE_POPULATION=1`` takes everybody.
"""

import datetime
import gzip
import json
import os
import random
from collections import Counter
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.db import transaction

from accounts.models import Account
from coding_workflow.registration.models import InboundMessage
from coding_workflow.registration.services import import_fhir
from tests.cast import Cast
from tests.registration.state import state

POPULATION = Path(__file__).parents[4] / "shared" / "data" / "fhir" / "clinosim_us_300"
WHOLE = bool(os.environ.get("WHOLE_POPULATION"))
#: An inpatient stay with its emergency visit before, and somebody of the clinics: enough for every type.
FEW = 2

pytestmark = [
    pytest.mark.skipif(not POPULATION.is_dir(), reason="The generated population is not beside the checkout."),
    pytest.mark.slow,
]


def _lines(kind: str) -> list[bytes]:
    with gzip.open(POPULATION / f"{kind}.ndjson.gz") as stream:
        return [line.strip() for line in stream]


def _chosen() -> list[bytes]:
    """The resources of a few patients with what they refer to, or everything."""
    kinds = [path.name.partition(".")[0] for path in sorted(POPULATION.glob("*.ndjson.gz"))]
    every = {kind: _lines(kind) for kind in kinds}
    if WHOLE:
        return [line for lines in every.values() for line in lines]
    stays = [json.loads(line) for line in every["Encounter"] if b'"IMP"' in line][:FEW]
    whom = {stay["subject"]["reference"].encode() for stay in stays}
    own = [line for kind, lines in every.items() for line in lines if any(who in line for who in whom)]
    people = {who.partition(b"/")[2] for who in whom}
    own += [line for line in every["Patient"] if any(b'"id": "' + who in line for who in people)]
    own += every["Organization"]
    own += [line for line in every["Practitioner"] if any(json.loads(line)["id"].encode() in each for each in own)]
    return [line for line in dict.fromkeys(own) if not line.startswith(b'{"resourceType": "Condition"') or b'"encounter"' in line]


def test_a_population_imports_whole_twice_and_in_any_order(cast: Cast, settings: LazySettings) -> None:
    settings.BUSINESS_DATE = datetime.date(2026, 11, 30)
    lines = _chosen()
    states = set()
    for seed in range(2):
        order = random.Random(seed).sample(lines, len(lines)) if seed else lines
        with transaction.atomic():
            _take(order)
            assert InboundMessage.objects.count() == len(lines)
            became = Counter(InboundMessage.objects.values_list("type", "status", "code"))
            assert {status for _, status, _ in became} == {"applied"}, became
            states.add(repr(state()))
            if not seed:
                _take(order)
                states.add(repr(state()))
                assert InboundMessage.objects.count() == len(lines)
                assert Account.objects.filter(step="registered").count() == 0
            transaction.set_rollback(True)
    assert len(states) == 1


def _take(lines: list[bytes]) -> None:
    assert sum(1 for _ in import_fhir(b"\n".join(lines), feed="population", facility="MAIN")) == len(lines)
