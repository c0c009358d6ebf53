"""The Medicare Code Editor: each edit by the editor's own answer, so that discontinued ones are told as well."""

from coding_workflow.guidelines.edits.code_editor import COVERAGE_EDITS, DATA_EDITS

from .case import Told, edited, ip

CASES = {
    f"mce.{name.lower()}": Told(ip(), ip(), edited((name, "J441")), edited(("SOMETHING_ELSE", "J441")))
    for name in (*DATA_EDITS, *COVERAGE_EDITS)
}
CASES["mce.sex_conflict"] = Told(
    ip(admit_date="2024-09-20", discharge_date="2024-09-30"),
    ip(admit_date="2024-09-20", discharge_date="2024-09-30", condition_codes=["45"]),
    edited(("SEX_CONFLICT", "J441")),
    edited(("SEX_CONFLICT", "J441")),
)
_VENTILATED = [{"system": "ICD-10-PCS", "code": "5A1955Z"}]
CASES["mce.inconsistent_with_length_of_stay"] = Told(
    ip(admit_date="2026-06-10", discharge_date="2026-06-13", procedures=_VENTILATED),
    ip(admit_date="2026-06-09", discharge_date="2026-06-13", procedures=_VENTILATED),
)
CASES["mce.unlisted"] = Told(ip(), ip(), edited(("NEW_EDIT", "J441")), edited(("UNSPECIFIED", "J441")))
