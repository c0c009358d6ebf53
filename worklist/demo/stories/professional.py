"""Professional accounts: what employed physicians bill for, beside or without a hospital account."""

import datetime
from decimal import Decimal

from worklist.demo.story import Bill, Dx, Px, Story, Until

from .pieces import clinic_note, ed_note, history, note, summary

_D = datetime.date


def _fee(hcpcs: str, amount: int, *linked: str, modifiers: tuple[str, ...] = (), day: int = 0) -> Bill:
    """One service as the practice charges it, with the diagnoses to which it is linked."""
    return Bill("", Decimal(amount), "", hcpcs=hcpcs, modifiers=modifiers, day=day, linked=linked)


def office_visit() -> Story:
    """51: ready to code, with everything that registration brings."""
    return Story(
        number="S51",
        title="Office visit with a joint injection, ready to code",
        patient_class="professional",
        place_of_service="11",
        payer="COM",
        born=_D(1968, 5, 20),
        sex="F",
        admitted=_D(2026, 9, 22),
        papers=(
            clinic_note(
                "58-year-old. Type 2 diabetes without complications, metformin adjusted after review of the glucose log.\n"
                "Pain in right shoulder, separately examined. Injection of the right shoulder joint, tolerated well."
            ),
        ),
        bills=(
            _fee("99213", 185, "E11.9", "M25.511", modifiers=("25",)),
            _fee("20610", 240, "M25.511", modifiers=("RT",)),
        ),
        until=Until.DISCHARGED,
    )


def emergency_physician() -> Story:
    """52: the emergency physician's bill, from coding to the payer's money."""
    return Story(
        number="S52",
        title="Emergency physician, laceration, paid",
        patient_class="professional",
        visit_class="E",
        place_of_service="23",
        payer="COM",
        born=_D(1991, 2, 11),
        sex="M",
        admitted=_D(2026, 8, 20),
        papers=(
            ed_note(
                "Laceration of left index finger without damage to nail, no foreign body. Cut with a kitchen knife, cooking.\n"
                "Simple repair, one suture. Separate evaluation: tetanus status, neurovascular examination of the hand."
            ),
        ),
        diagnoses=(
            Dx("S61.211A", "Laceration of left index finger without damage to nail"),
            Dx("W26.0XXA", "Cut with a kitchen knife", role="external_cause"),
        ),
        procedures=(
            Px("99283", "Separate evaluation: tetanus status", modifiers=("25",)),
            Px("12001", "Simple repair, one suture"),
        ),
        bills=(
            _fee("99283", 310, "S61.211A", "W26.0XXA", modifiers=("25",)),
            _fee("12001", 390, "S61.211A"),
        ),
        until=Until.PAID,
    )


def hospital_rounds() -> Story:
    """53: three days of hospital visits to a Medicare inpatient, submitted."""
    return Story(
        number="S53",
        title="Hospital visits of an attending, submitted",
        patient_class="professional",
        visit_class="I",
        place_of_service="21",
        payer="MCR",
        born=_D(1947, 10, 2),
        sex="F",
        admitted=_D(2026, 9, 8),
        days=2,
        papers=(
            history(
                "78-year-old. Pneumonia, organism unspecified. Essential hypertension. Antibiotics started, moderate complexity."
            ),
            note("progress_note", "Progress note", "Pneumonia improving. Oxygen weaned, antibiotics changed to oral.", day=1),
            summary("Pneumonia, organism unspecified, resolved clinically. Discharge managed in 25 minutes. Home.", day=2),
        ),
        diagnoses=(Dx("J18.9", "Pneumonia, organism unspecified"), Dx("I10", "Essential hypertension")),
        procedures=(
            Px("99222", "Antibiotics started, moderate complexity"),
            Px("99232", "Oxygen weaned, antibiotics changed to oral", day=1),
            Px("99238", "Discharge managed in 25 minutes", day=2),
        ),
        bills=(
            _fee("99222", 330, "J18.9", "I10"),
            _fee("99232", 190, "J18.9", day=1),
            _fee("99238", 205, "J18.9", day=2),
        ),
        until=Until.SUBMITTED,
    )


def probable_pneumonia() -> Story:
    """54: held, an uncertain diagnosis and a line that points to a diagnosis which nobody coded."""
    return Story(
        number="S54",
        title="Office visit, probable pneumonia coded",
        patient_class="professional",
        place_of_service="11",
        payer="MCA",
        born=_D(1959, 1, 30),
        sex="M",
        admitted=_D(2026, 9, 15),
        papers=(clinic_note("Cough for a week. Probable pneumonia, antibiotics given. Review in a week."),),
        diagnoses=(Dx("J18.9", "Probable pneumonia"),),
        procedures=(Px("99214", "Probable pneumonia, antibiotics given"),),
        bills=(_fee("99214", 260, "R05.9"),),
        expect=frozenset({4, 6}),
        expect_rules=frozenset({"icd10cm.uncertain_outpatient", "professional.pointers"}),
    )


def told() -> list[Story]:
    """The professional scenarios."""
    return [office_visit(), emergency_physician(), hospital_rounds(), probable_pneumonia()]
