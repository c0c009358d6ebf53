"""Facts as lines in, evaluations as lines out: the same engine for auditors, benchmarks and checks. Pure but for its tables."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from coding_workflow.policy.rules import FacilityPolicy

from .engine import evaluate
from .facts import Facts, FactsError, facts_from_json
from .ruleset import RuleSet
from .tables import Tables

TablesFor = Callable[[Facts], Tables]
RulesFor = Callable[[Facts], RuleSet]


@dataclass(frozen=True, slots=True)
class Answer:
    """One output line, and whether its input line was valid."""

    text: str
    valid: bool


def evaluate_line(
    line: str, number: int, *, rules_for: RulesFor, policy: FacilityPolicy, tables_for: TablesFor, only: str
) -> Answer:
    """Judge one line; a line that is not valid is answered with its id, where it has one, and an ``error`` object."""
    try:
        obj = json.loads(line)
    except (ValueError, RecursionError):
        return _error(None, number, "", "", "the line is not JSON")
    try:
        facts = facts_from_json(obj)
    except FactsError as error:
        return _error(obj, number, error.place, error.key, str(error))
    evaluation = evaluate(facts, rules_for(facts), tables_for(facts), policy)
    return Answer(evaluation.as_json(only), valid=True)


def _error(obj: Any, number: int, place: str, key: str, message: str) -> Answer:
    named = obj.get("id") if isinstance(obj, dict) else None
    error = {"line": number, "place": place, "key": key, "message": message}
    line = {"id": named if isinstance(named, str) else None, "error": error}
    text = json.dumps(line, separators=(",", ":"), ensure_ascii=False)
    # What the line named may be no valid text; the answer is.
    return Answer(text.encode(errors="replace").decode(), valid=False)


def evaluate_lines(
    lines: Iterable[tuple[int, str]], *, rules_for: RulesFor, policy: FacilityPolicy, tables_for: TablesFor, only: str = ""
) -> Iterator[Answer]:
    """Judge numbered lines in order, one at a time; blank lines are passed over."""
    for number, line in lines:
        if line.strip():
            yield evaluate_line(line, number, rules_for=rules_for, policy=policy, tables_for=tables_for, only=only)
