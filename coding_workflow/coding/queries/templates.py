"""The wordings that a query can start from, in our own words. Pure.

What stands in square brackets is filled in by the coder; the linter stops a query in which one is left. A template names a
diagnosis only as an option, or where it asks about one that is documented already: there the brackets take the record's words.
"""

from dataclasses import dataclass
from typing import Final

OTHER: Final = "Other (please describe)"
UNDETERMINED: Final = "Unable to determine"
YES_NO: Final = ("Yes", "No", OTHER, UNDETERMINED)


@dataclass(frozen=True, slots=True)
class Template:
    """One wording: for the coder its name and what of the record to quote, for the provider the rest."""

    code: str
    name: str
    quote: str
    reason: str
    kind: str
    subject: str
    text: str
    options: tuple[str, ...] = ()


def _choice(*options: str) -> tuple[str, ...]:
    return (*options, OTHER, UNDETERMINED)


TEMPLATES: Final[tuple[Template, ...]] = (
    Template(
        "systemic_response",
        "Signs of infection with organ findings (sepsis criteria)",
        "Temperature, heart and breathing rate, white cells, lactate, blood pressure, organ findings, cultures, treatment.",
        "indicators",
        "multiple_choice",
        "Clinical picture of the infection",
        "The findings quoted here were recorded together with the treatment shown. What diagnosis, if any, explains them?",
        _choice(
            "Sepsis due to [source as documented]",
            "Sepsis with acute organ dysfunction (please name the organ)",
            "[Local infection as documented] without sepsis",
        ),
    ),
    Template(
        "heart_failure",
        "Heart failure: type and acuity",
        "Where heart failure is documented; echocardiogram, natriuretic peptide, chest film, diuretic and its route.",
        "specificity",
        "multiple_choice",
        "Type and acuity of a documented diagnosis",
        "Heart failure is documented as quoted. Which type and acuity did you treat in this stay?",
        _choice(
            "Acute systolic (reduced ejection fraction)",
            "Acute on chronic systolic (reduced ejection fraction)",
            "Acute diastolic (preserved ejection fraction)",
            "Acute on chronic diastolic (preserved ejection fraction)",
            "Chronic only, not acute in this stay",
        ),
    ),
    Template(
        "nutrition",
        "Nutrition: diagnosis and degree (malnutrition)",
        "The dietitian's assessment with its criteria, weight over time, intake, muscle and fat findings, treatment.",
        "indicators",
        "multiple_choice",
        "Nutritional state",
        "The dietitian's assessment and the treatment are quoted. What is your diagnosis of the patient's nutritional state?",
        _choice("Malnutrition, mild degree", "Malnutrition, moderate degree", "Malnutrition, severe degree", "No malnutrition"),
    ),
    Template(
        "breathing",
        "Breathing support without a diagnosis (respiratory failure)",
        "Saturation on room air, blood gas, breathing rate and effort, oxygen or ventilation with flow and hours.",
        "treatment",
        "multiple_choice",
        "Condition treated by breathing support",
        "Breathing support was given with the findings quoted. Which condition was treated by it?",
        _choice(
            "Acute respiratory failure with hypoxia",
            "Acute respiratory failure with hypercapnia",
            "Acute respiratory failure with hypoxia and hypercapnia",
            "Chronic respiratory failure only",
            "Hypoxemia without respiratory failure",
        ),
    ),
    Template(
        "wound_stage",
        "Pressure ulcer: kind of wound, and whether it was there on admission",
        "Nursing's description, place and stage; any provider's words about the wound; treatment.",
        "unclear",
        "multiple_choice",
        "Wound described by nursing",
        "Nursing describes the wound as quoted. What is your diagnosis of this wound?",
        _choice(
            "Pressure ulcer, present when the patient was admitted",
            "Pressure ulcer, developed during the stay",
            "Wound of another cause (please name it)",
        ),
    ),
    Template(
        "kidney",
        "Rise of creatinine (acute kidney injury)",
        "Creatinine with dates and baseline, urine output, fluids, nephrology's note.",
        "indicators",
        "multiple_choice",
        "Change of kidney function",
        "The values quoted were followed and treated as shown. What diagnosis, if any, explains the change?",
        _choice(
            "Acute kidney injury (please give its cause if known)",
            "Acute tubular necrosis",
            "Chronic kidney disease without an acute change (please give its stage)",
            "Laboratory finding without a diagnosis",
        ),
    ),
    Template(
        "mental_state",
        "Change of mental state (encephalopathy)",
        "Baseline, the change with its dates, assessment, imaging, metabolic values, drugs, treatment, return to baseline.",
        "indicators",
        "multiple_choice",
        "Change of mental state",
        "The change quoted was assessed and treated as shown. What diagnosis, if any, explains it?",
        _choice(
            "Metabolic encephalopathy (please give its cause)",
            "Toxic encephalopathy (please name the substance)",
            "Delirium without encephalopathy (please give its cause)",
            "Course of a known dementia",
        ),
    ),
    Template(
        "hemoglobin",
        "Fall of hemoglobin (anemia)",
        "Hemoglobin with dates, blood loss, transfusion, iron studies, what was ordered for it.",
        "indicators",
        "multiple_choice",
        "Fall of hemoglobin",
        "The values quoted were followed and treated as shown. What diagnosis, if any, explains them?",
        _choice(
            "Acute blood loss anemia (please give its cause)",
            "Anemia of a chronic disease (please name it)",
            "Iron deficiency anemia",
            "Expected change without a diagnosis",
        ),
    ),
    Template(
        "present_on_admission",
        "Present on admission",
        "Where the diagnosis is documented first, and what the emergency department and the admission note say.",
        "present_on_admission",
        "yes_no",
        "Time of onset of a documented diagnosis",
        "[Diagnosis as documented] is documented as quoted. Was it present at the time of the inpatient order?",
        YES_NO,
    ),
    Template(
        "conflict",
        "Two providers contradict each other",
        "Both statements, each with its author and date. The question goes to the attending provider.",
        "conflict",
        "multiple_choice",
        "Conflicting documentation",
        "The record carries both statements quoted. Which of them is your final diagnosis?",
        _choice("[First statement as documented]", "[Second statement as documented]"),
    ),
    Template(
        "cause",
        "Are two documented conditions related?",
        "Where each of the two is documented, and what was done about them.",
        "cause",
        "yes_no",
        "Relation of two documented conditions",
        "[First condition as documented] and [second condition as documented] are quoted. Is the first due to the second?",
        YES_NO,
    ),
    Template(
        "validation",
        "A documented diagnosis without clinical indicators",
        "Where the diagnosis is documented, and the findings of the same days.",
        "validation",
        "open",
        "Clinical basis of a documented diagnosis",
        "[Diagnosis as documented] is documented as quoted, with the findings shown. What was it based on, or was it ruled out "
        "after study?",
    ),
    Template(
        "procedure",
        "Procedure: approach, device, depth or extent",
        "The operative report's words about what was done.",
        "procedure",
        "open",
        "Detail of a documented procedure",
        "The procedure is described as quoted. What exactly was done: [approach, device, depth of tissue or extent]?",
    ),
    Template("blank", "A question of your own", "What the question rests on.", "unclear", "open", "", ""),
)

BY_CODE: Final = {template.code: template for template in TEMPLATES}
