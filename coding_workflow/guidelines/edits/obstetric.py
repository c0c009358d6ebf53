"""Condition 4: pregnancy and delivery (I.C.15, I.C.21.c.11)."""

from collections.abc import Iterator

from coding_workflow.guidelines.case import Case
from coding_workflow.guidelines.facts import INPATIENT_CLASSES
from coding_workflow.guidelines.patterns import WARN, apart, needs
from coding_workflow.guidelines.registry import Found, guideline
from coding_workflow.guidelines.words import listed, point

#: PCS: delivery of products of conception, vaginal (10E) and by cesarean section (10D00).
_DELIVERY_PROCEDURES = ("10E0", "10D00", "10D07")
#: Ectopic and molar pregnancy, abortion and what follows.
ABORTIVE = tuple(f"O0{number}" for number in range(9))
_CHAPTER_15 = "O"


def delivered(case: Case) -> bool:
    """A delivery procedure is coded."""
    return any(each.code.startswith(_DELIVERY_PROCEDURES) for each in case.facts.procedures)


@guideline("obstetric.normal_delivery", "I.C.15.n", version=2, codes=("O80",))
def normal_delivery(case: Case) -> Iterator[Found]:
    """O80 is for a delivery without complication: first, with no other code of chapter 15, and with Z37.0."""
    if not case.has("O80"):
        return
    others = sorted({code for code in case.codes if code.startswith(_CHAPTER_15) and code != "O80"})
    if others:
        named = " and ".join(point(code) for code in others)
        yield Found(f"O80 is a delivery without complication and is not used with {named}.", ("O80", *others))
    elif case.position("O80"):
        yield Found("O80 is always the principal diagnosis.", ("O80",))
    if not case.has("Z370"):
        yield Found("O80 is reported with Z37.0, a single live birth.", ("O80", "Z370"))


@guideline("obstetric.outcome_of_delivery", "I.C.15.b.5", version=2)
def outcome_of_delivery(case: Case) -> Iterator[Found]:
    """Every delivery record carries one outcome of delivery (Z37.-)."""
    if delivered(case) and not case.has("Z37", "O80") and not case.has(*ABORTIVE):
        yield Found("A delivery is coded without its outcome (Z37.-).", ("Z37",))


@guideline(
    "obstetric.outcome_without_delivery",
    "I.C.15.b.5",
    severity="warn",
    classes=INPATIENT_CLASSES,
    looks_at=("diagnoses", "procedures"),
)
def outcome_without_delivery(case: Case) -> Iterator[Found]:
    """The outcome of delivery is not used on later records of the mother."""
    outcome = case.has("Z37")
    if outcome and not delivered(case) and case.facts.patient_class == "inpatient":
        yield Found(f"{point(outcome)} is an outcome of delivery and no delivery is coded.", (outcome,))


@guideline("obstetric.chapter_first", "I.C.15.a.1", override="reason", codes=(_CHAPTER_15,))
def chapter_first(case: Case) -> Iterator[Found]:
    """Codes of chapter 15 are sequenced before those of other chapters."""
    first = case.principal.code if case.principal else ""
    at = case.position(_CHAPTER_15)
    if at and not first.startswith((_CHAPTER_15, "Z3", "A34")):
        code = case.diagnoses[at].code
        yield Found(f"{point(code)} belongs to chapter 15, which is sequenced before {point(first)}.", (code, first))


apart(
    "obstetric.incidental_pregnancy",
    "I.C.15.a.1",
    "An incidental pregnancy is coded in place of chapter 15.",
    ("Z331",),
    (_CHAPTER_15,),
    "{0} is an incidental pregnancy; it stands in place of {1}.",
)
apart(
    "obstetric.routine_visit",
    "I.C.15.b.1, I.C.21.c.11",
    "Supervision of a normal pregnancy is not used with chapter 15.",
    ("Z34",),
    (_CHAPTER_15,),
    "{0} is a normal pregnancy and is not used with {1}.",
)


@guideline("obstetric.supervision_at_delivery", "I.C.15.b.2", codes=("O09",), looks_at=("diagnoses", "procedures"))
def supervision_at_delivery(case: Case) -> Iterator[Found]:
    """Supervision of a high-risk pregnancy is for the prenatal period only."""
    supervision = case.has("O09")
    if supervision and (delivered(case) or case.has("Z37")):
        yield Found(f"{point(supervision)} is for the prenatal period and a delivery is coded.", (supervision,))


