"""What a loaded table, a published policy, a changed rule or a changed competence can touch."""

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from accounts.models import INPATIENT_CLASSES, Facility, PatientClass
from coding_workflow.codesets.codes import CLAIM_LISTS, COVERAGE, IOCE, MUE, NCCI_PTP
from coding_workflow.codesets.models import TableRelease
from coding_workflow.guidelines.edits.outpatient import MEDICARE
from coding_workflow.guidelines.lab.ageing import turning_days
from coding_workflow.guidelines.lab.anchors import anchors_of
from coding_workflow.guidelines.lab.definition import Definition
from coding_workflow.guidelines.tables import short_name
from coding_workflow.staff.models import Competence

from .due import Reach

_INPATIENT: Final = tuple(sorted(each.value for each in INPATIENT_CLASSES))
_OUTPATIENT: Final = tuple(sorted(each.value for each in PatientClass if each not in INPATIENT_CLASSES))

#: By the beginning of a table's name: whom it judges. A table that is not here may touch every account of its period.
_TABLES: Final[tuple[tuple[str, Reach], ...]] = (
    ("ICD-10-PCS", Reach(having="icd_procedures")),
    ("ICD-9-CM-PX", Reach(having="icd_procedures")),
    ("POA-EXEMPT", Reach(classes=_INPATIENT)),
    ("HCPCS-MODIFIER", Reach(having="modifiers")),
    ("HCPCS", Reach(having="hcpcs")),
    ("CPT", Reach(having="cpt")),
    (f"{NCCI_PTP}-MEDICAID", Reach(classes=_OUTPATIENT, payers=("medicaid",), having="services")),
    (f"{MUE}-MEDICAID", Reach(classes=_OUTPATIENT, payers=("medicaid",), having="services")),
    (COVERAGE, Reach(classes=_OUTPATIENT, payers=MEDICARE, having="services")),
    (IOCE, Reach(classes=_OUTPATIENT, payers=MEDICARE, having="services")),
    (NCCI_PTP, Reach(classes=_OUTPATIENT, having="services")),
    (MUE, Reach(classes=_OUTPATIENT, having="services")),
)


def of_release(release: TableRelease) -> Iterator[Reach]:
    """Accounts dated in the release's period; and where it took over from a longer one, those left without a table.

    The lists of a claim form are looked up by people; no rule asks them, so they touch nobody.
    """
    if release.system in CLAIM_LISTS:
        return
    scope = next((reach for name, reach in _TABLES if release.system.startswith(name)), Reach())
    period = release.effective
    yield replace(scope, starts=period.lower, ends=period.upper)
    before = TableRelease.objects.filter(system=release.system, effective__endswith=period.lower).first()
    if before is not None and period.upper is not None:
        table, label = _named_in_verdicts(before)
        yield replace(scope, starts=period.upper, table=table, judged_by=label)


def _named_in_verdicts(release: TableRelease) -> tuple[str, str]:
    """Table and label of a release in ``Check.tables``; the sets of NCCI are asked under one name."""
    first_day, asked = release.effective.lower.isoformat(), (NCCI_PTP, MUE)
    table = next((name for name in asked if release.system.startswith(name)), "")
    return (short_name(table), f"{release.system} {first_day}") if table else (short_name(release.system), first_day)


def of_competence(competence: Competence) -> Reach:
    """Accounts of the competence's class with a code of the person, or a charge that the person answers for."""
    return Reach(
        facility_id=competence.facility_id,
        classes=() if competence.coding_type not in PatientClass.values else (competence.coding_type,),
        person_id=competence.user_id,
    )


def of_rules(facility: Facility | None, definitions: Iterable[Definition]) -> Iterator[Reach]:
    """For each rule the accounts of its scope and dates that have one of its anchors."""
    for definition in definitions:
        anchors = anchors_of(definition)
        yield Reach(
            facility_id=facility.pk if facility else None,
            starts=definition.starts,
            ends=definition.ends,
            classes=tuple(sorted(anchors.classes)),
            payers=tuple(sorted(anchors.payers)),
            services=definition.scope.services,
            tokens=anchors.tokens,
        )


def of_days_passed(
    facility: Facility, definitions: Iterable[Definition], looked: datetime.date, today: datetime.date
) -> Iterator[Reach]:
    """For each rule that asks how long ago the discharge was, the accounts for which an answer turned after ``looked``
    until ``today``: those discharged so many days before one of these days."""
    for definition in definitions:
        turns = sorted(turning_days(definition))
        if turns:
            periods = tuple((looked + _days(1 - turn), today + _days(1 - turn)) for turn in turns)
            yield from (replace(reach, discharged=periods) for reach in of_rules(facility, [definition]))


def _days(number: int) -> datetime.timedelta:
    return datetime.timedelta(days=number)
