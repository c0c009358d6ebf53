"""Professional bills by the whole rule set: correct ones pass, a planted fault is named, no rule of a hospital bill speaks."""

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from coding_workflow.guidelines import accidents
from coding_workflow.guidelines.engine import evaluate
from coding_workflow.guidelines.facts import (
    Coder,
    Competence,
    Document,
    Evidence,
    Facts,
    Line,
    Occurrence,
    Patient,
    Provider,
    facts_from_json,
)
from coding_workflow.guidelines.findings import Evaluation
from coding_workflow.guidelines.ruleset import RuleSet, builtin
from coding_workflow.guidelines.samples import accounts
from coding_workflow.guidelines.samples.generating import TEMPLATES

from .cases.case import Shelf, Told
from .cases.charges import CASES as CHARGES
from .cases.professional import NPI, OTHER, pro, service
from .sample_book import judged

SEED = 20260502
_PLACES = {"clinic": "11", "emergency": "23"}
#: What only a hospital charges.
_HOSPITALS = frozenset({"G0463", "J2405", "J7030"})


def physicians_bill(facts: Facts) -> Facts:
    """A correct visit to the hospital as the bill of its physician: what is the hospital's is taken away."""
    place, first = _PLACES[facts.patient_class], (facts.diagnoses or ())[0].code
    note = (facts.documents or ())[0].id
    passage = (Evidence(note, 0, 20, "documented by the physician"),)
    lines = tuple(_fee(line, place, first, passage) for line in facts.lines if line.hcpcs and line.hcpcs not in _HOSPITALS)
    visit = () if any(line.hcpcs.startswith("992") for line in lines) else (_fee(Line(hcpcs="99213"), place, first, passage),)
    visit = tuple(replace(line, date=facts.discharge_date, charge=None, modifiers=("25",) if lines else ()) for line in visit)
    assert facts.record is not None
    return replace(
        facts,
        patient_class="professional",
        billing_kind="professional",
        place_of_service=place,
        type_of_bill="",
        discharge_status="",
        reason_for_visit=(),
        related_accounts=(),
        orders=None,
        lines=tuple(replace(line, charge=line.charge or 100) for line in (*visit, *lines)),  # type: ignore[arg-type]
        record=replace(facts.record, patient_class="professional", discharge_status=None, place_of_service=place),
        providers=(Provider("rendering", NPI), Provider("referring", OTHER)),
        coder=Coder("ana", (_competence("professional"),)),
        coders=(),
        diagnoses=tuple(replace(each, coder="ana", poa="") for each in facts.diagnoses or ()),
        external_causes=tuple(replace(each, coder="ana", poa="") for each in facts.external_causes),
        occurrence_codes=_accident(facts),
    )


def _accident(facts: Facts) -> tuple[Occurrence, ...]:
    """The code of the accident that the diagnoses tell of; no hospital bill asks for one."""
    codes = [each.code for each in (*(facts.diagnoses or ()), *facts.external_causes)]
    return (Occurrence("05", facts.discharge_date),) if accidents.told(codes) else ()


def _fee(line: Line, place: str, pointer: str, passage: tuple[Evidence, ...]) -> Line:
    named = {"place_of_service": place, "rendering": NPI, "pointers": (pointer,), "evidence": passage}
    return replace(line, revenue_code="", source="coder", coder="ana", owner=None, **named)  # type: ignore[arg-type]


def _competence(kind: str) -> Competence:
    return Competence(kind, supervisor="cleo")


def bills() -> Iterator[Facts]:
    drawn = accounts(len(TEMPLATES) * 6, SEED)
    return (physicians_bill(facts) for facts in drawn if facts.patient_class in _PLACES)


def holding(evaluation: Evaluation) -> set[str]:
    return {finding.rule for finding in evaluation.holding}


def test_the_gate_holds_no_correct_bill_and_says_nothing_of_a_hospitals() -> None:
    said: dict[str, list[str]] = {}
    number = 0
    for facts in bills():
        number += 1
        found = judged(facts)
        said |= {facts.id: [finding.message for finding in found.holding]} if found.holding else {}
        foreign = ("ioce.", "mce.", "poa.", "observation.", "window.", "transfer.")
        assert not [each.rule for each in found.findings if each.rule.startswith(foreign)], facts.id
    assert number > 15
    assert said == {}


Change = Callable[[Facts], Facts]


