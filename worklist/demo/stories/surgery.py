"""Outpatient procedures and what goes with them: modifiers, pathology, devices."""

import datetime

from worklist.demo.story import Dx, Paper, Px, Story

from .pieces import anesthesia, charge, ed_note, operative, pathology

_D = datetime.date


def visit_without_25() -> Story:
    """19: a visit beside a procedure, without modifier 25."""
    return Story(
        number="S19",
        title="Kitchen knife, visit without modifier 25",
        patient_class="emergency",
        payer="MCR",
        born=_D(1953, 7, 17),
        sex="M",
        admitted=_D(2026, 9, 19),
        papers=(
            ed_note(
                "Laceration of left index finger without damage to nail, no foreign body. Cut with a kitchen knife.\n"
                "Simple repair, one suture. Separate evaluation: dizziness before the cut, ECG and examination normal."
            ),
        ),
        diagnoses=(
            Dx("S61.211A", "Laceration of left index finger without damage to nail"),
            Dx("W26.0XXA", "Cut with a kitchen knife", role="external_cause"),
            Dx("S61.211A", role="reason_for_visit"),
        ),
        procedures=(Px("12001", "Simple repair, one suture"), Px("99283", "Separate evaluation: dizziness before the cut")),
        bills=(charge("0450", 640, "Laceration repair, simple"), charge("0450", 512, "Emergency visit, level 3")),
        expect=frozenset({4, 6}),
        expect_rules=frozenset({"ioce.visit_modifier_25"}),
    )


def _polyp() -> Paper:
    return operative(
        "Screening colonoscopy to the cecum. Adenomatous polyp of the ascending colon removed by snare, specimen to pathology.\n"
        "No other lesion."
    )


def pathology_outstanding() -> Story:
    """21: the pathology report has not come."""
    return Story(
        number="S21",
        title="Screening colonoscopy, pathology outstanding",
        patient_class="outpatient_surgery",
        payer="MCR",
        born=_D(1958, 3, 27),
        sex="F",
        admitted=_D(2026, 9, 21),
        admission_type="3",
        papers=(_polyp(), anesthesia(), pathology("Ascending colon: tubular adenoma.", day=4, late=True)),
        diagnoses=(
            Dx("Z12.11", "Screening colonoscopy"),
            Dx("D12.2", "Adenomatous polyp of the ascending colon"),
        ),
        procedures=(Px("45385", "polyp of the ascending colon removed by snare", modifiers=("PT",), specimen=True),),
        bills=(charge("0750", 2950, "Endoscopy suite"),),
        expect=frozenset({3, 6}),
        expect_rules=frozenset({"documents.required"}),
    )


def second_lesion() -> Story:
    """21, second copy: a biopsy with modifier 59, and one polyp only in the record."""
    return Story(
        number="S21B",
        title="Screening colonoscopy, modifier 59 without a second lesion",
        patient_class="outpatient_surgery",
        payer="MCR",
        born=_D(1956, 6, 6),
        sex="M",
        admitted=_D(2026, 9, 14),
        admission_type="3",
        papers=(_polyp(), anesthesia(), pathology("Ascending colon: tubular adenoma.", day=3)),
        diagnoses=(
            Dx("Z12.11", "Screening colonoscopy"),
            Dx("D12.2", "Adenomatous polyp of the ascending colon"),
        ),
        procedures=(
            Px("45385", "polyp of the ascending colon removed by snare", modifiers=("PT",), specimen=True),
            Px("45380", "", modifiers=("59",)),
        ),
        bills=(charge("0750", 2950, "Endoscopy suite"), charge("0750", 900, "Endoscopic biopsy")),
        expect=frozenset({2, 6}),
        expect_rules=frozenset({"evidence.modifier", "evidence.shown"}),
    )


def pacemaker() -> Story:
    """23: the device was implanted and not charged."""
    return Story(
        number="S23",
        title="Pacemaker, device not charged",
        patient_class="outpatient_surgery",
        payer="MCR",
        born=_D(1947, 8, 23),
        sex="M",
        admitted=_D(2026, 9, 10),
        admission_type="3",
        papers=(
            operative("Complete heart block.\nDual-chamber pacemaker with leads in right atrium and ventricle, left chest."),
            anesthesia(),
        ),
        diagnoses=(Dx("I44.2", "Complete heart block"),),
        procedures=(Px("33208", "Dual-chamber pacemaker with leads in right atrium and ventricle"),),
        bills=(charge("0481", 14800, "Catheterization laboratory"),),
        expect=frozenset({6}),
        expect_rules=frozenset({"charges.device"}),
    )


def told() -> list[Story]:
    """The scenarios of outpatient procedures."""
    return [visit_without_25(), pathology_outstanding(), second_lesion(), pacemaker()]
