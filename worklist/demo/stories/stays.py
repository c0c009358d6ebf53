"""Inpatient scenarios: what was planted, and what the gate has to say about it."""

import datetime

from worklist.demo.story import Dx, Px, Story, Until
from worklist.demo.turns import Asked

from .pieces import ORDER, charge, history, operative, stay, summary

_D = datetime.date


def nstemi() -> Story:
    """1: what good looks like."""
    return Story(
        number="S01",
        title="NSTEMI with one drug-eluting stent",
        patient_class="inpatient",
        payer="MCR",
        born=_D(1958, 4, 11),
        sex="M",
        admitted=_D(2026, 9, 1),
        days=3,
        papers=(
            ORDER,
            history("68-year-old man with chest pain, troponin rising. Chest pain, unspecified, on arrival."),
            operative(
                "Left heart catheterization and coronary angiography of multiple vessels.\n"
                "One drug-eluting stent placed in the proximal LAD, percutaneous.",
                day=1,
            ),
            summary(
                "Principal: non-ST elevation myocardial infarction.\n"
                "Native-vessel coronary artery disease. Essential hypertension.\n"
                "Type 2 diabetes without complication, on oral hypoglycemic drugs (metformin) long term.\nDischarged home.",
                day=3,
            ),
        ),
        diagnoses=(
            Dx("I21.4", "non-ST elevation myocardial infarction", "Y"),
            Dx("I25.10", "Native-vessel coronary artery disease", "Y"),
            Dx("I10", "Essential hypertension", "Y"),
            Dx("E11.9", "Type 2 diabetes without complication", "Y"),
            Dx("Z79.84", "on oral hypoglycemic drugs"),
            Dx("R07.9", role="admitting"),
        ),
        procedures=(
            Px("027034Z", "One drug-eluting stent placed in the proximal LAD", day=1),
            Px("4A023N7", "Left heart catheterization", day=1),
            Px("B2111ZZ", "coronary angiography of multiple vessels", day=1),
        ),
        bills=(*stay(3), charge("0481", 18400, "Cardiac catheterization laboratory", day=1)),
        until=Until.PAID,
    )


def heart_and_kidney() -> Story:
    """2: hypertension, heart failure and kidney disease coded apart."""
    return Story(
        number="S02",
        title="Hypertension, heart failure and CKD coded separately",
        patient_class="inpatient",
        payer="MCR",
        born=_D(1949, 2, 20),
        sex="M",
        admitted=_D(2026, 9, 7),
        days=4,
        papers=(
            ORDER,
            history("77-year-old man, short of breath, edema. Known hypertension and kidney disease."),
            summary(
                "Acute on chronic systolic heart failure. Hypertension. Chronic kidney disease stage 4.\nDiuresed. Home.",
                day=4,
            ),
        ),
        diagnoses=(
            Dx("I50.23", "Acute on chronic systolic heart failure", "Y"),
            Dx("I10", "Hypertension", "Y"),
            Dx("N18.4", "Chronic kidney disease stage 4", "Y"),
            Dx("R06.02", role="admitting"),
        ),
        bills=stay(4),
        expect=frozenset({4, 6}),
    )


def sepsis_order() -> Story:
    """3: the local infection sequenced before the sepsis."""
    return Story(
        number="S03",
        title="Sepsis from urinary infection, local infection first",
        patient_class="inpatient",
        payer="MCA",
        born=_D(1945, 1, 9),
        sex="F",
        admitted=_D(2026, 8, 24),
        days=5,
        papers=(
            ORDER,
            history("81-year-old woman, fever, confusion, oliguria. Sepsis on admission from the urinary tract."),
            summary(
                "E. coli sepsis, present on admission, from urinary tract infection.\n"
                "Severe sepsis without shock, with acute kidney injury.\nRecovered. Home.",
                day=5,
            ),
        ),
        diagnoses=(
            Dx("N39.0", "urinary tract infection", "Y"),
            Dx("A41.51", "E. coli sepsis", "Y"),
            Dx("R65.20", "Severe sepsis without shock", "Y"),
            Dx("N17.9", "acute kidney injury", "Y"),
            Dx("R50.9", role="admitting"),
        ),
        bills=stay(5),
        expect=frozenset({4, 6}),
    )


def summary_missing() -> Story:
    """4: the discharge summary has not come; the sequence is judgement and must not hold."""
    return Story(
        number="S04",
        title="Pneumonia with respiratory failure, summary missing",
        patient_class="inpatient",
        payer="COM",
        born=_D(1954, 6, 30),
        sex="F",
        admitted=_D(2026, 9, 10),
        days=5,
        papers=(
            ORDER,
            history(
                "72-year-old woman with cough and fever. Pneumonia, right lower lobe.\n"
                "Acute respiratory failure with hypoxia, on high-flow oxygen."
            ),
            summary("Pneumonia with acute hypoxic respiratory failure, improved. Home.", day=6, late=True),
        ),
        diagnoses=(
            Dx("J18.9", "Pneumonia, right lower lobe", "Y"),
            Dx("J96.01", "Acute respiratory failure with hypoxia", "Y"),
            Dx("R05.9", role="admitting"),
        ),
        bills=stay(5),
        expect=frozenset({3, 6}),
    )


def query_outstanding() -> Story:
    """6: indicators without a diagnosis; a query is out."""
    return Story(
        number="S06",
        title="COPD, oxygen and BiPAP without a diagnosis",
        patient_class="inpatient",
        payer="MCR",
        born=_D(1956, 9, 12),
        sex="F",
        admitted=_D(2026, 9, 12),
        days=4,
        papers=(
            ORDER,
            history("70-year-old woman, SpO2 84 % on room air, placed on BiPAP. Smokes cigarettes, nicotine dependence."),
            summary("COPD with acute exacerbation. Improved on steroids and BiPAP. Home.", day=4),
        ),
        diagnoses=(
            Dx("J44.1", "COPD with acute exacerbation", "Y"),
            Dx("F17.210", "Smokes cigarettes, nicotine dependence", "Y"),
            Dx("R06.02", role="admitting"),
        ),
        bills=stay(4),
        after=(Asked("breathing", ("SpO2 84 % on room air, placed on BiPAP",)),),
        expect=frozenset({2, 6}),
        expect_rules=frozenset({"evidence.query_answered"}),
    )


def ulcer_not_present() -> Story:
    """7: POA N on a hospital-acquired condition is correct reporting and must not hold."""
    return Story(
        number="S07",
        title="Pressure ulcer that developed in the hospital",
        patient_class="inpatient",
        payer="MCR",
        born=_D(1947, 5, 17),
        sex="F",
        admitted=_D(2026, 8, 17),
        days=8,
        papers=(
            ORDER,
            history("79-year-old woman. Cellulitis of the right lower limb. Skin otherwise intact on admission. Hypertension."),
            summary(
                "Cellulitis of right leg, resolved. Pressure ulcer of sacral region, stage 3, developed on day 4.\nHome.",
                day=8,
            ),
        ),
        diagnoses=(
            Dx("L03.115", "Cellulitis of the right lower limb", "Y"),
            Dx("L89.153", "Pressure ulcer of sacral region, stage 3", "N"),
            Dx("I10", "Hypertension", "Y"),
            Dx("L03.115", role="admitting"),
        ),
        bills=stay(8),
    )


def told() -> list[Story]:
    """The inpatient scenarios."""
    return [
        nstemi(),
        heart_and_kidney(),
        sepsis_order(),
        summary_missing(),
        query_outstanding(),
        ulcer_not_present(),
    ]
