"""Conditions 6 and 7: what is open on the account, charges against codes, and the case behind a corrected claim."""

from dataclasses import replace

from coding_workflow.guidelines.facts import DiscrepancyCase, Facts, OpenHold

from .changing import done
from .registry import fault

_CASE = DiscrepancyCase("c1", "late pathology", "recoded", "wait for pathology")


@fault("a person's hold is open", "discrepancy.open_hold")
def hold(facts: Facts) -> Facts:
    return replace(facts, open_holds=(OpenHold("h1", "Second-level review was asked for."),))


@fault("a pacemaker is coded and its leads are not charged", "charges.device")
def no_leads(facts: Facts) -> Facts | None:
    return _uncharged(facts, "C1898")


@fault("a pacemaker is coded and its generator is not charged", "charges.device")
def no_generator(facts: Facts) -> Facts | None:
    return _uncharged(facts, "C1785")


def _uncharged(facts: Facts, device: str) -> Facts | None:
    kept = tuple(line for line in facts.lines if line.hcpcs != device)
    return replace(facts, lines=kept) if len(kept) < len(facts.lines) else None


@fault("a service is coded and not charged", "charges.coded_not_charged")
def not_charged(facts: Facts) -> Facts | None:
    return done(facts, "36600", "CPT") if facts.patient_class in ("clinic", "outpatient_surgery") else None


@fault("the discrepancy case has no root cause", "case.complete")
def no_root_cause(facts: Facts) -> Facts:
    return replace(facts, discrepancy=replace(_CASE, root_cause=""))


@fault("the discrepancy case has no correction", "case.complete")
def no_correction(facts: Facts) -> Facts:
    return replace(facts, discrepancy=replace(_CASE, correction=""))


@fault("the discrepancy case has no prevention", "case.complete")
def no_prevention(facts: Facts) -> Facts:
    return replace(facts, discrepancy=replace(_CASE, prevention=""))


@fault("a diagnosis was removed without a validation query", "case.complete")
def no_validation(facts: Facts) -> Facts:
    return replace(facts, discrepancy=replace(_CASE, validation_query=False))