def _line(**changes: object) -> Change:
    return lambda facts: replace(facts, lines=(replace(facts.lines[0], **changes), *facts.lines[1:]))  # type: ignore[arg-type]


PLANTED: dict[str, tuple[Change, set[str]]] = {
    "no place of service": (lambda facts: replace(facts, place_of_service=""), {"professional.place_of_service"}),
    "the record has another place": (
        lambda facts: replace(facts, record=replace(facts.record, place_of_service="22")),  # type: ignore[type-var]
        {"professional.place_of_service"},
    ),
    "no renderer": (_line(rendering=""), {"professional.rendering"}),
    "an NPI that is none": (_line(rendering="1234567890"), {"professional.rendering"}),
    "no pointer": (_line(pointers=()), {"professional.pointers"}),
    "a pointer to what is not coded": (_line(pointers=("Z9989",)), {"professional.pointers"}),
    "an external cause before what it caused": (
        lambda facts: _line(pointers=("W260XXA",))(
            replace(facts, external_causes=(replace((facts.diagnoses or ())[0], code="W260XXA"),))
        ),
        {"professional.pointers"},
    ),
    "five pointers": (_line(pointers=("I10",) * 5), {"professional.pointers"}),
    "no code": (_line(hcpcs=""), {"professional.service_coded"}),
    "a visit that rests on nothing": (_line(evidence=()), {"evidence.shown"}),
    "a coder who codes hospital visits": (
        lambda facts: replace(facts, coder=Coder("ana", (_competence("clinic"),))),
        {"competence.in_force"},
    ),
    "a reason for the visit": (lambda facts: replace(facts, reason_for_visit=("R059",)), {"professional.code_set"}),
    "the note is missing": (lambda facts: replace(facts, documents=(_order(facts),)), {"documents.required"}),
    "no birth date": (lambda facts: replace(facts, patient=Patient(None, "F")), {"claim.demographics"}),
}


def _order(facts: Facts) -> Document:
    """The same paper, which is only an order."""
    return replace((facts.documents or ())[0], type="order")


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_is_named(name: str) -> None:
    change, rules = PLANTED[name]
    for facts in list(bills())[:8]:
        assert rules <= holding(judged(change(facts))), facts.id
        assert not rules & holding(judged(facts))


def test_pairs_are_those_of_one_physician() -> None:
    told = Told({}, {}, pairs={("20610", "99213"): "0"})
    pair = RuleSet([builtin().rule("ncci.pair")])

    def found(*lines: dict[str, object]) -> list[str]:
        facts = facts_from_json(pro(lines=list(lines)))
        return [each.message for each in evaluate(facts, pair, Shelf(told, told.grouping), told.policy()).findings]

    assert found(service("20610"), service("99213")) == ["99213 is not reported with 20610 on one day."]
    assert found(service("20610"), service("99213", rendering=OTHER)) == []


def test_every_line_under_a_coverage_determination_points_to_what_it_names() -> None:
    told = CHARGES["coverage.diagnosis"]
    rules = RuleSet([builtin().rule("coverage.diagnosis")])

    def found(*lines: dict[str, object]) -> int:
        facts = facts_from_json(pro("E78.5 M25.561", lines=list(lines)))
        return len(evaluate(facts, rules, Shelf(told, told.grouping), told.policy()).findings)

    named, other = service("80061", pointers=["E785"]), service("80061", pointers=["M25561"], rendering=OTHER)
    assert found(named) == 0
    assert found(other) == 1
    assert found(named, other) == 1, "the other line is for what is not covered"
    assert found(named, service("80061", "GA", pointers=["M25561"])) == 0
    assert found(other, service("80061", "GA", pointers=["M25561"])) == 1


def test_facts_of_a_class_that_does_not_go_with_the_bill_are_refused() -> None:
    for wrong in ({"patient_class": "clinic"}, {"billing_kind": "facility"}):
        with pytest.raises(ValueError, match="professional"):
            facts_from_json(pro() | wrong)


def test_every_rule_of_professional_bills_speaks_to_no_hospital_bill() -> None:
    own = [rule for rule in builtin().rules if rule.id.startswith("professional.")]
    assert len(own) >= 16
    assert {frozenset(rule.classes) for rule in own} == {frozenset({"professional"})}
    assert all(dataclasses.asdict(rule)["reference"] for rule in own)
