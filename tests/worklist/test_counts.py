"""Counters: right, and the waterfall sums exactly."""

import datetime
import io
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction

from accounts.locking import lock_account
from accounts.models import Account, Hold, Queue, Step, WorkItem
from accounts.services.holds import resolve_hold
from worklist import counts
from worklist.assignment import claim_next
from worklist.counts import Rhythm, refresh, refresh_changed, refresh_part
from worklist.models import Changed, Counted, Counter
from worklist.selectors.board import wall, waterfall
from worklist.selectors.queues import rail

from .conftest import CODED, SYSTEM, advance, hold, make_releasable, post


def _populate(hospital):
    """One account in each part of the waterfall, one in house, one held twice."""
    hospital.account("IN-HOUSE")
    accounts = {name: hospital.account(name) for name in ("WAIT", "CODE", "CODE-HELD", "CODED-HELD", "CHECKING", "CLEAN")}
    for number, account in enumerate(accounts.values(), start=1):
        post(account, 1000 * number)
    advance(accounts["WAIT"], Step.DISCHARGED)
    advance(accounts["CODE"], Step.DISCHARGED, Step.CODING)
    hold(advance(accounts["CODE-HELD"], Step.DISCHARGED, Step.CODING))
    coded_held = advance(accounts["CODED-HELD"], *CODED)
    hold(coded_held, 3)
    hold(coded_held, 4, "coding", "edits.sequence", "The combination code comes first.")
    advance(accounts["CHECKING"], *CODED)
    make_releasable(hospital, accounts["CLEAN"])


def test_the_waterfall_has_each_unbilled_account_once_and_sums_to_an_independent_count(hospital):
    _populate(hospital)
    refresh()
    flow = waterfall(hospital.cleo)
    assert {line.key: line.open for line in flow.lines} == {
        "waiting": 1, "coding": 1, "coding_held": 1, "coded_held": 1, "checking": 1, "releasable": 1, "released": 0,
    }  # fmt: skip
    unbilled = Account.objects.filter(step__in=("discharged", "coding", "final_coded", "released"))
    assert flow.open == unbilled.count() == 6
    assert flow.dollars == sum(account.total_charges for account in unbilled) == Decimal(21000)
    total = Counter.objects.get(facility=hospital.main, board="flow", key="total")
    assert (total.open, total.dollars) == (flow.open, flow.dollars)
    assert flow.not_final_coded == 3


def test_the_wall_counts_an_account_once_for_each_condition_and_owner(hospital):
    _populate(hospital)
    refresh()
    assert [(line.condition, line.owner, line.open, line.dollars) for line in wall(hospital.cleo)] == [
        (3, "HIM deficiency", 2, Decimal(7000)),
        (4, "Coding", 1, Decimal(4000)),
    ]


def test_a_counter_falls_back_to_zero_when_nothing_is_left(hospital, work):
    item = work("A1")
    refresh()
    assert next(line.open for line in rail(hospital.ana) if line.code == "code-inpatient") == 1
    type(item).objects.filter(pk=item.pk).update(closed_at=item.opened_at)
    refresh()
    assert next(line.open for line in rail(hospital.ana) if line.code == "code-inpatient") == 0


def test_a_role_sees_only_its_queues(hospital, work):
    assert "denials" not in {line.code for line in rail(hospital.ana)}
    assert {line.code for line in rail(hospital.bill)} == {"denials", "discrepancies", "held"}
    assert rail(hospital.dov) == []


def test_everything_is_counted_when_a_relay_begins_and_each_hour():
    """A part at each tick until none are left; the same part at the next tick when it failed."""
    rhythm = Rhythm()
    assert (rhythm.whole(98.0), rhythm.after) == (True, 0)
    rhythm.counted(98.0, [3, 7])
    assert (rhythm.whole(99.0), rhythm.after) == (True, 7)
    assert (rhythm.whole(100.0), rhythm.after) == (True, 7)
    rhythm.counted(100.0, [])
    assert [rhythm.whole(second) for second in (101.0, 3699.0, 3700.0)] == [False, False, True]
    assert rhythm.after == 0


