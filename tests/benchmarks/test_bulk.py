"""The bulk generator makes rows that agree with each other, whatever it skips."""

import datetime
from collections import Counter
from decimal import Decimal

import pytest
from django.db import connections
from django.db.models import F, Sum

from accounts import history
from accounts.models import Account, ChargeLine, Coverage, Hold, Step, WorkItem
from benchmarks import bulk
from coding_workflow.release.models import Check
from tests.cast import Cast
from worklist import priority
from worklist.routing import subject_of
from worklist.services import ensure_queues

# It is measured on engines of its own.
pytestmark = pytest.mark.once

ACCOUNTS = 1200
TODAY = datetime.date(2026, 9, 30)
KEYS_BEFORE: list[tuple[str, str, str, bool]] = []


@pytest.fixture
def filled(committed_db: str, cast: Cast) -> dict[str, int]:
    ensure_queues(cast.main)
    KEYS_BEFORE[:] = _foreign_keys()
    return bulk.fill(facility=cast.main, accounts=ACCOUNTS, coder=cast.ana, today=TODAY)


def test_everything_that_was_made_agrees_with_itself(filled: dict[str, int], cast: Cast) -> None:
    """One fill, many looks: making the database costs more than looking at it."""
    _counts_are_as_promised(filled)
    _histories_verify()
    _totals_are_their_charges()
    _open_work_is_routed_and_ranked()
    _verdicts_and_holds_fit_their_accounts()
    _triggers_are_back()
    _foreign_keys_are_as_before_and_hold()
    _new_rows_find_free_keys(cast)
    _a_second_fill_adds_to_the_first(cast)


def _counts_are_as_promised(filled: dict[str, int]) -> None:
    assert filled["accounts_account"] == Account.objects.count() == ACCOUNTS
    assert filled["accounts_coverage"] == Coverage.objects.count() == ACCOUNTS
    assert filled["accounts_event"] == 4 * ACCOUNTS
    assert WorkItem.objects.filter(closed_at__isnull=True).count() == ACCOUNTS * 15 // 1000
    assert Account.objects.filter(step=Step.CLOSED).count() == ACCOUNTS - ACCOUNTS * 7 // 400


def _histories_verify() -> None:
    for account in Account.objects.order_by("pk")[:50]:
        assert history.verify_account(account) == []


def _totals_are_their_charges() -> None:
    added = dict(ChargeLine.objects.values_list("account").annotate(Sum("amount")))
    assert {account.pk: account.total_charges for account in Account.objects.all()} == added
    assert min(added.values()) > Decimal(0)


def _open_work_is_routed_and_ranked() -> None:
    items = list(WorkItem.objects.filter(closed_at__isnull=True).select_related("account__facility", "queue"))
    for item in items:
        assert item.rank_at == priority.rank(subject_of(item.account, item)).at
        assert item.queue is not None
        assert item.queue.kind == item.kind
    classes = Counter(item.account.patient_class for item in items)
    assert classes.most_common(1)[0][0] == "emergency"


def _verdicts_and_holds_fit_their_accounts() -> None:
    assert not Check.objects.exclude(revision=F("account__revision")).exists()
    held = set(Hold.objects.filter(resolved_at__isnull=True, blocking=True).values_list("account", flat=True))
    releasable = set(WorkItem.objects.filter(closed_at__isnull=True, kind="release").values_list("account", flat=True))
    assert held
    assert releasable
    assert not held & releasable


def _triggers_are_back() -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'D'")
        assert cursor.fetchone()[0] == 0


def _foreign_keys_are_as_before_and_hold() -> None:
    assert KEYS_BEFORE
    assert _foreign_keys() == KEYS_BEFORE


def _foreign_keys() -> list[tuple[str, str, str, bool]]:
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated FROM pg_constraint"
            " WHERE contype = 'f' ORDER BY 1, 2"
        )
        return cursor.fetchall()


def _new_rows_find_free_keys(cast: Cast) -> None:
    assert cast.account("AFTER").pk > ACCOUNTS


def _a_second_fill_adds_to_the_first(cast: Cast) -> None:
    before = Account.objects.count()
    bulk.fill(facility=cast.main, accounts=400, coder=cast.ana, today=TODAY)
    assert Account.objects.count() == before + 400
