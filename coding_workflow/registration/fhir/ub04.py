"""UB-04 codes of a visit: extensions of our own on the Encounter, since R4 has them on a Claim alone."""

import dataclasses
import datetime
import re
from decimal import Decimal
from typing import Any, Final

from accounts import claim_codes
from coding_workflow.registration.facts import VisitFacts
from coding_workflow.registration.problem import Unreadable

from . import systems, times
from .elements import Resource, extension, extensions, text

#: The lists as facts have them.
LISTS: Final = ("condition_codes", "occurrence_codes", "occurrence_spans", "value_codes")
CODE, DATE, PERIOD, AMOUNT = "code", "date", "period", "amount"
_PLACE: Final = "Encounter.extension"
_AMOUNT: Final = re.compile(r"-?\d{1,10}(\.\d{1,2})?", re.ASCII)


def with_codes(facts: VisitFacts, encounter: Resource) -> VisitFacts:
    """The visit with its UB-04 codes; a list that is not there is not said. Refuses what is no code, day or amount."""
    return dataclasses.replace(
        facts,
        condition_codes=tuple(_code(each) for each in extensions(encounter, systems.CONDITION_CODE)) or None,
        occurrence_codes=tuple(
            (_coded(each), _day(extension(each, DATE).get("valueDate")))
            for each in extensions(encounter, systems.OCCURRENCE_CODE)
        )
        or None,
        occurrence_spans=tuple(_span(each) for each in extensions(encounter, systems.OCCURRENCE_SPAN)) or None,
        value_codes=tuple((_coded(each), _amount(each)) for each in extensions(encounter, systems.VALUE_CODE)) or None,
    )


def _code(said: Resource) -> str:
    code = text(said.get("valueCoding"), "code")
    if not claim_codes.well_formed(code):
        raise Unreadable("fhir.bad_code", "This is no code of the UB-04.", _PLACE)
    return code


def _coded(said: Resource) -> str:
    return _code(extension(said, CODE))


def _span(said: Resource) -> tuple[str, datetime.date, datetime.date]:
    period = extension(said, PERIOD).get("valuePeriod")
    return _coded(said), _day(text(period, "start")), _day(text(period, "end"))


def _day(value: Any) -> datetime.date:
    found = times.moment(value, _PLACE)
    if found is None or found.local is None or found.precision in {"year", "month"}:
        raise Unreadable("fhir.bad_time", "A UB-04 code has no day.", _PLACE)
    return found.local.date()


def _amount(said: Resource) -> Decimal:
    """As text, since a JSON number does not keep its cents."""
    amount = text(extension(said, AMOUNT), "valueString")
    if not _AMOUNT.fullmatch(amount):
        raise Unreadable("fhir.bad_amount", "This is not an amount that a bill can hold.", _PLACE)
    return Decimal(amount)
