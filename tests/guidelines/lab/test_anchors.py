"""Anchors: what a rule necessarily looks at; a rule set asks only the rules whose anchors the account meets."""

import random
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from coding_workflow.guidelines.anchoring import Anchors
from coding_workflow.guidelines.case import Case
from coding_workflow.guidelines.engine import evaluate
from coding_workflow.guidelines.facts import facts_from_json
from coding_workflow.guidelines.lab.anchors import anchors_of
from coding_workflow.guidelines.lab.compiling import compile_rule
from coding_workflow.guidelines.lab.definition import Asked, Count, Group
from coding_workflow.guidelines.lab.definition import Test as Question
from coding_workflow.guidelines.lab.limits import warnings
from coding_workflow.guidelines.registry import Rule
from coding_workflow.guidelines.ruleset import RuleSet, again, builtin
from coding_workflow.guidelines.tables import CodeAnswer, Day, NoTables
from coding_workflow.policy.standard import STANDARD
from tests.guidelines.stories import document, dx, px

from .rules import INFARCTION, Plain, asks, case, count, definition, field, no, stay

INPATIENT = frozenset({"inpatient", "newborn"})


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        (INFARCTION, Anchors(frozenset({"d:I21"}))),
        (count("diagnoses", asks("code", "one_of", ["I21.4", "I21.9", "E11.9"])), Anchors(frozenset({"d:I21", "d:E11"}))),
        (count("secondary", asks("code", "under", ["I10-I16"])), Anchors(frozenset({"d:I1"}))),
        (count("secondary", asks("code", "under", ["A00-C96"])), Anchors(frozenset({"d:A", "d:B", "d:C"}))),
        (count("procedures", asks("code", "under", ["0270"])), Anchors(frozenset({"x:027"}))),
        (count("lines", asks("code", "is", "99284")), Anchors(frozenset({"h:992"}))),
        (count("documents", asks("type", "is", "operative_note")), Anchors(frozenset({"t:operative_note"}))),
        (no("documents", asks("type", "is", "operative_note")), Anchors()),
        (count("diagnoses", asks("code", "not_under", ["I21"])), Anchors()),
        (count("diagnoses", asks("poa", "is", "N")), Anchors()),
        (
            {"all": [INFARCTION, no("procedures"), field("payer_kind", "is", "medicare")]},
            Anchors(frozenset({"d:I21"}), payers=frozenset({"medicare"})),
        ),
        ({"any": [INFARCTION, count("lines", asks("code", "is", "99284"))]}, Anchors(frozenset({"d:I21", "h:992"}))),
        ({"any": [INFARCTION, field("sex", "is", "F")]}, Anchors()),
        ({"none": [INFARCTION]}, Anchors()),
        (field("drg", "is", "280"), Anchors(classes=INPATIENT)),
        (field("patient_class", "one_of", ["clinic", "emergency"]), Anchors(classes=frozenset({"clinic", "emergency"}))),
    ],
)
def test_anchors_follow_from_the_clauses(when: Plain, expected: Anchors) -> None:
    assert anchors_of(definition(when)) == expected


def test_a_rule_without_anchor_is_reported() -> None:
    (warning,) = warnings(definition(field("sex", "is", "F")))
    assert "Every account has to be asked" in warning.message
    assert warnings(definition()) == ()


def test_codes_that_the_tables_do_not_hold_are_reported_and_refuse_nothing() -> None:
    class Few(NoTables):
        def loaded(self, system: str, on: Day = None) -> str | None:
            return "2026-04-01"

        def code(self, system: str, code: str, on: Day = None) -> CodeAnswer | None:
            return CodeAnswer(code, "") if code in {"I21", "I214"} else None

    made = definition(count("diagnoses", asks("code", "one_of", ["I21.4", "I21.7", "I21"])))
    assert [warning.message for warning in warnings(made, Few())] == ["Not in the table in force: I217."]


_CODES = ("I21.4", "I21.9", "I10", "E11.9", "J18.9", "S72.001A", "O80", "Z37.0")
_SERVICES = ("99284", "97110", "J1100", "G0378")


def _clauses(draw: random.Random, depth: int) -> Plain:
    if depth and draw.random() < 0.5:
        return {draw.choice(["all", "any", "none"]): [_clauses(draw, depth - 1) for _ in range(draw.randint(1, 3))]}
    code = [draw.choice(_CODES)[: draw.choice([1, 3, 5, 8])].rstrip(".") for _ in range(draw.randint(1, 2))]
    bounds: Plain = draw.choice(
        [{"at_least": 1}, {"at_least": None, "at_most": 0}, {"at_least": 2}, {"at_least": 1, "at_most": 2}]
    )
    return draw.choice(
        [
            lambda: count(
                draw.choice(["diagnoses", "principal", "secondary"]),
                asks("code", draw.choice(["under", "one_of", "none_of"]), code),
                **bounds,
            ),
            lambda: count("lines", asks("code", "one_of", [draw.choice(_SERVICES)]), **bounds),
            lambda: count(
                "documents", asks("type", "is", draw.choice(["operative_note", "order"])), asks("signed", "is", True), **bounds
            ),
            lambda: field("patient_class", draw.choice(["is", "is_not"]), draw.choice(["inpatient", "clinic"])),
            lambda: field("payer_kind", "one_of", draw.sample(["medicare", "medicaid", "commercial"], 2)),
            lambda: field("birth_weight", "at_most", 2500),
        ]
    )()


