"""Two versions of a rule compared in words."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from coding_workflow.guidelines.words import day, spoken

from .definition import Clause, Definition, Group
from .sentences import clause_words

_HEADER = ("title", "condition", "severity", "starts", "ends", "message", "reference", "owner", "fix", "override")


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that changed: what, how it was and how it is; empty where it was not there, or is not any more."""

    what: str
    before: str
    after: str


def differences(before: Definition, after: Definition) -> tuple[Difference, ...]:
    """Everything that differs, in the order of the form; nothing for equal rules."""
    return tuple((*_header(before, after), *_scope(before, after), *_when(before.when, after.when)))


def _header(before: Definition, after: Definition) -> Iterator[Difference]:
    for name in _HEADER:
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            yield Difference(spoken(name), _words(old), _words(new))


def _words(value: Any) -> str:
    if isinstance(value, datetime.date):
        return day(value)
    return "" if value is None else str(value)


def _scope(before: Definition, after: Definition) -> Iterator[Difference]:
    for name in ("classes", "payers", "services"):
        old, new = getattr(before.scope, name), getattr(after.scope, name)
        if old != new:
            yield Difference(name, _accounts(old), _accounts(new))


def _accounts(words: tuple[str, ...]) -> str:
    return ", ".join(spoken(each) for each in words) or "all"


def _when(before: Clause, after: Clause) -> Iterator[Difference]:
    """Clause by clause where both join their clauses in the same way, otherwise the whole."""
    if before == after:
        return
    if not (isinstance(before, Group) and isinstance(after, Group) and before.kind == after.kind):
        yield Difference("when", clause_words(before), clause_words(after))
        return
    gone = [each for each in before.clauses if each not in after.clauses]
    new = [each for each in after.clauses if each not in before.clauses]
    for at in range(max(len(gone), len(new))):
        yield Difference("when", _clause(gone, at), _clause(new, at))
    if not gone and not new:
        yield Difference("order of clauses", clause_words(before), clause_words(after))


def _clause(clauses: list[Clause], at: int) -> str:
    return clause_words(clauses[at]) if at < len(clauses) else ""
