"""Condition 4: what clinicians other than the provider may document stands second, beside the provider's diagnosis (I.B.14)."""

from collections.abc import Iterator
from itertools import product

from coding_workflow.guidelines.case import Case
from coding_workflow.guidelines.patterns import FIRM, REASON, WARN, apart, needs, not_first
from coding_workflow.guidelines.registry import Found, guideline
from coding_workflow.guidelines.words import point

BMI, NIHSS, BLOOD_ALCOHOL, UNDERIMMUNIZED = "Z68", "R297", "Y90", "Z283"
SCORES, TOTAL_SCORE = ("R4021", "R4022", "R4023"), "R4024"
COMA_SCALE = (*SCORES, TOTAL_SCORE)
SOCIAL = ("Z55", "Z56", "Z57", "Z58", "Z59", "Z60", "Z62", "Z63", "Z64", "Z65")

not_first(
    "clinicians.secondary_only",
    "I.B.14",
    "BMI, coma scale, NIHSS, blood alcohol and underimmunization are secondary codes.",
    (BMI, NIHSS, BLOOD_ALCOHOL, UNDERIMMUNIZED, *COMA_SCALE),
    "{0} is a secondary code; the provider's diagnosis that it belongs to comes first.",
)
not_first(
    "clinicians.social_first",
    "I.B.14",
    "Social determinants of health are secondary codes.",
    SOCIAL,
    "{0} is a social determinant and a secondary code.",
    REASON,
)
needs(
    "clinicians.body_mass_index",
    "I.C.21.c.3",
    "A body mass index belongs to a reportable diagnosis of the provider, such as obesity or malnutrition.",
    (BMI,),
    ("E4", "E63", "E64", "E66", "E88", "F50", "O9921", "O26", "P05", "P92", "R62", "R63", "R64", "Z713", "Z724", "K95", "Z9884"),
    "{0} stands without a diagnosis of the provider that it belongs to.",
    WARN,
)
apart(
    "clinicians.body_mass_index_pregnancy",
    "I.C.21.c.3",
    "No body mass index is coded during pregnancy.",
    (BMI,),
    ("Z3A", "Z331", "Z34", "O09"),
    "{0} is not coded during pregnancy ({1}).",
)
needs(
    "clinicians.stroke_scale",
    "I.C.18.i",
    "The NIH stroke scale is used with an acute stroke.",
    (NIHSS,),
    ("I60", "I61", "I62", "I63", "I9781", "I9782", "G458", "G459"),
    "{0} is a stroke scale and no acute stroke is coded.",
    REASON,
)
needs(
    "clinicians.blood_alcohol",
    "I.C.5.b.5",
    "A blood alcohol level belongs to an alcohol-related disorder documented by the provider.",
    (BLOOD_ALCOHOL,),
    ("F10", "T510", "T519", "O9931", "P043", "Q860"),
    "{0} stands without an alcohol-related diagnosis of the provider.",
    WARN,
)
apart(
    "clinicians.coma_scale_nontraumatic",
    "I.C.18.e.1",
    "The coma scale is not used with nontraumatic coma due to an underlying condition.",
    COMA_SCALE,
    ("R402A",),
    "{0} is not used with {1}.",
    FIRM,
)


@guideline("clinicians.coma_scale_total", "I.C.18.e.1", codes=(TOTAL_SCORE,), override="reason")
def coma_scale_total(case: Case) -> Iterator[Found]:
    """The total score is coded only where the single scores of the same time are not documented."""
    for total, single in product(case.those(TOTAL_SCORE), case.those(*SCORES)):
        if total[-1] == single[-1]:
            yield Found(
                f"{point(total)} is the total of a time whose single scores are coded ({point(single)}).", (total, single)
            )


@guideline("clinicians.coma_scale_complete", "I.C.18.e.1", codes=SCORES, severity="warn")
def coma_scale_complete(case: Case) -> Iterator[Found]:
    """Eyes, words and movement are three codes of one time."""
    times = {score: {code[-1] for code in case.those(score)} for score in SCORES}
    if any(times.values()) and len(set(map(frozenset, times.values()))) > 1:
        present = case.those(*SCORES)
        yield Found("The coma scale is three codes of one time: eyes, best verbal and best motor response.", present)
