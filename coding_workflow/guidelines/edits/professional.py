"""Professional bills (837P): place of service, who rendered, the diagnoses that each line is for, dates (conditions 4 and 5)."""

import datetime
from collections.abc import Iterator
from typing import Final

from accounts.npi import npi_is_valid
from coding_workflow.guidelines import accidents
from coding_workflow.guidelines.case import Case
from coding_workflow.guidelines.facts import PROFESSIONAL_CLASSES, Line
from coding_workflow.guidelines.places_of_service import IN_USE, INPATIENT
from coding_workflow.guidelines.registry import Found, rule
from coding_workflow.guidelines.words import day, listed, point

GUIDE: Final = "837P implementation guide 005010X222A1"
#: CPT numbers of imaging and of laboratory, which somebody orders (42 CFR 410.32, 424.507).
_ORDERED: Final = ("70010", "89398")
_MOST_DIAGNOSES, _MOST_POINTERS = 12, 4
#: Tables that judge services.
_OF_SERVICES: Final = frozenset({"HCPCS", "CPT", "HCPCS-MODIFIER", "NCCI-PTP", "MUE", "COVERAGE"})


def _services(case: Case) -> Iterator[tuple[str, Line]]:
    """Each line with what it is called in a sentence: its code, else its place on the bill."""
    for number, line in enumerate(case.facts.lines, start=1):
        yield line.hcpcs or f"Line {number}", line


@rule(
    "professional.place_of_service",
    condition=5,
    reference=f"{GUIDE}, CLM05 and SV105; Medicare Claims Processing Manual, chapter 26, 10.5",
    classes=PROFESSIONAL_CLASSES,
    looks_at=("place_of_service", "lines", "record"),
    owner="patient_access",
    fix="claim_elements",
)
def place_of_service(case: Case) -> Iterator[Found]:
    """The bill says where the service was given, by a number in use, as the record does."""
    said, record = case.facts.place_of_service, case.facts.record
    if not said:
        yield Found("The place of service is missing.", ("place_of_service",))
    others = {line.place_of_service for line in case.facts.lines}
    for number in sorted({said, *others} - {"", *IN_USE}):
        yield Found(f"{number} is not a place of service.", (number,))
    if record is None or not said or record.place_of_service == said:
        return
    if not record.place_of_service:
        message = "The place of service has not been abstracted from the record."
        yield Found(message, ("place_of_service",), owner="coding", fix="abstract")
        return
    yield Found(
        f"Patient accounting has place of service {said}; the record says {record.place_of_service}.", ("place_of_service",)
    )


@rule(
    "professional.visit_dates",
    condition=5,
    reference="Release condition 5",
    classes=PROFESSIONAL_CLASSES,
    looks_at=("admit_date", "discharge_date", "record"),
    owner="patient_access",
    fix="claim_elements",
)
def visit_dates(case: Case) -> Iterator[Found]:
    """First and last day of the visit in both places."""
    record = case.facts.record
    if record is None:
        return
    pairs = (
        ("first", case.facts.admit_date, record.admit_date),
        ("last", case.facts.discharge_date, record.discharge_date),
    )
    for which, accounting, recorded in pairs:
        if accounting == recorded:
            continue
        if recorded is None:
            message = f"The {which} day of the visit has not been abstracted from the record."
            yield Found(message, (which,), owner="coding", fix="abstract")
            continue
        message = f"Patient accounting has {day(accounting)} as the {which} day of the visit; the record says {day(recorded)}."
        yield Found(message, (which,))


@rule(
    "professional.admission",
    condition=5,
    reference=f"{GUIDE}, DTP*435",
    classes=PROFESSIONAL_CLASSES,
    looks_at=("place_of_service", "lines", "admit_date"),
    owner="patient_access",
    fix="claim_elements",
)
def admission(case: Case) -> Iterator[Found]:
    """A visit to an inpatient carries the day of the admission."""
    places = {case.facts.place_of_service, *(line.place_of_service for line in case.facts.lines)}
    if places & INPATIENT and case.facts.admit_date is None:
        yield Found("The place of service is inpatient and the day of the admission is not known.", ("admit_date",))


