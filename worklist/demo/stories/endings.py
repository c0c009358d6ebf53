"""How a stay ended: where the patient went, by which tables, and who coded it."""

import datetime

from worklist.demo.story import Dx, Px, Story
from worklist.demo.turns import BillHoldEnds, CompetenceEnds

from .pieces import ORDER, case_management, charge, death_summary, history, note, operative, stay, summary

_D = datetime.date


def disposition() -> Story:
    """5: home in accounting, skilled nursing in the record."""
    return Story(
        number="S05",
        title="Hip fracture, disposition differs",
        patient_class="inpatient",
        payer="MCR",
        born=_D(1942, 3, 3),
        sex="F",
        admitted=_D(2026, 9, 14),
        days=3,
        papers=(
            ORDER,
            history("84-year-old woman. Displaced intertrochanteric fracture of right femur after she slipped and fell at home."),
            operative("Open reduction, intramedullary nail, right upper femur.", day=1),
            summary(
                "Intertrochanteric fracture nailed. Acute blood loss anemia after surgery.\nTo skilled nursing facility.", day=3
            ),
            case_management("Accepted at the skilled nursing facility, transport today.", day=3),
        ),
        diagnoses=(
            Dx("S72.141A", "Displaced intertrochanteric fracture of right femur", "Y"),
            Dx("D62", "Acute blood loss anemia", "N"),
            Dx("W01.0XXA", "slipped and fell", "Y", role="external_cause"),
            Dx("R52", role="admitting"),
        ),
        procedures=(Px("0QS636Z", "Open reduction, intramedullary nail, right upper femur", day=1),),
        bills=(*stay(3), charge("0360", 21400, "Operating room", day=1)),
        status="01",
        record_status="03",
        expect=frozenset({5, 6}),
    )


def drip_and_ship() -> Story:
    """13: an acute transfer matters for every DRG."""
    return Story(
        number="S13",
        title="Stroke, thrombolysis, moved to the stroke center",
        patient_class="inpatient",
        payer="MCR",
        born=_D(1952, 4, 19),
        sex="F",
        admitted=_D(2026, 9, 9),
        days=1,
        papers=(
            ORDER,
            history(
                "74-year-old woman, sudden weakness of the left side. Embolic infarction in the territory of the right"
                " middle cerebral artery.\nLeft hemiplegia, nondominant side. NIHSS score 6. Unspecified atrial fibrillation."
            ),
            note("procedure_note", "Thrombolysis note", "Alteplase into a peripheral vein, started 70 minutes after onset."),
            summary("Stroke after thrombolysis, stable. Transferred to the comprehensive stroke center.", day=1),
            case_management("Accepted at the comprehensive stroke center, critical care transport.", day=1),
        ),
        diagnoses=(
            Dx("I63.411", "Embolic infarction in the territory of the right middle cerebral artery", "Y"),
            Dx("G81.94", "Left hemiplegia, nondominant side", "Y"),
            Dx("R29.706", "NIHSS score 6", "Y"),
            Dx("I48.91", "Unspecified atrial fibrillation", "Y"),
            Dx("R53.1", role="admitting"),
        ),
        procedures=(Px("3E03317", "Alteplase into a peripheral vein"),),
        bills=(*stay(1, pharmacy=7900), charge("0450", 2890, "Emergency department, critical")),
        status="01",
        record_status="02",
        expect=frozenset({5, 6}),
        expect_rules=frozenset({"claim.discharge_status", "transfer.short_stay"}),
    )


def died() -> Story:
    """27: status 20 without the date of death, and no death summary."""
    return Story(
        number="S27",
        title="Septic shock, died; no date of death on the claim",
        patient_class="inpatient",
        payer="MCR",
        born=_D(1946, 1, 30),
        sex="M",
        admitted=_D(2026, 9, 6),
        days=1,
        papers=(
            ORDER,
            history(
                "80-year-old man. Sepsis, organism not found, from pneumonia. Septic shock on arrival, vasopressors.\n"
                "Acute respiratory failure with hypoxia."
            ),
            note("procedure_note", "Ventilation note", "Intubated and mechanically ventilated for 14 hours.", day=1),
            death_summary("Septic shock with pneumonia. Comfort care with the family; died.", day=2),
        ),
        diagnoses=(
            Dx("A41.9", "Sepsis, organism not found", "Y"),
            Dx("R65.21", "Septic shock on arrival", "Y"),
            Dx("J18.9", "pneumonia", "Y"),
            Dx("J96.01", "Acute respiratory failure with hypoxia", "Y"),
            Dx("R06.03", role="admitting"),
        ),
        procedures=(Px("5A1935Z", "mechanically ventilated for 14 hours"),),
        bills=(*stay(1, laboratory=3100, pharmacy=4400), charge("0410", 1900, "Ventilation")),
        status="20",
        record_death=_D(2026, 9, 7),
        expect=frozenset({3, 5, 6}),
        expect_rules=frozenset({"claim.date_of_death", "documents.required"}),
    )


def next_years_tables() -> Story:
    """28: discharged on the second day of tables that are not loaded; never judged by last year's."""
    return Story(
        number="S28",
        title="Discharge on 2 October, tables not loaded",
        patient_class="inpatient",
        payer="MCR",
        born=_D(1950, 8, 8),
        sex="M",
        admitted=_D(2026, 9, 29),
        days=3,
        papers=(
            ORDER,
            history("76-year-old man with fever and cough, gram-negative rods in sputum."),
            summary("Pneumonia due to gram-negative bacteria, improved. Home.", day=3),
        ),
        diagnoses=(Dx("J15.69", "Pneumonia due to gram-negative bacteria", "Y"), Dx("R05.9", role="admitting")),
        bills=stay(3),
        before=(BillHoldEnds(),),
        expect=frozenset({4, 6}),
        expect_rules=frozenset({"tables.loaded"}),
    )


def colleague() -> Story:
    """29: a clean chart of a co-worker, coded by somebody whose competence has ended."""
    return Story(
        number="S29",
        title="Withdrawal delirium, left against advice; coder's competence ended",
        patient_class="inpatient",
        payer="COM",
        born=_D(1981, 11, 2),
        sex="M",
        admitted=_D(2026, 9, 18),
        days=2,
        papers=(
            ORDER,
            history(
                "44-year-old man, tremor and confusion. Alcohol dependence with withdrawal delirium.\n"
                "Nicotine dependence, cigarettes. Detoxification started."
            ),
            summary("Clearer on the second day. Left against medical advice.", day=2),
        ),
        diagnoses=(
            Dx("F10.231", "Alcohol dependence with withdrawal delirium", "Y"),
            Dx("F17.210", "Nicotine dependence, cigarettes", "Y"),
            Dx("R41.0", role="admitting"),
        ),
        procedures=(Px("HZ2ZZZZ", "Detoxification started"),),
        bills=stay(2),
        status="07",
        restricted="employee",
        coder="lee",
        after=(CompetenceEnds(_D(2026, 9, 30)),),
        expect=frozenset({1, 6}),
        expect_rules=frozenset({"competence.in_force"}),
    )


def told() -> list[Story]:
    """The scenarios about how a stay ended."""
    return [disposition(), drip_and_ship(), died(), next_years_tables(), colleague()]
