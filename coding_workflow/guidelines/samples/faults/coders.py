"""Condition 1: who assigned the codes."""

import datetime
from dataclasses import replace
from typing import Any

from coding_workflow.guidelines.facts import Coder, Facts

from .changing import line_where
from .registry import fault

_DAY = datetime.timedelta(days=1)
#: Radiology and laboratory: modifier 59 does not go with a visit.
_NO_VISITS = ("7", "8")


def _held(coder: Coder, **changes: Any) -> Coder:
    return replace(coder, competences=tuple(replace(each, **changes) for each in coder.competences))


def _with(facts: Facts, **changes: Any) -> Facts:
    return replace(facts, coder=facts.coder and _held(facts.coder, **changes))


@fault("nobody is named as coder", "competence.coder_named")
def unnamed(facts: Facts) -> Facts:
    return replace(facts, coder=None)


@fault("the coder's competence ended before the codes were judged", "competence.in_force")
def lapsed(facts: Facts) -> Facts | None:
    return _with(facts, valid_to=facts.judged_on - _DAY) if facts.judged_on else None


@fault("the coder's competence begins later", "competence.in_force")
def later(facts: Facts) -> Facts | None:
    return _with(facts, valid_from=facts.judged_on + _DAY) if facts.judged_on else None


@fault("the coder is competent for another type of account", "competence.in_force")
def other_type(facts: Facts) -> Facts:
    return _with(facts, type="clinic" if facts.patient_class != "clinic" else "inpatient")


@fault("the coder has no supervisor", "competence.in_force")
def unsupervised(facts: Facts) -> Facts:
    return _with(facts, supervisor=None)


@fault("the coder was not oriented to this facility", "competence.in_force")
def not_oriented(facts: Facts) -> Facts:
    return _with(facts, oriented_on=None)


@fault("the coder's training is still to come", "competence.in_force")
def not_trained(facts: Facts) -> Facts | None:
    return _with(facts, trained_on=facts.judged_on + _DAY) if facts.judged_on else None


@fault("the coder is competent at another provider number", "competence.in_force")
def other_provider(facts: Facts) -> Facts:
    return replace(_with(facts, provider_number="450999"), provider_number="450001")


@fault("one diagnosis was assigned by somebody without competence", "competence.in_force")
def stranger(facts: Facts) -> Facts:
    *others, last = facts.diagnoses or ()
    return replace(facts, diagnoses=(*others, replace(last, coder="dov")))


@fault("a procedure was assigned by somebody without competence", "competence.in_force")
def strange_procedure(facts: Facts) -> Facts | None:
    if not facts.procedures:
        return None
    return replace(facts, procedures=(*facts.procedures[:-1], replace(facts.procedures[-1], coder="dov")))


@fault("a chargemaster entry has no owner", "competence.chargemaster_owner")
def no_owner(facts: Facts) -> Facts | None:
    return line_where(facts, lambda line: bool(line.owner), owner=None)


@fault("the owner of the chargemaster entries lost the competence", "competence.chargemaster_owner")
def owner_lapsed(facts: Facts) -> Facts | None:
    if facts.judged_on is None or not any(line.owner for line in facts.lines):
        return None
    lapsed_on = facts.judged_on - _DAY
    return replace(facts, coders=tuple(_held(each, valid_to=lapsed_on) for each in facts.coders))


@fault("modifier 59 comes from the chargemaster", "competence.select_modifier")
def hard_coded(facts: Facts) -> Facts | None:
    return line_where(facts, lambda line: bool(line.owner) and line.hcpcs.startswith(_NO_VISITS), modifiers=("59",))
