"""The hospital's account stories as facts: each starts from a complete, clean account of its class."""

import copy
from typing import Any

SUPPORT = {"document": "summary", "start": 10, "end": 40, "quote": "documented by the attending"}
ADMITTED, DISCHARGED = "2026-06-10", "2026-06-13"


def competent(kind: str, **more: Any) -> dict[str, Any]:
    held = {"type": kind, "valid_from": "2025-01-01", "valid_to": "2027-01-01", "supervisor": "cleo"} | more
    return {"id": "ana", "competences": [held]}


def dx(*codes: str, poa: str = "Y", **evidence: Any) -> list[dict[str, Any]]:
    """``I10``, ``L89.153:N``, ``Z37.0:-`` (no indicator)."""
    found = []
    for code in codes:
        name, _, given = code.partition(":")
        indicator = "" if given == "-" else given or poa
        found.append({"code": name, "poa": indicator, "evidence": [SUPPORT | evidence]})
    return found


def px(*codes: str) -> list[dict[str, Any]]:
    return [{"code": code, "date": ADMITTED, "evidence": [SUPPORT]} for code in codes]


def document(kind: str, **more: Any) -> dict[str, Any]:
    base = {"id": kind, "type": kind, "author_role": "attending", "signed": True, "authored_at": f"{DISCHARGED}T10:00:00Z"}
    return base | more


def record(kind: str, **more: Any) -> dict[str, Any]:
    base = {"discharge_status": "01", "patient_class": kind, "admit_date": ADMITTED, "discharge_date": DISCHARGED}
    return base | more


def inpatient(**changes: Any) -> dict[str, Any]:
    """A Medicare stay with everything in its place."""
    account = {
        "id": "story",
        "facility": "MAIN",
        "patient_class": "inpatient",
        "patient": {"birth_date": "1950-02-03", "sex": "M"},
        "admit_date": ADMITTED,
        "discharge_date": DISCHARGED,
        "discharge_status": "01",
        "admission_type": "1",
        "point_of_origin": "1",
        "payer": {"code": "MCR", "kind": "medicare"},
        "type_of_bill": "0111",
        "documents": [
            document("discharge_summary", id="summary"),
            *(document(kind) for kind in ("history_and_physical", "inpatient_order", "operative_note")),
        ],
        "record": record("inpatient"),
        "coder": competent("inpatient"),
    }
    return copy.deepcopy(account | changes)


def without(account: dict[str, Any], *types: str) -> dict[str, Any]:
    """The same account before these documents arrived."""
    return account | {"documents": [each for each in account["documents"] if each["type"] not in types]}


def outpatient(kind: str, **changes: Any) -> dict[str, Any]:
    """A visit of one day with its note; passages point at ``summary``."""
    note = {"emergency": "ed_note", "outpatient_surgery": "operative_note", "recurring": "therapy_note"}.get(kind, "clinic_note")
    account = {
        "id": "story",
        "facility": "MAIN",
        "patient_class": kind,
        "patient": {"birth_date": "1970-02-03", "sex": "F"},
        "admit_date": DISCHARGED,
        "discharge_date": DISCHARGED,
        "discharge_status": "01",
        "payer": {"code": "MCR", "kind": "medicare"},
        "type_of_bill": "0131",
        "documents": [document(note, id="summary"), document("procedure_note")],
        "record": record(kind, admit_date=DISCHARGED),
        "coder": competent(kind),
    }
    return copy.deepcopy(account | changes)


def line(hcpcs: str, *modifiers: str, revenue: str = "0450", evidence: bool = True, **more: Any) -> dict[str, Any]:
    base = {
        "revenue_code": revenue,
        "hcpcs": hcpcs,
        "modifiers": list(modifiers),
        "units": 1,
        "date": DISCHARGED,
        "charge": "100.00",
        "evidence": [SUPPORT] if evidence else [],
    }
    return base | more


def newborn(**changes: Any) -> dict[str, Any]:
    """A birth covered by Medicaid; the weight is on the claim."""
    return inpatient(
        **{
            "patient_class": "newborn",
            "patient": {"birth_date": ADMITTED, "sex": "F", "birth_weight_grams": 3300},
            "admission_type": "4",
            "point_of_origin": "5",
            "payer": {"code": "MCD", "kind": "medicaid"},
            "documents": [document("newborn_record"), document("discharge_summary", id="summary")],
            "record": record("newborn"),
            "coder": competent("newborn"),
        }
        | changes
    )


MEDICARE = {"code": "MCR", "kind": "medicare"}
MEDICAID = {"code": "MCD", "kind": "medicaid"}
COMMERCIAL = {"code": "COM", "kind": "commercial"}
ADVANTAGE = {"code": "MA", "kind": "medicare_advantage"}


def mother(**changes: Any) -> dict[str, Any]:
    return inpatient(patient={"birth_date": "1996-03-03", "sex": "F"}, payer=MEDICAID, **changes)
