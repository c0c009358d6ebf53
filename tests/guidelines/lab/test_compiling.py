"""What a rule finds: each operator, each quantity, what made it true, and what is said when a fact is missing."""

from typing import Any

import pytest

from coding_workflow.guidelines.engine import evaluate
from coding_workflow.guidelines.facts import facts_from_json
from coding_workflow.guidelines.lab.compiling import compile_rule
from coding_workflow.guidelines.ruleset import RuleSet, builtin
from coding_workflow.guidelines.tables import NoTables
from coding_workflow.policy.standard import STANDARD
from tests.guidelines.stories import document, dx, px

from .rules import INFARCTION, Plain, asks, case, count, definition, field, found, no, stay


def speaks(when: Plain, **changes: Any) -> bool:
    return bool(found(when, case(**changes)))


@pytest.mark.parametrize(
    ("operator", "value", "fitting", "other"),
    [
        ("is", "I21.4", "I21.4", "I21.9"),
        ("one_of", ["I21.4", "I21.9"], "I21.9", "I21.A1"),
        ("one_of", ["I10-I16"], "I16.9", "I17"),
        ("under", ["I21"], "I21.A1", "I22.0"),
        ("under", ["I10-I16", "E11"], "E11.65", "I09.0"),
        ("under", ["O00-P96"], "P07.30", "Q00.0"),
    ],
)
def test_codes_by_list_by_range_and_by_hierarchy(operator: str, value: Any, fitting: str, other: str) -> None:
    clause = count("principal", asks("code", operator, value))
    assert speaks(clause, diagnoses=dx(fitting, "J45.909"))
    assert not speaks(clause, diagnoses=dx(other, fitting))
    negation = {"is": "is_not", "one_of": "none_of", "under": "not_under"}[operator]
    assert not speaks(count("principal", asks("code", negation, value)), diagnoses=dx(fitting))
    assert speaks(count("principal", asks("code", negation, value)), diagnoses=dx(other))


@pytest.mark.parametrize(
    ("bounds", "answers"),
    [
        ((1, None), [False, True, True, True]),
        ((None, 0), [True, False, False, False]),
        ((2, None), [False, False, True, True]),
        ((None, 1), [True, True, False, False]),
        ((1, 2), [False, True, True, False]),
        ((3, 3), [False, False, False, True]),
    ],
)
def test_at_least_and_at_most_count_items(bounds: tuple[int | None, int | None], answers: list[bool]) -> None:
    clause = count("secondary", asks("code", "under", ["E11"]), at_least=bounds[0], at_most=bounds[1])
    codes = ("E11.9", "E11.65", "E11.22")
    assert [speaks(clause, diagnoses=dx("I10", *codes[:number])) for number in range(4)] == answers


