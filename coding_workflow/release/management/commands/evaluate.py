"""``manage.py evaluate``: the rule engine over lines of facts, without accounts and without writing."""

import sys
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from accounts.models import Facility
from accounts.scope import ALL, scoped
from coding_workflow.guidelines.facts import Facts
from coding_workflow.guidelines.ruleset import RuleSet, builtin
from coding_workflow.guidelines.selectors import ruleset_for, ruleset_with_shadow
from coding_workflow.guidelines.stream import Answer, evaluate_lines
from coding_workflow.policy.standard import STANDARD
from coding_workflow.release.tables import tables_of

#: Lines judged in one transaction and sent to a worker at once.
_CHUNK = 200
_SETS = {"active": ruleset_for, "all": ruleset_with_shadow}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asks for: which rules, of one facility or of the facility that each line names."""

    rules: str
    facility: str
    only: str


class Rules:
    """The rule set of each line's facility; read once for a chunk, so that one chunk is judged by one set."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._kept: dict[str, RuleSet] = {}

    def __call__(self, facts: Facts) -> RuleSet:
        """The built-in rules, or with those of the facility; a facility that is not known has those of all facilities."""
        if self._asked.rules == "builtin":
            return builtin()
        code = self._asked.facility or facts.facility
        if code not in self._kept:
            self._kept[code] = _SETS[self._asked.rules](Facility.objects.filter(code=code).first())
        return self._kept[code]


def _judge(lines: list[tuple[int, str]], asked: Asked) -> list[Answer]:
    with scoped(ALL):
        found = evaluate_lines(lines, rules_for=Rules(asked), policy=STANDARD, tables_for=tables_of, only=asked.only)
        return list(found)


def _chunks(lines: Iterable[str]) -> Iterator[list[tuple[int, str]]]:
    numbered = enumerate(lines, start=1)
    while chunk := list(islice(numbered, _CHUNK)):
        yield chunk


def _in_processes(lines: Iterable[str], asked: Asked, workers: int) -> Iterator[Answer]:
    """Answers in the order of the lines; never more than a few chunks in memory."""
    connections.close_all()  # a connection is not shared with a forked process
    waiting: deque[Future[list[Answer]]] = deque()
    with ProcessPoolExecutor(workers, mp_context=get_context("fork")) as pool:
        for chunk in _chunks(lines):
            waiting.append(pool.submit(_judge, chunk, asked))
            if len(waiting) > workers * 2:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()


class Command(BaseCommand):
    """Facts on standard input, one JSON object a line; evaluations on standard output, in the same order."""

    stealth_options = ("stdin",)
    help = "Judge facts, one JSON object a line, and print one evaluation a line. Exits 1 when a line was not valid."

    def add_arguments(self, parser: CommandParser) -> None:
        """--rules, --facility, --only, --workers."""
        words = "The built-in rules; with the active ones of administrators; or also with those that run in shadow."
        parser.add_argument("--rules", choices=("builtin", "active", "all"), default="builtin", help=words)
        parser.add_argument("--facility", default="", metavar="CODE", help="Whose rules; without it those of each line's own.")
        parser.add_argument("--only", default="", metavar="PREFIX", help="Keep the findings of rules with this prefix.")
        parser.add_argument("--workers", type=int, default=1, help="Processes; 1 judges in this one.")

    def handle(self, *args: Any, rules: str, facility: str, only: str, workers: int, **options: Any) -> None:
        """Stream; the other lines go on when one is not valid."""
        if facility and not Facility.objects.filter(code=facility).exists():
            raise CommandError(f"There is no facility {facility}.")
        asked = Asked(rules, facility, only)
        source = options.get("stdin") or sys.stdin
        judged = (answer for chunk in _chunks(source) for answer in _judge(chunk, asked))
        answers = _in_processes(source, asked, workers) if workers > 1 else judged
        valid = True
        for answer in answers:
            self.stdout.write(answer.text)
            valid = valid and answer.valid
        if not valid:
            sys.exit(1)
