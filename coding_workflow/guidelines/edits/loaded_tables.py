"""Condition 4: the tables that policy requires cover the account's date. What is not loaded is never passed over."""

import datetime
from collections.abc import Iterator
from typing import Final

from coding_workflow.guidelines.case import Case
from coding_workflow.guidelines.registry import Found, rule
from coding_workflow.guidelines.service_codes import HCPCS_SYSTEMS, is_cpt, service_code
from coding_workflow.guidelines.words import day

#: Tables that are published by day of service.
_BY_LINE = frozenset({"HCPCS", "HCPCS-MODIFIER", "CPT", "NCCI-PTP", "MUE", "COVERAGE", "IOCE"})
#: The one day on which every other table is asked: the account's.
_OF_ACCOUNT: Final[tuple[datetime.date | None, ...]] = (None,)
_FROM_GROUPER = frozenset({"MS-DRG", "MCE"})
_ICD_9 = {"ICD-10-CM": "ICD-9-CM-DX", "ICD-10-PCS": "ICD-9-CM-PX"}


@rule(
    "tables.loaded",
    condition=4,
    reference="Facility policy: required tables",
    looks_at=("discharge_date", "payer"),
    owner="administrator",
    fix="tables",
    version=2,
)
def loaded(case: Case) -> Iterator[Found]:
    """A required table that is not loaded holds; one declared as validated downstream warns until the declaration expires."""
    required = case.policy.tables_required(case.facts.patient_class, case.payer_kind, case.facts.service)
    needed = _needed(case)
    for table in sorted(required):
        name = table if case.icd_10 else _ICD_9.get(table, table)
        if not needed.get(table, True):
            continue
        days = case.service_days if table in _BY_LINE else _OF_ACCOUNT
        for on in days:
            if not _is_loaded(case, name, on):
                yield _not_loaded(case, table, name, on)
                break


def _needed(case: Case) -> dict[str, bool]:
    """A table is asked only where the account has something that it judges; what is not named here is always asked."""
    codes = {service_code(service) for service in case.services}
    cpt = sum(map(is_cpt, codes))
    return {
        "ICD-10-PCS": any([each.system not in HCPCS_SYSTEMS for each in case.facts.procedures]),
        "POA-EXEMPT": case.icd_10 and not case.facts.poa_exempt_hospital,
        "HCPCS": len(codes) > cpt,
        "CPT": cpt > 0,
        "HCPCS-MODIFIER": any([service.modifiers for service in case.services]),
        "NCCI-PTP": len(codes) > 1,
        "MUE": bool(codes),
        "COVERAGE": bool(codes),
        "IOCE": bool(codes),
    }


def _is_loaded(case: Case, name: str, on: datetime.date | None) -> bool:
    if name in _FROM_GROUPER:
        return case.grouping is not None or not case.submitted
    return case.is_loaded(name, on)


def _not_loaded(case: Case, table: str, name: str, missing: datetime.date | None) -> Found:
    on = missing or case.tables_date
    what = "discharges" if case.inpatient else "services"
    message = f"{name} for {what} on {day(on)} is not loaded."
    declared = case.policy.downstream_for(table, case.facts.patient_class, case.payer_kind, case.judged_on, case.facts.service)
    if declared is None:
        return Found(message, (name,))
    return Found(
        f"{message} It is declared to be validated downstream until {day(declared.expires_on)}: {declared.reason}",
        (name,),
        severity="warn",
    )
