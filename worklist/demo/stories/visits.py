"""Outpatient scenarios."""

import datetime

from worklist.demo.story import Dx, Px, Story, Until

from .pieces import anesthesia, charge, ed_note, operative

_D = datetime.date


def kitchen_knife() -> Story:
    """18: a clean emergency visit, released by policy."""
    return Story(
        number="S18",
        title="Kitchen knife, one suture",
        patient_class="emergency",
        payer="COM",
        born=_D(1984, 7, 1),
        sex="F",
        admitted=_D(2026, 9, 20),
        papers=(
            ed_note(
                "Laceration of left index finger without damage to nail, no foreign body. Cut with a kitchen knife, cooking.\n"
                "Simple repair, one suture. Separate evaluation: tetanus status, neurovascular examination of the hand."
            ),
        ),
        diagnoses=(
            Dx("S61.211A", "Laceration of left index finger without damage to nail"),
            Dx("W26.0XXA", "Cut with a kitchen knife", role="external_cause"),
            Dx("S61.211A", role="reason_for_visit"),
        ),
        procedures=(
            Px("12001", "Simple repair, one suture"),
            Px("99283", "Separate evaluation: tetanus status", modifiers=("25",)),
        ),
        bills=(charge("0450", 640, "Laceration repair, simple"), charge("0450", 512, "Emergency visit, level 3")),
        until=Until.SUBMITTED,
    )


def probable_stone() -> Story:
    """20: an uncertain diagnosis coded in an outpatient setting."""
    return Story(
        number="S20",
        title="Probable kidney stone",
        patient_class="emergency",
        payer="COM",
        born=_D(1979, 3, 3),
        sex="M",
        admitted=_D(2026, 9, 21),
        papers=(ed_note("Left flank pain. CT without stone. Probable kidney stone, left, passed. Home with analgesia."),),
        diagnoses=(Dx("N20.0", "Probable kidney stone, left"), Dx("R10.9", role="reason_for_visit")),
        procedures=(Px("99284", "Left flank pain"),),
        bills=(charge("0450", 890, "Emergency visit, level 4"),),
        expect=frozenset({4, 6}),
    )


def cataract() -> Story:
    """22: modifier right, diagnosis left."""
    return Story(
        number="S22",
        title="Cataract surgery, sides differ",
        patient_class="outpatient_surgery",
        payer="MCR",
        born=_D(1950, 12, 12),
        sex="F",
        admitted=_D(2026, 9, 15),
        papers=(operative("Age-related nuclear cataract, right eye.\nPhacoemulsification with lens, right eye."), anesthesia()),
        diagnoses=(Dx("H25.12", "Age-related nuclear cataract"),),
        procedures=(Px("66984", "Phacoemulsification with lens, right eye", modifiers=("RT",)),),
        bills=(charge("0360", 4200, "Operating room, eye"),),
        expect=frozenset({4, 6}),
    )


def left_without_being_seen() -> Story:
    """30: no claim, closed with a reason."""
    return Story(
        number="S30",
        title="Left without being seen",
        patient_class="emergency",
        payer="SELF",
        born=_D(1995, 1, 1),
        sex="F",
        admitted=_D(2026, 9, 25),
        papers=(),
        no_claim="Left without being seen; no services, self-pay.",
        until=Until.DISCHARGED,
    )


def told() -> list[Story]:
    """The outpatient scenarios."""
    return [kitchen_knife(), probable_stone(), cataract(), left_without_being_seen()]
