"""Professional bills, and that what is a facility's is not asked of them."""

from dataclasses import replace
from typing import Any

from coding_workflow.policy.rules import FacilityPolicy, Scope
from tests.guidelines.book import policy
from tests.guidelines.stories import competent, document, dx, line, outpatient, record

from .case import Told, op

NPI, OTHER = "1234567893", "1245319599"


def service(code: str = "99213", *modifiers: str, **changes: Any) -> dict[str, Any]:
    """A line as facts have it: pointing at the first diagnosis, rendered by one physician in one place."""
    named = {"pointers": ["M25561"], "rendering": NPI, "place_of_service": "11", "coder": "ana"}
    return line(code, *modifiers, **{**named, "revenue": "", **changes})


def pro(codes: str = "M25.561", **changes: Any) -> dict[str, Any]:
    """A Medicare office visit on a professional bill, with everything in its place."""
    account = {
        "patient_class": "professional",
        "billing_kind": "professional",
        "type_of_bill": "",
        "discharge_status": "",
        "place_of_service": "11",
        "diagnoses": dx(*codes.split(), poa=""),
        "documents": [document("clinic_note", id="summary")],
        "lines": [service()],
        "providers": [{"role": "rendering", "npi": NPI}, {"role": "referring", "npi": OTHER}],
        "record": record("professional", admit_date="2026-06-13", discharge_status=None, place_of_service="11"),
        "coder": competent("professional"),
    }
    return outpatient("professional", **{**account, **changes})


def read(**changes: Any) -> dict[str, Any]:
    """What the record says, otherwise than accounting."""
    said = {"admit_date": "2026-06-13", "discharge_status": None, "place_of_service": "11"}
    return record("professional", **{**said, **changes})


def before_professional() -> FacilityPolicy:
    """A policy that was written for hospital bills only."""
    asked = policy()
    documents = tuple(row for row in asked.required_documents if row.code != "professional_note")
    tables = tuple(replace(row, scope=_without(row.scope)) for row in asked.required_tables)
    return replace(asked, required_documents=documents, required_tables=tables)


def _without(scope: Scope) -> Scope:
    return replace(scope, patient_classes=tuple(each for each in scope.patient_classes if each != "professional"))


_BED = {"place_of_service": "21", "record": read(place_of_service="21", admit_date=None), "admit_date": None}
_TWELVE = "M25.561 I10 E78.5 E11.9 I25.10 K57.30 J44.9 N39.0 R05.9 F32.A G47.33 Z79.4"

_HURT = {"diagnoses": dx("S61.211A", poa=""), "lines": [service(pointers=["S61211A"])]}

CASES = {
    "professional.accident": Told(pro(**_HURT), pro(**_HURT, occurrence_codes=[{"code": "05", "date": "2026-06-13"}])),
    "professional.place_of_service": Told(pro(place_of_service="29"), pro()),
    "professional.visit_dates": Told(pro(record=read(discharge_date="2026-06-14")), pro()),
    "professional.admission": Told(pro(**_BED), pro(place_of_service="21", record=read(place_of_service="21"))),
    "professional.rendering": Told(pro(lines=[service(rendering="1234567890")]), pro()),
    "professional.ordered_by": Told(
        pro(lines=[service("73562", "26")], providers=[{"role": "rendering", "npi": NPI}]), pro(lines=[service("73562", "26")])
    ),
    "professional.pointers": Told(pro(lines=[service(pointers=["I10"])]), pro()),
    "professional.diagnosis_limit": Told(pro(f"{_TWELVE} Z87.891"), pro(_TWELVE)),
    "professional.service_coded": Told(pro(lines=[service("", evidence=False)]), pro()),
    "professional.code_set": Told(pro(reason_for_visit=["R05.9"]), pro()),
    "professional.icd_10": Told(pro(lines=[service(), service(date="2015-09-30")]), pro(lines=[service(), service("99214")])),
    "professional.policy_tables": Told(pro(), op(kind="clinic"), policy=before_professional),
    "professional.policy_documents": Told(pro(), op(kind="clinic"), policy=before_professional),
    "professional.visit_place": Told(pro(lines=[service("99284")]), pro(lines=[service("99284", place_of_service="23")])),
    "professional.visit_with_procedure": Told(
        pro(lines=[service(), service("20610", "RT")]), pro(lines=[service("99213", "25"), service("20610", "RT")])
    ),
    "professional.visits_of_a_day": Told(
        pro(lines=[service(), service("99214")]), pro(lines=[service(), service("99214", rendering=OTHER)])
    ),
    "professional.technical_component": Told(
        pro(place_of_service="22", lines=[service("73562", "TC", place_of_service="22")]),
        pro(place_of_service="22", lines=[service("73562", "26", place_of_service="22")]),
    ),
}
