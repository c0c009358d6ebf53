"""Rules such as administrators make, by the hundred, in a stated mix."""

import json
from collections.abc import Sequence
from itertools import cycle, islice
from random import Random
from typing import Any, Final

from coding_workflow.guidelines.facts import Facts
from coding_workflow.guidelines.lab.compiling import compile_rule
from coding_workflow.guidelines.lab.limits import faults
from coding_workflow.guidelines.lab.reading import definition_from_json
from coding_workflow.guidelines.registry import Rule

Plain = dict[str, Any]
_SEED: Final = 20260930
#: Of 20 rules: 14 about a category of diagnosis, 3 about services by code, 1 about procedures, 1 about every stay of a
#: payer, 1 about every account.
_MIX: Final = ("diagnosis",) * 14 + ("service",) * 3 + ("procedure", "payer", "anything")


def made_rules(number: int, accounts: Sequence[Facts]) -> list[Rule]:
    """So many rules, most of them about codes that these accounts have not: a hospital has rules for every specialty."""
    draw = Random(_SEED)
    pools = {kind: _pool(codes, draw, number) for kind, codes in _codes(accounts).items()}
    kinds = islice(cycle(_MIX), number)
    return [_rule(place, kind, pools.get(kind, [""]), draw) for place, kind in enumerate(kinds)]


def _codes(accounts: Sequence[Facts]) -> dict[str, set[str]]:
    """The beginnings that the accounts have."""
    return {
        "diagnosis": {each.code[:3] for facts in accounts for each in facts.diagnoses or ()},
        "procedure": {each.code[:4] for facts in accounts for each in facts.procedures},
        "service": {line.hcpcs for facts in accounts for line in facts.lines if line.hcpcs},
    }


def _pool(seen: set[str], draw: Random, number: int) -> list[str]:
    """Those, and others that no account here has: nine times as many for 200 rules, and more for more."""
    digits = len(next(iter(seen))) - 1
    others = {_code(draw, digits) for _ in range(9 * len(seen) * max(number // 200, 1))}
    return sorted(seen | others)


def _code(draw: Random, digits: int) -> str:
    return f"{draw.choice('ABCDEFGHJKLMNPQRSTZ')}{draw.randrange(10**digits):0{digits}d}"


def _rule(place: int, kind: str, pool: Sequence[str], draw: Random) -> Rule:
    definition = definition_from_json(json.dumps(_definition(kind, draw.choice(pool))))
    if faults(definition):
        raise ValueError(f"a {kind} rule of the benchmark has faults: {faults(definition)}")
    return compile_rule(f"bench-{place:05d}", 1, definition)


def _definition(kind: str, code: str) -> Plain:
    collection = {"diagnosis": "diagnoses", "procedure": "procedures", "service": "lines"}.get(kind)
    about = [_count(collection, {"attribute": "code", "is": "under", "value": [code]})] if collection else []
    payers = ["medicare"] if kind == "payer" else []
    return {
        "title": f"A rule about a {kind}",
        "condition": 4,
        "scope": {"classes": ["inpatient"] if payers else [], "payers": payers, "services": []},
        "when": {"all": [*about, _NO_SUMMARY, _LONG]},
        "message": "The discharge summary is missing.",
        "reference": "Department guideline",
    }


def _count(collection: str, test: Plain, at_least: int | None = 1, at_most: int | None = None) -> Plain:
    return {"count": {"of": collection, "where": [test], "at_least": at_least, "at_most": at_most}}


_NO_SUMMARY: Final = _count("documents", {"attribute": "type", "is": "is", "value": "discharge_summary"}, None, 0)
_LONG: Final = {"field": "length_of_stay", "is": "at_least", "value": 2}
