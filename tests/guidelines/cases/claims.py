"""Claim elements, statement, transfers and the payment window."""

from dataclasses import replace
from typing import Any

from tests.guidelines.stories import ADMITTED, DISCHARGED, line, newborn, record

from .case import PLAIN, Told, ip, op

_SHORT = replace(PLAIN, gmlos="6.0")
_POST_ACUTE = replace(PLAIN, gmlos="6.0", post_acute=True)
_BEFORE_2018 = {"admit_date": "2018-09-25", "discharge_date": "2018-09-30"}
_UNSIGNED = [{"type": "inpatient", "authenticated": False}]
_SIGNED = [{"type": "inpatient", "authenticated": True}]
_STAY = {"id": "ip", "patient_class": "inpatient", "service_from": DISCHARGED}
_VISIT = {"id": "ed", "patient_class": "emergency", "service_through": "2026-06-08"}
_UNRELATED = {"unrelated_reason": "old knee"}


def different(element: str, value: str) -> dict[str, Any]:
    return ip(record=record("inpatient", **{element: value}))


def tested(revenue: str, **changes: Any) -> dict[str, Any]:
    return op(lines=[line("93005", revenue=revenue)], condition_codes=["51"], **changes)


CASES = {
    "claim.record_abstracted": Told(ip(record=None), ip()),
    "claim.demographics": Told(ip(patient={"sex": "F"}), ip()),
    "claim.discharge_status": Told(different("discharge_status", "03"), ip()),
    "claim.patient_class": Told(different("patient_class", "observation"), ip()),
    "claim.admit_date": Told(different("admit_date", DISCHARGED), ip()),
    "claim.discharge_date": Told(different("discharge_date", ADMITTED), ip()),
    "claim.dates_in_order": Told(ip(admit_date="2026-06-14"), ip(admit_date=DISCHARGED)),
    "claim.condition_code_44": Told(ip(condition_codes=["44"]), op(condition_codes=["44"], kind="observation")),
    "claim.placement_order": Told(ip(orders=[{"type": "observation"}]), ip(orders=[{"type": "observation"}, *_UNSIGNED])),
    "claim.inpatient_order": Told(ip(orders=_UNSIGNED), ip(orders=_SIGNED)),
    "claim.inpatient_order_required": Told(ip(orders=[], **_BEFORE_2018), ip(orders=_SIGNED, **_BEFORE_2018)),
    "claim.codes_agree": Told(
        ip(code_differences=[{"part": "occurrence", "code": "05", "accounting": ["2026-06-01"], "entered": ["2026-06-02"]}]),
        ip(occurrence_codes=[{"code": "05", "date": "2026-06-02"}]),
    ),
    "claim.status_valid": Told(ip(discharge_status="08"), ip(discharge_status="05")),
    "claim.interim": Told(ip(type_of_bill="0113"), ip(type_of_bill="0113", discharge_status="30")),
    "claim.frequency_medicare": Told(
        ip(type_of_bill="0114"), ip(type_of_bill="0114", payer={"code": "COM", "kind": "commercial"})
    ),
    "claim.statement_through": Told(
        ip(statement_through="2026-06-12"), ip(statement_through="2026-06-12", type_of_bill="0112", discharge_status="30")
    ),
    "claim.statement_from": Told(ip(statement_from="2026-06-06"), ip(statement_from="2026-06-07")),
    "claim.type_of_bill": Told(ip(type_of_bill="0131"), ip(type_of_bill="0111")),
    "claim.date_of_death": Told(
        ip(discharge_status="20"), ip(discharge_status="20", occurrence_codes=[{"code": "55", "date": DISCHARGED}])
    ),
    "claim.birth_weight": Told(
        newborn(patient={"birth_date": ADMITTED, "sex": "F"}), newborn(value_codes=[{"code": "54", "amount": "3300"}])
    ),
    "claim.newborn_origin": Told(newborn(point_of_origin="1"), newborn()),
    "claim.reason_for_visit": Told(
        op(kind="emergency", lines=[line("99283")]), op(kind="emergency", lines=[line("99283")], reason_for_visit=["R07.9"])
    ),
    "codes.claim_limit": Told(op(reason_for_visit=["R05.9", "R07.9", "R55", "R51.9"]), op(reason_for_visit=["R05.9"])),
    "transfer.short_stay": Told(
        ip(discharge_status="06"), ip(discharge_status="06", condition_codes=["43"]), _POST_ACUTE, _POST_ACUTE
    ),
    "transfer.home": Told(ip(), ip(), _POST_ACUTE, _SHORT),
    "transfer.same_day": Told(
        ip(discharge_status="07", related_accounts=[_STAY | {"acute_hospital": True, "same_facility": False}]),
        ip(discharge_status="02", related_accounts=[_STAY | {"acute_hospital": True, "same_facility": False}]),
    ),
    "window.outpatient_services": Told(
        ip(related_accounts=[_VISIT | {"unrelated_reason": " "}]), ip(related_accounts=[_VISIT | _UNRELATED])
    ),
    "window.inpatient_stay": Told(
        op(related_accounts=[_STAY | _UNRELATED]), op(related_accounts=[_STAY | _UNRELATED], condition_codes=["51"])
    ),
    "window.diagnostic_services": Told(
        tested("0730", related_accounts=[_STAY | _UNRELATED]), tested("0420", related_accounts=[_STAY | _UNRELATED])
    ),
}
