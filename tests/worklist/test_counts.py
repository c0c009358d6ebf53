"""Counters: right, and the waterfall sums exactly."""

from decimal import Decimal

from accounts.models import Account, Step
from worklist.counts import Seen, refresh
from worklist.models import Counter
from worklist.selectors.board import wall, waterfall
from worklist.selectors.queues import rail

from .conftest import CODED, advance, hold, make_releasable, post


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


def test_the_relay_counts_after_a_change_settles_and_then_rests():
    seen = Seen()
    assert seen.needs_refresh(7)
    assert seen.needs_refresh(7)
    rests = [seen.needs_refresh(7) for _ in range(10)]
    assert rests.count(True) == 1
    assert seen.needs_refresh(8)
