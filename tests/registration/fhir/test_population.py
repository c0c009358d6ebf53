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
from pytest_django import DjangoDbBlocker

from accounts.models import Account
from coding_workflow.registration.models import InboundMessage
from coding_workflow.registration.services import import_fhir
from tests import databases
from tests.cast import build_cast
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


def test_a_population_imports_whole_twice_and_in_any_order(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, settings: LazySettings
) -> None:
    settings.BUSINESS_DATE = datetime.date(2026, 11, 30)
    lines = _chosen()
    orders = (lines, random.Random(1).sample(lines, len(lines)))
    with django_db_blocker.unblock():
        in_order, shuffled = (_imported(order) for order in orders)
    assert in_order == shuffled


def _imported(lines: list[bytes]) -> str:
    """The state that an order ends in: in a hospital of its own and committed one by one, as a feed brings them."""
    with databases.private_database(f"{databases.PREFIX}_population"):
        build_cast()
        _take(lines)
        assert InboundMessage.objects.count() == len(lines)
        became = Counter(InboundMessage.objects.values_list("type", "status", "code"))
        assert {status for _, status, _ in became} == {"applied"}, became
        assert Account.objects.filter(step="registered").count() == 0
        once = repr(state())
        _take(lines)
        assert InboundMessage.objects.count() == len(lines)
        assert repr(state()) == once
        return once


def _take(lines: list[bytes]) -> None:
    assert sum(1 for _ in import_fhir(b"\n".join(lines), feed="population", facility="MAIN")) == len(lines)
