"""The flow of each class follows from the policy, and its picture is complete and safe."""

from dataclasses import replace
from itertools import combinations, product
from xml.etree import ElementTree

import pytest

from coding_workflow.policy import chart, vocabulary
from coding_workflow.policy.flow import LANES, flow_of
from coding_workflow.policy.rules import AutoRelease, BilledBy, BillHold, FacilityPolicy, QueryPolicy, Scope, StepTarget
from coding_workflow.policy.standard import STANDARD
from coding_workflow.policy.svg import Figure, draw

#: With and without each step that a policy may leave out.
POLICIES = [
    replace(STANDARD, bill_holds=holds, suggestions_for=offered, auto_release=released)
    for holds, offered, released in product(
        ((), (BillHold(3),)), ((), ("inpatient",)), ((), (AutoRelease("cleo", Scope(("inpatient",))),))
    )
]


def _codes(policy: FacilityPolicy, patient_class: str = "inpatient", service: str = "") -> list[str]:
    return [step.code for step in flow_of(policy, patient_class, service).steps]


@pytest.mark.parametrize("policy", POLICIES)
def test_every_step_is_on_a_road_from_registration_to_payment(policy):
    flow = flow_of(policy, "inpatient")
    reached, before = {"registered", "suggestions"} & set(flow.of), set()
    while reached != before:
        before = set(reached)
        reached |= {road.end for road in flow.roads if road.start in reached}
    assert reached == set(flow.of)
    assert all(step.lane in LANES for step in flow.steps)


@pytest.mark.parametrize(("policy", "patient_class"), list(product(POLICIES, vocabulary.PATIENT_CLASSES)))
def test_no_box_lies_on_another_and_all_is_inside_the_picture(policy, patient_class):
    made = chart.chart_of(flow_of(policy, patient_class))
    for one, other in combinations(made.boxes, 2):
        assert abs(one.x - other.x) >= chart.WIDTH or abs(one.y - other.y) >= chart.HEIGHT
    points = [point for line in made.lines for point in line.points]
    assert all(0 <= x <= made.width and 0 <= y <= made.height for x, y in points)
    # Beside a rail-less page of 1366 pixels.
    assert made.width <= 1334


def test_no_line_runs_through_a_box():
    for policy in POLICIES:
        made = chart.chart_of(flow_of(policy, "inpatient"))
        for line, box in product(made.lines, made.boxes):
            ends = {line.road.start, line.road.end}
            assert box.step.code in ends or not _crosses(line, box), (line.road, box.step.code)


def _crosses(line: chart.Line, box: chart.Box) -> bool:
    for (ax, ay), (bx, by) in zip(line.points, line.points[1:], strict=False):
        across = min(ax, bx) < box.right and max(ax, bx) > box.left
        if across and min(ay, by) < box.bottom and max(ay, by) > box.top:
            return True
    return False


def test_a_step_is_there_when_the_policy_does_it():
    nothing, everything = POLICIES[0], POLICIES[-1]
    assert {"bill_hold", "suggestions", "by_policy"}.isdisjoint(_codes(nothing))
    assert {"bill_hold", "suggestions", "by_policy"} <= set(_codes(everything))
    assert {"suggestions", "by_policy"}.isdisjoint(_codes(everything, "clinic"))


def test_a_step_of_one_service_is_on_its_chart_alone():
    policy = replace(STANDARD, bill_holds=(BillHold(9, Scope(services=("PSY",))),))
    assert "bill_hold" in _codes(policy, service="PSY")
    assert "bill_hold" not in _codes(policy)


def test_what_differs_by_payer_is_said():
    policy = replace(STANDARD, bill_holds=(BillHold(6, Scope(payer_kinds=("medicaid",))), BillHold(4)))
    assert "4 days (Medicare, Medicare Advantage, commercial, self-pay and other); 6 days (Medicaid) after" in (
        flow_of(policy, "inpatient").of["bill_hold"].does
    )
    assert "charges: 4 days after" in flow_of(replace(policy, bill_holds=(BillHold(4),)), "clinic").of["bill_hold"].does


def test_the_steps_say_the_policys_numbers_and_people():
    policy = replace(POLICIES[-1], queries=QueryPolicy(3, 5, 9, "supervisor"), targets=(StepTarget("coding", 5),))
    flow = flow_of(policy, "inpatient", people={"cleo": "Cleo Park"})
    assert "after 3 and 5 days, escalated to the supervisor after 9 days" in flow.of["query"].does
    assert "Cleo Park answers for it" in flow.of["by_policy"].does
    assert (flow.of["coding"].target_days, flow.of["approval"].target_days) == ("5 days", "")
    assert "History and physical" in flow.of["held"].does
    assert "death summary" not in flow_of(policy, "clinic").of["held"].does.lower()


def test_who_bills_is_said_by_payer():
    policy = replace(STANDARD, billed_by=(BilledBy("patient_accounting", Scope(payer_kinds=("self_pay",))),))
    step = flow_of(policy, "clinic").of["release"]
    assert step.name == "Release, billing"
    assert "the final codes go to patient accounting (self-pay)" in step.does
    assert "the claims are made." in flow_of(STANDARD, "clinic").of["release"].does


def test_where_a_step_leads_is_told_with_the_way_back():
    after = dict(flow_of(POLICIES[-1], "inpatient").after("coding"))
    assert after == {"Query or signature": "asks, is answered", "Seven conditions?": "final coded"}
    assert ("Coding", "answered or signed") in flow_of(STANDARD, "inpatient").after("query")


def test_the_picture_carries_words_and_no_markup_of_others():
    flow = flow_of(STANDARD, "inpatient")
    figures = {"coding": Figure(12, 9, 3, '/x?"><script>'), "held": Figure(1, 1)}
    svg = draw(chart.chart_of(flow), figures, title="</title><script>", description="All steps")
    root = ElementTree.fromstring(svg)
    assert {element.tag for element in root.iter()} <= {
        *("svg", "title", "desc", "defs", "marker", "path", "rect", "text", "polyline", "polygon", "a", "g")
    }
    assert not any(name.startswith("on") or name == "style" for element in root.iter() for name in element.attrib)
    assert root.find("a").get("aria-label") == "Coding: 12 accounts, oldest 9 days, 3 past the target. Open the list."
    assert "12 · 9 d · 3 late" in [text.text for text in root.iter("text")]
    crowded = draw(chart.chart_of(flow), {"coding": Figure(1234, 103, 840)}, title="", description="")
    assert ">1,234 · 840 late<" in crowded
    assert "oldest 103 days" in crowded
    assert figures["held"].words == "1 account, oldest 1 day"
    assert len(list(root.iter("a"))) == 1
