"""The words that a question to a provider may not carry, and the names by which it is seen to bring a diagnosis in."""

import re
from dataclasses import dataclass
from typing import Final, Literal

Severity = Literal["block", "warn"]


@dataclass(frozen=True, slots=True)
class Forbidden:
    """Words of one kind: the code of the finding, why they must not stand there, and what to do instead."""

    code: str
    severity: Severity
    why: str
    pattern: re.Pattern[str]


def _words(*words: str, case: bool = False) -> "re.Pattern[str]":
    return re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)", 0 if case else re.IGNORECASE)


_MONEY = _words(
    r"reimburs\w*",
    r"payments?",
    r"payers?",
    r"pays?",
    r"paid",
    r"revenue",
    r"financial\w*",
    r"profit\w*",
    r"money",
    r"dollars?",
    r"costs?",
    r"billing",
    r"billable",
    r"bill(?:ed)?",
    r"insurers?",
    r"insurance",
    r"medicare",
    r"medicaid",
    r"claims?",
    r"upcod\w*",
    r"denials?",
    r"appeals?",
    r"auditors?",
    r"case[- ]mix(?: index)?",
    r"relative weights?",
    r"(?:ms-?|apr-?)?drgs?",
    r"comorbid condition code",
)
_MONEY_EXACT = re.compile(r"(?<!\w)(?:CMI|RAC|(?<!\d )(?<!\d)M?CC(?:/MCC)?s?)(?!\w)|[$€£]")
_QUALITY = _words(
    r"severity(?: of illness)?",
    r"risk of mortality",
    r"risk[- ]adjust\w*",
    r"mortality (?:index|score|rate|ratio)",
    r"patient safety indicators?",
    r"hospital[- ]acquired conditions?",
    r"quality (?:\w+ )?(?:measures?|scores?|metrics?|indicators?|reporting|ratings?|data)",
    r"core measures?",
    r"star ratings?",
    r"report cards?",
    r"(?:physician|provider|your) profiles?",
    r"performance (?:scores?|measures?|data)",
    r"readmission (?:rate|penalt\w*)",
    r"benchmark\w*",
    r"penalt\w+",
)
_QUALITY_EXACT = re.compile(r"(?<!\w)(?:SOI|ROM|PSI(?:[- ]?\d+)?|HACs?|HCCs?|VBP|O/E)(?!\w)")
_LEADING = _words(
    r"(?:please|kindly) (?:document|add|amend|addend|confirm|agree|record|write|state that|change|remove|include|update)",
    r"(?:should|must|needs? to|has to|have to|ought to) be (?:documented|added|coded|recorded|changed|removed|included)",
    r"you (?:should|must|need to|have to|ought to)",
    r"(?:would|do|will|can|could) you agree",
    r"(?:don['’]t|wouldn['’]t|isn['’]t|doesn['’]t|aren['’]t|wasn['’]t) (?:you|it|this|that|the)\b",
    r"(?:in order )?to (?:code|capture|support (?:the )?(?:code|coding))",
    r"so that (?:we|i) (?:can|may) (?:code|capture|report)",
    r"(?:meets?|met|fulfils?|fulfills?) (?:the )?(?:\w+ )?criteria(?: for| of)?",
    r"(?:obviously|clearly|certainly|undoubtedly|surely)",
    r"(?:we|i) (?:think|believe|feel|suspect|expect|recommend|suggest)",
    r"recommended",
    r"preferred",
    r"correct answer",
)
_NUDGING = _words(
    r"suggest(?:s|ive of|ing)?",
    r"indicat(?:es|ive of|ing)",
    r"consistent with",
    r"(?:appears?|seems?) to (?:be|have)",
    r"most likely",
    r"likely",
    r"probably",
    r"points? to",
)
_SHOUTED = re.compile(r"(?<!\w)(?=[A-Z]*[AEIOU])[A-Z]{7,}(?!\w)|!+|\*\*|__")
_PRIOR = _words(
    r"(?:previous|prior|last|earlier|past) (?:admissions?|encounters?|visits?|stays?|hospitalizations?|discharge summary)",
    r"(?:previous|prior) records?",
)
_BLANK = re.compile(r"\[[^\]\n]*\]|_{4,}|\.{4,}")

_NO_MONEY = "A query never speaks of payment, groups, weights, denials or whoever pays; take this out."
_NO_QUALITY = "A query never speaks of severity scores, quality measures or profiles; ask for degree, acuity or stage instead."

FORBIDDEN: Final[tuple[Forbidden, ...]] = (
    Forbidden("money", "block", _NO_MONEY, _MONEY),
    Forbidden("money", "block", _NO_MONEY, _MONEY_EXACT),
    Forbidden("quality", "block", _NO_QUALITY, _QUALITY),
    Forbidden("quality", "block", _NO_QUALITY, _QUALITY_EXACT),
    Forbidden("leading", "block", "This tells the provider what to answer; ask what the documentation means.", _LEADING),
    Forbidden("emphasis", "block", "Stress nudges the reader; write it plainly.", _SHOUTED),
    Forbidden("blank", "block", "A place of the template is still to be filled in.", _BLANK),
    Forbidden("nudging", "warn", "This weighs the evidence for the provider; quote the record and let it speak.", _NUDGING),
    Forbidden(
        "prior_encounter",
        "warn",
        "Words of an earlier encounter are allowed only where they matter to this one; never to bring a diagnosis in.",
        _PRIOR,
    ),
)

#: Diagnoses by the names and short forms under which records carry them. One name of a row stands for all of it.
DIAGNOSES: Final[tuple[tuple[str, ...], ...]] = (
    ("septic shock",),
    ("sepsis", "septic", "septicemia"),
    ("acute kidney injury", "aki", "acute renal failure", "acute kidney failure", "arf"),
    ("acute tubular necrosis", "atn"),
    ("chronic kidney disease", "ckd"),
    ("heart failure", "chf", "hfpef", "hfref"),
    ("acute respiratory failure", "respiratory failure", "hypoxic respiratory failure"),
    ("pneumonia", "aspiration pneumonia", "hcap"),
    ("encephalopathy", "metabolic encephalopathy", "toxic encephalopathy"),
    ("malnutrition", "protein-calorie malnutrition", "malnourished"),
    ("pressure ulcer", "pressure injury", "decubitus ulcer", "decubitus"),
    ("acute blood loss anemia", "blood loss anemia"),
    ("anemia", "anaemia", "anemic"),
    ("myocardial infarction", "nstemi", "stemi", "heart attack"),
    ("type 2 myocardial infarction", "demand ischemia"),
    ("stroke", "cerebral infarction", "cva"),
    ("pulmonary embolism", "pulmonary embolus"),
    ("deep vein thrombosis", "dvt"),
    ("atrial fibrillation", "afib"),
    ("diabetes", "diabetic"),
    ("ketoacidosis", "dka"),
    ("hyponatremia",),
    ("hypernatremia",),
    ("hypokalemia",),
    ("hyperkalemia",),
    ("acidosis",),
    ("delirium",),
    ("dementia",),
    ("coagulopathy",),
    ("pancytopenia",),
    ("thrombocytopenia",),
    ("urinary tract infection", "uti"),
    ("ileus",),
    ("obesity", "morbid obesity"),
    ("cachexia",),
    ("shock",),
    ("cardiogenic shock",),
    ("hypertensive emergency", "hypertensive urgency"),
    ("copd", "chronic obstructive pulmonary disease"),
    ("pneumothorax",),
    ("cellulitis",),
    ("osteomyelitis",),
    ("pancreatitis",),
    ("cirrhosis",),
    ("rhabdomyolysis",),
)
