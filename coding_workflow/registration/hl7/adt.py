"""ADT: admissions, registrations, updates, discharges and their cancellations (HL7 chapter 3)."""

import dataclasses
import datetime
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Final, TypeVar

from coding_workflow.registration.facts import (
    CoverageFacts,
    DiagnosisHint,
    PersonMessage,
    PriorNumbers,
    VisitFacts,
    VisitMessage,
)

from . import events, merge, person, times
from .problem import HL7Problem
from .read import Message, Segment

#: Dates that registration systems fill in when nobody asked the patient.
_PLACEHOLDER_BIRTHS: Final = frozenset({"19000101", "18000101", "19010101", "11111111"})
_MONEY: Final = re.compile(r"-?\d{1,10}(\.\d{1,2})?", re.ASCII)
_UTC_AHEAD: Final = datetime.timedelta(days=1)

T = TypeVar("T")


def visit_message(message: Message) -> VisitMessage:
    """An ADT message about a visit as facts. Refuses other trigger events, and a discharge (A03) without its time."""
    if message.trigger not in events.VISIT:
        raise HL7Problem("hl7.trigger", f"ADT {message.trigger[:3]} is not handled.", "MSH", 9)
    visit = _with_billing_codes(person.visit_of(message), message)
    if message.trigger == "A03" and (visit.discharged is None or visit.discharged.deleted):
        raise HL7Problem("hl7.no_discharge_time", "A discharge message has no discharge time.", "PV1", 45)
    patient = person.patient_of(message)
    return VisitMessage(
        trigger=message.trigger,
        patient=patient,
        visit=visit,
        coverages=tuple(_coverage(rank, segment) for rank, segment in enumerate(message.all("IN1"), start=1)),
        diagnoses=tuple(_hint(segment) for segment in message.all("DG1")),
        flags=(*_birth_flags(patient.birth, message.sent_at), *_stay_flags(visit)),
        occurred=_occurred(message) if message.trigger in events.LEAVES else None,
        expected_back=_expected_back(message) if message.trigger in events.LEAVES else None,
        prior=_prior(message, patient.authority) if message.trigger in events.REGISTERS else None,
    )


def person_message(message: Message) -> PersonMessage:
    """A patient apart from any account (A28, A31) as facts."""
    patient = person.patient_of(message)
    return PersonMessage(message.trigger, patient, _birth_flags(patient.birth, message.sent_at))


def _occurred(message: Message) -> times.Moment | None:
    """EVN-6; a sender without it is taken at the time of recording (EVN-2), or of the message."""
    evn = message.first("EVN")
    return (evn.moment(6) or evn.moment(2) if evn else None) or message.sent_at


def _expected_back(message: Message) -> times.Moment | None:
    pv2 = message.first("PV2")
    return pv2.moment(47) if pv2 else None


def _prior(message: Message, authority: str) -> PriorNumbers | None:
    """MRG of a class change (A06, A07): the account number that the patient had before."""
    mrg = message.first("MRG")
    return merge.prior_of(mrg, authority) if mrg else None


def _coverage(rank: int, in1: Segment) -> CoverageFacts:
    """IN1-3 names the company; a sender without it names the plan (IN1-2)."""
    code = in1.value(3) or in1.value(2)
    if not code:
        raise HL7Problem("hl7.no_payer", "An insurance segment names neither company nor plan.", "IN1", 3)
    return CoverageFacts(rank, code, in1.value(4) or in1.value(2, 2), in1.value(36) or in1.value(49), in1.value(8))


def _hint(dg1: Segment) -> DiagnosisHint:
    return DiagnosisHint(dg1.value(3), dg1.value(3, 3) or dg1.value(2), dg1.value(3, 2) or dg1.value(4), dg1.value(6))


def _with_billing_codes(visit: VisitFacts, message: Message) -> VisitFacts:
    """UB2-3, -6, -7 and -8 (condition, value and occurrence codes, occurrence spans) and the surgeon of PR1-11."""
    surgeon = next((found for found in (person.provider_of(pr1, 11) for pr1 in message.all("PR1")) if found), None)
    ub2 = message.first("UB2")
    if ub2 is None:
        return dataclasses.replace(visit, operating=surgeon)
    return dataclasses.replace(
        visit,
        operating=surgeon,
        condition_codes=_codes(ub2, 3),
        value_codes=_pairs(ub2, 6, _amount),
        occurrence_codes=_pairs(ub2, 7, _date),
        occurrence_spans=_spans(ub2),
    )


def _spans(ub2: Segment) -> tuple[tuple[str, datetime.date, datetime.date], ...] | None:
    """UB2-8: code, first and last day."""
    firsts = _pairs(ub2, 8, _date)
    if not firsts:
        return firsts if firsts is None else ()
    lasts = [_date(ub2, 8, repetition, 3) for repetition in ub2.repetitions(8)]
    return tuple((code, first, last) for (code, first), last in zip(firsts, lasts, strict=True))


def _codes(ub2: Segment, number: int) -> tuple[str, ...] | None:
    values = tuple(ub2.value(number, repetition=rep) for rep in ub2.repetitions(number))
    return () if values == ('""',) else values or None


def _pairs(ub2: Segment, number: int, read: Callable[[Segment, int, int], T]) -> tuple[tuple[str, T], ...] | None:
    if _codes(ub2, number) in {None, ()}:
        return None if _codes(ub2, number) is None else ()
    return tuple((ub2.value(number, 1, repetition=rep), read(ub2, number, rep)) for rep in ub2.repetitions(number))


def _amount(ub2: Segment, number: int, repetition: int) -> Decimal:
    return money(ub2.value(number, 2, repetition=repetition), ub2.name, number)


def _date(ub2: Segment, number: int, repetition: int, component: int = 2) -> datetime.date:
    moment = times.parse(ub2.value(number, component, repetition=repetition), ub2.name, number)
    if moment is None or moment.local is None or moment.precision in {"year", "month"}:
        raise HL7Problem("hl7.bad_time", "An occurrence code has no date.", ub2.name, number)
    return moment.local.date()


def money(text: str, segment: str, field: int) -> Decimal:
    """Dollars by a strict pattern; refuses exponents, thousands separators and more than two decimals."""
    if not _MONEY.fullmatch(text):
        raise HL7Problem("hl7.bad_amount", "This is not an amount in dollars.", segment, field)
    return Decimal(text)


def _birth_flags(birth: times.Moment | None, sent: times.Moment | None) -> tuple[str, ...]:
    if birth is None or birth.local is None:
        return ()
    if birth.precision in {"year", "month"}:
        return ("birth_date_not_exact",)
    if birth.text[:8] in _PLACEHOLDER_BIRTHS:
        return ("birth_date_implausible",)
    late = sent is not None and sent.local is not None and birth.local > sent.local + _UTC_AHEAD
    return ("birth_date_in_future",) if late else ()


def _stay_flags(visit: VisitFacts) -> tuple[str, ...]:
    begin, end = visit.admitted, visit.discharged
    if begin is None or end is None or begin.local is None or end.local is None:
        return ()
    flags = ["stay_longer_than_a_year"] if (end.local - begin.local).days > 366 else []
    if (begin.offset is None) != (end.offset is None):
        flags.append("time_zone_on_one_side")
    return tuple(flags)
