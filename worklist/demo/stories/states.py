"""Accounts at moments that a day brings: in house, cancelled, half coded, sent back, waiting for a paper."""

import datetime
from dataclasses import replace

from worklist.demo.story import Dx, Paper, Px, Story, Until
from worklist.demo.turns import AdmissionCancelled, ChargesArrive, DischargeCancelled, FoundWanting, SentBack

from .pieces import ORDER, anesthesia, charge, ed_note, history, operative, stay, summary

_D = datetime.date


def _pneumonia(number: str, title: str, born: datetime.date, sex: str, discharged: datetime.date) -> Story:
    """A plain stay of three days, that states are told with."""
    return Story(
        number=number,
        title=title,
        patient_class="inpatient",
        payer="MCR",
        born=born,
        sex=sex,
        admitted=discharged - datetime.timedelta(days=3),
        days=3,
        papers=(
            ORDER,
            history("Cough, fever and infiltrate in the right lower lobe."),
            summary("Pneumonia, organism unspecified. Essential hypertension. Improved, home.", day=3),
        ),
        diagnoses=(
            Dx("J18.9", "Pneumonia, organism unspecified", "Y"),
            Dx("I10", "Essential hypertension", "Y"),
            Dx("R05.9", role="admitting"),
        ),
        bills=stay(3),
    )


def in_house() -> Story:
    """Day 12 in the hospital: nothing to code, nothing to judge."""
    return Story(
        number="S31",
        title="In house since 18 September",
        patient_class="inpatient",
        payer="MCR",
        born=_D(1948, 4, 4),
        sex="F",
        admitted=_D(2026, 9, 18),
        papers=(ORDER, history("78-year-old woman, hip infection, long antibiotic course.")),
        bills=(charge("0120", 25800, "Semi-private room", units=12),),
        until=Until.REGISTERED,
    )


def discharge_cancelled() -> Story:
    """Final coded, and then the discharge was an error: back in house, the work is taken back."""
    told = _pneumonia("S32", "Discharge cancelled after final coding", _D(1952, 2, 2), "M", _D(2026, 9, 25))
    return replace(told, after=(DischargeCancelled(),))


def admission_cancelled() -> Story:
    """An admission that never was."""
    return Story(
        number="S33",
        title="Admission cancelled",
        patient_class="inpatient",
        payer="COM",
        born=_D(1988, 8, 18),
        sex="M",
        admitted=_D(2026, 9, 27),
        until=Until.REGISTERED,
        after=(AdmissionCancelled(),),
    )


def being_coded() -> Story:
    """A draft: codes are on the list, nothing is final."""
    told = _pneumonia("S34", "Being coded", _D(1949, 9, 9), "F", _D(2026, 9, 23))
    return replace(told, until=Until.CODING, coder="mia")


def sent_back() -> Story:
    """The supervisor wants a second look; it goes to the same coder."""
    told = _pneumonia("S35", "Returned by the supervisor", _D(1951, 7, 7), "M", _D(2026, 9, 22))
    return replace(told, after=(SentBack("Look at the sputum culture again before we release this."),))


def bill_hold() -> Story:
    """Day 2 of 4."""
    told = _pneumonia("S41", "Bill hold, day 2 of 4", _D(1950, 3, 30), "F", _D(2026, 9, 28))
    return replace(told, until=Until.DISCHARGED)


def late_charges() -> Story:
    """Charges that come six days after discharge; the account is judged again."""
    told = _pneumonia("S42", "Late charges on day 6", _D(1953, 5, 5), "M", _D(2026, 9, 24))
    return replace(told, after=(ChargesArrive((charge("0410", 420, "Respiratory therapy", day=2),)),))


def two_attendings() -> Story:
    """Two attendings contradict each other: a query to the attending of record."""
    told = _pneumonia("S38", "Two attendings in conflict", _D(1946, 6, 26), "F", _D(2026, 9, 19))
    words = "A query to the attending of record is outstanding: one attending documents pneumonia, the other aspiration."
    return replace(told, hold=("query.conflict", words, 2, "provider"), expect=frozenset({2, 6}))


def unsigned_operation() -> Story:
    """The surgeon has not signed."""
    return Story(
        number="S36",
        title="Operative report not signed",
        patient_class="inpatient",
        payer="COM",
        born=_D(1979, 10, 19),
        sex="F",
        admitted=_D(2026, 9, 17),
        days=2,
        papers=(
            ORDER,
            history("46-year-old woman. Acute cholecystitis with gallstones, without obstruction."),
            operative("Laparoscopic removal of the gallbladder.", day=1, signed=False),
            replace(operative("Laparoscopic removal of the gallbladder.", day=1), late=True),
            anesthesia(1),
            summary("Acute cholecystitis with gallstones, gallbladder removed. Home.", day=2),
        ),
        diagnoses=(Dx("K80.00", "Acute cholecystitis with gallstones", "Y"), Dx("R10.11", role="admitting")),
        procedures=(Px("0FT44ZZ", "Laparoscopic removal of the gallbladder", day=1),),
        bills=(*stay(2), charge("0360", 9100, "Operating room", day=1)),
        expect=frozenset({2, 3, 6}),
        expect_rules=frozenset({"evidence.signed", "documents.required"}),
    )


def illegible_sheet() -> Story:
    """A scanned sheet that nobody can read."""
    scan = Paper("nursing_note", "Scanned triage sheet", "", role="nurse")
    return Story(
        number="S37",
        title="Emergency sheet not legible",
        patient_class="emergency",
        payer="COM",
        born=_D(1992, 12, 1),
        sex="M",
        admitted=_D(2026, 9, 24),
        papers=(scan, ed_note("Sprain of unspecified ligament of right ankle after a fall. Film without fracture. Splint.")),
        diagnoses=(
            Dx("S93.401A", "Sprain of unspecified ligament of right ankle"),
            Dx("W19.XXXA", "a fall", role="external_cause"),
            Dx("M25.571", role="reason_for_visit"),
        ),
        procedures=(Px("99283", "Film without fracture"),),
        bills=(charge("0450", 512, "Emergency visit, level 3"),),
        before=(FoundWanting("Scanned triage sheet", "legible", "The scan is too dark; the times cannot be read."),),
        expect=frozenset({2, 6}),
        expect_rules=frozenset({"evidence.qualities"}),
    )


def told() -> list[Story]:
    """The states of a day."""
    return [
        in_house(),
        discharge_cancelled(),
        admission_cancelled(),
        being_coded(),
        sent_back(),
        unsigned_operation(),
        illegible_sheet(),
        two_attendings(),
        bill_hold(),
        late_charges(),
    ]
