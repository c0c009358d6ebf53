"""What an evaluation says: findings, the seven conditions, the DRG, and what it was judged by."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Severity = Literal["hold", "warn", "info"]
Verdict = Literal["held", "releasable"]
Status = Literal["pass", "hold", "not_evaluated", "not_applicable"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence a coder reads, with what it is about, its reference, and who mends it where."""

    rule: str
    version: int
    condition: int
    severity: Severity
    subjects: tuple[str, ...]
    message: str
    reference: str
    fix: str
    owner: str

    @property
    def key(self) -> str:
        """Stable while the reason stands: rule and subjects; holds are opened and cleared by it."""
        return ":".join((self.rule, *self.subjects))

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "rule": self.rule,
            "version": self.version,
            "condition": self.condition,
            "severity": self.severity,
            "subjects": list(self.subjects),
            "message": self.message,
            "reference": self.reference,
            "fix": self.fix,
            "owner": self.owner,
        }


@dataclass(frozen=True, slots=True)
class Drg:
    """The MS-DRG of the account; weight and GMLOS from the year's Table 5, empty where that table is not at hand."""

    version: str
    drg: str
    mdc: str
    weight: str
    gmlos: str
    return_code: str

    def as_dict(self) -> dict[str, str]:
        """Plain values for JSON."""
        return {
            "version": self.version,
            "drg": self.drg,
            "mdc": self.mdc,
            "weight": self.weight,
            "gmlos": self.gmlos,
            "return_code": self.return_code,
        }


@dataclass(frozen=True, slots=True)
class Made:
    """The rules made by administrators: the hash of all in the rule set, and ``(id, version, definition)`` of those asked.

    With the built-in rules these judge the same facts again under the same rule set's name.
    """

    hash: str = ""
    asked: tuple[tuple[str, int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The answer for one account. Equal facts, rules, tables and policy give an equal evaluation and equal text.

    ``answers`` are the table answers that were used: with them ``ReplayTables`` judges the same facts again, by the
    rules that ``made`` carries. They are written out when somebody asks, which is the certificate: most evaluations are
    read and forgotten.
    """

    id: str
    verdict: Verdict
    ruleset_hash: str
    engine_version: str
    tables: Mapping[str, str]
    drg: Drg | None
    findings: tuple[Finding, ...]
    conditions: Mapping[int, Status]
    write_answers: Callable[[], Mapping[str, Any]] = field(repr=False, compare=False)
    made: Made = field(default=Made(), repr=False)

    @property
    def answers(self) -> Mapping[str, Any]:
        """Every table answer that was used, as JSON values in a fixed order."""
        return self.write_answers()

    @property
    def holding(self) -> tuple[Finding, ...]:
        """The findings that hold."""
        return tuple(finding for finding in self.findings if finding.severity == "hold")

    def as_dict(self, only: str = "") -> dict[str, Any]:
        """The output line of ``manage.py evaluate``; ``only`` keeps the findings of rules with that prefix."""
        return {
            "id": self.id,
            "verdict": self.verdict,
            "ruleset": self.ruleset_hash,
            "tables": dict(self.tables),
            "drg": self.drg.as_dict() if self.drg else None,
            "findings": [finding.as_dict() for finding in self.findings if finding.rule.startswith(only)],
            "conditions": {str(number): status for number, status in sorted(self.conditions.items())},
        }

    def as_json(self, only: str = "") -> str:
        """One line of text, byte for byte the same for the same evaluation."""
        return json.dumps(self.as_dict(only), separators=(",", ":"), ensure_ascii=False)
