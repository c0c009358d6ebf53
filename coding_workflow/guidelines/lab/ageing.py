"""On which days after discharge a rule may answer otherwise than the day before, with nothing changed but the day."""

from typing import Final

from .definition import Asked, Definition
from .walking import clauses

#: The one field whose value follows the day on which an account is judged.
AGEING: Final = "days_since_discharge"


def turning_days(definition: Definition) -> frozenset[int]:
    """Days since discharge, each one where a question of the rule begins or ceases to be true. Empty for most rules."""
    asked = [clause for _, clause, _ in clauses(definition.when) if isinstance(clause, Asked) and clause.field == AGEING]
    return frozenset(day for clause in asked for day in _turns(clause))


def _turns(clause: Asked) -> tuple[int, ...]:
    if clause.operator in {"given", "not_given"}:
        return ()
    ends = clause.value if isinstance(clause.value, tuple) else (clause.value, clause.value)
    low, high = (int(str(end)) for end in ends)
    return {"at_least": (low,), "at_most": (high + 1,)}.get(clause.operator, (low, high + 1))
