"""Clinic, ancillary, recurring, observation and surgery cases."""

from dataclasses import replace

from worklist.demo.story import Bill, Dx, Paper, Px

from .case import Case
from .pieces import OBSERVATION_ORDER, anesthesia, charge, clinic_note, ed_note, operative, pathology

_SIDES = ({"side": "right", "x": "1", "m": "RT"}, {"side": "left", "x": "2", "m": "LT"})


def _order(text: str) -> Paper:
    return Paper("order", "Outpatient order", f"ORDER\n{text}")


def _clinic(title: str, text: str, diagnoses: tuple[Dx, ...], passage: str, **more: object) -> Case:
    return Case(
        title=title,
        patient_class="clinic",
        papers=(clinic_note(text),),
        diagnoses=diagnoses,
        procedures=(Px("99213", passage),),
        bills=(charge("0510", 240, "Clinic visit"),),
        admission_type="3",
        **more,  # type: ignore[arg-type]
    )


def _ancillary(title: str, order: str, diagnoses: tuple[Dx, ...], bills: tuple[Bill, ...], **more: object) -> Case:
    return Case(
        title=title,
        patient_class="ancillary",
        papers=(_order(order),),
        diagnoses=diagnoses,
        bills=bills,
        admission_type="3",
        **more,  # type: ignore[arg-type]
    )


CLINIC = (
    _clinic(
        "Hypertension follow-up",
        "{age}-year-old. Essential hypertension, controlled. Continue treatment, review in six months.",
        (Dx("I10", "Essential hypertension"),),
        "Continue treatment, review in six months",
    ),
    _clinic(
        "Diabetes follow-up",
        "{age}-year-old. Type 2 diabetes without complications. Long-term use of metformin. Foot examination normal.",
        (Dx("E11.9", "Type 2 diabetes without complications"), Dx("Z79.84", "Long-term use of metformin")),
        "Foot examination normal",
    ),
    _clinic(
        "Knee arthritis",
        "{age}-year-old with pain on stairs. Primary osteoarthritis of {side} knee. Exercises explained.",
        (Dx("M17.1{x}", "Primary osteoarthritis of {side} knee"),),
        "Exercises explained",
        words=_SIDES,
        ages=(50, 88),
    ),
    _clinic(
        "Hypothyroidism",
        "{age}-year-old. Acquired hypothyroidism, unspecified, dose unchanged. Next laboratory in a year.",
        (Dx("E03.9", "Acquired hypothyroidism, unspecified"),),
        "dose unchanged",
    ),
)

ANCILLARY = (
    _ancillary(
        "Thyroid laboratory",
        "TSH. Reason: hypothyroidism, unspecified.",
        (Dx("E03.9", "hypothyroidism, unspecified"),),
        (charge("0300", 96, "Thyroid test", hcpcs="84443"),),
    ),
    _ancillary(
        "Knee film",
        "X-ray of the {side} knee, three views. Reason: pain in {side} knee.",
        (Dx("M25.56{x}", "pain in {side} knee"),),
        (charge("0320", 210, "Knee film", hcpcs="73562"),),
        words=({"side": "right", "x": "1"}, {"side": "left", "x": "2"}),
    ),
    _ancillary(
        "Anticoagulant control",
        "INR. Reason: long term use of anticoagulants, atrial fibrillation, unspecified.",
        (Dx("Z79.01", "long term use of anticoagulants"), Dx("I48.91", "atrial fibrillation, unspecified")),
        (charge("0300", 44, "Clotting test", hcpcs="85610"),),
        ages=(55, 88),
    ),
    _ancillary(
        "Anemia laboratory",
        "Blood count. Reason: iron deficiency anemia, unspecified.",
        (Dx("D50.9", "iron deficiency anemia, unspecified"),),
        (charge("0300", 62, "Blood count", hcpcs="85025"),),
    ),
)

