"""The claim elements as the record says them: the newest abstract counts, the earlier ones stay."""

import datetime
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import Account
from coding_workflow.coding import selectors, services
from coding_workflow.coding.models import RecordAbstract
from tests.cast import SEPTEMBER, Cast

from .stage import document, payloads, refused, revision_of, to_code

pytestmark = pytest.mark.usefixtures("coded_db")


@pytest.fixture
def account(cast: Cast) -> Account:
    return to_code(cast)


def _abstract(account: Account, cast: Cast, **more: Any) -> RecordAbstract:
    values = {
        "patient_class": "inpatient",
        "admit_date": SEPTEMBER,
        "discharge_date": SEPTEMBER + datetime.timedelta(days=3),
        "discharge_status": "01",
        **more,
    }
    return services.abstract_record(account_id=account.pk, by=cast.actor("ana"), **values)


def test_an_abstract_keeps_what_was_read_where_and_leaves_the_claim_alone(account: Account, cast: Cast) -> None:
    version, before = document(account), revision_of(account)
    row = _abstract(account, cast, discharge_status="20", death_date=SEPTEMBER, sources={"discharge_status": version.pk})
    account.refresh_from_db()
    assert (row.discharge_status, row.death_date, row.abstracted_by) == ("20", SEPTEMBER, cast.ana)
    assert row.sources == {"discharge_status": version.pk}
    assert account.discharge_status == "01"
    assert account.revision > before
    assert payloads("coding.abstracted") == [{"abstract": row.pk, "class": "inpatient", "discharge_status": "20"}]


def test_the_newest_abstract_counts_and_the_first_stays(account: Account, cast: Cast) -> None:
    assert selectors.abstract_of(account.pk) is None
    _abstract(account, cast)
    second = _abstract(account, cast, discharge_status="03")
    assert selectors.abstract_of(account.pk) == second
    assert RecordAbstract.objects.filter(account=account).count() == 2


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"patient_class": "ward"}, "abstract.class"),
        ({"discharge_date": SEPTEMBER - datetime.timedelta(days=1)}, "abstract.dates"),
        ({"discharge_status": "1"}, "abstract.status"),
        ({"discharge_status": "AB"}, "abstract.status"),
        ({"birth_weight_grams": 99}, "abstract.weight"),
        ({"birth_weight_grams": 9001}, "abstract.weight"),
    ],
)
def test_what_no_record_can_say_is_refused(account: Account, cast: Cast, more: dict[str, Any], code: str) -> None:
    said = refused(code, lambda: _abstract(account, cast, **more))
    assert said.fix == "claim_elements"
    assert not RecordAbstract.objects.exists()


@pytest.mark.parametrize(
    "more",
    [
        {"birth_weight_grams": 100, "patient_class": "newborn"},
        {"birth_weight_grams": 9000},
        {"discharge_status": ""},
        {"discharge_date": SEPTEMBER},
        {"admit_date": None, "discharge_date": None},
    ],
)
def test_what_a_record_may_say_is_kept(account: Account, cast: Cast, more: dict[str, Any]) -> None:
    assert _abstract(account, cast, **more).pk


def test_an_abstract_is_never_changed(account: Account, cast: Cast) -> None:
    _abstract(account, cast)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE coding_recordabstract SET discharge_status = '20'")
