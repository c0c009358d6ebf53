"""One account from its template: what was drawn, put together so that everything agrees with everything."""

import datetime
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from coding_workflow.guidelines.facts import (
    INPATIENT_CLASSES,
    Coder,
    Diagnosis,
    Document,
    Evidence,
    Facts,
    Line,
    Occurrence,
    Order,
    Patient,
    Query,
    Record,
    RelatedAccount,
    Value,
)
from coding_workflow.guidelines.service_codes import is_surgery

from . import charging, comorbidities, people, records
from .drawing import Draw
from .exempt import EXEMPT
from .templates import Code, Template, Variant
from .times import Times, times

#: Inpatients are coded as if it existed what is uncertain at discharge (II.H); never COVID-19, HIV and their like.
_MAY_BE_UNCERTAIN = ("J18", "J159", "N390", "J690")
#: Neither complication nor quality measure: a citation of the document is enough.
_MAY_BE_CITED = frozenset({"E785", "K219", "E039", "Z880", "Z87891", "Z8673"})
_BILL_HOLD = datetime.timedelta(days=4)


def build(template: Template, draw: Draw, account_id: str, *, turn: int, diagnoses: int | None = None) -> Facts:
    """A correct account of this template.

    ``turn`` chooses the variant: successive turns take one after the other. ``diagnoses`` asks for exactly so many, where
    there are comorbidities enough.
    """
    stays = template.patient_class in INPATIENT_CLASSES
    when = times(draw, template, overnight=stays or template.patient_class == "observation")
    patient = people.patient(draw, template, when.admitted)
    chosen = template.variants[turn % len(template.variants)]
    variant = _with_comorbidities(draw, template, chosen, patient, when, diagnoses)
    status = draw.one(template.statuses)
    held = _documents(template, variant, status, when)
    base = _base(draw, template, account_id, patient, when, status)
    coded = _inpatient(draw, template, variant, held, when) if stays else _outpatient(draw, template, variant, held, when)
    exempt = stays and draw.chance(8)
    shown = stays and not exempt
    facts = replace(
        replace(base, **coded),
        documents=held,
        poa_exempt_hospital=exempt,
        diagnoses=_diagnoses(draw, variant.diagnoses, held, shown=shown),
        external_causes=_diagnoses(draw, variant.causes, held, shown=shown),
    )
    return replace(facts, coders=_coders(facts), providers=people.providers(_operated(facts)))


def _with_comorbidities(
    draw: Draw, template: Template, variant: Variant, patient: Patient, when: Times, diagnoses: int | None
) -> Variant:
    most = draw.between(0, template.most) if diagnoses is None else diagnoses - len(variant.diagnoses)
    if patient.birth_date is None or most <= 0:
        return variant
    found = comorbidities.drawn(
        draw,
        taken=template.taken,
        age=people.age(patient.birth_date, when.admitted),
        sex=patient.sex,
        inpatient=template.patient_class in INPATIENT_CLASSES,
        most=most,
    )
    named = {each.code for each in variant.diagnoses}
    return replace(variant, diagnoses=variant.diagnoses + tuple(each for each in found if each.code not in named))


def _documents(template: Template, variant: Variant, status: str, when: Times) -> tuple[Document, ...]:
    surgical = any(charging.surgical(code) for code in variant.procedures)
    other = any(not charging.surgical(code) for code in variant.procedures)
    types = records.document_types(
        template,
        surgical=surgical,
        other_procedure=other,
        expired=status == "20",
        specimen=bool(variant.specimens),
        sterilized=any(each.code == "Z302" for each in variant.diagnoses),
    )
    return records.documents(types, when)


