"""A rule's own tests: facts of an account, and whether the rule must find something there. Run without database."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from coding_workflow.guidelines.case import Case
from coding_workflow.guidelines.facts import Facts, FactsError, facts_from_json, facts_to_json
from coding_workflow.guidelines.registry import Found, Rule
from coding_workflow.guidelines.tables import NoTables
from coding_workflow.guidelines.words import listed
from coding_workflow.policy.standard import STANDARD

from .compiling import Compiled, compile_clause, compile_rule
from .definition import Definition
from .faults import Fault
from .reading import MAX_CHARACTERS, DefinitionError, join, parsed, refuse_unstorable, shown

MAX_TESTS: Final = 40
MAX_NAME: Final = 120
_KEYS: Final = frozenset({"name", "facts", "expect", "subjects"})
_PARTS: Final = "It has name, facts, expect and subjects."


@dataclass(frozen=True, slots=True)
class RuleTest:
    """One account and what the rule must say; ``subjects`` None leaves open what it names."""

    name: str
    facts: Facts
    fires: bool
    subjects: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one test went; ``sentence`` says what was expected and what came."""

    test: RuleTest
    passed: bool
    sentence: str


def run(definition: Definition, tests: tuple[RuleTest, ...]) -> tuple[Outcome, ...]:
    """Each test against the rule, in order. The rule is without faults. The DRG comes from the grouper in this process."""
    rule, clause = compile_rule("test", 1, definition), compile_clause(definition.when)
    return tuple(_outcome(test, *_judged(rule, clause, test)) for test in tests)


def _judged(rule: Rule, clause: Compiled, test: RuleTest) -> tuple[list[Found], bool]:
    """What was found, and whether it says that the rule could not be judged."""
    case = Case(test.facts, NoTables(), STANDARD)
    found = list(rule.judge(case)) if rule.covers(test.facts) else []
    return found, bool(found) and clause.decide(case) is None


def _outcome(test: RuleTest, found: list[Found], unknown: bool) -> Outcome:
    if unknown:
        return Outcome(test, passed=False, sentence=found[0].message)
    if bool(found) != test.fires:
        return Outcome(test, passed=False, sentence=f"It {'found nothing' if test.fires else 'spoke'}: {_said(found)}.")
    subjects = found[0].subjects if found else ()
    if test.fires and test.subjects is not None and subjects != test.subjects:
        return Outcome(test, passed=False, sentence=f"It named {listed(subjects) or 'nothing'}.")
    return Outcome(test, passed=True, sentence=f"It {'spoke' if found else 'was silent'}, as it must.")


def _said(found: list[Found]) -> str:
    return found[0].message.removesuffix(".") if found else "the rule was silent"


def shortfalls(definition: Definition, tests: tuple[RuleTest, ...]) -> tuple[Fault, ...]:
    """What keeps the tests from vouching for the rule: none that speaks, none that is silent, or one that fails."""
    return tuple(_shortfalls(definition, tests))


def _shortfalls(definition: Definition, tests: tuple[RuleTest, ...]) -> Iterator[Fault]:
    if not any(test.fires for test in tests):
        yield Fault("tests", "There is no test in which the rule speaks.")
    if all(test.fires for test in tests):
        yield Fault("tests", "There is no test in which the rule is silent.")
    for at, outcome in enumerate(run(definition, tests)):
        if not outcome.passed:
            yield Fault(f"tests[{at}]", f"“{outcome.test.name}” fails. {outcome.sentence}")


def tests_from_json(text: str) -> tuple[RuleTest, ...]:
    """Tests from JSON text, strictly. Raises ``DefinitionError`` with the place."""
    return tests_from_plain(parsed(text or "[]"), "tests")


def tests_from_plain(raw: Any, place: str) -> tuple[RuleTest, ...]:
    """Tests from decoded JSON values. Raises ``DefinitionError`` with the place."""
    refuse_unstorable(raw, place)
    if not isinstance(raw, list):
        raise DefinitionError(place, "This must be a list.")
    if len(raw) > MAX_TESTS:
        raise DefinitionError(place, f"A rule has at most {MAX_TESTS} tests.")
    return tuple(_test(each, f"{place}[{at}]") for at, each in enumerate(raw))


def _test(raw: Any, place: str) -> RuleTest:
    if not isinstance(raw, dict):
        raise DefinitionError(place, f"A test must be an object. {_PARTS}")
    for key in raw:
        if key not in _KEYS:
            raise DefinitionError(join(place, shown(key)), f"A test has no such part. {_PARTS}")
    name, expect, subjects = raw.get("name"), raw.get("expect"), raw.get("subjects")
    if not isinstance(name, str) or not name.strip() or len(name) > MAX_NAME:
        raise DefinitionError(f"{place}.name", f"Name the test in 1 to {MAX_NAME} characters.")
    if expect not in {"fires", "silent"}:
        raise DefinitionError(f"{place}.expect", "This must be fires or silent.")
    if subjects is not None and not (isinstance(subjects, list) and all(isinstance(each, str) for each in subjects)):
        raise DefinitionError(f"{place}.subjects", "This must be a list of texts.")
    named = None if subjects is None else tuple(sorted(set(subjects)))
    return RuleTest(name.strip(), _facts(raw.get("facts"), f"{place}.facts"), expect == "fires", named)


def _facts(raw: Any, place: str) -> Facts:
    try:
        return facts_from_json(raw)
    except FactsError as error:
        raise DefinitionError(f"{place}.{error.place}".removesuffix("."), f"{error.message}.") from None


def too_much(tests: tuple[RuleTest, ...]) -> str:
    """Why ``tests_from_json`` would not read these tests back: too many, or together too long; empty where it would."""
    if len(tests) > MAX_TESTS:
        return f"A rule has at most {MAX_TESTS} tests."
    if len(tests_to_json(tests)) > MAX_CHARACTERS:
        return (
            f"The tests are together longer than {MAX_CHARACTERS:,} characters: leave out facts that the rule does not ask about."
        )
    return ""


def tests_to_plain(tests: tuple[RuleTest, ...]) -> list[dict[str, Any]]:
    """JSON values of tests, every key written."""
    return [
        {
            "name": test.name,
            "facts": json.loads(facts_to_json(test.facts)),
            "expect": "fires" if test.fires else "silent",
            "subjects": None if test.subjects is None else list(test.subjects),
        }
        for test in tests
    ]


def tests_to_json(tests: tuple[RuleTest, ...]) -> str:
    """Canonical text of tests; ``tests_from_json`` reads it back equal."""
    return json.dumps(tests_to_plain(tests), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
