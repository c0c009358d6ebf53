"""A set of queues as a document: what it takes, what it may be, and what it says of work it does not take."""

import datetime
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import PatientClass, PayerKind
from coding_workflow.guidelines.lab.definition import Asked, Count, Group
from coding_workflow.guidelines.lab.definition import Test as AskedOfOne
from coding_workflow.guidelines.lab.reading import DefinitionError
from worklist.priority import Subject, Weights, rank
from worklist.queueing import document, limits, matching
from worklist.queueing.limits import HOURS, MOST_PAYER, MOST_TARGET
from worklist.queueing.matching import Arrival
from worklist.queueing.standard import STANDARD

from .queueing import DEAR, LONG, rule, with_first, without

DAY = datetime.date(2026, 9, 1)
NO_OPERATIVE_NOTE = Count("documents", (AskedOfOne("type", "is", "operative_note"),), None, 0)


def _stay(**fields) -> Arrival:
    values = {"kind": "coding", "returned": False, "patient_class": "inpatient", "admit_date": DAY, "discharge_date": DAY}
    return Arrival(**{**values, **fields})


def _first(queues, **fields) -> str:
    found = matching.first(queues, _stay(**fields))
    return found.code if found else ""


def test_the_standard_set_has_no_fault_and_reads_back_equal():
    assert limits.faults(STANDARD) == ()
    text = document.to_text(STANDARD)
    assert document.from_text(text) == STANDARD
    assert document.to_text(document.from_text(text)) == text


@pytest.mark.parametrize("patient_class", PatientClass.values)
def test_the_standard_set_knows_every_class(patient_class):
    assert _first(STANDARD, patient_class=patient_class).startswith("code-")


def test_the_first_that_takes_the_work_owns_it():
    dear, long = rule("dear", DEAR), rule("long", LONG)
    queues = with_first(STANDARD, dear, long)
    both = {"charges": Decimal(9_000), "discharge_date": DAY + datetime.timedelta(days=9)}
    assert _first(queues, **both) == "dear"
    assert _first(with_first(STANDARD, long, dear), **both) == "long"
    assert _first(queues, charges=Decimal("4999.99")) == "code-inpatient"


@pytest.mark.parametrize(
    ("asked", "yes", "no"),
    [
        (Asked("patient_class", "is", "emergency"), {"patient_class": "emergency"}, {}),
        (Asked("payer_kind", "one_of", ("commercial", "medicaid")), {"payer_kind": "medicaid"}, {"payer_kind": "medicare"}),
        (Asked("payer_code", "is", "MCR"), {"payer_code": "MCR"}, {"payer_code": "mcr2"}),
        (Asked("service", "one_of", ("CARD", "NEUR")), {"service": "NEUR"}, {"service": ""}),
        (Asked("discharge_status", "one_of", ("02", "66")), {"discharge_status": "66"}, {"discharge_status": "01"}),
        (Asked("admission_type", "is", "4"), {"admission_type": "4"}, {"admission_type": "1"}),
        (Asked("age_years", "at_most", 17), {"birth_date": datetime.date(2010, 1, 1)}, {"birth_date": datetime.date(1950, 1, 1)}),
        (LONG, {"discharge_date": DAY + datetime.timedelta(days=4)}, {"discharge_date": DAY + datetime.timedelta(days=3)}),
        (NO_OPERATIVE_NOTE, {"documents": ("consent",)}, {"documents": ("consent", "operative_note")}),
    ],
)
def test_each_condition_takes_and_leaves(asked, yes, no):
    queues = with_first(STANDARD, rule("asked", asked))
    assert _first(queues, **yes) == "asked"
    assert _first(queues, **no) != "asked"


def test_what_is_not_known_takes_nothing_and_says_so():
    queues = with_first(STANDARD, rule("long", LONG))
    unknown = {"discharge_date": None}
    assert _first(queues, **unknown) == "code-inpatient"
    against = matching.answers(queues, _stay(**unknown))[0].against
    assert against == "Not so that the length of stay is at least 4 days: here it is not known."


def test_why_not_there_names_the_condition_and_what_is_so_instead():
    queues = with_first(STANDARD, rule("dear", DEAR), rule("back", returned="only"))
    said = {each.rule.code: each.against for each in matching.answers(queues, _stay(charges=Decimal(120)))}
    assert said["dear"] == "Not so that the total of charges is at least 5,000: here 120."
    assert said["back"] == "It takes only what came back to a person."
    assert said["review"] == "It takes review; this is coding."
    assert said["code-inpatient"] == ""


