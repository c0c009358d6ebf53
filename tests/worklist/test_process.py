"""The flow chart: what waits where, who is late, the lists behind the boxes, and what really happened."""

import datetime
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AccessRecord, Account
from coding_workflow.policy import services
from coding_workflow.policy.rules import BillHold, Scope, StepTarget
from coding_workflow.policy.standard import STANDARD
from tests.security.browser import signed_in
from worklist.counts import refresh
from worklist.selectors import process, process_history
from worklist.selectors.board import waterfall
from worklist.selectors.process import Which

from .conftest import CODED, advance, hold, make_releasable, open_on
from .rows import released

HELD = {"HELD": ("him",), "QUERY": ("provider",), "BOTH": ("provider", "him"), "MINE": ("coding",)}


@pytest.fixture
def busy(hospital):
    """An account at each step, one of another class and one of another hospital."""
    hospital.account("IN-HOUSE", discharge_date=None)
    advance(hospital.account("WAIT"), "discharged")
    advance(hospital.account("CODE"), "discharged", "coding")
    for number, owners in HELD.items():
        account = advance(hospital.account(number), "discharged", "coding")
        for owner in owners:
            hold(account, 3, owner, f"test.{owner}")
    advance(hospital.account("CHECK"), *CODED)
    hold(advance(hospital.account("CODED-HELD"), *CODED), 3)
    make_releasable(hospital, hospital.account("CLEAN"))
    advance(hospital.account("OTHER-CLASS", patient_class="clinic"), "discharged", "coding")
    return hospital


def _which(cast, policy=STANDARD, patient_class="inpatient", service=""):
    return Which(cast.main, policy, patient_class, service)


def test_every_account_is_at_one_step_and_the_steps_add_up_to_the_board(busy):
    found = {step: figure.open for step, figure in process.figures(_which(busy)).items()}
    assert found == {
        "registered": 1, "bill_hold": 1, "coding": 2, "query": 1, "check": 1, "held": 3, "approval": 1,
        "release": 0, "billed": 0, "cases": 0,
    }  # fmt: skip
    refresh()
    clinic = process.figures(_which(busy, patient_class="clinic"))
    assert sum(found.values()) - found["registered"] + clinic["coding"].open == waterfall(busy.cleo).open


def test_each_list_has_what_its_box_counts(busy):
    for step, figure in process.figures(_which(busy)).items():
        assert len(process.listing(_which(busy), step, opened=frozenset()).rows) == figure.open
    names = [row.account.number for row in process.listing(_which(busy), "held", opened=frozenset()).rows]
    assert names == ["HELD", "BOTH", "CODED-HELD"]


def test_released_and_billed_accounts_and_those_with_a_case_stand_apart(busy):
    for number, steps in {"R1": (), "R2": ("billed",), "R3": ("billed",), "R4": ("billed", "paid")}.items():
        account = released(busy, number)
        advance(account, *steps)
    for number in ("R3", "R4"):
        open_on(Account.objects.get(number=number), "discrepancy")
    found = process.figures(_which(busy))
    assert (found["release"].open, found["billed"].open, found["cases"].open) == (1, 1, 2)
    assert [row.account.number for row in process.listing(_which(busy), "cases", opened=frozenset()).rows] == ["R3", "R4"]


def test_who_is_past_the_target_is_late_by_payer(busy):
    # Discharged on September 4; the business date is September 30.
    targets = (StepTarget("coding", 26, Scope(payer_kinds=("commercial",))), StepTarget("coding", 25), StepTarget("approval", 26))
    which = _which(busy, replace(STANDARD, targets=targets))
    figures = process.figures(which)
    assert (figures["coding"].late, figures["approval"].late, figures["held"].late) == (2, 0, 0)
    assert figures["coding"].oldest_days == 26
    assert len(process.listing(which, "coding", opened=frozenset(), late=True).rows) == 2
    assert process.listing(which, "approval", opened=frozenset(), late=True).rows == []


def test_the_chart_costs_one_query_for_all_its_numbers(busy):
    with CaptureQueriesContext(connection) as asked:
        process.figures(_which(busy))
    assert len(asked) == 1


