"""Inpatient stays and newborns."""

from decimal import Decimal

from worklist.demo.story import Dx, Paper

from .case import Case
from .pieces import ORDER, charge, history, summary

_BILLS = (charge("0300", 1240, "Laboratory"), charge("0250", 860, "Pharmacy"))


def _stay(
    title: str,
    story: str,
    end: str,
    diagnoses: tuple[Dx, ...],
    admitting: str,
    *,
    ages: tuple[int, int] = (45, 88),
    **more: object,
) -> Case:
    return Case(
        title=title,
        patient_class="inpatient",
        papers=(ORDER, history(story), summary(end, day=30)),
        diagnoses=(*diagnoses, Dx(admitting, role="admitting")),
        bills=_BILLS,
        room_rate=2150,
        days=(2, 7),
        ages=ages,
        **more,  # type: ignore[arg-type]
    )


INPATIENT = (
    _stay(
        "Pneumonia",
        "{age}-year-old with cough, fever and infiltrate in the lower lobe.",
        "Pneumonia, organism unspecified, treated for {days} days. Home.",
        (Dx("J18.9", "Pneumonia, organism unspecified", "Y"),),
        "R05.9",
    ),
    _stay(
        "Heart failure with hypertension",
        "{age}-year-old with edema and orthopnea. Long-standing hypertension.",
        "Hypertensive heart disease with acute on chronic diastolic heart failure. Diuresed for {days} days. Home.",
        (
            Dx("I11.0", "Hypertensive heart disease with acute on chronic diastolic heart failure", "Y"),
            Dx("I50.33", "acute on chronic diastolic heart failure", "Y"),
        ),
        "R06.02",
    ),
    _stay(
        "Cellulitis",
        "{age}-year-old with a red, warm, swollen {side} leg and fever.",
        "Cellulitis of {side} lower limb, intravenous antibiotic for {days} days. Home.",
        (Dx("L03.11{x}", "Cellulitis of {side} lower limb", "Y"),),
        "R50.9",
        words=({"side": "right", "x": "5"}, {"side": "left", "x": "6"}),
    ),
    _stay(
        "Atrial fibrillation",
        "{age}-year-old with palpitations, rate 140.",
        "Paroxysmal atrial fibrillation, rate controlled. Essential hypertension. Home.",
        (Dx("I48.0", "Paroxysmal atrial fibrillation", "Y"), Dx("I10", "Essential hypertension", "Y")),
        "R00.2",
    ),
    _stay(
        "COPD exacerbation",
        "{age}-year-old with wheezing and sputum.",
        "Chronic obstructive pulmonary disease with acute exacerbation. Steroids for {days} days. Home.",
        (Dx("J44.1", "Chronic obstructive pulmonary disease with acute exacerbation", "Y"),),
        "R06.02",
    ),
    _stay(
        "Diverticulitis",
        "{age}-year-old with pain in the left lower abdomen.",
        "Diverticulitis of large intestine without perforation or abscess, without bleeding. Bowel rest. Home.",
        (Dx("K57.32", "Diverticulitis of large intestine without perforation or abscess, without bleeding", "Y"),),
        "R10.32",
    ),
    _stay(
        "Gallstone pancreatitis",
        "{age}-year-old with epigastric pain and high lipase.",
        "Biliary acute pancreatitis without necrosis or infection. Fluids, diet advanced. Home.",
        (Dx("K85.10", "Biliary acute pancreatitis without necrosis or infection", "Y"),),
        "R10.13",
        ages=(25, 80),
    ),
    _stay(
        "Pyelonephritis",
        "{age}-year-old with flank pain, fever and pyuria.",
        "Acute pyelonephritis, intravenous antibiotic for {days} days. Home.",
        (Dx("N10", "Acute pyelonephritis", "Y"),),
        "R50.9",
        ages=(20, 80),
    ),
    Case(
        title="Well newborn",
        patient_class="newborn",
        papers=(
            Paper(
                "newborn_record",
                "Newborn record",
                "NEWBORN RECORD\nSingle liveborn infant, delivered vaginally in this hospital.\n"
                "Birth weight 3,310 g. Normal examination.",
            ),
            Paper("final_progress_note", "Final progress note", "Feeding well. Home with mother.", day=2),
        ),
        diagnoses=(Dx("Z38.00", "Single liveborn infant, delivered vaginally"), Dx("Z38.00", role="admitting")),
        bills=(charge("0250", 120, "Pharmacy"),),
        room_rate=980,
        days=(1, 2),
        ages=(0, 0),
        admission_type="4",
        point_of_origin="5",
        value_codes=(("54", Decimal(3310)),),
        birth_weight_grams=3310,
    ),
)
