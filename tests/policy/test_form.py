"""Every setting can be edited in a form, and comes back from it unchanged; what is typed wrongly stays as typed."""

import json
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import pytest

from coding_workflow.policy import form
from coding_workflow.policy.form import Cell
from coding_workflow.policy.reading import Fault, from_plain
from coding_workflow.policy.rules import BillHold, FacilityPolicy, RequiredDocument
from coding_workflow.policy.shapes import PARTS, SHAPES, blank, shape_of
from coding_workflow.policy.standard import STANDARD
from tests.policy.full import FULL


@pytest.mark.parametrize("kind", SHAPES, ids=lambda kind: kind.__name__)
def test_every_setting_has_its_field(kind):
    assert {shape.name for shape in SHAPES[kind]} == {each.name for each in fields(kind)}


def test_every_setting_is_in_one_part_of_the_editor():
    asked = [name for names in PARTS.values() for name in names]
    assert sorted(asked) == sorted(each.name for each in fields(FacilityPolicy))


def _plain(policy: FacilityPolicy) -> dict[str, Any]:
    return json.loads(policy.to_json())


def _sent(cells: Iterator[Cell] | tuple[Cell, ...]) -> Iterator[tuple[str, list[str]]]:
    """What a browser sends of these fields."""
    for cell in cells:
        if cell.kind in {"choice", "choices"}:
            yield cell.place, [choice.value for choice in cell.choices if choice.chosen]
        elif cell.kind == "rows":
            yield f"{cell.place}:count", [str(len(cell.rows))]
            for row in cell.rows:
                yield from _sent(row.cells)
        elif cell.kind == "record":
            yield from _sent(cell.cells)
        else:
            yield cell.place, [cell.value]


@pytest.mark.parametrize("policy", [STANDARD, FULL], ids=["standard", "full"])
def test_a_policy_comes_back_from_the_form_as_it_was(policy):
    plain = _plain(policy)
    cells = form.draw(FacilityPolicy, plain, "", (), {"administrator": (("ada", "Ada"),)})
    again = form.read(FacilityPolicy, dict(_sent(cells)), "", plain)
    assert from_plain(again) == (policy, ())
    assert form.fit(FacilityPolicy, plain) == plain


def test_what_does_not_fit_stays_as_typed_and_is_refused_at_its_field():
    typed = {"bill_holds:count": ["1"], "bill_holds[0].days": [" soon "]}
    plain = _plain(STANDARD) | {"bill_holds": form.read_one(shape_of(FacilityPolicy, "bill_holds"), typed, "bill_holds")}
    assert plain["bill_holds"][0]["days"] == "soon"
    _, faults = from_plain(plain)
    assert faults == (Fault("bill_holds[0].days", "must be a whole number"),)
    cells = form.draw(BillHold, plain["bill_holds"][0], "bill_holds[0]", faults, {})
    assert (cells[0].value, cells[0].error) == ("soon", "Days after discharge must be a whole number.")


def test_several_faults_are_told_at_once():
    plain = _plain(STANDARD)
    plain["bill_holds"][0]["days"] = 900
    plain["bill_holds"][1]["days"] = ""
    plain["title"] = " "
    plain["downstream"] = [blank(SHAPES_OF_DOWNSTREAM)]
    places = {fault.place for fault in from_plain(plain)[1]}
    assert {"bill_holds[0].days", "bill_holds[1].days", "title", "downstream[0].reason", "downstream[0].expires_on"} <= places


SHAPES_OF_DOWNSTREAM = shape_of(FacilityPolicy, "downstream").of


def test_somebody_who_no_longer_can_be_chosen_stays_until_changed():
    cell = next(each for each in form.draw(FacilityPolicy, _plain(FULL), "", (), {}) if each.place == "downstream")
    declared = next(each for each in cell.rows[0].cells if each.place.endswith("declared_by"))
    assert [(choice.value, choice.chosen) for choice in declared.choices] == [("ada", True)]


def test_rows_are_added_moved_and_dropped():
    plain = _plain(STANDARD)
    form.act(plain, "down", "bill_holds[0]")
    assert [row["days"] for row in plain["bill_holds"]] == [3, 4, 2]
    form.act(plain, "drop", "bill_holds[1]")
    assert [row["days"] for row in plain["bill_holds"]] == [3, 2]
    form.act(plain, "add", "required_documents[0].any_of")
    assert plain["required_documents"][0]["any_of"][1] == blank(shape_of(RequiredDocument, "any_of").of)


@pytest.mark.parametrize(
    ("do", "place"),
    [
        ("drop", "bill_holds[9]"),
        ("up", "bill_holds[0]"),
        ("add", "title"),
        ("add", "nothing"),
        ("drop", "required_documents[99].any_of[0]"),
        ("add", ""),
        ("drop", "bill_holds[0].scope"),
        ("add", "evidence.shown_on_record"),
    ],
)
def test_what_does_not_fit_changes_nothing(do, place):
    assert form.act(_plain(STANDARD), do, place) == _plain(STANDARD)


def test_a_draft_of_another_version_is_fitted():
    plain = _plain(STANDARD) | {"colour": "red"}
    del plain["targets"], plain["queries"]["link_days"]
    fitted = form.fit(FacilityPolicy, plain)
    assert from_plain(fitted) == (STANDARD, ())
    assert form.fit(FacilityPolicy, "nonsense")["bill_holds"] == []


def test_a_form_cannot_bring_more_rows_than_there_is_room_for():
    assert len(form.read(FacilityPolicy, {"bill_holds:count": ["999"]}, "")["bill_holds"]) == form.MOST_ROWS
    assert form.read(FacilityPolicy, {"bill_holds:count": ["٣"]}, "")["bill_holds"] == []
