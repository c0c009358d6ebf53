"""Charge lines: pairs, units, modifiers, observation hours, drugs, devices."""

from typing import Any

from coding_workflow.guidelines.tables import Listing
from tests.guidelines.stories import COMMERCIAL, line

from .case import Told, op


def billed(*lines: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return op(lines=list(lines), **changes)


def observed(units: int, **changes: Any) -> dict[str, Any]:
    """Ordered at eight, three hours after the arrival, and ended at eight on the next day."""
    times = {"admitted_at": "2026-06-12T05:00:00Z", "discharged_at": "2026-06-13T08:00:00Z"}
    ordered = [{"type": "observation", "ordered_at": "2026-06-12T08:00:00Z", "authenticated": True}]
    return billed(line("G0378", revenue="0762", units=units), kind="observation", orders=ordered, **times | changes)


_PAIR = {("45385", "45380"): "1"}
_BEFORE_2019 = {"admit_date": "2019-06-30", "discharge_date": "2019-06-30"}
_EARLY = {"date": "2019-06-30"}

_LIPIDS = {("COVERAGE", "80061"): (Listing("NCD 190.23", "Lipid testing", ("E08-E13", "E78", "I10")),)}
_OUTPATIENT_EDITS = {
    ("IOCE", "27280"): (Listing("18", "Inpatient procedure", ()),),
    ("IOCE", "61885"): (Listing("92", "Device-dependent procedure", ("C1767", "C1820")),),
}

CASES = {
    "ncci.pair": Told(
        billed(line("45385", revenue="0750"), line("45380", revenue="0750")),
        billed(line("45385", "59", revenue="0750"), line("45380", revenue="0750")),
        pairs=_PAIR,
    ),
    "ncci.pair_column_2": Told(
        billed(line("45385", "59", **_EARLY), line("45380", **_EARLY), **_BEFORE_2019),
        billed(line("45385", **_EARLY), line("45380", "59", **_EARLY), **_BEFORE_2019),
        pairs=_PAIR,
    ),
    "ncci.units_line": Told(
        billed(line("J1100", units=5)),
        billed(line("J1100", units=3), line("J1100", "59", units=2)),
        units={"J1100": (4, "1")},
    ),
    "ncci.units_absolute": Told(
        billed(line("44950", units=1), line("44950", "59", units=1)),
        billed(line("44950", units=1)),
        units={"44950": (1, "2")},
    ),
    "ncci.units_day": Told(
        billed(line("96375", units=3), line("96375", "59", units=3)),
        billed(line("96375", units=3), line("96375", units=3, date="2026-06-12")),
        units={"96375": (4, "3")},
    ),
    "ioce.visit_modifier_25": Told(billed(line("12001"), line("99283")), billed(line("12001"), line("99283", "25"))),
    "ioce.revenue_code_needs_hcpcs": Told(billed(line("", revenue="0320")), billed(line("", revenue="0250"))),
    "ioce.multiple_visits": Told(
        billed(line("99283", "25"), line("99284", "25")),
        billed(line("99283", "25"), line("99284", "25"), condition_codes=["G0"]),
    ),
    "charges.units": Told(billed(line("96374", units="1.5")), billed(line("96374", units=-1, charge="-100.00"))),
    "charges.date": Told(billed(line("96374", date="2026-06-20")), billed(line("96374"))),
    "charges.device": Told(billed(line("33208"), line("C1785")), billed(line("33208"), line("C1785"), line("C1898"))),
    "charges.coded_not_charged": Told(
        billed(procedures=[{"code": "45385", "system": "CPT"}]),
        billed(line("45385"), procedures=[{"code": "45385", "system": "CPT"}]),
    ),
    "modifier.of_visits": Told(billed(line("99283", "59")), billed(line("99283", "25"), line("12001", "59"))),
    "modifier.bilateral": Told(billed(line("27447", "50", units=2)), billed(line("27447", "50", units=2), payer=COMMERCIAL)),
    "modifier.once": Told(billed(line("27447", "RT", "RT")), billed(line("27447", "RT", "GA"))),
    "modifier.therapy": Told(billed(line("97110", revenue="0420")), billed(line("97110", "GP", revenue="0420"))),
    "modifier.screening": Told(billed(line("45385", "PT"), payer=COMMERCIAL), billed(line("45385", "PT"))),
    "observation.hours": Told(observed(27), observed(24)),
    "observation.revenue_code": Told(billed(line("G0378", revenue="0450")), billed(line("G0378", revenue="0762"))),
    "observation.direct_referral": Told(
        billed(line("G0379", revenue="0762")), billed(line("G0379", revenue="0762"), line("G0378", revenue="0762"))
    ),
    "drug.discarded_stated": Told(
        billed(line("J9299", revenue="0636", units=240)),
        billed(line("J9299", revenue="0636", units=240), line("J9299", "JW", revenue="0636", units=60)),
    ),
    "drug.discarded_once": Told(
        billed(line("J9299", "JZ", revenue="0636"), line("J9299", "JW", revenue="0636")),
        billed(line("J9299", "JZ", revenue="0636"), line("J9271", "JW", revenue="0636")),
    ),
    "codes.modifier_valid": Told(billed(line("27447", "RTX")), billed(line("27447", "50"))),
    "codes.procedure_valid": Told(billed(line("J0000")), billed(line("27447")), missing=("CPT",)),
    "icd10cm.laterality": Told(
        op("H25.12", lines=[line("66984", "RT", revenue="0360")]), op("H25.13", lines=[line("66984", "RT", revenue="0360")])
    ),
    "competence.select_modifier": Told(
        billed(line("99283", "25", source="chargemaster", owner="ora")), billed(line("99283", source="chargemaster", owner="ora"))
    ),
    "competence.chargemaster_owner": Told(
        billed(line("93005", source="chargemaster")),
        billed(
            line("93005", source="chargemaster", owner="ora"),
            coders=[{"id": "ora", "competences": [{"type": "chargemaster", "valid_to": "2027-01-01"}]}],
        ),
    ),
    "coverage.diagnosis": Told(
        op("M25.561", lines=[line("80061", revenue="0301")]),
        op("E78.5", lines=[line("80061", revenue="0301")]),
        listings=_LIPIDS,
    ),
    "ioce.inpatient_only": Told(billed(line("27280")), billed(line("27280", "CA")), listings=_OUTPATIENT_EDITS),
    "ioce.device": Told(billed(line("61885")), billed(line("61885"), line("C1767", revenue="0278")), listings=_OUTPATIENT_EDITS),
    "evidence.modifier": Told(billed(line("45380", "59", evidence=False)), billed(line("45380", "59"))),
}
