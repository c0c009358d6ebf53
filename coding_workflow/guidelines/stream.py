"""Facts as lines in, evaluations as lines out: the same engine for auditors, benchmarks and checks. Pure but for its tables."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from coding_workflow.policy.rules import FacilityPolicy

from .engine import evaluate_all
from .facts import Facts, FactsError, facts_from_json
from .ruleset import RuleSet
from .tables import Tables

TablesFor = Callable[[Facts], Tables]
RulesFor = Callable[[Facts], RuleSet]
#: Lines held in memory and judged together.
_AT_ONCE: Final = 100


@dataclass(frozen=True, slots=True)
class Answer:
    """One output line, and whether its input line was valid."""

    text: str
    valid: bool


def _read(line: str, number: int) -> Facts | Answer:
    """The facts of a line; one that is not valid is answered with its id, where it has one, and an ``error`` object."""
    try:
        obj = json.loads(line)
    except (ValueError, RecursionError):
        return _error(None, number, "", "", "the line is not JSON")
    try:
        return facts_from_json(obj)
    except FactsError as error:
        return _error(obj, number, error.place, error.key, str(error))


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
    """Judge numbered lines and answer in their order; blank lines are passed over. Some hundred are read at once."""
    numbered = ((number, line) for number, line in lines if line.strip())
    while read := [_read(line, number) for number, line in islice(numbered, _AT_ONCE)]:
        asked = [(facts, rules_for(facts), tables_for(facts)) for facts in read if isinstance(facts, Facts)]
        judged = iter(evaluate_all(asked, policy))
        for each in read:
            yield each if isinstance(each, Answer) else Answer(next(judged).as_json(only), valid=True)
