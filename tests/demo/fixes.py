"""What mends each planted story, and nothing else: codes as they are right, papers and messages as they come later."""

import datetime
from decimal import Decimal

from worklist.demo.stories.pieces import charge
from worklist.demo.story import Dx, Px, Turn
from worklist.demo.turns import AccountingUpdates, ChargesArrive, PapersArrive, Recoded

WHY = "The gate found it."


def _accounting(**changes: object) -> AccountingUpdates:
    return AccountingUpdates(tuple(changes.items()))


_SNARE = Px("45385", "polyp of the ascending colon removed by snare", modifiers=("PT",), specimen=True)
_SUTURE = Px("12001", "Simple repair, one suture")
_OWN_VISIT = Px("99283", "Separate evaluation: dizziness before the cut", modifiers=("25",))
_GALLBLADDER = Px("0FT44ZZ", "Laparoscopic removal of the gallbladder", day=1)

FIXES: dict[str, tuple[Turn, ...]] = {
    "S02": (
        Recoded(
            WHY,
            (
                Dx("I13.0", "Hypertension", "Y"),
                Dx("I50.23", "Acute on chronic systolic heart failure", "Y"),
                Dx("N18.4", "Chronic kidney disease stage 4", "Y"),
            ),
        ),
    ),
    "S03": (
        Recoded(
            WHY,
            (
                Dx("A41.51", "E. coli sepsis", "Y"),
                Dx("N39.0", "urinary tract infection", "Y"),
                Dx("R65.20", "Severe sepsis without shock", "Y"),
                Dx("N17.9", "acute kidney injury", "Y"),
            ),
        ),
    ),
    "S04": (PapersArrive(),),
    "S05": (_accounting(disposition="03"),),
    "S08": (
        Recoded(
            WHY,
            (
                Dx("O70.1", "Second-degree perineal tear", "Y"),
                Dx("Z37.0", "single liveborn infant"),
                Dx("Z3A.39", "39 weeks of gestation"),
            ),
        ),
    ),
    "S09": (_accounting(value_codes=(("54", Decimal(3310)),)),),
    "S10": (_accounting(disposition="05"),),
    "S11": (PapersArrive(),),
    "S13": (_accounting(disposition="02"),),
    "S15B": (PapersArrive(),),
    "S16": (
        _accounting(patient_type="observation", class_code="O"),
        Recoded(
            "It is an outpatient visit now.",
            (Dx("R07.89", "Other chest pain"),),
            (Px("99284", "Separate evaluation by the physician", modifiers=("25",)),),
        ),
    ),
    "S17": (PapersArrive(),),
    "S19": (Recoded(WHY, (Dx("S61.211A", "Laceration of left index finger without damage to nail"),), (_SUTURE, _OWN_VISIT)),),
    "S20": (Recoded(WHY, (Dx("R10.A2", "Left flank pain"),)),),
    "S21": (PapersArrive(),),
    "S21B": (
        Recoded(
            WHY,
            (Dx("Z12.11", "Screening colonoscopy"), Dx("D12.2", "Adenomatous polyp of the ascending colon")),
            (_SNARE,),
        ),
    ),
    "S22": (Recoded(WHY, (Dx("H25.11", "Age-related nuclear cataract, right eye"),)),),
    "S23": (
        ChargesArrive(
            (
                charge("0275", 7200, "Pacemaker, dual chamber", hcpcs="C1785"),
                charge("0275", 1400, "Pacemaker leads", hcpcs="C1898", units=2),
            )
        ),
    ),
    "S26": (
        Recoded(
            WHY,
            (
                Dx("K92.2", "Gastrointestinal hemorrhage", "Y"),
                Dx("D68.32", "Hemorrhagic disorder due to warfarin", "Y"),
                Dx("T45.515A", "adverse effect of the drug taken as prescribed", "Y"),
                Dx("I48.91", "unspecified atrial fibrillation", "Y"),
                Dx("Z79.01", "Long-term warfarin"),
            ),
        ),
    ),
    "S27": (PapersArrive(), _accounting(occurrence_codes=(("55", datetime.date(2026, 9, 7)),))),
    "S36": (
        PapersArrive(),
        Recoded(
            "Confirm the passages on the signed report.",
            (Dx("K80.00", "Acute cholecystitis with gallstones", "Y"),),
            (_GALLBLADDER,),
        ),
    ),
    "S40": (
        Recoded(
            WHY,
            (
                Dx("G30.9", "Alzheimer's disease, unspecified", "Y"),
                Dx("F02.B0", "Moderate dementia in Alzheimer's disease, without behavioral disturbance", "Y"),
            ),
        ),
    ),
}
