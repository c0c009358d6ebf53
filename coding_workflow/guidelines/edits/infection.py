"""Condition 4: sepsis, severe sepsis, septic shock and SIRS (I.C.1.d, I.C.18.g)."""

from collections.abc import Iterator

from coding_workflow.guidelines.case import Case
from coding_workflow.guidelines.facts import INPATIENT_CLASSES
from coding_workflow.guidelines.patterns import REASON, WARN, apart, needs, not_first, ordered, present_at_admission
from coding_workflow.guidelines.registry import Found, guideline
from coding_workflow.guidelines.words import point

_BY_ORGANISM = ("A021", "A207", "A227", "A267", "A327", "A392", "A393", "A394", "A427", "A5486", "B007", "B377")
SEPSIS = ("A40", "A41", *_BY_ORGANISM)
#: What a sepsis code may rightly stand behind: obstetric, newborn and postprocedural sepsis have their own first code.
_OWN_FIRST_CODE = ("O", "P36", "T80", "T81", "T82", "T83", "T84", "T85", "T86", "T88", "K68")
_LOCAL = ("J09", "J10", "J11", "J12", "J13", "J14", "J15", "J16", "J17", "J18", "J20", "J69", "J86", "N10", "N12", "N30", "N34")
LOCAL_INFECTIONS = (*_LOCAL, "N390", "L02", "L03", "K35", "K57", "K61", "K65", "K81", "K830", "M00", "M86", "G00", "I33")
#: Organisms as the cause of diseases elsewhere: they name no systemic infection.
_ORGANISMS = ("B95", "B96", "B97")
_ORGAN_FAILURE = (
    *(
        "J80",
        "J951",
        "J952",
        "J953",
        "J9582",
        "J960",
        "J962",
        "N17",
        "N990",
        "O904",
        "K720",
        "K762",
        "K767",
        "D65",
        "D688",
        "D689",
    ),
    *("D695", "D696", "G934", "G928", "G629", "G6281", "G7281", "R402", "R4182", "R570", "R571", "R578", "I21", "I40", "I46"),
    *("I50", "I514", "I5181", "E872", "E274", "R34", "K550", "F05", "P285", "P960", "R0902", "I9589", "I959"),
)


@guideline("infection.sepsis_first", "I.C.1.d.4", classes=INPATIENT_CLASSES, codes=SEPSIS)
def sepsis_first(case: Case) -> Iterator[Found]:
    """Sepsis and a localized infection, both present on admission: the systemic infection is sequenced first."""
    at = case.position(*SEPSIS)
    if not at or case.principal is None or case.has(*_OWN_FIRST_CODE):
        return
    sepsis, local = case.diagnoses[at], case.principal
    both = present_at_admission(sepsis, case) and present_at_admission(local, case)
    if local.code.startswith(LOCAL_INFECTIONS) and both:
        message = (
            f"{point(sepsis.code)} and {point(local.code)} were both present on admission; the systemic infection comes first."
        )
        yield Found(message, (sepsis.code, local.code))


@guideline("infection.severe_sepsis", "I.C.1.d.1.b, I.C.1.d.2", version=2, codes=("R652",))
def severe_sepsis(case: Case) -> Iterator[Found]:
    """R65.2- follows the code of the systemic infection and never stands without one."""
    severe, systemic = case.position("R652"), _systemic(case)
    if severe is None:
        return
    code = case.diagnoses[severe].code
    if systemic is None:
        yield Found(f"{point(code)} needs the code of the underlying systemic infection before it.", (code,))
    elif severe < systemic:
        yield Found(f"{point(code)} is sequenced after {point(case.diagnoses[systemic].code)}.", (code,))


def _systemic(case: Case) -> int | None:
    """Where the infection behind severe sepsis stands: sepsis of any kind, else any other disease of chapter 1."""
    known = case.position(*SEPSIS, *_OWN_FIRST_CODE)
    if known is not None:
        return known
    infections = (at for at, each in enumerate(case.diagnoses) if each.code[:1] in "AB" and not each.code.startswith(_ORGANISMS))
    return next(infections, None)


needs(
    "infection.organ_dysfunction",
    "I.C.1.d.1.b",
    "Severe sepsis without shock carries the acute organ dysfunction that makes it severe.",
    ("R6520",),
    _ORGAN_FAILURE,
    "{0} is coded without an acute organ dysfunction.",
    WARN,
)
apart(
    "infection.severe_sepsis_once",
    "I.C.1.d.6",
    "Only one code of category R65 is assigned.",
    ("R6521", "R651"),
    ("R6520",),
    "{0} and {1}: only one code of category R65 is assigned.",
)
apart(
    "infection.sirs_with_shock",
    "I.C.1.d.6",
    "SIRS of non-infectious origin is not added to septic shock.",
    ("R651",),
    ("R6521",),
    "{0} is not assigned with {1}; only one code of category R65 is.",
)
apart(
    "infection.sirs_with_sepsis",
    "I.C.18.g",
    "SIRS of non-infectious origin is for accounts without a subsequent infection.",
    ("R651",),
    SEPSIS,
    "{0} is of non-infectious origin and sepsis {1} is coded.",
    REASON,
)
not_first(
    "infection.sirs_first",
    "I.C.18.g",
    "The condition behind SIRS is sequenced before it.",
    ("R651",),
    "{0} is sequenced after the condition behind it.",
)
needs(
    "infection.sirs_organ_dysfunction",
    "I.C.18.g",
    "SIRS with organ dysfunction carries the dysfunction.",
    ("R6511",),
    _ORGAN_FAILURE,
    "{0} is coded without an acute organ dysfunction.",
    WARN,
)
apart(
    "infection.postprocedural_shock",
    "I.C.1.d.5.c",
    "Postprocedural septic shock has its own code and none of R65.21.",
    ("T8112",),
    ("R6521",),
    "{0} is postprocedural septic shock; {1} is not added.",
)
ordered(
    "infection.postprocedural_site",
    "I.C.1.d.5.b",
    "The site of a postprocedural infection is sequenced before the sepsis that follows from it.",
    ("T8141", "T8142", "T8143", "T8149"),
    ("T8144",),
    "{0}, the site of the infection, is sequenced before {1}.",
)
ordered(
    "infection.postprocedural_sepsis",
    "I.C.1.d.5.b",
    "Sepsis following a procedure is sequenced before the code of the organism or type of sepsis.",
    ("T8144",),
    ("A40", "A41"),
    "{0} is sequenced before {1}.",
    REASON,
)
apart(
    "infection.puerperal",
    "I.C.15.k",
    "Puerperal sepsis is not coded from A40 or A41.",
    ("O85",),
    ("A40", "A41"),
    "{0} is puerperal sepsis; {1} is not used for it.",
    REASON,
)
apart(
    "infection.resistance_named",
    "I.C.1.e.1.a",
    "A code that names MRSA carries neither the organism nor resistance to penicillins again.",
    ("A4102", "J15212"),
    ("B9562", "Z1611"),
    "{0} names the organism and its resistance; {1} is added only for another infection.",
    WARN,
)
