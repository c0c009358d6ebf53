"""FHIR resources for the tests of this room: the patient and the stay of ``tests.registration.sending``, as resources."""

import base64
import json
from typing import Any

Resource = dict[str, Any]
V2 = "http://terminology.hl7.org/CodeSystem/v2-0203"
LOINC = "http://loinc.org"


def coded(code: str, system: str = "", **more: Any) -> Resource:
    """A CodeableConcept."""
    return {"coding": [{"system": system, "code": code} if system else {"code": code}], **more}


def told(at: str | None) -> Resource:
    """``meta`` with the time of a version."""
    return {"meta": {"lastUpdated": at}} if at else {}


def patient(at: str | None = None, **changes: Any) -> Resource:
    """The patient."""
    return {
        "resourceType": "Patient",
        "id": "p1",
        **told(at),
        "identifier": [{"type": coded("MR", V2), "system": "urn:main:mrn", "value": "M100"}],
        "name": [{"use": "official", "family": "Testcase", "given": ["Pat"]}],
        "gender": "female",
        "birthDate": "1957-02-03",
        **changes,
    }


def practitioner(**changes: Any) -> Resource:
    """The attending."""
    return {
        "resourceType": "Practitioner",
        "id": "DR1",
        "identifier": [{"system": "http://hl7.org/fhir/sid/us-npi", "value": "1234567893"}],
        "name": [{"family": "Ward", "given": ["Wanda"]}],
        "qualification": [{"code": coded("MD", "http://terminology.hl7.org/CodeSystem/v2-0360")}],
        **changes,
    }


def payer(**changes: Any) -> Resource:
    """The Organization that pays."""
    return {"resourceType": "Organization", "id": "o1", "identifier": [{"value": "MCR"}], "name": "Medicare", **changes}


def coverage(at: str | None = None, **changes: Any) -> Resource:
    """Medicare, in force all year."""
    return {
        "resourceType": "Coverage",
        "id": "c1",
        **told(at),
        "status": "active",
        "beneficiary": {"reference": "Patient/p1"},
        "subscriberId": "1EG4TE5MK73",
        "payor": [{"reference": "Organization/o1"}],
        "period": {"start": "2026-01-01", "end": "2026-12-31"},
        **changes,
    }


def encounter(at: str | None = None, **changes: Any) -> Resource:
    """An inpatient stay that has ended at home."""
    return {
        "resourceType": "Encounter",
        "id": "e1",
        **told(at),
        "identifier": [{"value": "A100"}],
        "status": "finished",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "IMP"},
        "subject": {"reference": "Patient/p1"},
        "priority": coded("EM"),
        "participant": [{"type": [coded("ATND")], "individual": {"reference": "Practitioner/DR1", "display": "Wanda Ward"}}],
        "period": {"start": "2026-09-01T08:30:00-04:00", "end": "2026-09-04T11:00:00-04:00"},
        "hospitalization": {"admitSource": coded("emd"), "dischargeDisposition": coded("home")},
        **changes,
    }


def note(
    at: str | None = None, text: str = "Pneumonia.\nImproved & sent home.", kind: str = "text/plain", **changes: Any
) -> Resource:
    """A final discharge summary by the attending."""
    data = base64.b64encode(text.encode()).decode()
    return {
        "resourceType": "DocumentReference",
        "id": "d1",
        **told(at),
        "status": "current",
        "docStatus": "final",
        "type": coded("18842-5", LOINC),
        "subject": {"reference": "Patient/p1"},
        "date": "2026-09-04T11:00:00-04:00",
        "author": [{"reference": "Practitioner/DR1", "display": "Wanda Ward"}],
        "content": [{"attachment": {"contentType": kind, "data": data}}],
        "context": {"encounter": [{"reference": "Encounter/e1"}]},
        **changes,
    }


def composition(**changes: Any) -> Resource:
    """A history and physical in sections."""
    return {
        "resourceType": "Composition",
        "id": "k1",
        "status": "final",
        "type": coded("34117-2", LOINC),
        "subject": {"reference": "Patient/p1"},
        "encounter": {"reference": "Encounter/e1"},
        "date": "2026-09-01T10:00:00-04:00",
        "author": [{"reference": "Practitioner/DR1"}],
        "title": "History and physical",
        "section": [
            {"title": "Complaint", "text": {"status": "generated", "div": "<div>Cough &amp; fever.<br/>Two days.</div>"}},
            {"title": "Plan", "section": [{"title": "Drugs", "text": {"status": "generated", "div": "<div>Ceftriaxone</div>"}}]},
        ],
        **changes,
    }


def charge(at: str | None = None, value: float = 812, **changes: Any) -> Resource:
    """A room charge."""
    codings = [
        {"system": "https://www.nubc.org/CodeSystem/RevenueCodes", "code": "0120"},
        {"system": "urn:main:chargemaster", "code": "ROOM"},
    ]
    return {
        "resourceType": "ChargeItem",
        "id": "t1",
        **told(at),
        "status": "billable",
        "code": {"coding": codings, "text": "Room"},
        "subject": {"reference": "Patient/p1"},
        "context": {"reference": "Encounter/e1"},
        "occurrenceDateTime": "2026-09-01",
        "quantity": {"value": 1},
        "priceOverride": {"value": value, "currency": "USD"},
        **changes,
    }


def condition(**changes: Any) -> Resource:
    """A diagnosis on the problem list."""
    return {
        "resourceType": "Condition",
        "id": "n1",
        "code": coded("J18.9", "http://hl7.org/fhir/sid/icd-10-cm"),
        "subject": {"reference": "Patient/p1"},
        "encounter": {"reference": "Encounter/e1"},
        **changes,
    }


def whole() -> list[Resource]:
    """Everything of one stay."""
    return [
        payer(), practitioner(), patient(), coverage(), encounter(), note(), composition(), charge(), condition(),
    ]  # fmt: skip


def written(resource: Any) -> bytes:
    """As a line."""
    return json.dumps(resource).encode()


def bundle(kind: str, *resources: Resource, **more: Any) -> bytes:
    """A Bundle of entries to be put."""
    entries = [{"fullUrl": f"https://ehr.example/fhir/{r.get('resourceType')}/{r.get('id')}", "resource": r} for r in resources]
    return written({"resourceType": "Bundle", "type": kind, "entry": entries, **more})
