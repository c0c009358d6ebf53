"""Pieces that stories share: papers, charges, and how a clean stay is told."""

from decimal import Decimal

from worklist.demo.story import Bill, Paper

ORDER = Paper("inpatient_order", "Inpatient admission order", "Admit to inpatient. Expected stay two midnights or more.")
OBSERVATION_ORDER = Paper("observation_order", "Observation order", "Place in observation. Not admitted as an inpatient.")


def history(text: str) -> Paper:
    """A history and physical on the day of admission."""
    return Paper("history_and_physical", "History and physical", f"HISTORY AND PHYSICAL\n{text}")


def summary(text: str, *, day: int, late: bool = False) -> Paper:
    """A discharge summary."""
    return Paper("discharge_summary", "Discharge summary", f"DISCHARGE SUMMARY\n{text}", day=day, late=late)


def ed_note(text: str) -> Paper:
    """An emergency physician's note."""
    return Paper("ed_note", "Emergency department note", f"EMERGENCY DEPARTMENT\n{text}", role="emergency_physician")


def clinic_note(text: str) -> Paper:
    """A clinic note."""
    return Paper("clinic_note", "Clinic note", f"CLINIC VISIT\n{text}")


def note(kind: str, title: str, text: str, *, role: str = "attending", day: int = 0, late: bool = False) -> Paper:
    """Any other note, by document type."""
    return Paper(kind, title, text, role=role, day=day, late=late)


def death_summary(text: str, *, day: int) -> Paper:
    """A death summary, which comes late."""
    return Paper("death_summary", "Death summary", f"DEATH SUMMARY\n{text}", day=day, late=True)


def operative(text: str, *, day: int = 0, signed: bool = True) -> Paper:
    """The surgeon's full report."""
    return Paper("operative_note", "Operative report", f"OPERATIVE REPORT\n{text}", role="surgeon", day=day, signed=signed)


def anesthesia(day: int = 0) -> Paper:
    """An anesthesia record."""
    return Paper(
        "anesthesia_record", "Anesthesia record", "Monitored anesthesia care, uneventful.", role="anesthesiologist", day=day
    )


def pathology(text: str, *, day: int = 1, late: bool = False) -> Paper:
    """A pathology report, which the laboratory's system sends."""
    return Paper("pathology_report", "Pathology report", text, role="pathologist", day=day, by_laboratory=True, late=late)


def case_management(text: str, *, day: int) -> Paper:
    """A case manager's note: where the patient went."""
    return Paper("case_management_note", "Case management note", text, role="case_manager", day=day)


def bed(days: int, rate: int = 2150) -> Bill:
    """Room and board for the whole stay."""
    nights = max(days, 1)
    return Bill("0120", Decimal(rate * nights), "Semi-private room", units=nights)


def charge(revenue_code: str, amount: int | str, description: str, *, hcpcs: str = "", units: int = 1, day: int = 0) -> Bill:
    """One charge line."""
    return Bill(revenue_code, Decimal(amount), description, hcpcs=hcpcs, units=units, day=day)


def stay(days: int, *, laboratory: int = 1240, pharmacy: int = 860) -> tuple[Bill, ...]:
    """What every stay is charged."""
    return (bed(days), charge("0300", laboratory, "Laboratory"), charge("0250", pharmacy, "Pharmacy"))
