"""Every clause of a rule with its place and depth."""

from collections.abc import Iterator

from .definition import Clause, Group


def clauses(clause: Clause, place: str = "when", depth: int = 1) -> Iterator[tuple[str, Clause, int]]:
    """The clause itself and all inside it, outer ones first: ``(place, clause, depth from 1)``."""
    yield place, clause, depth
    if isinstance(clause, Group):
        for at, inner in enumerate(clause.clauses):
            yield from clauses(inner, f"{place}.{clause.kind}[{at}]", depth + 1)
