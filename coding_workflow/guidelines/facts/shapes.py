"""The shape of an account's facts in JSON, and the one function that reads it."""

from typing import Any

from accounts import claim_codes

from . import nouns
from .reading import (
    DIAGNOSIS,
    EVIDENCE,
    FactsError,
    amount,
    code,
    day,
    flag,
    instant,
    many,
    needed_text,
    one_of,
    optional_code,
    outermost,
    pairs,
    shape,
    text,
    whole,
)

PROCEDURE = shape(
    nouns.Procedure,
    code=code,
    system=one_of("ICD-10-PCS", "ICD-9-CM-PX", "HCPCS", "CPT"),
    date=day,
    evidence=many(EVIDENCE),
    coder=text,
    specimen=flag,
    modifiers=many(code),
)
LINE = shape(
    nouns.Line,
    revenue_code=text,
    hcpcs=optional_code,
    modifiers=many(code),
    units=amount,
    date=day,
    charge=amount,
    source=one_of("coder", "chargemaster"),
    owner=text,
    coder=text,
    evidence=many(EVIDENCE),
    specimen=flag,
    pointers=many(code),
    place_of_service=text,
    rendering=text,
)
DOCUMENT = shape(
    nouns.Document,
    id=needed_text,
    type=needed_text,
    author_role=text,
    author=text,
    signed=flag,
    authored_at=instant,
    signed_at=instant,
    deficiencies=many(needed_text),
    specimen=flag,
    concurrence=flag,
)
RECORD = shape(
    nouns.Record,
    discharge_status=text,
    patient_class=text,
    admit_date=day,
    discharge_date=day,
    death_date=day,
    place_of_service=text,
    sources=pairs,
)
COMPETENCE = shape(
    nouns.Competence,
    type=needed_text,
    valid_from=day,
    valid_to=day,
    supervisor=text,
    credential=text,
    supervision=text,
    provider_number=text,
    trained_on=day,
    oriented_on=day,
)
CODER = shape(nouns.Coder, id=needed_text, competences=many(COMPETENCE))
RELATED = shape(
    nouns.RelatedAccount,
    id=needed_text,
    relation=text,
    patient_class=text,
    facility=text,
    same_facility=flag,
    service_from=day,
    service_through=day,
    unrelated_reason=text,
    combined=flag,
    acute_hospital=flag,
)
OPEN_HOLD = shape(nouns.OpenHold, key=needed_text, message=text, condition=whole, source=text, owner=text)
CASE = shape(nouns.DiscrepancyCase, id=needed_text, root_cause=text, correction=text, prevention=text, validation_query=flag)
OVERRIDE = shape(
    nouns.Override, rule=needed_text, subjects=many(text), reason=needed_text, by=needed_text, second=text, version=whole
)

ACCOUNT = shape(
    nouns.Facts,
    id=needed_text,
    patient_class=one_of(*sorted(nouns.PATIENT_CLASSES)),
    discharge_date=day,
    judged_on=day,
    facility=text,
    billing_kind=one_of("facility", "professional"),
    service=text,
    provider_number=text,
    patient=shape(nouns.Patient, birth_date=day, sex=text, birth_weight_grams=whole),
    admit_date=day,
    admitted_at=instant,
    discharged_at=instant,
    discharge_status=text,
    admission_type=text,
    point_of_origin=text,
    payer=shape(nouns.Payer, code=text, kind=text),
    type_of_bill=text,
    place_of_service=text,
    poa_exempt_hospital=flag,
    grouper_version=text,
    admitting_diagnosis=optional_code,
    reason_for_visit=many(code),
    diagnoses=many(DIAGNOSIS),
    external_causes=many(DIAGNOSIS),
    procedures=many(PROCEDURE),
    lines=many(LINE),
    documents=many(DOCUMENT),
    record=RECORD,
    coder=CODER,
    coders=many(CODER),
    related_accounts=many(RELATED),
    orders=many(shape(nouns.Order, type=needed_text, ordered_at=instant, authenticated=flag)),
    condition_codes=many(code),
    occurrence_codes=many(shape(nouns.Occurrence, code=code, date=day)),
    occurrence_spans=many(shape(nouns.OccurrenceSpan, code=code, first=day, last=day)),
    value_codes=many(shape(nouns.Value, code=code, amount=amount)),
    code_differences=many(
        shape(
            nouns.CodeDifference,
            part=one_of(*claim_codes.KINDS),
            code=code,
            accounting=many(text),
            entered=many(text),
        )
    ),
    providers=many(shape(nouns.Provider, role=needed_text, npi=text)),
    statement_from=day,
    statement_through=day,
    queries=many(shape(nouns.Query, id=needed_text, status=needed_text, subject=text, codes=many(code))),
    open_holds=many(OPEN_HOLD),
    discrepancy=CASE,
    overrides=many(OVERRIDE),
    waivers=many(shape(nouns.Waiver, requirement=needed_text, reason=needed_text, expires=day)),
)

_read = outermost(ACCOUNT)


def facts_from_json(obj: Any) -> nouns.Facts:
    """Facts of one account from a decoded JSON object.

    Refuses (``FactsError``, naming place and key) unknown keys, wrong types, dates that are none, and a missing
    ``id``, ``patient_class`` or ``discharge_date``; a recurring or interim account may give ``statement_through``
    in its place. A null is the same as an absent key, except for a competence's dates. The class and the kind of bill
    ``professional`` go together.
    """
    facts: nouns.Facts = _read(obj)
    if facts.professional != (facts.patient_class in nouns.PROFESSIONAL_CLASSES):
        raise FactsError("", "billing_kind", "'billing_kind' and 'patient_class' are both 'professional', or neither is")
    if facts.discharge_date is None and facts.statement_through is None and facts.patient_class != "recurring":
        raise FactsError("", "discharge_date", "'discharge_date' is missing")
    return facts
