"""Documents, evidence, queries and waivers."""

from typing import Any

from tests.guidelines.stories import MEDICAID, document, dx, inpatient, px, without
from tests.guidelines.test_stories import SECTION, TUBAL

from .case import Told, ip, op

_UR = document("ur_decision", concurrence=True)
_NO_CONCURRENCE = document("ur_decision")


def supported_by(code: str, *documents: dict[str, Any], **evidence: Any) -> dict[str, Any]:
    """A stay whose first code rests on the first of these documents."""
    diagnoses = [dx(code)[0] | {"evidence": [{"document": each["id"], "start": 1, "end": 9} | evidence for each in documents]}]
    return inpatient(diagnoses=diagnoses, documents=list(documents))


def asked(status: str) -> dict[str, Any]:
    return ip(queries=[{"id": "q1", "status": status}])


def waived(**waiver: Any) -> dict[str, Any]:
    account = without(ip("J18.9", admit_date="2026-06-08"), "discharge_summary")
    return account | {"waivers": [{"requirement": "discharge_summary", "reason": "lost in the flood"} | waiver]}


def consented(on: str) -> dict[str, Any]:
    paper = document("sterilization_consent", authored_at=f"{on}T10:00:00Z")
    return inpatient(diagnoses=TUBAL, procedures=SECTION, payer=MEDICAID, documents=[paper])


_NURSE = document("nursing_note", author_role="nurse")
_PROVIDER = document("progress_note")
_RESULT = document("radiology_report", author_role="radiologist")

CASES = {
    "evidence.documents_known": Told(ip(documents=None), ip(documents=[])),
    "evidence.in_record": Told(ip(documents=[]), ip()),
    "evidence.shown": Told(
        inpatient(procedures=[{"code": "027034Z"}]), inpatient(diagnoses=dx("I21.4"), procedures=px("027034Z"))
    ),
    "evidence.copied": Told(
        inpatient(diagnoses=[*dx("I21.4"), {"code": "E119", "poa": "Y", "copied": True}]),
        inpatient(diagnoses=[*dx("I21.4"), {"code": "E119", "poa": "Y"}]),
    ),
    "evidence.signed": Told(supported_by("I21.4", _PROVIDER | {"signed": False}), supported_by("I21.4", _PROVIDER)),
    "evidence.author": Told(supported_by("L89.153", _NURSE), supported_by("L89.153", _NURSE, _PROVIDER)),
    "evidence.result_alone": Told(supported_by("I26.99", _RESULT), supported_by("I26.99", _RESULT, _PROVIDER)),
    "evidence.confirmed": Told(supported_by("I21.4", _PROVIDER, reconfirm=True), supported_by("I21.4", _PROVIDER)),
    "evidence.qualities": Told(
        ip(documents=[_PROVIDER | {"deficiencies": ["legible"]}]), ip(documents=[_PROVIDER | {"deficiencies": []}])
    ),
    "evidence.query_answered": Told(asked("viewed"), asked("closed_disagree")),
    "documents.known": Told(ip(documents=None), ip(documents=[])),
    "documents.required": Told(without(ip(admit_date="2026-06-08"), "discharge_summary"), ip(admit_date="2026-06-08")),
    "documents.sterilization_consent_age": Told(consented("2026-06-01"), consented("2026-04-01")),
    "documents.condition_code_44": Told(
        op(kind="observation", condition_codes=["44"], documents=[_NO_CONCURRENCE]),
        op(kind="observation", condition_codes=["44"], documents=[_UR]),
    ),
}
