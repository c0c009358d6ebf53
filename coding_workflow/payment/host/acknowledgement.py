"""What the receiver answered to a message (HL7 v2.6, chapter 2.9). Pure."""

from dataclasses import dataclass
from typing import Final

from coding_workflow.registration.hl7 import escapes

#: MSA-1 in original and enhanced mode: taken, faulty content, not to be had at all.
ACCEPTED: Final = frozenset({"AA", "CA"})
ERROR: Final = frozenset({"AE", "CE"})
REJECTED: Final = frozenset({"AR", "CR"})
_MOST_TEXT: Final = 500


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """MSA-1, the control id it answers, and the receiver's own words (which may name a patient: never logged)."""

    code: str
    control_id: str
    text: str = ""


def read(raw: bytes) -> Acknowledgement | None:
    """The answer, or None where it is none: cut, of another kind, without MSA or with a code that HL7 does not know."""
    lines = raw.decode("utf-8", errors="replace").replace("\r\n", "\r").replace("\n", "\r").split("\r")
    separator = lines[0][3:4]
    if not lines[0].startswith("MSH") or not separator:
        return None
    segments = [line.split(separator) for line in lines]
    msa = next((each for each in segments if each[0] == "MSA" and len(each) > 2), None)
    if msa is None or msa[1] not in ACCEPTED | ERROR | REJECTED:
        return None
    return Acknowledgement(msa[1], msa[2], _words(msa, segments))


def _words(msa: list[str], segments: list[list[str]]) -> str:
    """MSA-3, else the text of the first ERR-8, else of ERR-3."""
    err = next((each for each in segments if each[0] == "ERR"), [])
    for fields, place in ((msa, 3), (err, 8), (err, 3)):
        if len(fields) > place and fields[place]:
            return escapes.decode(fields[place].replace("\x00", ""), escapes.Separators())[:_MOST_TEXT]
    return ""