def _accounts(draw: random.Random) -> Plain:
    return stay(
        patient_class=draw.choice(["inpatient", "clinic", "newborn"]),
        payer={"kind": draw.choice(["medicare", "medicaid", "commercial"])},
        diagnoses=dx(*draw.sample(_CODES, draw.randint(0, 4))),
        lines=[{"hcpcs": code} for code in draw.sample(_SERVICES, draw.randint(0, 2))],
        documents=[document(kind) for kind in draw.sample(["operative_note", "order", "ed_note"], draw.randint(0, 3))],
    )


def _said(rules: RuleSet, case: Case, *, all_of_them: bool) -> list[Any]:
    asked = rules.rules if all_of_them else rules.rules_for(case.facts, case.words)
    return sorted((rule.id, *rule.judge(case)) for rule in asked if rule.covers(case.facts) and rule.judge(case))


def test_no_rule_that_would_speak_is_left_out() -> None:
    """Random rules against random accounts: the index changes nothing but the work."""
    draw = random.Random(20261125)
    rules = RuleSet(compile_rule(f"r{number}", 1, definition(_clauses(draw, 3))) for number in range(150))
    spoke = 0
    for _ in range(40):
        one = case(_accounts(draw))
        expected = _said(rules, one, all_of_them=True)
        assert _said(rules, one, all_of_them=False) == expected
        spoke += len(expected)
    assert spoke > 500
    assert any(rule.anchors.tokens for rule in rules.rules)


def test_an_account_whose_diagnoses_are_not_known_is_asked_everything() -> None:
    account = {key: value for key, value in stay().items() if key != "diagnoses"}
    rules = RuleSet([compile_rule("mi", 1, definition())])
    assert rules.rules_for(case(account).facts, case(account).words) == rules.rules


def test_the_hash_covers_key_version_and_definition() -> None:
    made = compile_rule("mi", 1, definition())
    hashes = {
        RuleSet(rules).hash
        for rules in (
            builtin().rules,
            (*builtin().rules, made),
            (*builtin().rules, compile_rule("mj", 1, definition())),
            (*builtin().rules, compile_rule("mi", 2, definition())),
            (*builtin().rules, compile_rule("mi", 1, definition(title="Another title"))),
        )
    }
    assert len(hashes) == 5
    assert RuleSet([made, *builtin().rules]).hash in hashes


def test_a_set_made_again_from_a_part_and_the_name_of_the_whole_has_the_same_hash() -> None:
    others = [
        compile_rule(f"r{number}", 1, definition(count("procedures", asks("code", "is", f"0{number:03d}DZZ"))))
        for number in range(9)
    ]
    whole = RuleSet([*builtin().rules, compile_rule("mi", 1, definition()), *others])
    facts = facts_from_json(stay(procedures=px("02703DZ")))
    then = evaluate(facts, whole, NoTables(), STANDARD)
    assert [rule for rule, _, _ in then.made.asked] == ["lab.mi"]
    now = evaluate(facts, again(then.made), NoTables(), STANDARD)
    assert (now, again(then.made).hash) == (then, whole.hash)


def _many(number: int) -> Iterator[Rule]:
    """Rules as hospitals have them: one or two categories each, a few on documents and class."""
    draw = random.Random(7)
    letters, made = "ABCDEFGHIJKLMNORSTZ", definition()
    for at in range(number):
        code = f"{draw.choice(letters)}{draw.randint(0, 99):02d}"
        asked = Count("diagnoses", (Question("code", "under", (code,)),), at_least=1)
        yield compile_rule(f"r{at}", 1, replace(made, when=Group("all", (asked, Asked("age_years", "at_least", 18)))))


def test_ten_times_the_rules_cost_at_most_three_times_as_much() -> None:
    """For one typical account with everything else that the engine does; the index keeps the rest away."""
    codes = dx("I21.4", "I10", "E11.9", "N18.30", "J44.1", "E78.5", "Z79.4", "I25.10", "D64.9", "K21.9", "F32.A", "M81.0")
    facts, few, many = facts_from_json(stay(diagnoses=codes)), _with_built_in(200), _with_built_in(2_000)

    def cost(rules: RuleSet) -> float:
        begun = time.process_time()
        for _ in range(10):
            evaluate(facts, rules, NoTables(), STANDARD)
        return time.process_time() - begun

    cost(few)
    assert min(cost(many) for _ in range(3)) <= 3 * min(cost(few) for _ in range(3))
    asked = many.rules_for(facts, Case(facts, NoTables(), STANDARD).words)
    assert len([rule for rule in asked if rule.definition]) < 30


def _with_built_in(number: int) -> RuleSet:
    return RuleSet([*builtin().rules, *_many(number)])


def test_a_replaced_scope_is_honoured_with_its_anchors() -> None:
    made = replace(compile_rule("mi", 1, definition()), classes=frozenset({"clinic"}))
    assert RuleSet([made]).rules_for(case().facts, case().words) == ()


def test_evaluating_with_the_index_says_what_evaluating_without_said() -> None:
    rules = RuleSet([*builtin().rules, compile_rule("mi", 1, definition())])
    found = [finding.rule for finding in evaluate(facts_from_json(stay()), rules, NoTables(), STANDARD).findings]
    assert "lab.mi" in found
