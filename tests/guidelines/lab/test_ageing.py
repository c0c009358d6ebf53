"""The days on which a rule about days since discharge turns, compared with what it says on each day."""

import datetime
from typing import Any

import pytest

from coding_workflow.guidelines.lab.ageing import turning_days

from .rules import INFARCTION, case, definition, field, found

LEFT = datetime.date(2026, 6, 13)


def since(operator: str, value: Any = None) -> dict[str, Any]:
    return field("days_since_discharge", operator, value)


@pytest.mark.parametrize(
    "clause",
    [
        since("at_least", 4),
        since("at_most", 4),
        since("is", 5),
        since("is_not", 5),
        since("between", [3, 6]),
        since("given"),
        {"all": [INFARCTION, {"any": [since("at_least", 7), since("is", 2)]}]},
        {"none": [since("at_least", 9)]},
        INFARCTION,
    ],
)
def test_a_rule_turns_on_these_days_and_on_no_other(clause: dict[str, Any]) -> None:
    days = [bool(found(clause, case(judged_on=str(LEFT + datetime.timedelta(days=day))))) for day in range(12)]
    assert {day for day in range(1, 12) if days[day] != days[day - 1]} == turning_days(definition(clause)) - {0}