@rule(
    "professional.rendering",
    condition=5,
    reference=f"{GUIDE}, NM1*82; 42 CFR 424.506(c)",
    classes=PROFESSIONAL_CLASSES,
    looks_at=("providers", "lines"),
    owner="patient_access",
    fix="providers",
)
def rendering(case: Case) -> Iterator[Found]:
    """Each service names who rendered it, by a valid NPI."""
    named = {provider.role: provider.npi for provider in case.facts.providers}
    for word, line in _services(case):
        if line.rendering and not npi_is_valid(line.rendering):
            yield Found(f"The NPI of the rendering provider of {word} is not valid.", (word, "rendering"))
        elif not line.rendering:
            missing = "has no NPI" if "rendering" in named else "is missing"
            yield Found(f"The rendering provider of {word} {missing}.", (word, "rendering"))
    for role in ("referring", "supervising"):
        if role in named and not npi_is_valid(named[role]):
            yield Found(f"The {role} provider has no valid NPI.", (role,))


@rule(
    "professional.ordered_by",
    condition=5,
    reference="42 CFR 424.507; Medicare Claims Processing Manual, chapter 26, 10.4, item 17",
    classes=PROFESSIONAL_CLASSES,
    payers=("medicare",),
    looks_at=("providers", "lines"),
    owner="patient_access",
    fix="providers",
)
def ordered_by(case: Case) -> Iterator[Found]:
    """Imaging and laboratory services for Medicare name who referred the patient or ordered them."""
    ordered = sorted({line.hcpcs for line in case.facts.lines if _is_ordered(line.hcpcs)})
    if ordered and not any(provider.role == "referring" for provider in case.facts.providers):
        yield Found(f"{ordered[0]} needs the referring or ordering provider.", (ordered[0], "referring"))


def _is_ordered(code: str) -> bool:
    return len(code) == 5 and code.isdigit() and _ORDERED[0] <= code <= _ORDERED[1]


@rule(
    "professional.accident",
    condition=5,
    reference=f"{GUIDE}, CLM11 and DTP*439",
    classes=PROFESSIONAL_CLASSES,
    looks_at=("diagnoses", "external_causes", "occurrence_codes", "condition_codes"),
    fix="claim_codes",
)
def accident(case: Case) -> Iterator[Found]:
    """An accident that the diagnoses tell of is named by an occurrence code with its day.

    One of an automobile is not asked about: its claim wants the state as well, and is refused where it is made.
    """
    facts = case.facts
    codes = [each.code for each in (*(facts.diagnoses or ()), *facts.external_causes)]
    related, on = accidents.cause({each.code: each.date for each in facts.occurrence_codes}, facts.condition_codes)
    if related == "AA" or any(accidents.of_the_road(code) for code in codes):
        return
    sentence = accidents.missing(codes, related, on)
    if sentence:
        yield Found(sentence, ("occurrence_codes",))


@rule(
    "professional.pointers",
    condition=4,
    reference=f"{GUIDE}, SV107",
    classes=PROFESSIONAL_CLASSES,
    looks_at=("lines", "diagnoses", "external_causes"),
    fix="pointers",
)
def pointers(case: Case) -> Iterator[Found]:
    """Each service points to one to four of the diagnoses on the bill, first to one that is no external cause (I.C.20.a.6)."""
    reported = set(case.codes[:_MOST_DIAGNOSES])
    causes = {cause.code for cause in case.facts.external_causes}
    for word, line in _services(case):
        if not line.pointers:
            yield Found(f"{word} is for no diagnosis yet; point it to one to four of them.", (word,))
        elif len(line.pointers) > _MOST_POINTERS:
            yield Found(f"{word} points to {len(line.pointers)} diagnoses; four is the most.", (word,))
        if line.pointers and line.pointers[0] in causes:
            yield Found(
                f"{word} points first to {point(line.pointers[0])}, an external cause; what it caused comes first.", (word,)
            )
        for code in dict.fromkeys(line.pointers):
            if code not in reported:
                yield Found(f"{word} points to {point(code)}, which is not among the diagnoses of this bill.", (word, code))