def _base(draw: Draw, template: Template, account_id: str, patient: Patient, when: Times, status: str) -> Facts:
    """Registration, and the same elements as the record has them."""
    recurring = template.patient_class == "recurring"
    discharged = None if recurring else when.discharged
    years = people.age(patient.birth_date or when.admitted, when.admitted)
    death = when.discharged if status == "20" else None
    visits = template.patient_class not in INPATIENT_CLASSES
    return Facts(
        id=account_id,
        facility="MAIN",
        patient_class=template.patient_class,
        service=template.service,
        patient=patient,
        admit_date=when.admitted,
        admitted_at=when.arrived_at,
        discharge_date=discharged,
        discharged_at=when.left_at,
        judged_on=when.discharged + _BILL_HOLD + datetime.timedelta(days=draw.between(0, 10)),
        discharge_status=status,
        admission_type=draw.one(template.admission_types),
        point_of_origin="5" if template.patient_class == "newborn" else "1",
        payer=people.payer(draw, template, years),
        type_of_bill="0131" if visits else "0111",
        record=Record(status, template.patient_class, when.admitted, discharged, death, (("discharge_status", "ending"),)),
        coder=people.coder(people.CODER, template.patient_class),
        statement_from=when.admitted if visits else None,
        statement_through=when.discharged if visits else None,
        occurrence_codes=(Occurrence("55", death),) if death else (),
        value_codes=(Value("54", Decimal(patient.birth_weight_grams)),) if patient.birth_weight_grams else (),
        queries=(Query("q1", "closed", "type of heart failure"),) if draw.chance(5) else (),
        related_accounts=_related(draw, when),
    )


def _related(draw: Draw, when: Times) -> tuple[RelatedAccount, ...]:
    """Now and then an earlier visit, outside of the payment window."""
    if not draw.chance(8):
        return ()
    earlier = when.admitted - datetime.timedelta(days=draw.between(10, 60))
    return (RelatedAccount("earlier", patient_class="clinic", service_from=earlier, service_through=earlier),)


def _inpatient(draw: Draw, template: Template, variant: Variant, held: Sequence[Document], when: Times) -> dict[str, Any]:
    return {
        "admitting_diagnosis": template.admitting.replace(".", ""),
        "procedures": charging.procedures(draw, variant, held, when),
        "lines": charging.stay_lines(draw, template, variant, when),
        "orders": (Order("inpatient", when.arrived_at, True),),
    }


def _outpatient(draw: Draw, template: Template, variant: Variant, held: Sequence[Document], when: Times) -> dict[str, Any]:
    unscheduled = template.patient_class in ("emergency", "observation")
    first = variant.diagnoses[0].code
    reason = (first if first.startswith("R") else "R52",)
    ordered = (Order("observation", when.arrived_at, True),) if template.patient_class == "observation" else ()
    return {
        "lines": charging.visit_lines(draw, template, variant, held, when),
        "reason_for_visit": reason if unscheduled else (),
        "orders": ordered,
    }


def _diagnoses(draw: Draw, codes: Sequence[Code], held: Sequence[Document], *, shown: bool) -> tuple[Diagnosis, ...]:
    """``shown`` says whether present-on-admission indicators are reported at all."""
    return tuple(
        Diagnosis(
            each.code,
            each.poa if shown and each.code not in EXEMPT else "",
            _support(draw, each.code, held, first=at == 0, inpatient=shown),
        )
        for at, each in enumerate(codes)
    )


def _support(draw: Draw, code: str, held: Sequence[Document], *, first: bool, inpatient: bool) -> tuple[Evidence, ...]:
    found, *others = records.support(draw, held, code)
    if code in _MAY_BE_CITED and not first and draw.chance(50):
        return (Evidence(found.document),)
    if inpatient and code.startswith(_MAY_BE_UNCERTAIN) and draw.chance(20):
        return (replace(found, quote="probable at the time of discharge, treated as such"),)
    return (found, *others)


def _coders(facts: Facts) -> tuple[Coder, ...]:
    """Everyone else who answers for a code: the second coder, the owner of the chargemaster's entries."""
    second = any(each.coder == people.SECOND_CODER for each in facts.procedures)
    owned = any(line.owner for line in facts.lines)
    named = [people.coder(people.SECOND_CODER, facts.patient_class)] if second else []
    return (*named, people.coder(people.OWNER, "chargemaster")) if owned else tuple(named)


def _operated(facts: Facts) -> bool:
    lines: tuple[Line, ...] = facts.lines
    return bool(facts.procedures) or any(is_surgery(line.hcpcs) for line in lines)
