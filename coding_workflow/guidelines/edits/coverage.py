"""Condition 4: medical necessity by the loaded coverage determinations, and the loaded lists of the outpatient code editor."""

import datetime
from collections.abc import Iterator

from coding_workflow.guidelines.case import Case
from coding_workflow.guidelines.facts import OUTPATIENT_CLASSES, VISIT_CLASSES
from coding_workflow.guidelines.registry import Found, rule
from coding_workflow.guidelines.service_codes import service_code
from coding_workflow.guidelines.tables import Listing

from .discrepancies import DEVICES
from .outpatient import MEDICARE

#: The claim says itself that the service is not expected to be covered: notice given, voluntary, excluded, none given.
_NOT_COVERED = frozenset({"GA", "GX", "GY", "GZ"})
_INPATIENT_ONLY, _DEVICE = "18", "92"
#: A procedure of the inpatient-only list on an outpatient who died before admission.
_DIED_BEFORE_ADMISSION = "CA"


def _listed(case: Case, system: str) -> Iterator[tuple[str, frozenset[str], Listing]]:
    """Each service with its modifiers and what lists it on its day, where the table of that day is loaded."""
    if not any([case.is_loaded(system, on) for on in case.service_days]):
        return
    modifiers: dict[tuple[str, datetime.date | None], set[str]] = {}
    for service in case.services:
        modifiers.setdefault((service_code(service), case.service_day(service)), set()).update(service.modifiers)
    for (code, on), found in sorted(modifiers.items(), key=str):
        for listing in case.tables.listings(system, code, on) if case.is_loaded(system, on) else ():
            yield code, frozenset(found), listing


@rule(
    "coverage.diagnosis",
    condition=4,
    reference="Social Security Act 1862(a)(1)(A); coverage determinations as loaded",
    classes=VISIT_CLASSES,
    payers=MEDICARE,
    looks_at=("diagnoses", "lines"),
    owner="utilization_review",
    override="reason",
)
def diagnosis(case: Case) -> Iterator[Found]:
    """A service under a coverage determination has a diagnosis that it names, or the modifier that says otherwise.

    On a professional bill it is one of those to which the service's lines point.
    """
    for code, modifiers, listing in _listed(case, "COVERAGE"):
        if not modifiers & _NOT_COVERED and not any(_covers(each, listing.codes) for each in _behind(case, code)):
            message = f"{code} is under {listing.name}; no diagnosis of this account is among those that it names."
            yield Found(message, (code, listing.name), reference=f"{listing.name} {listing.title}".strip())


def _behind(case: Case, service: str) -> tuple[str, ...]:
    if not case.facts.professional:
        return case.codes
    return tuple(code for line in case.facts.lines if line.hcpcs == service for code in line.pointers)


def _covers(code: str, named: tuple[str, ...]) -> bool:
    return any(_within(code, *each.partition("-")[::2]) for each in named)


def _within(code: str, low: str, high: str) -> bool:
    return low <= code and code[: len(high)] <= high if high else code.startswith(low)


@rule(
    "ioce.inpatient_only",
    condition=4,
    reference="IOCE edit 18; 42 CFR 419.22(n)",
    classes=OUTPATIENT_CLASSES,
    payers=MEDICARE,
    looks_at=("lines",),
    owner="utilization_review",
    fix="charges",
    override="reason",
)
def inpatient_only(case: Case) -> Iterator[Found]:
    """A procedure of the inpatient-only list is not on an outpatient's bill, but for a patient who died before admission."""
    for code, modifiers, listing in _listed(case, "IOCE"):
        if listing.name == _INPATIENT_ONLY and _DIED_BEFORE_ADMISSION not in modifiers:
            yield Found(f"{code} is on the list of inpatient-only procedures and this account is an outpatient's.", (code,))


@rule(
    "ioce.device",
    condition=6,
    reference="IOCE edit 92",
    classes=OUTPATIENT_CLASSES,
    payers=MEDICARE,
    looks_at=("lines",),
    owner="charge",
    fix="charges",
)
def device(case: Case) -> Iterator[Found]:
    """A procedure that the loaded list pairs with devices is billed with one; ``charges.device`` knows some without the list."""
    charged = {line.hcpcs for line in case.facts.lines}
    for code, _, listing in _listed(case, "IOCE"):
        if listing.name == _DEVICE and code not in DEVICES and charged.isdisjoint(listing.codes):
            yield Found(f"{code} is coded and none of the devices listed with it is charged.", (code,))