@rule(
    "professional.diagnosis_limit",
    condition=4,
    reference=f"{GUIDE}, HI",
    classes=PROFESSIONAL_CLASSES,
    looks_at=("diagnoses",),
)
def diagnosis_limit(case: Case) -> Iterator[Found]:
    """A professional claim takes twelve diagnoses, external causes among them."""
    if len(case.submitted) > _MOST_DIAGNOSES:
        yield Found(
            f"{len(case.submitted)} diagnoses are coded, external causes among them; a professional claim takes twelve.",
            ("diagnoses",),
        )


@rule(
    "professional.service_coded",
    condition=4,
    reference=f"{GUIDE}, SV101",
    classes=PROFESSIONAL_CLASSES,
    looks_at=("lines",),
    fix="charges",
)
def service_coded(case: Case) -> Iterator[Found]:
    """There is a service, each has its CPT or HCPCS code and its day, and none lies ahead."""
    if not case.facts.lines:
        yield Found("No service is charged.", ("lines",), owner="charge")
    for word, line in _services(case):
        if not line.hcpcs:
            yield Found(f"{word} has no CPT or HCPCS code.", (word,))
        if line.date is None:
            yield Found(f"{word} has no date of service.", (word, "date"), owner="charge")
        elif line.date > case.judged_on:
            yield Found(f"{word} is dated {day(line.date)}, which is still to come.", (word, "date"), owner="charge")


@rule(
    "professional.code_set",
    condition=4,
    reference="45 CFR 162.1002; 837P carries no ICD procedure, admitting diagnosis or reason for the visit",
    classes=PROFESSIONAL_CLASSES,
    looks_at=("admitting_diagnosis", "reason_for_visit"),
)
def code_set(case: Case) -> Iterator[Found]:
    """A professional bill has no place for an admitting diagnosis or a reason for the visit; nothing is left out unsaid."""
    facts = case.facts
    for code in dict.fromkeys((*((facts.admitting_diagnosis,) if facts.admitting_diagnosis else ()), *facts.reason_for_visit)):
        yield Found(f"{point(code)} is an admitting diagnosis or reason for the visit; a professional bill has neither.", (code,))


@rule(
    "professional.icd_10",
    condition=4,
    reference="45 CFR 162.1002",
    classes=PROFESSIONAL_CLASSES,
    looks_at=("lines",),
    owner="billing",
    fix="charges",
)
def one_code_set(case: Case) -> Iterator[Found]:
    """Services before and from 2015-10-01 are two bills: a claim has one diagnosis code set."""
    dates = [line.date for line in case.facts.lines if line.date]
    if dates and min(dates) < datetime.date(2015, 10, 1) <= max(dates):
        yield Found("Services before and after October 1, 2015 cannot be on one bill.", ("date",))


@rule(
    "professional.policy_tables",
    condition=4,
    reference="Facility policy: required tables",
    classes=PROFESSIONAL_CLASSES,
    looks_at=("lines",),
    owner="administrator",
    fix="policy",
)
def policy_tables(case: Case) -> Iterator[Found]:
    """A policy that was written before there were professional accounts names no table of services for them.

    Then nothing would be judged by it: what it asks of clinic visits is missed here, and CPT and HCPCS in any case.
    """
    facts = case.facts
    required = case.policy.tables_required(facts.patient_class, case.payer_kind, facts.service)
    of_visits = case.policy.tables_required("clinic", case.payer_kind, facts.service) & _OF_SERVICES
    missing = sorted(({"HCPCS", "CPT"} | of_visits) - required)
    if missing:
        yield Found(f"The facility's policy does not say that professional accounts need {listed(missing)}.", tuple(missing))


@rule(
    "professional.policy_documents",
    condition=3,
    reference="Facility policy: required documents",
    classes=PROFESSIONAL_CLASSES,
    looks_at=("documents",),
    owner="administrator",
    fix="policy",
)
def policy_documents(case: Case) -> Iterator[Found]:
    """The same of the documents that a professional account must have."""
    facts = case.facts
    if not case.policy.documents_accepted(facts.patient_class, case.payer_kind, case.situations, facts.service):
        yield Found("The facility's policy does not say which documents a professional account needs.", ("documents",))
