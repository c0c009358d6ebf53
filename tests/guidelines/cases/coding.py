"""Who coded, which systems and tables, the words of passages, and what is open on the account."""

from dataclasses import replace

from coding_workflow.policy.standard import STANDARD
from tests.guidelines.stories import competent, dx, inpatient, line, outpatient

from .case import PLAIN, Told, ip, op

_HAC = (("L89153", "HAC_CRITERIA_MET"),)
_CASE = {"id": "c1", "root_cause": "late report", "correction": "recoded"}


def quoted(code: str, quote: str) -> dict[str, object]:
    return inpatient(diagnoses=dx(code, quote=quote))


CASES = {
    "competence.coder_named": Told(ip(coder=None), ip()),
    "competence.in_force": Told(ip(coder=competent("emergency")), ip()),
    "codes.assigned": Told(inpatient(diagnoses=[]), ip()),
    "codes.system": Told(op(procedures=[{"code": "0DTJ4ZZ", "system": "ICD-10-PCS"}]), ip(procedures=[{"code": "0DTJ4ZZ"}])),
    "tables.loaded": Told(op(lines=[line("27447")]), op(lines=[line("G0378")]), policy=lambda: STANDARD),
    "encounters.tpa_elsewhere": Told(ip("I63.411 Z92.82"), ip("I63.411 Z92.82", point_of_origin="4")),
    "icd10cm.uncertain_inpatient": Told(quoted("J10.1", "probable influenza A"), quoted("J11.1", "probable influenza")),
    "icd10cm.uncertain_outpatient": Told(
        outpatient("clinic", diagnoses=dx("N20.0", poa="", quote="probable stone")),
        outpatient("clinic", diagnoses=dx("N20.0", poa="", quote="stone ruled out on the right, seen on the left")),
    ),
    "diabetes.temporary_insulin": Told(
        quoted("Z79.4", "insulin by sliding scale"), quoted("Z79.4", "long-term insulin, basal and bolus")
    ),
    "poa.hospital_acquired": Told(
        ip("L03.115 L89.153:N"), ip("L03.115 L89.153"), replace(PLAIN, hacs=_HAC), replace(PLAIN, hacs=_HAC)
    ),
    "poa.outpatient": Told(op("I10:N"), op("I10")),
    "discrepancy.open_hold": Told(ip(open_holds=[{"key": "h1", "message": "Review asked for."}]), ip()),
    "case.complete": Told(ip(discrepancy=_CASE), ip(discrepancy=_CASE | {"prevention": "wait for the report"})),
}