def test_a_list_has_pages_and_leaves_restricted_accounts_out(busy, monkeypatch):
    monkeypatch.setattr(process, "PAGE_SIZE", 2)
    first = process.listing(_which(busy), "held", opened=frozenset())
    second = process.listing(_which(busy), "held", opened=frozenset(), after=first.next_after)
    assert [row.account.number for row in (*first.rows, *second.rows)] == ["HELD", "BOTH", "CODED-HELD"]
    assert second.next_after is None
    Account.objects.filter(number="BOTH").update(restricted="VIP")
    both = Account.objects.get(number="BOTH").pk
    assert len(process.listing(_which(busy), "held", opened=frozenset()).rows) == 2
    monkeypatch.setattr(process, "PAGE_SIZE", 50)
    assert len(process.listing(_which(busy), "held", opened=frozenset({both})).rows) == 3


def test_the_page_draws_the_class_with_links_for_who_works_there(busy):
    page = signed_in(busy.cleo).get("/process/?class=inpatient").content.decode()
    assert "<svg" in page
    assert f"/process/{busy.main.pk}/accounts/?class=inpatient&amp;step=coding" in page
    assert "Coding: 2 accounts, oldest 26 days" in page
    administrator = signed_in(busy.ada).get("/process/").content.decode()
    assert "Coding: 2 accounts" in administrator
    assert "/accounts/?class" not in administrator


def test_the_whole_page_has_a_budget_and_reading_names_nobody(busy, django_assert_max_num_queries):
    client = signed_in(busy.cleo)
    with django_assert_max_num_queries(15):
        page = client.get("/process/")
    assert "Testcase" not in page.content.decode()
    assert not AccessRecord.objects.filter(kind__startswith="process").exists()


def test_somebody_without_a_role_is_told_so(busy):
    assert "You hold no role" in signed_in(busy.dov).get("/process/").content.decode()


def test_a_list_leaves_an_access_record_and_unknown_steps_are_unknown(busy):
    client = signed_in(busy.cleo)
    address = reverse("worklist:process_accounts", args=[busy.main.pk])
    assert "HELD" in client.get(f"{address}?class=inpatient&step=held").content.decode()
    assert AccessRecord.objects.filter(kind="process.accounts_viewed", user=busy.cleo).count() == 1
    assert client.get(f"{address}?step=nowhere").status_code == 404


def test_accounts_left_over_from_an_earlier_policy_are_told(busy):
    services.publish_policy(
        facility=busy.main,
        policy=replace(STANDARD, bill_holds=()),
        by=busy.ada,
        second=busy.cora,
        effective_from=datetime.date(2026, 9, 1),
    )
    page = signed_in(busy.cleo).get("/process/").content.decode()
    assert "1 account, oldest 26 days left over in the bill hold" in page


def test_a_flow_of_one_service_is_chosen_where_the_policy_names_it(busy):
    Account.objects.filter(number="CODE").update(service="PSY")
    services.publish_policy(
        facility=busy.main,
        policy=replace(STANDARD, bill_holds=(BillHold(9, Scope(services=("PSY",))),)),
        by=busy.ada,
        second=busy.cora,
        effective_from=datetime.date(2026, 9, 1),
    )
    client = signed_in(busy.cleo)
    assert "Waits for late documents" not in client.get("/process/").content.decode()
    page = client.get("/process/?service=PSY").content.decode()
    assert "9 days after discharge" in page
    assert "Coding: 1 account," in page
    assert "Coding: 2 accounts" in client.get("/process/?service=NOWHERE").content.decode()


def test_what_really_happened_is_told_of_the_last_releases(busy):
    assert process_history.took(_which(busy)).accounts == 0
    client = signed_in(busy.cleo)
    assert "there is nothing to draw" in client.get("/process/?show=took").content.decode()
    released(busy, "R1")
    released(busy, "R2", policy="a" * 64)
    told = process_history.took(_which(busy))
    assert (told.accounts, told.words["by_policy"], told.words["approval"]) == (2, "50 %", "50 %")
    assert told.words["coding"] == "100 % · 0.0 d"
    assert process_history.took(_which(busy, patient_class="clinic")).accounts == 0
    assert "100 % · 0.0 d" in client.get("/process/?show=took").content.decode()


def test_words_of_what_happened():
    told = process_history._told(4, {"query": (1, 2.25), "by_policy": (0, None), "held": (0, None)})
    assert told.words == {"query": "25 % · 2.2 d", "by_policy": "0 %", "held": "0 %"}
    assert told.on_chart["query"].words == "25 % · 2.2 d"
