"""Codes in the wrong order, or side by side where they exclude each other."""

import datetime

from worklist.demo.story import Dx, Px, Story
from worklist.demo.turns import Overridden

from .pieces import ORDER, charge, clinic_note, history, stay, summary

_D = datetime.date


def drug_first() -> Story:
    """26: the drug of an adverse effect sequenced before what it did."""
    return Story(
        number="S26",
        title="Bleeding on warfarin, drug code first",
        patient_class="inpatient",
        payer="COM",
        born=_D(1944, 3, 16),
        sex="M",
        admitted=_D(2026, 9, 2),
        days=4,
        papers=(
            ORDER,
            history("82-year-old man with black stools. Long-term warfarin for unspecified atrial fibrillation."),
            summary(
                "Gastrointestinal hemorrhage. Hemorrhagic disorder due to warfarin, an adverse effect of the drug taken as"
                " prescribed.\nReversed, stable. Home.",
                day=4,
            ),
        ),
        diagnoses=(
            Dx("T45.515A", "adverse effect of the drug taken as prescribed", "Y"),
            Dx("K92.2", "Gastrointestinal hemorrhage", "Y"),
            Dx("D68.32", "Hemorrhagic disorder due to warfarin", "Y"),
            Dx("I48.91", "unspecified atrial fibrillation", "Y"),
            Dx("Z79.01", "Long-term warfarin"),
            Dx("K92.1", role="admitting"),
        ),
        bills=stay(4),
        expect=frozenset({4, 6}),
        expect_rules=frozenset({"injury.adverse_effect_order", "mce.unacceptable_pdx"}),
    )


def manifestation_first() -> Story:
    """A dementia sequenced before the disease that it belongs to."""
    return Story(
        number="S40",
        title="Dementia sequenced before Alzheimer's disease",
        patient_class="inpatient",
        payer="MCR",
        born=_D(1941, 5, 13),
        sex="F",
        admitted=_D(2026, 8, 31),
        days=5,
        papers=(
            ORDER,
            history("85-year-old woman, no longer safe at home. Alzheimer's disease, unspecified."),
            summary("Moderate dementia in Alzheimer's disease, without behavioral disturbance. Home with services.", day=5),
        ),
        diagnoses=(
            Dx("F02.B0", "Moderate dementia in Alzheimer's disease, without behavioral disturbance", "Y"),
            Dx("G30.9", "Alzheimer's disease, unspecified", "Y"),
            Dx("R41.0", role="admitting"),
        ),
        bills=stay(5),
        expect=frozenset({4, 6}),
        expect_rules=frozenset({"mce.manifestation_as_pdx"}),
    )


def unrelated_pair() -> Story:
    """Two codes that exclude each other unless unrelated: the Guidelines' own example, released with a reason."""
    return Story(
        number="S39",
        title="Excludes1 pair, overridden with a reason",
        patient_class="clinic",
        payer="COM",
        born=_D(1990, 1, 26),
        sex="F",
        admitted=_D(2026, 9, 22),
        admission_type="3",
        papers=(
            clinic_note(
                "Psychogenic dysmenorrhea, known for years. Sleep related bruxism, new: a dental matter.\n"
                "The two are not related. Splint ordered."
            ),
        ),
        diagnoses=(Dx("F45.8", "Psychogenic dysmenorrhea"), Dx("G47.63", "Sleep related bruxism")),
        procedures=(Px("99213", "Splint ordered"),),
        bills=(charge("0510", 240, "Clinic visit"),),
        after=(
            Overridden(
                "icd10cm.excludes1",
                ("F458", "G4763"),
                "The physician documents psychogenic dysmenorrhea and bruxism as unrelated conditions.",
            ),
        ),
    )


def told() -> list[Story]:
    """The scenarios of order and exclusion."""
    return [drug_first(), manifestation_first(), unrelated_pair()]
