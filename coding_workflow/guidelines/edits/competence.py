"""Condition 1: every code was assigned by a coder who is supervised, trained and oriented for that type of coding."""

import datetime
from collections.abc import Iterable, Iterator

from coding_workflow.guidelines.case import Case
from coding_workflow.guidelines.facts import VISIT_CLASSES, Coder, Competence, Diagnosis, Line, Procedure
from coding_workflow.guidelines.registry import Found, rule
from coding_workflow.guidelines.words import listed, point, some, spoken

REFERENCE = "Release condition 1"


@rule("competence.coder_named", condition=1, reference=REFERENCE, looks_at=("coder",), owner="supervisor", fix="coder")
def coder_named(case: Case) -> Iterator[Found]:
    """Facts must say who assigned the codes."""
    if case.facts.coder is not None:
        return
    assigned: tuple[Diagnosis | Procedure, ...] = (*case.submitted, *case.facts.procedures)
    if not assigned or any(not item.coder for item in assigned):
        yield Found("It is not known who assigned the codes.", not_evaluated=True)


@rule("competence.in_force", condition=1, reference=REFERENCE, looks_at=("coder", "coders"), owner="supervisor", fix="coder")
def in_force(case: Case) -> Iterator[Found]:
    """Everyone who assigned a code holds a competence for the account's class, in date, with supervisor and orientation."""
    for coder_id in sorted(case.assigners(_assigned(case))):
        coder = case.coders.get(coder_id, Coder(coder_id))
        lacking = _lacking(coder, case)
        if lacking:
            yield Found(f"The coder of {some(_codes_of(case, coder_id))} has {lacking}.", (coder_id,))


def _assigned(case: Case) -> tuple[Diagnosis | Procedure | Line, ...]:
    services = (service for service in case.facts.lines if service.source == "coder" and service.hcpcs)
    return (*case.submitted, *case.facts.procedures, *services)


def _codes_of(case: Case, coder_id: str) -> list[str]:
    """What the coder assigned, in order. Facts carry no names: the sentence says whose by what was coded."""
    items = (item for item in _assigned(case) if case.assigners([item]) == {coder_id})
    return list(dict.fromkeys(map(_word, items)))


def _word(item: Diagnosis | Procedure | Line) -> str:
    if isinstance(item, Line):
        return item.hcpcs
    return point(item.code) if isinstance(item, Diagnosis) else item.code


def _lacking(coder: Coder, case: Case) -> str:
    """What is missing, in words; empty when one competence has everything."""
    kind = case.facts.patient_class
    fitting = [each for each in coder.competences if each.type == kind and _of_provider(each, case)]
    in_date = [each for each in fitting if _in_date(each, case.judged_on)]
    if not in_date:
        return f"no {spoken(kind)} coding competence" + (" in date" if fitting else "")
    return min((_gaps(each, case.judged_on) for each in in_date), key=len)


def _of_provider(competence: Competence, case: Case) -> bool:
    return competence.provider_number in ("", case.facts.provider_number)


def _in_date(competence: Competence, on: datetime.date) -> bool:
    started = competence.valid_from is None or competence.valid_from <= on
    return started and (competence.valid_to is None or on <= competence.valid_to)


def _gaps(competence: Competence, on: datetime.date) -> str:
    gaps = [] if competence.supervisor else ["supervisor"]
    for name, stated in (("training", competence.trained_on), ("orientation", competence.oriented_on)):
        if stated is None or (isinstance(stated, datetime.date) and stated > on):
            gaps.append(name)
    return f"a competence without {listed(gaps)}" if gaps else ""


@rule(
    "competence.chargemaster_owner",
    condition=1,
    reference="Release condition 1; chargemaster entries answer through their owner",
    classes=VISIT_CLASSES,
    looks_at=("lines", "coders"),
    owner="charge",
    fix="charges",
)
def chargemaster_owner(case: Case) -> Iterator[Found]:
    """A chargemaster line passes through the named, competent owner of its entry.

    What a physician entered with a professional charge has none: a coder assigns it.
    """
    lines = [line for line in case.facts.lines if line.hcpcs and line.source == "chargemaster"]
    for code in sorted({line.hcpcs for line in lines if not line.owner}):
        yield _entered(code) if case.facts.professional else _unowned(code)
    for owner in sorted({line.owner for line in lines if line.owner}):
        if not _owns(case.coders.get(owner, Coder(owner)).competences, case):
            owned = sorted({line.hcpcs for line in lines if line.owner == owner})
            yield Found(f"The owner of the chargemaster entries of {some(owned)} has no competence in date for them.", (owner,))


def _unowned(code: str) -> Found:
    return Found(f"The chargemaster entry of {code} has no owner in force on the date of service.", (code,))


def _entered(code: str) -> Found:
    return Found(f"{code} came with the charge; a coder must assign it.", (code,), owner="coding", fix="charges")


def _owns(competences: Iterable[Competence], case: Case) -> bool:
    kinds = {"chargemaster", case.facts.patient_class}
    return any(each.type in kinds and _in_date(each, case.judged_on) for each in competences)


@rule(
    "competence.select_modifier",
    condition=1,
    reference="Release condition 1; select modifiers of the facility's policy",
    classes=VISIT_CLASSES,
    looks_at=("lines",),
    fix="charges",
    modified=True,
)
def select_modifier(case: Case) -> Iterator[Found]:
    """Only a coder may assign a select modifier; a chargemaster may not."""
    for line in case.facts.lines:
        hard_coded = line.source == "chargemaster" and not line.coder
        for modifier in line.modifiers if hard_coded else ():
            if case.policy.is_select_modifier(modifier):
                whence = "with the charge" if case.facts.professional else "from the chargemaster"
                yield Found(
                    f"Modifier {modifier} on {line.hcpcs} came {whence}; a coder must assign it.",
                    (line.hcpcs, modifier),
                )
