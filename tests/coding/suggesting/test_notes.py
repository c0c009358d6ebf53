"""Whole notes of other hands than the demo's, by the loaded table: what a coder would be offered, and nothing else."""

import datetime

import pytest

from coding_workflow.codesets import selectors as codesets
from coding_workflow.coding.suggesting import Paper, offers

pytestmark = pytest.mark.usefixtures("coded_db")
DAY = datetime.date(2026, 9, 4)

HEART = """DISCHARGE SUMMARY
ADMITTING DIAGNOSIS: Shortness of breath.
DISCHARGE DIAGNOSES:
1. Acute on chronic diastolic heart failure.
2. Hypertension.
3. Chronic kidney disease, stage 3a.
4. Type 2 diabetes mellitus with diabetic neuropathy.
5. Obesity, BMI 34.
HISTORY OF PRESENT ILLNESS: A 71-year-old with a history of breast cancer who presented with dyspnea. She denies chest pain,
fever or cough. No evidence of pulmonary embolism on CT.
PAST MEDICAL HISTORY: Hypothyroidism, GERD, osteoarthritis.
FAMILY HISTORY: Father with colon cancer.
HOSPITAL COURSE: Treated with IV furosemide. Acute kidney injury developed on day 2 and resolved. Pneumonia was ruled out.
Possible urinary tract infection, treated with ceftriaxone."""

ANKLE = """ED NOTE
CC: ankle pain
HPI: 23 y/o male twisted his ankle playing basketball. No numbness. Denies LOC.
PMH: Asthma
EXAM: swelling over lateral malleolus. No deformity.
X-ray right ankle: no fracture.
IMPRESSION: Right ankle sprain. Possible ligament tear.
PLAN: RICE, ibuprofen. Return if pain worsens."""

VISIT = """Subjective: Patient here for follow-up of hypertension and hyperlipidemia. Reports no chest pain.
Assessment/Plan:
1. Essential hypertension - well controlled on lisinopril.
2. Mixed hyperlipidemia - continue atorvastatin.
3. Type 2 DM without complications - A1c 6.8, continue metformin.
4. Screening for colon cancer - order colonoscopy.
5. Tobacco use: nicotine dependence, cigarettes."""

BELLY = """CHIEF COMPLAINT: Abdominal pain
HPI: 34 year old female with right lower quadrant pain, nausea and vomiting. No fever.
MDM: Appendicitis suspected; CT negative for appendicitis.
DIAGNOSIS: Acute gastroenteritis. Dehydration."""

MOOD = """DIAGNOSES
Major depressive disorder, recurrent, moderate
Generalized anxiety disorder
Insomnia
No suicidal ideation. Mother has bipolar disorder. Rule out ADHD."""

DEATH = """Cause of death: Septic shock due to Pseudomonas pneumonia.
The patient, an 84-year-old with Parkinson's disease and vascular dementia, was admitted with aspiration pneumonia and
acute respiratory failure with hypoxia. Atrial fibrillation. History of stroke."""

HERNIA = """PREOPERATIVE DIAGNOSIS: Left inguinal hernia.
PROCEDURE: Open repair of left inguinal hernia with mesh.
COMPLICATIONS: None.
INDICATIONS: Patient with a bulge; no obstruction."""


@pytest.mark.parametrize(
    ("patient_class", "type", "text", "expected"),
    [
        ("inpatient", "discharge_summary", HEART, "I5033 N1831 E1140 E669 Z853 N179 N390"),
        ("emergency", "ed_note", ANKLE, "S93401A"),
        ("clinic", "clinic_note", VISIT, "I10 E782 E119 F17210"),
        ("emergency", "ed_note", BELLY, "K529 E860"),
        ("clinic", "clinic_note", MOOD, "F331 F411 G4700"),
        ("inpatient", "death_summary", DEATH, "J151 G20A1 F0150 J690 J9601 I4891 Z8673"),
        ("outpatient_surgery", "operative_note", HERNIA, "K4090"),
    ],
)
def test_a_note_offers_what_it_says_of_the_patient(patient_class: str, type: str, text: str, expected: str) -> None:
    names = codesets.names("ICD-10-CM", DAY)
    assert names is not None
    found = offers([Paper(1, type, text)], names, patient_class=patient_class, inpatient=patient_class == "inpatient")
    assert {each.code for each in found} == set(expected.split())
    assert all(text[each.start : each.end] == each.quote for each in found)


def test_a_release_that_is_not_loaded_has_no_names() -> None:
    assert codesets.names("ICD-10-CM", datetime.date(2031, 1, 1)) is None