@pytest.mark.parametrize(
    ("clause", "changes", "otherwise"),
    [
        (field("patient_class", "is", "inpatient"), {}, {"patient_class": "newborn"}),
        (field("payer_kind", "one_of", ["medicaid", "medicare"]), {}, {"payer": {"kind": "commercial"}}),
        (field("payer_code", "is", "MCR"), {}, {"payer": {"code": "COM"}}),
        (field("age_years", "at_least", 65), {}, {"patient": {"birth_date": "1990-01-01", "sex": "M"}}),
        (field("age_days", "at_most", 28), {"patient": {"birth_date": "2026-06-01"}}, {"patient": {"birth_date": "2026-01-01"}}),
        (field("length_of_stay", "between", [3, 5]), {}, {"discharge_date": "2026-06-10"}),
        (field("discharge_status", "one_of", ["01", "06"]), {}, {"discharge_status": "20"}),
        (field("type_of_bill", "under", ["011"]), {}, {"type_of_bill": "0131"}),
        (field("condition_codes", "one_of", ["44"]), {"condition_codes": ["44", "A0"]}, {"condition_codes": ["A0"]}),
        (field("condition_codes", "not_given"), {}, {"condition_codes": ["A0"]}),
        (field("situation", "is", "expired"), {"discharge_status": "20"}, {}),
        (
            field("total_charges", "at_least", "500"),
            {"lines": [{"charge": "300.10"}, {"charge": "199.90"}]},
            {"lines": [{"charge": "499.99"}]},
        ),
        (field("number_of_codes", "at_least", 4), {"procedures": px("02703DZ", "4A023N7")}, {}),
        (field("coders_competent", "is", False), {"coder": {"id": "ana"}}, {}),
        (field("days_since_discharge", "at_least", 4), {"judged_on": "2026-06-17"}, {"judged_on": "2026-06-16"}),
        (field("drg", "under", ["28"]), {}, {"diagnoses": dx("J18.9")}),
        (field("drg_weight", "at_least", "0.5"), {}, {"patient_class": "clinic"}),
        (
            count("procedures", asks("date", "before", {"of": "admission"})),
            {"procedures": [{"code": "02703DZ", "date": "2026-06-08"}]},
            {"procedures": [{"code": "02703DZ", "date": "2026-06-09"}]},
        ),
        (
            count("procedures", asks("date", "between", [{"of": "admission"}, {"of": "admission", "days": 1}])),
            {"procedures": [{"code": "02703DZ", "date": "2026-06-10"}]},
            {"procedures": [{"code": "02703DZ", "date": "2026-06-11"}]},
        ),
        (
            count("documents", asks("authored", "after", {"of": "discharge", "days": 1})),
            {"documents": [document("operative_note", authored_at="2026-06-14T15:00:01Z")]},
            {"documents": [document("operative_note", authored_at="2026-06-14T15:00:00Z")]},
        ),
        (
            count("documents", asks("type", "is", "operative_note"), asks("signed", "is", False)),
            {"documents": [document("operative_note", signed=False)]},
            {"documents": [document("operative_note")]},
        ),
        (
            count("documents", asks("deficiencies", "one_of", ["legible", "clear"])),
            {"documents": [document("order", deficiencies=["clear"])]},
            {"documents": [document("order", deficiencies=["precise"])]},
        ),
        (
            count("lines", asks("modifiers", "is", "59"), asks("units", "at_least", 2)),
            {"lines": [{"hcpcs": "97110", "modifiers": ["GP", "59"], "units": 2}]},
            {"lines": [{"hcpcs": "97110", "modifiers": ["59"], "units": 1}]},
        ),
        (
            count("lines", asks("revenue_code", "under", ["036"])),
            {"lines": [{"revenue_code": "0360"}]},
            {"lines": [{"revenue_code": "0450"}]},
        ),
        (
            count("secondary", asks("poa", "is", "N"), asks("mark", "is", "HAC")),
            {"diagnoses": dx("I10", "L89.153:N")},
            {"diagnoses": dx("I10", "L89.153")},
        ),
        (count("secondary", asks("position", "at_most", 2)), {}, {"diagnoses": dx("I10")}),
        (count("external_causes", asks("code", "under", ["W"])), {"external_causes": dx("W19.XXXA")}, {}),
        (count("admitting", asks("code", "is", "R07.9")), {"admitting_diagnosis": "R07.9"}, {"admitting_diagnosis": "R07.1"}),
        (count("related_accounts", asks("same_facility", "is", True)), {"related_accounts": [{"id": "b"}]}, {}),
        (
            count("queries", asks("codes", "one_of", ["I21-I22"])),
            {"queries": [{"id": "q", "status": "open", "codes": ["I214"]}]},
            {},
        ),
        (no("diagnoses", asks("linked", "is", False)), {}, {"diagnoses": [{"code": "I10"}]}),
        ({"any": [field("sex", "is", "F"), INFARCTION]}, {}, {"diagnoses": dx("I10")}),
        ({"none": [field("sex", "is", "F"), INFARCTION]}, {"diagnoses": dx("I10")}, {}),
    ],
)
def test_each_question_tells_accounts_apart(clause: Plain, changes: Plain, otherwise: Plain) -> None:
    assert speaks(clause, **changes)
    assert not speaks(clause, **otherwise)


def test_the_codes_and_documents_that_made_it_true_are_the_subjects() -> None:
    either = {
        "any": [count("secondary", asks("code", "under", ["E11"])), count("documents", asks("type", "is", "operative_note"))]
    }
    when = {"all": [INFARCTION, either, no("procedures"), {"none": [count("diagnoses", asks("code", "is", "Z99.9"))]}]}
    (one,) = found(when, case(diagnoses=dx("I21.4", "I10", "E11.9", "E11.65")), message="{codes} beside {documents}: {count}.")
    assert one.subjects == ("E1165", "E119", "I214", "operative_note")
    assert one.message == "E11.65, E11.9 and I21.4 beside operative note: 4."


def test_subjects_are_few_however_much_is_found() -> None:
    codes = dx(*(f"S{number:02d}.0XXA" for number in range(60)))
    (one,) = found(count("diagnoses", asks("code", "under", ["S"])), case(diagnoses=codes), message="{codes} are many.")
    assert len(one.subjects) == 21
    assert one.subjects[-1].startswith("+40:")
    assert one.message.endswith("S11.0XXA ... are many.")


