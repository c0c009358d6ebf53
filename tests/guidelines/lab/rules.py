"""Small rules that the tests of the rule lab start from."""

import json
from typing import Any

from coding_workflow.guidelines.case import Case
from coding_workflow.guidelines.facts import facts_from_json
from coding_workflow.guidelines.lab.compiling import compile_rule
from coding_workflow.guidelines.lab.definition import Definition
from coding_workflow.guidelines.lab.limits import faults
from coding_workflow.guidelines.lab.reading import definition_from_json
from coding_workflow.guidelines.registry import Found
from coding_workflow.guidelines.tables import NoTables
from coding_workflow.policy.standard import STANDARD
from tests.guidelines.stories import dx, inpatient

Plain = dict[str, Any]


def asks(attribute: str, operator: str, value: Any = None) -> Plain:
    return {"attribute": attribute, "is": operator, "value": value}


def count(of: str, *where: Plain, at_least: int | None = 1, at_most: int | None = None) -> Plain:
    return {"count": {"of": of, "where": list(where), "at_least": at_least, "at_most": at_most}}


def no(of: str, *where: Plain) -> Plain:
    return count(of, *where, at_least=None, at_most=0)


def field(name: str, operator: str, value: Any = None) -> Plain:
    return {"field": name, "is": operator, "value": value}


INFARCTION = count("principal", asks("code", "under", ["I21"]))


def rule(when: Plain = INFARCTION, **changes: Any) -> Plain:
    return {
        "title": "Infarction without catheterization",
        "condition": 4,
        "when": when,
        "message": "{codes} needs the catheterization report.",
        "reference": "Department guideline 12",
        **changes,
    }


def definition(when: Plain = INFARCTION, **changes: Any) -> Definition:
    return definition_from_json(json.dumps(rule(when, **changes)))


def stay(**changes: Any) -> Plain:
    """An infarction with hypertension, four days, discharged home."""
    admitted = {"admit_date": "2026-06-09", "discharge_date": "2026-06-13", "admitted_at": "2026-06-09T14:00:00Z"}
    given = {"diagnoses": dx("I21.4", "I10"), "discharged_at": "2026-06-13T15:00:00Z", "discharge_status": "01"}
    return inpatient(**{**admitted, **given, **changes})


def case(account: Plain | None = None, **changes: Any) -> Case:
    return Case(facts_from_json(account or stay(**changes)), NoTables(), STANDARD)


def found(when: Plain, on: Case | None = None, **changes: Any) -> list[Found]:
    """What a rule with this clause finds; the rule has no fault."""
    made = definition(when, **changes)
    assert faults(made) == ()
    rule, one = compile_rule("test", 1, made), on or case()
    return list(rule.judge(one)) if rule.covers(one.facts) else []
