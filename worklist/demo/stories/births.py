"""Mothers and newborns, and what is special about their claims."""

import datetime
from decimal import Decimal

from worklist.demo.story import Dx, Paper, Px, Story

from .pieces import ORDER, anesthesia, bed, case_management, charge, history, note, operative, pathology, stay, summary

_D = datetime.date


def _newborn_record(text: str) -> Paper:
    return Paper("newborn_record", "Newborn record", f"NEWBORN RECORD\n{text}")


def delivery() -> Story:
    """8: a tear coded beside a delivery without complication."""
    return Story(
        number="S08",
        title="Delivery with a tear, coded as uncomplicated",
        patient_class="inpatient",
        payer="MCD",
        born=_D(1997, 3, 8),
        sex="F",
        admitted=_D(2026, 9, 8),
        days=2,
        service="OB",
        papers=(
            ORDER,
            history("29-year-old woman, 39 weeks of gestation, in labor. Pregnancy without complication."),
            note(
                "delivery_note",
                "Delivery note",
                "DELIVERY\nSpontaneous vaginal delivery of a single liveborn infant.\n"
                "Second-degree perineal tear, perineal muscle repaired.",
            ),
            summary("Vaginal delivery, repaired tear. Mother and child well. Home.", day=2),
        ),
        diagnoses=(
            Dx("O80", "Spontaneous vaginal delivery", "Y"),
            Dx("O70.1", "Second-degree perineal tear", "Y"),
            Dx("Z37.0", "single liveborn infant"),
            Dx("Z3A.39", "39 weeks of gestation"),
            Dx("O80", role="admitting"),
        ),
        procedures=(
            Px("10E0XZZ", "Spontaneous vaginal delivery"),
            Px("0KQM0ZZ", "perineal muscle repaired"),
        ),
        bills=(*stay(2), charge("0722", 2900, "Delivery room")),
        expect=frozenset({4, 6}),
        expect_rules=frozenset({"obstetric.normal_delivery"}),
    )


def well_newborn() -> Story:
    """9: the child of 8, without a birth weight."""
    return Story(
        number="S09",
        title="Well newborn, birth weight missing",
        patient_class="newborn",
        payer="MCD",
        born=_D(2026, 9, 8),
        sex="F",
        admitted=_D(2026, 9, 8),
        days=2,
        admission_type="4",
        point_of_origin="5",
        mother="S08",
        papers=(
            _newborn_record(
                "Single liveborn infant, delivered vaginally in this hospital. Hepatitis B vaccine given into the thigh."
            ),
            note("final_progress_note", "Final progress note", "Feeding well, examination normal. Home with mother.", day=2),
        ),
        diagnoses=(
            Dx("Z38.00", "Single liveborn infant, delivered vaginally in this hospital"),
            Dx("Z23", "Hepatitis B vaccine given"),
            Dx("Z38.00", role="admitting"),
        ),
        procedures=(Px("3E0234Z", "Hepatitis B vaccine given into the thigh"),),
        bills=(charge("0170", 1900, "Nursery", units=2), charge("0250", 90, "Pharmacy")),
        expect=frozenset({5, 6}),
        expect_rules=frozenset({"claim.birth_weight"}),
    )