needs(
    "obstetric.hypertensive_disease",
    "I.C.15.d",
    "Pre-existing hypertensive heart or kidney disease carries its hypertension code.",
    ("O101", "O102", "O103"),
    ("I11", "I12", "I13"),
    "{0} needs the code of the hypertensive disease (I11.- to I13.-).",
)
apart(
    "obstetric.abortion_hemorrhage",
    "I.C.15.q.4",
    "Postpartum hemorrhage is not used after an abortion.",
    ABORTIVE,
    ("O721",),
    "{1} is not used after an abortion ({0}).",
)
apart(
    "obstetric.weeks_of_abortion",
    "I.C.21.c.11",
    "Weeks of gestation are not coded with an abortive outcome.",
    ("Z3A",),
    (*ABORTIVE, "Z332"),
    "{0} is not assigned with {1}.",
)

#: Outside chapter 15 -> the code of chapter 15 that goes with it, in words and as prefixes.
_COMPANIONS = (
    (("B20", "Z21"), ("O987",), "O98.7-", "I.C.15.f"),
    (("U071",), ("O985",), "O98.5-", "I.C.15.s"),
    (("E08", "E09", "E10", "E11", "E13"), ("O24",), "O24.-", "I.C.15.g"),
    (("C",), ("O9A1",), "O9A.1-", "I.C.2.l.3"),
)


@guideline("obstetric.companion", "I.C.15.f, g, s; I.C.2.l.3", override="reason")
def companion(case: Case) -> Iterator[Found]:
    """HIV, COVID-19, diabetes and malignancy of a pregnant patient carry their code of chapter 15."""
    pregnant = case.has("Z3A", "Z37") or any(not code.startswith(("O94", "O80")) for code in case.those(_CHAPTER_15))
    if not pregnant or case.has("Z331", "O80") or case.facts.patient_class == "newborn":
        return
    for others, needed, words, section in _COMPANIONS:
        present = case.has(*others)
        if present and not case.has(*needed):
            yield Found(
                f"{point(present)} of a pregnant patient is coded with {words} first.",
                (present,),
                reference=f"ICD-10-CM Official Guidelines {section}",
            )


apart(
    "obstetric.single_birth",
    "I.C.15.b.5",
    "A single outcome of delivery contradicts a multiple gestation, unless a fetus was lost before.",
    ("Z370", "Z371"),
    ("O300", "O301", "O302", "O308"),
    "{0} is a single birth and {1} a multiple gestation.",
    WARN,
)


@guideline("obstetric.weeks_once", "I.C.21.c.11", codes=("Z3A",))
def weeks_once(case: Case) -> Iterator[Found]:
    """One code of weeks of gestation, that of the day of admission."""
    weeks = case.those("Z3A")
    if len(weeks) > 1:
        yield Found(f"{listed([point(code) for code in weeks])} are reported; the weeks at admission are one code.", weeks)


@guideline("obstetric.weeks_missing", "I.C.21.c.11", codes=(_CHAPTER_15,), severity="warn", looks_at=("diagnoses", "procedures"))
def weeks_missing(case: Case) -> Iterator[Found]:
    """A delivery record carries the weeks of gestation, where known."""
    if delivered(case) and case.has(_CHAPTER_15) and not case.has("Z3A", *ABORTIVE):
        yield Found("A delivery is coded without weeks of gestation (Z3A.-).", ("Z3A",))


def weeks_of(code: str) -> tuple[int, int] | None:
    """The completed weeks that a Z3A code names, lowest and highest; None where unspecified."""
    digits = code[3:]
    if not code.startswith("Z3A") or not digits.isdigit() or digits == "00":
        return None
    if digits in ("01", "49"):
        return (0, 7) if digits == "01" else (43, 50)
    return int(digits), int(digits)


def _trimester(case: Case, code: str) -> str:
    """``first``, ``second``, ``third`` or ``unspecified`` as the code's title says; empty where it names none or several."""
    answer = case.tables.code("ICD-10-CM", code)
    title = answer.title.lower() if answer else ""
    named = [word for word in ("first", "second", "third", "unspecified") if f"{word} trimester" in title]
    return named[0] if len(named) == 1 else ""


def _trimester_at(weeks: int) -> str:
    """Less than 14, less than 28 completed weeks, then the third trimester (note at the start of chapter 15)."""
    return "first" if weeks < 14 else "second" if weeks < 28 else "third"


@guideline("obstetric.trimester", "I.C.15.a.3-5", codes=("Z3A",), override="reason")
def trimester(case: Case) -> Iterator[Found]:
    """The trimester in a code is that of the weeks of gestation, unless the condition arose in an earlier one of the stay."""
    weeks = [found for code in case.those("Z3A") if (found := weeks_of(code))]
    if len(weeks) != 1 or not case.is_loaded("ICD-10-CM"):
        return
    fitting = {_trimester_at(week) for week in weeks[0]}
    for code in case.those(_CHAPTER_15):
        named = _trimester(case, code)
        if named == "unspecified":
            yield Found(f"{point(code)} leaves the trimester open and the weeks are coded.", (code,), severity="warn")
        elif named and named not in fitting:
            yield Found(f"{point(code)} is of the {named} trimester; the weeks coded are of the {fitting.pop()}.", (code,))
            return