def test_what_was_overridden_among_many_is_not_what_came_later() -> None:
    def subjects(most: int) -> tuple[str, ...]:
        codes = dx(*(f"S{number:02d}.0XXA" for number in range(most)))
        (one,) = found(count("diagnoses", asks("code", "under", ["S"])), case(diagnoses=codes), message="{codes} are many.")
        return one.subjects

    assert subjects(30)[:20] == subjects(31)[:20]
    assert subjects(30) != subjects(31)


@pytest.mark.parametrize(
    ("clause", "changes", "missing"),
    [
        (field("birth_weight", "at_most", 2500), {"patient_class": "newborn"}, "the birth weight is"),
        (field("age_years", "at_least", 65), {"patient": {}}, "the age is"),
        (field("drg", "is", "280"), {"grouper_version": "9.9"}, "the DRG is"),
        (count("secondary", asks("mark", "is", "MCC")), {"grouper_version": "9.9"}, "the DRG is"),
        (field("discharge_status", "is_not", "20"), {"discharge_status": ""}, "the discharge status is"),
    ],
)
def test_a_fact_that_is_needed_and_absent_is_said_and_holds(clause: Plain, changes: Plain, missing: str) -> None:
    (one,) = found(clause, case(**changes))
    assert one.message == f"“Infarction without catheterization” could not be judged: {missing} not known."
    assert one.not_evaluated
    (warned,) = found(clause, case(**changes), severity="warn")
    assert not warned.not_evaluated


def test_what_decides_without_the_absent_fact_decides() -> None:
    unknown = field("birth_weight", "at_most", 2500)
    assert not speaks({"all": [unknown, field("sex", "is", "F")]}, patient_class="newborn")
    assert speaks({"any": [unknown, field("sex", "is", "M")]}, patient_class="newborn")
    assert not speaks({"none": [unknown, field("sex", "is", "M")]}, patient_class="newborn")
    assert speaks(field("birth_weight", "not_given"), patient_class="newborn")


def test_what_does_not_belong_to_a_class_is_simply_not_there() -> None:
    for clause in (field("drg", "is", "280"), field("birth_weight", "at_most", 2500), count("secondary", asks("mark", "given"))):
        assert not speaks(clause, patient_class="clinic")


def test_an_account_without_diagnoses_or_documents_is_left_to_the_built_in_rules() -> None:
    account = {key: value for key, value in stay().items() if key not in {"diagnoses", "documents"}}
    for clause in (INFARCTION, no("documents", asks("signed", "is", True))):
        assert found(clause, case(account)) == []


def test_scope_services_and_dates_keep_the_rule_to_its_accounts() -> None:
    rule = compile_rule("r", 1, definition(scope={"classes": ["newborn"], "payers": ["medicaid"]}))
    assert not rule.covers(case().facts)
    assert not found(INFARCTION, scope={"services": ["cardiology"]})
    assert found(INFARCTION, case(service="cardiology"), scope={"services": ["cardiology"]})
    for starts, ends, expected in (
        ("2026-06-13", None, 1),
        ("2026-06-14", None, 0),
        (None, "2026-06-13", 0),
        (None, "2026-06-14", 1),
    ):
        assert len(found(INFARCTION, starts=starts, ends=ends)) == expected


def test_condition_seven_is_asked_of_an_account_with_a_discrepancy_only() -> None:
    assert found(INFARCTION, condition=7) == []
    assert found(INFARCTION, case(discrepancy={"id": "c"}), condition=7)


def test_the_engine_takes_condition_severity_owner_and_override_from_the_rule() -> None:
    made = compile_rule("mi", 3, definition(severity="hold", override="reason", owner="him", fix="documents", condition=3))
    override = {"rule": "lab.mi", "subjects": ["I214"], "reason": "seen by the committee", "by": "ana"}

    def judged(*overrides: Plain) -> Any:
        facts = facts_from_json(stay(overrides=list(overrides)))
        (finding,) = evaluate(facts, RuleSet([made]), NoTables(), STANDARD).findings
        return finding

    finding = judged()
    assert (finding.rule, finding.version, finding.condition, finding.severity) == ("lab.mi", 3, 3, "hold")
    assert (finding.owner, finding.fix, finding.reference) == ("him", "documents", "Department guideline 12")
    assert judged(override).severity == "info"
    assert judged(override | {"subjects": ["I10"]}).severity == "hold"
    assert judged(override | {"version": 3}).severity == "info"
    assert judged(override | {"version": 2}).severity == "hold", "what another version found was overridden"


def test_equal_accounts_get_equal_bytes() -> None:
    rules = RuleSet([*builtin().rules, compile_rule("mi", 1, definition())])
    lines = {evaluate(facts_from_json(stay()), rules, NoTables(), STANDARD).as_json() for _ in range(3)}
    assert len(lines) == 1
