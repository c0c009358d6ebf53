"""UB-04 codes of a visit as extensions of the Encounter."""

from collections.abc import Iterator

from coding_workflow.registration.facts import VisitFacts
from coding_workflow.registration.fhir import systems
from coding_workflow.registration.fhir.elements import Resource
from coding_workflow.registration.fhir.ub04 import AMOUNT, CODE, DATE, PERIOD

from .parts import coding, period


def codes(facts: VisitFacts) -> Iterator[Resource]:
    """An extension for each code, in the order of the bill."""
    for condition in facts.condition_codes or ():
        yield {"url": systems.CONDITION_CODE, "valueCoding": coding(systems.CONDITION_CODES, condition)}
    for code, day in facts.occurrence_codes or ():
        on = {"url": DATE, "valueDate": day.isoformat()}
        yield _with(systems.OCCURRENCE_CODE, systems.OCCURRENCE_CODES, code, on)
    for code, first, last in facts.occurrence_spans or ():
        days = {"url": PERIOD, "valuePeriod": period(first.isoformat(), last.isoformat())}
        yield _with(systems.OCCURRENCE_SPAN, systems.OCCURRENCE_SPANS, code, days)
    for code, amount in facts.value_codes or ():
        yield _with(systems.VALUE_CODE, systems.VALUE_CODES, code, {"url": AMOUNT, "valueString": str(amount)})


def _with(url: str, system: str, code: str, what: Resource) -> Resource:
    return {"url": url, "extension": [{"url": CODE, "valueCoding": coding(system, code)}, what]}