def test_a_queue_reads_as_a_sentence():
    assert matching.sentence(rule("x", DEAR, NO_OPERATIVE_NOTE)) == (
        "Coding: the total of charges is at least 5,000 and no document is of type operative note."
    )
    assert matching.sentence(rule("x", returned="only")) == "Coding: it came back to the person who had it."


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (rule("x", Asked("drg", "is", "470")), "not known yet when work is routed"),
        (rule("x", Count("diagnoses", (), 1)), "only which types of document"),
        (rule("x", Count("documents", (AskedOfOne("signed", "is", True),), 1)), "only which types of document"),
        (rule("x", Group("any", (DEAR, LONG))), "side by side"),
        (rule("x", DEAR, Asked("total_charges", "at_most", 10)), "contradict each other"),
        (rule("x", DEAR, DEAR), "twice"),
        (rule("x", Asked("service", "one_of", ())), "The list is empty"),
        (rule("X!", DEAR), "small letters"),
        (rule("x" * 41, DEAR), "small letters"),
        (rule("xx", DEAR, name=""), "2 to 80"),
        (rule("xx", DEAR, most_held=0), "from 1 to 50"),
        (rule("xx", returned="sometimes"), "came back"),
        (rule("xx", *(Asked("service", "is_not", f"S{number}") for number in range(13))), "At most 12"),
    ],
)
def test_what_a_queue_may_not_be_is_said(bad, words):
    assert words in " ".join(fault.message for fault in limits.faults(with_first(STANDARD, bad)))


def test_unrouted_is_there_last_and_bare():
    last = STANDARD.queues[-1]
    for queues in (
        without(STANDARD, "unrouted"),
        replace(STANDARD, queues=(last, *STANDARD.queues[:-1])),
        replace(STANDARD, queues=(*STANDARD.queues[:-1], replace(last, when=(DEAR,)))),
        replace(STANDARD, queues=(*STANDARD.queues[:-1], replace(last, people=(1,)))),
    ):
        assert limits.faults(queues)
    assert limits.faults(with_first(STANDARD, STANDARD.queues[1]))


def test_queues_below_one_that_takes_everything_are_named():
    found = [(below.code, above.code) for below, above in matching.unreached(with_first(STANDARD, rule("all")))]
    assert ("code-inpatient", "all") in found
    assert list(matching.unreached(STANDARD)) == []


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"queues": 1}', '{"queues": [{"code": 1}]}', '{"queues": [], "weights": {"dollars_floor": "x"}}']
)
def test_text_that_is_no_set_is_refused(text):
    with pytest.raises(DefinitionError):
        document.from_text(text)


BOUNDED = st.builds(
    Weights,
    target_hours=st.dictionaries(st.sampled_from(PatientClass.values), st.integers(0, MOST_TARGET)),
    payer_hours=st.dictionaries(st.sampled_from(PayerKind.values), st.integers(0, MOST_PAYER)),
    dollars_floor=st.integers(1, 10_000_000).map(Decimal),
    **{name: st.integers(low, high) for name, (low, high, _) in HOURS.items()},
)
SUBJECTS = st.builds(
    Subject,
    start=st.just(datetime.datetime(2026, 9, 1, tzinfo=datetime.UTC)),
    patient_class=st.sampled_from(PatientClass.values),
    class_name=st.just("Any"),
    charges=st.decimals(0, 99_999_999, places=2),
    payer_kind=st.sampled_from(["", *PayerKind.values]),
    payer_name=st.just("Any"),
    returned=st.booleans(),
)


@given(weights=BOUNDED, waits=SUBJECTS, newer=SUBJECTS)
def test_nothing_starves_whatever_the_weights_are(weights, waits, newer):
    """However dear, urgent or returned: what starts so much later stands behind."""
    assert list(limits.limit_faults(replace(STANDARD, weights=weights))) == []
    later = replace(newer, start=waits.start + datetime.timedelta(hours=weights.most_overtaken_hours, seconds=1))
    assert rank(waits, weights).at < rank(later, weights).at


@pytest.mark.parametrize(
    "wrong",
    [
        {"returned_hours": 169},
        {"most_hours_for_dollars": 10_000},
        {"hours_per_doubling": -1},
        {"dollars_floor": Decimal(0)},
        {"target_hours": {"inpatient": 721}},
        {"payer_hours": {"medicaid": 9_999}},
    ],
)
def test_weights_without_a_bound_are_refused(wrong):
    assert list(limits.limit_faults(replace(STANDARD, weights=replace(STANDARD.weights, **wrong))))
