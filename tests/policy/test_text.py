"""The policy as text, and what one changes of another, in sentences."""

from dataclasses import replace

import pytest

from coding_workflow.policy.changes import changes
from coding_workflow.policy.rules import BillHold, Scope
from coding_workflow.policy.standard import STANDARD
from coding_workflow.policy.text import as_text, sections, usernames
from tests.policy.full import FULL, changed

EVERY = list(changed(FULL))


@pytest.mark.parametrize("policy", [pytest.param(policy, id=place) for place, policy in EVERY])
def test_every_setting_is_said(policy):
    assert sections(policy) != sections(FULL)


def test_the_walk_reaches_every_setting():
    reached = {place.split(".")[1].split("[")[0] for place, _ in EVERY}
    assert reached == set(FULL.__dataclass_fields__)
    deep = {".evidence.other_forms[more]", ".targets[0].scope.services[last]", ".required_documents[0].any_of[0].when[more]"}
    assert deep <= set(dict(EVERY))


def test_sections_are_numbered_and_people_are_named():
    made = sections(FULL, {"cleo": "Cleo Park"})
    assert [each.number for each in made] == list(range(1, len(made) + 1))
    text = "\n".join(as_text(made))
    assert "Cleo Park answers for it and looks at 3 of each day's" in text
    assert "declared by ada" in text
    assert usernames(FULL) == {"ada", "cleo"}


def test_what_is_not_set_is_said_too():
    text = "\n".join(as_text(sections(STANDARD)))
    for sentence in (
        "Nothing is declared.",
        "No account is released without a person.",
        "No target is set.",
        "offered to nobody",
    ):
        assert sentence in text


def test_a_change_is_told_by_the_sentences_that_went_and_came():
    after = replace(STANDARD, bill_holds=(*STANDARD.bill_holds[:-1], BillHold(6)))
    (told,) = changes(sections(STANDARD), sections(after))
    assert (told.code, told.gone, told.come) == (
        "bill_holds",
        ("All accounts wait 2 days after discharge.",),
        ("All accounts wait 6 days after discharge.",),
    )


def test_an_order_that_changed_is_a_change():
    (told,) = changes(sections(STANDARD), sections(replace(STANDARD, bill_holds=STANDARD.bill_holds[::-1])))
    assert told.reordered
    assert changes(sections(STANDARD), sections(STANDARD)) == ()


def test_a_row_of_one_service_says_so_and_counts_for_it_alone():
    policy = replace(STANDARD, bill_holds=(BillHold(9, Scope(("inpatient",), services=("PSY",))), *STANDARD.bill_holds))
    assert policy.bill_hold_days("inpatient", "medicare", "PSY") == 9
    assert policy.bill_hold_days("inpatient", "medicare", "MED") == 4
    assert policy.bill_hold_days("inpatient", "medicare") == 4
    assert "service PSY wait 9 days" in "\n".join(as_text(sections(policy)))
