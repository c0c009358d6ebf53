"""Condition 4: 7th characters and sequelae (I.A.5, I.B.10, I.C.19.a)."""

from collections.abc import Iterator

from coding_workflow.guidelines.case import Case
from coding_workflow.guidelines.registry import Found, guideline
from coding_workflow.guidelines.words import point

SEQUELA = "S"
INITIAL = frozenset("ABC")
#: Categories that say "sequelae of": the condition that is left comes before them.
_LATE_EFFECTS = ("B90", "B91", "B92", "B94", "E64", "E68", "G09", "O94")
_BURNS = ("T20", "T21", "T22", "T23", "T24", "T25", "T26", "T27", "T28")
#: After joint replacement, orthopedic and surgical aftercare.
_AFTERCARE = ("Z47", "Z48")


def encounter(code: str) -> str:
    """The 7th character of an injury code (S00-T88): ``A`` ... ``S``; empty for other codes."""
    return code[6] if len(code) == 7 and code[0] in "ST" else ""


@guideline("icd10cm.sequela_first", "I.B.10, I.C.19.a", override="reason")
def sequela_first(case: Case) -> Iterator[Found]:
    """What is left of an injury or illness is sequenced before the code that says sequela; the Tabular List has exceptions."""
    if case.principal is None or case.principal_refused:
        return
    code = case.principal.code
    if encounter(code) == SEQUELA or code.startswith(_LATE_EFFECTS):
        yield Found(f"{point(code)} is the cause of a sequela; the condition that is left is sequenced first.", (code,))


@guideline("icd10cm.sequela_with_acute", "I.B.10, I.C.19.d.8", codes=("S", "T"), override="reason")
def sequela_with_acute(case: Case) -> Iterator[Found]:
    """The acute phase of an injury is not coded with its sequela. Burns heal unevenly and may have both."""
    for late in (code for code in case.those("S", "T") if encounter(code) == SEQUELA and not code.startswith(_BURNS)):
        for acute in case.those(late[:6]):
            if encounter(acute) not in ("", SEQUELA):
                yield Found(f"{point(late)} and {point(acute)} code the same injury as sequela and as current.", (late, acute))


@guideline("icd10cm.injury_aftercare", "I.C.19.a, I.C.21.c.7", codes=_AFTERCARE, override="reason")
def injury_aftercare(case: Case) -> Iterator[Found]:
    """Aftercare of an injury is its own code with the 7th character of a subsequent encounter, not an aftercare Z code."""
    current = [code for code in case.those("S", "T0", "T1", "T2", "T3") if encounter(code) not in ("", SEQUELA, *INITIAL)]
    for aftercare in case.those(*_AFTERCARE) if current else ():
        message = (
            f"{point(aftercare)} is not used for aftercare of an injury; {point(current[0])} says it with its 7th character."
        )
        yield Found(message, (aftercare, current[0]))
