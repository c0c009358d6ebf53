"""Canonical text of a rule: every key, sorted, no blanks, so that equal rules are equal bytes with one hash."""

import datetime
import hashlib
import json
from decimal import Decimal
from typing import Any

from .definition import Asked, Clause, Count, Definition, Group, Moment, Scope, Test


def definition_to_json(definition: Definition) -> str:
    """The canonical text; ``definition_from_json`` reads it back equal."""
    return json.dumps(definition_to_plain(definition), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def text_hash(canonical: str) -> str:
    """SHA-256 of a canonical text, 64 hexadecimal digits."""
    return hashlib.sha256(canonical.encode()).hexdigest()


def definition_to_plain(definition: Definition) -> dict[str, Any]:
    """JSON values of a rule, every key written."""
    return {
        "title": definition.title,
        "condition": definition.condition,
        "severity": definition.severity,
        "scope": _scope(definition.scope),
        "starts": _plain(definition.starts),
        "ends": _plain(definition.ends),
        "when": clause_to_plain(definition.when),
        "message": definition.message,
        "reference": definition.reference,
        "owner": definition.owner,
        "fix": definition.fix,
        "override": definition.override,
    }


def _scope(scope: Scope) -> dict[str, list[str]]:
    return {"classes": list(scope.classes), "payers": list(scope.payers), "services": list(scope.services)}


def clause_to_plain(clause: Clause) -> dict[str, Any]:
    """JSON values of one clause."""
    if isinstance(clause, Group):
        return {clause.kind: [clause_to_plain(each) for each in clause.clauses]}
    if isinstance(clause, Asked):
        return {"field": clause.field, "is": clause.operator, "value": _plain(clause.value)}
    return {"count": _count(clause)}


def _count(clause: Count) -> dict[str, Any]:
    where = [_test(test) for test in clause.where]
    return {"of": clause.of, "where": where, "at_least": clause.at_least, "at_most": clause.at_most}


def _test(test: Test) -> dict[str, Any]:
    return {"attribute": test.attribute, "is": test.operator, "value": _plain(test.value)}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Moment):
        return {"of": value.of, "days": value.days}
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime.date):
        return value.isoformat()
    return value
