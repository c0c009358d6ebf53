"""The rank: a time, and the words behind it."""

import datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from worklist.priority import STANDARD, Subject, rank

START = datetime.datetime(2026, 9, 1, tzinfo=datetime.UTC)


def _subject(**fields):
    values = {
        "start": START, "patient_class": "inpatient", "class_name": "Inpatient", "charges": Decimal(0), "payer_kind": "medicare",
        "payer_name": "Medicare", **fields,
    }  # fmt: skip
    return Subject(**values)


def test_without_reasons_to_hurry_work_is_due_after_the_target_of_its_class():
    assert rank(_subject()).at == START + datetime.timedelta(days=4)


def test_dollars_move_work_earlier_and_say_so():
    moved = rank(_subject(charges=Decimal(64000)))
    assert moved.at == START + datetime.timedelta(days=1)
    assert moved.parts[1].words == "$64,000 in charges: 3 days earlier"


def test_returned_work_and_short_filing_limits_come_earlier():
    assert rank(_subject(returned=True)).at == START + datetime.timedelta(days=2)
    assert rank(_subject(payer_kind="medicaid")).at == START + datetime.timedelta(days=3)


@given(st.decimals(min_value=0, max_value=10**9, places=2), st.booleans())
def test_no_reason_moves_work_so_far_that_other_work_starves(charges, returned):
    at = rank(_subject(charges=charges, returned=returned)).at
    assert START - datetime.timedelta(hours=STANDARD.returned_hours) <= at <= START + datetime.timedelta(days=4)


@given(st.decimals(min_value=0, max_value=10**7, places=2), st.decimals(min_value=0, max_value=10**7, places=2))
def test_more_dollars_are_never_later(one, other):
    low, high = sorted((one, other))
    assert rank(_subject(charges=high)).at <= rank(_subject(charges=low)).at
