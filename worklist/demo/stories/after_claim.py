"""What came after the claim: discrepancies on paid accounts."""

import datetime

from worklist.demo.story import Aftermath, Dx, Px, Story, Until

from .pieces import ORDER, anesthesia, charge, history, operative, pathology, stay, summary

_D = datetime.date


def amended_pathology() -> Story:
    """24: an amended pathology report after payment."""
    return Story(
        number="S24",
        title="Colonoscopy, pathology amended after payment",
        patient_class="outpatient_surgery",
        payer="COM",
        born=_D(1968, 10, 30),
        sex="M",
        admitted=_D(2026, 7, 13),
        papers=(
            operative("Colonoscopy for rectal bleeding. Polyp of the sigmoid colon removed by snare, specimen to pathology."),
            anesthesia(),
            pathology("Sigmoid colon polyp: tubular tissue without dysplasia.", day=3),
        ),
        diagnoses=(Dx("K63.5", "Polyp of the sigmoid colon"), Dx("K62.5", "rectal bleeding")),
        procedures=(Px("45385", "Polyp of the sigmoid colon removed by snare", specimen=True),),
        bills=(charge("0750", 2950, "Endoscopy suite"),),
        until=Until.PAID,
        aftermath=Aftermath(
            source="late_change",
            description="Amended pathology: adenocarcinoma of the sigmoid colon.",
            late=pathology("AMENDED REPORT. Adenocarcinoma of the sigmoid colon.", day=15, late=True),
        ),
        expect=frozenset({7}),
    )


def malnutrition() -> Story:
    """25: an overpayment found by audit after payment."""
    return Story(
        number="S25",
        title="Severe malnutrition not supported, found after payment",
        patient_class="inpatient",
        payer="MCR",
        born=_D(1943, 2, 2),
        sex="F",
        admitted=_D(2026, 6, 15),
        days=4,
        papers=(
            ORDER,
            history("83-year-old woman with fever and cough. Pneumonia on chest film."),
            summary("Pneumonia, treated. Severe protein-calorie malnutrition, dietitian consulted. Home.", day=4),
        ),
        diagnoses=(
            Dx("J18.9", "Pneumonia, treated", "Y"),
            Dx("E43", "Severe protein-calorie malnutrition", "Y"),
            Dx("R05.9", role="admitting"),
        ),
        bills=stay(4),
        until=Until.PAID,
        aftermath=Aftermath(
            source="audit",
            description="Severe malnutrition is not clinically supported; the provider agreed in a validation query.",
            overpayment=True,
            root_cause="Diagnosis taken from the dietitian's consult without clinical validation.",
            prevention="Education of the coders; clinical validation query for every malnutrition code.",
            diagnoses=(Dx("J18.9", "Pneumonia, treated", "Y"),),
            condition_code="D4",
        ),
    )


def told() -> list[Story]:
    """The scenarios after the claim."""
    return [amended_pathology(), malnutrition()]