def premature() -> Story:
    """10: a children's hospital is 05, not 02."""
    return Story(
        number="S10",
        title="Premature newborn sent to the children's hospital",
        patient_class="newborn",
        payer="MCD",
        born=_D(2026, 8, 12),
        sex="M",
        admitted=_D(2026, 8, 12),
        days=1,
        admission_type="4",
        point_of_origin="5",
        papers=(
            _newborn_record(
                "Single liveborn infant, delivered by cesarean. Birth weight 1,850 g.\n"
                "Preterm newborn, 32 completed weeks. Respiratory distress syndrome of newborn, on CPAP."
            ),
            summary("Stable on CPAP. Transferred to the free-standing children's hospital for intensive care.", day=1),
            case_management("Accepted at the designated children's hospital; their team came.", day=1),
        ),
        diagnoses=(
            Dx("Z38.01", "Single liveborn infant, delivered by cesarean"),
            Dx("P07.17", "Birth weight 1,850 g", "Y"),
            Dx("P07.35", "Preterm newborn, 32 completed weeks", "Y"),
            Dx("P22.0", "Respiratory distress syndrome of newborn", "Y"),
            Dx("Z38.01", role="admitting"),
        ),
        bills=(charge("0174", 5200, "Newborn intensive care"), charge("0410", 640, "CPAP")),
        value_codes=(("54", Decimal(1850)),),
        birth_weight_grams=1850,
        status="02",
        record_status="05",
        expect=frozenset({5, 6}),
        expect_rules=frozenset({"claim.discharge_status"}),
    )


def section_and_occlusion() -> Story:
    """11: the state's consent form is missing; Medicare's coverage edit is none of Medicaid's business."""
    return Story(
        number="S11",
        title="Repeat section with tubal occlusion, consent missing",
        patient_class="inpatient",
        payer="MCD",
        born=_D(1995, 6, 14),
        sex="F",
        admitted=_D(2026, 8, 25),
        days=3,
        service="OB",
        papers=(
            ORDER,
            history("31-year-old woman, 39 weeks of gestation. Low transverse scar from a previous cesarean."),
            operative(
                "Repeat low transverse cesarean section, single liveborn infant.\n"
                "Occlusion of both fallopian tubes by clips, for sterilization."
            ),
            anesthesia(),
            summary("Repeat cesarean with sterilization. Uneventful. Home.", day=3),
            Paper(
                "sterilization_consent",
                "State sterilization consent",
                "Consent to sterilization, signed by patient and interpreter.",
                day=-52,
                late=True,
            ),
        ),
        diagnoses=(
            Dx("O34.211", "Low transverse scar from a previous cesarean", "Y"),
            Dx("Z30.2", "for sterilization"),
            Dx("Z37.0", "single liveborn infant"),
            Dx("Z3A.39", "39 weeks of gestation"),
            Dx("O34.211", role="admitting"),
        ),
        procedures=(
            Px("10D00Z1", "Repeat low transverse cesarean section"),
            Px("0UL70ZZ", "Occlusion of both fallopian tubes by clips"),
        ),
        bills=(bed(3), charge("0360", 9800, "Operating room"), charge("0300", 700, "Laboratory")),
        expect=frozenset({3, 6}),
        expect_rules=frozenset({"documents.required"}),
    )


def ovary() -> Story:
    """12: recorded sex and procedure differ; that holds nothing."""
    return Story(
        number="S12",
        title="Torsion of an ovary in a transgender man",
        patient_class="inpatient",
        payer="COM",
        born=_D(1993, 9, 21),
        sex="M",
        admitted=_D(2026, 8, 19),
        days=2,
        papers=(
            ORDER,
            history("32-year-old transgender man, sudden right lower abdominal pain. Torsion of right ovary on ultrasound."),
            operative("Torsion of right ovary, not viable. Laparoscopic removal of the right ovary, specimen to pathology."),
            anesthesia(),
            pathology("Right ovary: hemorrhagic infarction.", day=2),
            summary("Torsion of right ovary, removed by laparoscopy. Home.", day=2),
        ),
        diagnoses=(Dx("N83.511", "Torsion of right ovary", "Y"), Dx("R10.31", role="admitting")),
        procedures=(Px("0UT04ZZ", "Laparoscopic removal of the right ovary", specimen=True),),
        bills=(*stay(2), charge("0360", 8700, "Operating room")),
    )


def told() -> list[Story]:
    """Mothers, newborns and one man; the mother before her child."""
    return [delivery(), well_newborn(), premature(), section_and_occlusion(), ovary()]