def test_counting_in_parts_walks_every_account_once_and_says_what_counting_at_once_says(hospital, monkeypatch):
    _populate(hospital)
    refresh()
    right = _numbers()
    Counter.objects.update(open=77, dollars=0)
    Counted.objects.filter(board="queue").delete()
    monkeypatch.setattr(counts, "_NEXT", counts._NEXT.replace(f"LIMIT {counts._BATCH}", "LIMIT 2"))
    parts, after = [], 0
    while part := refresh_part(after):
        parts.append(part)
        after = part[-1]
    walked = [account for part in parts for account in part]
    adding = Account.objects.exclude(number="IN-HOUSE")
    assert walked == sorted(adding.values_list("pk", flat=True))
    assert [len(part) for part in parts] == [2, 2, 2]
    assert _numbers() == right


def _numbers():
    return {(c.facility_id, c.board, c.key): (c.open, c.oldest_on, c.dollars) for c in Counter.objects.all() if c.open}


def test_counting_what_changed_says_what_counting_everything_says(hospital, work):
    """After each kind of change that counts: work opened, moved and closed, holds, charges, dates, steps."""
    refresh()
    first, second = work("A1"), work("A2", discharge_date=None)
    queue = Queue.objects.get(facility=hospital.main, code="unrouted")
    changes = (
        lambda: None,
        lambda: post(first.account, 300),
        lambda: hold(first.account, 3),
        lambda: hold(first.account, None, "coding", "policy.bill_hold"),
        lambda: advance(first.account, Step.DISCHARGED, Step.CODING),
        lambda: Account.objects.filter(pk=second.account_id).update(discharge_date=datetime.date(2026, 9, 2)),
        lambda: WorkItem.objects.filter(pk=first.pk).update(queue=queue),
        lambda: _clear(first.account),
        lambda: WorkItem.objects.filter(pk=first.pk).update(closed_at=first.opened_at),
        lambda: advance(first.account, Step.FINAL_CODED),
        lambda: make_releasable(hospital, hospital.account("A3")),
    )
    for number, change in enumerate(changes):
        change()
        assert refresh_changed() > 0, number
        counted = _numbers()
        refresh()
        assert counted == _numbers(), number
        assert refresh_changed() == 0, number


def _clear(account):
    for open_hold in Hold.objects.filter(account=account, resolved_at__isnull=True):
        with transaction.atomic():
            resolve_hold(hold=open_hold, account=lock_account(account.pk), resolution="Arrived.", by=SYSTEM)


def test_a_claim_changes_no_counter_and_leaves_no_mark(hospital, work):
    work("A1")
    refresh_changed()
    assert claim_next(user=hospital.ana) is not None
    assert refresh_changed() == 0


def test_more_marks_than_a_batch_are_taken_in_several(hospital, work, monkeypatch):
    monkeypatch.setattr(counts, "_BATCH", 1)
    monkeypatch.setattr(counts, "_TAKE", counts._TAKE.replace("LIMIT 2000", "LIMIT 1"))
    work("A1")
    post(work("A2").account, 10)
    marks = Changed.objects.count()
    assert marks > 1
    assert refresh_changed() == min(marks, 10)
    assert _numbers()[hospital.main.pk, "queue", "code-inpatient"][0] == 2


def test_verifying_names_a_counter_that_is_wrong(hospital, work):
    work("A1")
    refresh()
    call_command("verify_lists")
    Counter.objects.filter(board="queue", key="code-inpatient").update(open=7)
    said = io.StringIO()
    with pytest.raises(CommandError, match="1 difference"):
        call_command("verify_lists", stdout=said)
    assert "counter queue code-inpatient" in said.getvalue()
    call_command("verify_lists")
