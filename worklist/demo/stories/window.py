"""One admission and what belongs to it: the payment window, and inpatient against outpatient."""

import datetime
from dataclasses import replace

from worklist.demo.story import Bill, Dx, Paper, Px, Story, Until

from .pieces import OBSERVATION_ORDER, ORDER, charge, ed_note, history, note, stay, summary

_D = datetime.date
_BORN = _D(1955, 2, 11)


def perforated() -> Story:
    """14: admitted two days after a related emergency visit to the same hospital."""
    return Story(
        number="S14",
        title="Perforated diverticulitis after an emergency visit",
        patient_class="inpatient",
        payer="MCR",
        born=_BORN,
        sex="F",
        admitted=_D(2026, 7, 10),
        days=6,
        papers=(
            ORDER,
            history("71-year-old woman, worse pain two days after an emergency visit. Peritonism, free air and abscess on CT."),
            summary("Diverticulitis of the colon with perforation and abscess, drained by antibiotics alone. Home.", day=6),
        ),
        diagnoses=(
            Dx("K57.20", "Diverticulitis of the colon with perforation and abscess", "Y"),
            Dx("R10.32", role="admitting"),
        ),
        bills=stay(6),
        expect=frozenset({5, 6}),
        expect_rules=frozenset({"window.outpatient_services"}),
    )


def visit_before() -> Story:
    """14: the emergency visit."""
    return Story(
        number="S14E",
        title="Diverticulitis, sent home, admitted two days later",
        patient_class="emergency",
        payer="MCR",
        born=_BORN,
        sex="F",
        admitted=_D(2026, 7, 8),
        same_patient_as="S14",
        papers=(ed_note("Left lower abdominal pain. CT: diverticulitis of the colon without perforation. Antibiotics, home."),),
        diagnoses=(
            Dx("K57.32", "diverticulitis of the colon without perforation"),
            Dx("R10.32", role="reason_for_visit"),
        ),
        procedures=(Px("99284", "Left lower abdominal pain"),),
        bills=(charge("0450", 890, "Emergency visit, level 4"), charge("0300", 62, "Blood count", hcpcs="85025")),
        expect=frozenset({5, 6}),
        expect_rules=frozenset({"window.inpatient_stay"}),
    )


def _exercise(day: int) -> Bill:
    return replace(charge("0420", 260, "Therapeutic exercise", hcpcs="97110", units=2, day=day), modifiers=("GP",))


def _plan(*, signed: bool = True, late: bool = False) -> Paper:
    text = "PLAN OF CARE\nPain in the right knee since an old injury. Therapy twice weekly for six weeks."
    return Paper("plan_of_care", "Plan of care", text, signed=signed, late=late)


def therapy() -> Story:
    """15: July's therapy of the same patient, nothing to do with the admission."""
    start = _D(2026, 7, 1)
    return Story(
        number="S15",
        title="Knee therapy in the payment window, unrelated",
        patient_class="recurring",
        payer="MCR",
        born=_BORN,
        sex="F",
        admitted=start,
        days=30,
        admission_type="3",
        same_patient_as="S14",
        occurrence_codes=(("29", start), ("35", start)),
        papers=(
            _plan(),
            note("therapy_note", "Therapy note", "Third visit, exercises tolerated.", role="therapist", day=7),
        ),
        diagnoses=(Dx("M25.561", "Pain in the right knee"),),
        bills=(_exercise(2), _exercise(7)),
        expect=frozenset({5, 6}),
        expect_rules=frozenset({"window.inpatient_stay"}),
    )


def plan_not_certified() -> Story:
    """15, second copy: another patient, whose plan of care nobody has certified."""
    start = _D(2026, 8, 1)
    return Story(
        number="S15B",
        title="Knee therapy, plan of care not certified",
        patient_class="recurring",
        payer="MCR",
        born=_D(1951, 10, 5),
        sex="M",
        admitted=start,
        days=30,
        admission_type="3",
        occurrence_codes=(("29", start), ("35", start)),
        papers=(
            note("order", "Referral", "Physical therapy for pain in the right knee."),
            _plan(signed=False),
            _plan(late=True),
            note("therapy_note", "Therapy note", "Second visit, climbs stairs.", role="therapist", day=7),
        ),
        diagnoses=(Dx("M25.561", "pain in the right knee"),),
        bills=(_exercise(3), _exercise(7)),
        expect=frozenset({3, 6}),
        expect_rules=frozenset({"documents.required"}),
    )


def observed_not_admitted() -> Story:
    """16: inpatient in accounting; the record holds only an observation order."""
    return Story(
        number="S16",
        title="Chest pain, registered inpatient, observed only",
        patient_class="inpatient",
        payer="MCR",
        born=_D(1957, 5, 25),
        sex="F",
        admitted=_D(2026, 9, 15),
        days=1,
        papers=(
            OBSERVATION_ORDER,
            ed_note("Chest pain since the morning. Separate evaluation by the physician. Ketorolac as intravenous push."),
            history("69-year-old woman with chest pain, placed in observation."),
            note(
                "final_progress_note",
                "Final progress note",
                "Serial troponins normal. Other chest pain, cardiac cause excluded. Home after 29 hours.",
                day=1,
            ),
        ),
        diagnoses=(
            Dx("R07.89", "Other chest pain", "Y"),
            Dx("R07.9", role="admitting"),
            Dx("R07.9", role="reason_for_visit"),
        ),
        bills=(
            charge("0450", 890, "Emergency visit, level 4"),
            charge("0260", 140, "Intravenous push", hcpcs="96374"),
            charge("0730", 210, "Electrocardiogram", hcpcs="93005"),
            charge("0762", 2610, "Observation hours", hcpcs="G0378", units=29),
        ),
        record_class="observation",
        expect=frozenset({5, 6}),
        expect_rules=frozenset({"claim.patient_class", "claim.placement_order"}),
    )


def changed_to_outpatient() -> Story:
    """17: condition code 44 without the utilization review decision in the record."""
    return Story(
        number="S17",
        title="Syncope, changed to outpatient, decision missing",
        patient_class="observation",
        payer="MCR",
        born=_D(1949, 12, 9),
        sex="M",
        admitted=_D(2026, 9, 16),
        days=1,
        papers=(
            ORDER,
            replace(OBSERVATION_ORDER, day=1),
            note("observation_note", "Observation note", "Monitor normal. Syncope and collapse, no cause found. Home.", day=1),
            note(
                "ur_decision",
                "Utilization review decision",
                "The stay does not meet inpatient criteria; changed to outpatient before discharge. The attending concurs.",
                late=True,
            ),
        ),
        diagnoses=(Dx("R55", "Syncope and collapse"), Dx("R55", role="reason_for_visit")),
        bills=(charge("0762", 720, "Observation hours", hcpcs="G0378", units=8, day=1),),
        condition_codes=("44",),
        expect=frozenset({3, 6}),
        expect_rules=frozenset({"documents.required"}),
    )


def told() -> list[Story]:
    """The scenarios of window and status. The visit is registered before the stay that makes it hold, and coded after it."""
    visit = visit_before()
    return [
        replace(visit, until=Until.DISCHARGED, expect=frozenset(), expect_rules=frozenset()),
        perforated(),
        visit,
        therapy(),
        plan_not_certified(),
        observed_not_admitted(),
        changed_to_outpatient(),
    ]
