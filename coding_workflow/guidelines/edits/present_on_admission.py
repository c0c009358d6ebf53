"""Condition 4: present-on-admission indicators (Official Guidelines, Appendix I; Medicare Claims Processing Manual 3, 20.2.2)."""

from collections.abc import Iterator

from coding_workflow.guidelines.case import Case
from coding_workflow.guidelines.facts import INPATIENT_CLASSES, VISIT_CLASSES
from coding_workflow.guidelines.registry import Found, rule
from coding_workflow.guidelines.words import point

APPENDIX_I = "ICD-10-CM Official Guidelines, Appendix I"
_INDICATORS = frozenset("YNUW")


@rule("poa.missing", condition=4, reference=APPENDIX_I, classes=INPATIENT_CLASSES, owner="coding")
def missing(case: Case) -> Iterator[Found]:
    """Every code has an indicator unless it is on the exempt list or the hospital is exempt."""
    if case.facts.poa_exempt_hospital or not case.icd_10 or not case.is_loaded("POA-EXEMPT"):
        return
    for diagnosis in case.submitted:
        if not diagnosis.poa and not case.tables.poa_exempt(diagnosis.code):
            yield Found(f"{point(diagnosis.code)} has no present-on-admission indicator.", (diagnosis.code,))


@rule("poa.indicator", condition=4, reference=APPENDIX_I, classes=INPATIENT_CLASSES)
def indicator(case: Case) -> Iterator[Found]:
    """Y, N, U or W; exempt codes are blank (1 belonged to the 4010 claim)."""
    for diagnosis in case.submitted:
        if diagnosis.poa and diagnosis.poa not in _INDICATORS:
            message = f"{diagnosis.poa} is not a present-on-admission indicator for {point(diagnosis.code)}."
            yield Found(message, (diagnosis.code,))


@rule("poa.exempt", condition=4, reference="CMS POA-exempt list", classes=INPATIENT_CLASSES, severity="info")
def exempt(case: Case) -> Iterator[Found]:
    """An exempt code is reported without indicator; the claim leaves it blank."""
    if case.facts.poa_exempt_hospital or not case.icd_10 or not case.is_loaded("POA-EXEMPT"):
        return
    for diagnosis in case.submitted:
        if diagnosis.poa in _INDICATORS and case.tables.poa_exempt(diagnosis.code):
            yield Found(
                f"{point(diagnosis.code)} is exempt from POA reporting; the claim carries no indicator.", (diagnosis.code,)
            )


@rule("poa.unknown", condition=4, reference=APPENDIX_I, classes=INPATIENT_CLASSES, fix="queries", override="second")
def unknown(case: Case) -> Iterator[Found]:
    """U says that the documentation is insufficient: ask the provider. It holds for a hospital-acquired condition, and a second
    person agrees where the provider cannot be asked."""
    for diagnosis in case.submitted:
        if diagnosis.poa == "U":
            message = f"It is not documented whether {point(diagnosis.code)} was present on admission; query the provider."
            yield Found(message, (diagnosis.code,), severity="hold" if diagnosis.code in case.hospital_acquired else "warn")


@rule(
    "poa.hospital_acquired",
    condition=4,
    reference="Deficit Reduction Act of 2005, 5001(c)",
    severity="info",
    classes=INPATIENT_CLASSES,
)
def hospital_acquired(case: Case) -> Iterator[Found]:
    """N on a hospital-acquired condition is correct reporting; it may be chosen for second-level review."""
    for diagnosis in case.secondary:
        if diagnosis.poa == "N" and case.hospital_acquired.get(diagnosis.code) == "HAC_CRITERIA_MET":
            yield Found(f"{point(diagnosis.code)} is reported as a hospital-acquired condition.", (diagnosis.code,))


@rule("poa.principal", condition=4, reference="ICD-10-CM Official Guidelines II", severity="warn", classes=("inpatient",))
def principal(case: Case) -> Iterator[Found]:
    """The principal diagnosis occasioned the admission: one that was not there then asks for a look at the sequence."""
    first = case.principal
    if first and first.poa == "N" and not first.code.startswith("O"):
        message = f"{point(first.code)} is principal and reported as not present at admission; confirm the sequence."
        yield Found(message, (first.code,))


@rule("poa.outpatient", condition=4, reference=APPENDIX_I, classes=VISIT_CLASSES, severity="info")
def outpatient(case: Case) -> Iterator[Found]:
    """Outpatient claims carry no indicator."""
    marked = tuple(diagnosis.code for diagnosis in case.submitted if diagnosis.poa)
    if marked:
        yield Found("Present-on-admission indicators are given; an outpatient claim carries none.", marked)
