"""MRG: the numbers that shall no longer be used, and what takes their place (HL7 chapter 3.4.10)."""

import dataclasses

from coding_workflow.registration.facts import MergeMessage, PriorNumbers, VisitFacts

from . import events, person
from .problem import HL7Problem
from .read import Message, Segment


def merge_message(message: Message) -> MergeMessage:
    """A merge or move as facts. Refuses a message whose MRG lacks a number that its event is about, or with several MRG."""
    segments = list(message.all("MRG"))
    if not segments:
        raise HL7Problem("hl7.segment_missing", "The message has no MRG segment.", "MRG")
    if len(segments) > 1 or len(list(message.all("PID"))) > 1:
        raise HL7Problem("hl7.several_merges", "The message merges several patients; send one message for each.", "MRG")
    patient = person.patient_of(message)
    prior = prior_of(segments[0], patient.authority)
    _check(message.trigger, prior)
    number = person.account_number_or_none(message) or ""
    return MergeMessage(
        trigger=message.trigger,
        patient=patient,
        prior=prior,
        account_number=number,
        visit=_visit(message) if number else None,
    )


def prior_of(mrg: Segment, authority: str) -> PriorNumbers:
    """The prior numbers; one of a patient without its own assigning authority is of the authority given."""
    chosen = person.chosen_identifier(mrg, 1)
    return PriorNumbers(
        authority=(mrg.value(1, 4, repetition=chosen) or authority) if chosen else "",
        mrn=mrg.value(1, 1, repetition=chosen) if chosen else "",
        account_number=_said(mrg, 3),
        visit_number=_said(mrg, 5),
    )


def _said(mrg: Segment, number: int) -> str:
    value = mrg.value(number)
    return "" if value == '""' else value


def _check(trigger: str, prior: PriorNumbers) -> None:
    given = {1: prior.mrn, 3: prior.account_number, 5: prior.visit_number}
    for number in events.NEEDS[trigger]:
        if not given[number]:
            raise HL7Problem(
                "hl7.no_prior_number", f"A message {trigger} names the number that ends in MRG-{number}.", "MRG", number
            )
    if not any(given.values()):
        raise HL7Problem("hl7.no_prior_number", "MRG names neither patient, account nor visit.", "MRG", 1)


def _visit(message: Message) -> VisitFacts | None:
    """PV1 is optional in merges; without it nothing is said about the visit."""
    if message.first("PV1") is None:
        return None
    visit = person.visit_of(message)
    return dataclasses.replace(visit, disposition=None, discharged=None, admitted=None)