SURGERY = (
    Case(
        title="Cataract surgery",
        patient_class="outpatient_surgery",
        papers=(
            anesthesia(),
            operative("Age-related nuclear cataract, {side} eye.\nPhacoemulsification with lens, {side} eye. No complication."),
        ),
        diagnoses=(Dx("H25.1{x}", "Age-related nuclear cataract, {side} eye"),),
        procedures=(Px("66984", "Phacoemulsification with lens, {side} eye", modifiers=("{m}",)),),
        bills=(charge("0360", 4200, "Operating room, eye"),),
        ages=(60, 88),
        words=_SIDES,
        admission_type="3",
    ),
    Case(
        title="Carpal tunnel release",
        patient_class="outpatient_surgery",
        papers=(
            anesthesia(),
            operative("Carpal tunnel syndrome, {side} upper limb.\nOpen release of the carpal tunnel, {side} wrist."),
        ),
        diagnoses=(Dx("G56.0{x}", "Carpal tunnel syndrome, {side} upper limb"),),
        procedures=(Px("64721", "Open release of the carpal tunnel, {side} wrist", modifiers=("{m}",)),),
        bills=(charge("0360", 3100, "Operating room, hand"),),
        ages=(30, 80),
        words=_SIDES,
        admission_type="3",
    ),
    Case(
        title="Colonoscopy with polyp",
        patient_class="outpatient_surgery",
        papers=(
            anesthesia(),
            pathology("Colon polyp: adenoma without high-grade dysplasia.", day=0),
            operative(
                "Rectal bleeding. Colonoscopy to the cecum. Polyp of sigmoid colon removed by snare, specimen to pathology.\n"
                "Final: adenomatous polyp of the sigmoid colon."
            ),
        ),
        diagnoses=(Dx("D12.5", "adenomatous polyp of the sigmoid colon"), Dx("K62.5", "Rectal bleeding")),
        procedures=(Px("45385", "Polyp of sigmoid colon removed by snare", specimen=True),),
        bills=(charge("0750", 2950, "Endoscopy suite"),),
        ages=(40, 85),
        admission_type="3",
    ),
    Case(
        title="Inguinal hernia repair",
        patient_class="outpatient_surgery",
        papers=(
            anesthesia(),
            operative(
                "Unilateral inguinal hernia, {side}, without obstruction or gangrene, not recurrent.\n"
                "Open repair of inguinal hernia with mesh, {side}."
            ),
        ),
        diagnoses=(Dx("K40.90", "Unilateral inguinal hernia, {side}, without obstruction or gangrene, not recurrent"),),
        procedures=(Px("49505", "Open repair of inguinal hernia with mesh, {side}", modifiers=("{m}",)),),
        bills=(charge("0360", 5200, "Operating room"),),
        ages=(25, 80),
        sex="M",
        words=_SIDES,
        admission_type="3",
    ),
)

OBSERVATION = (
    Case(
        title="Observation for chest pain",
        patient_class="observation",
        papers=(
            OBSERVATION_ORDER,
            ed_note("Chest pain, placed in observation."),
            Paper(
                "observation_note",
                "Observation note",
                "OBSERVATION\nSerial troponins normal, stress test normal. Other chest pain, musculoskeletal. Home.",
                day=1,
            ),
        ),
        diagnoses=(Dx("R07.89", "Other chest pain"), Dx("R07.9", role="reason_for_visit")),
        bills=(
            charge("0762", 2170, "Observation hours", hcpcs="G0378", units=24),
            charge("0300", 420, "Laboratory", hcpcs="85025"),
        ),
        days=(1, 1),
        ages=(35, 85),
    ),
    Case(
        title="Observation for syncope",
        patient_class="observation",
        papers=(
            OBSERVATION_ORDER,
            ed_note("Fainted at home, placed in observation."),
            Paper(
                "observation_note",
                "Observation note",
                "OBSERVATION\nMonitor normal. Syncope and collapse, no cause found. Home.",
                day=1,
            ),
        ),
        diagnoses=(Dx("R55", "Syncope and collapse"), Dx("R55", role="reason_for_visit")),
        bills=(
            charge("0762", 1980, "Observation hours", hcpcs="G0378", units=22),
            charge("0300", 380, "Laboratory", hcpcs="85025"),
        ),
        days=(1, 1),
        ages=(45, 88),
    ),
)

RECURRING = (
    Case(
        title="Physical therapy, knee",
        patient_class="recurring",
        papers=(
            Paper(
                "plan_of_care",
                "Plan of care",
                "PLAN OF CARE, certified\nPain in {side} knee. Therapy twice weekly.",
                role="attending",
            ),
            Paper("therapy_note", "Therapy note", "THERAPY\nThird visit, exercises tolerated.", role="therapist"),
        ),
        diagnoses=(Dx("M25.56{x}", "Pain in {side} knee"),),
        bills=(replace(charge("0420", 260, "Physical therapy", hcpcs="97110", units=2), modifiers=("GP",)),),
        ages=(25, 85),
        words=({"side": "right", "x": "1"}, {"side": "left", "x": "2"}),
        admission_type="3",
    ),
)

OUTPATIENT = (*CLINIC, *ANCILLARY, *SURGERY, *OBSERVATION, *RECURRING)
