"""Resources and rows are tried in the bounded child before this process reads them, as HL7 messages are."""

from typing import Final

from coding_workflow.registration import bounded
from coding_workflow.registration.bounded import child
from coding_workflow.registration.hl7.problem import HL7Problem
from coding_workflow.registration.problem import Unreadable

#: What is read, and the room of its codes.
FHIR_FILE, FHIR_UNIT, CSV_FILE, CSV_ROW = child.FHIR_FILE, child.FHIR_UNIT, child.CSV_FILE, child.CSV_ROW
_ROOMS: Final = {FHIR_FILE: "fhir", FHIR_UNIT: "fhir", CSV_FILE: "csv", CSV_ROW: "csv"}


def vet(raw: bytes, what: bytes) -> None:
    """Return when reading these bytes stays within time and memory.

    Raises Unreadable ``fhir.reading_time``, ``fhir.reading_memory`` or ``fhir.reader_ended`` (``csv.`` for rows): then nobody
    may read them here.
    """
    try:
        bounded.vet(raw, what)
    except HL7Problem as problem:
        raise Unreadable(f"{_ROOMS[what]}.{problem.code.removeprefix('hl7.')}", problem.sentence) from None


def passes(raw: bytes, what: bytes) -> bool:
    """Whether it may be read here."""
    try:
        vet(raw, what)
    except Unreadable:
        return False
    return True
