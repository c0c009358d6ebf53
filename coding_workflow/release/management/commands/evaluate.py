"""``manage.py evaluate``: the rule engine over lines of facts, without accounts and without writing."""

import sys
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import connections

from accounts.scope import ALL, scoped
from coding_workflow.guidelines.ruleset import builtin
from coding_workflow.guidelines.stream import Answer, evaluate_lines
from coding_workflow.policy.standard import STANDARD
from coding_workflow.release.tables import tables_in_force

#: Lines judged in one transaction and sent to a worker at once.
_CHUNK = 200
_ONLY_BUILTIN = "There are no rules made by administrators yet: --rules {} judges by the built-in rules."


def _judge(lines: list[tuple[int, str]], only: str) -> list[Answer]:
    with scoped(ALL):
        return list(evaluate_lines(lines, ruleset=builtin(), policy=STANDARD, tables_for=tables_in_force, only=only))


def _chunks(lines: Iterable[str]) -> Iterator[list[tuple[int, str]]]:
    numbered = enumerate(lines, start=1)
    while chunk := list(islice(numbered, _CHUNK)):
        yield chunk


def _in_processes(lines: Iterable[str], only: str, workers: int) -> Iterator[Answer]:
    """Answers in the order of the lines; never more than a few chunks in memory."""
    connections.close_all()  # a connection is not shared with a forked process
    waiting: deque[Future[list[Answer]]] = deque()
    with ProcessPoolExecutor(workers, mp_context=get_context("fork")) as pool:
        for chunk in _chunks(lines):
            waiting.append(pool.submit(_judge, chunk, only))
            if len(waiting) > workers * 2:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()


class Command(BaseCommand):
    """Facts on standard input, one JSON object a line; evaluations on standard output, in the same order."""

    stealth_options = ("stdin",)
    help = "Judge facts, one JSON object a line, and print one evaluation a line. Exits 1 when a line was not valid."

    def add_arguments(self, parser: CommandParser) -> None:
        """--rules, --only, --workers."""
        parser.add_argument("--rules", choices=("builtin", "active", "all"), default="builtin", help="Which rules judge.")
        parser.add_argument("--only", default="", metavar="PREFIX", help="Keep the findings of rules with this prefix.")
        parser.add_argument("--workers", type=int, default=1, help="Processes; 1 judges in this one.")

    def handle(self, *args: Any, rules: str, only: str, workers: int, **options: Any) -> None:
        """Stream; the other lines go on when one is not valid."""
        if rules != "builtin":
            self.stderr.write(_ONLY_BUILTIN.format(rules))
        source = options.get("stdin") or sys.stdin
        judged = (answer for chunk in _chunks(source) for answer in _judge(chunk, only))
        answers = _in_processes(source, only, workers) if workers > 1 else judged
        valid = True
        for answer in answers:
            self.stdout.write(answer.text)
            valid = valid and answer.valid
        if not valid:
            sys.exit(1)
