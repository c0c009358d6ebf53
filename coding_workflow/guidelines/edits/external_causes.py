"""Condition 4: external causes, place, activity and status (I.C.20)."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from coding_workflow.guidelines.case import Case
from coding_workflow.guidelines.facts import VISIT_CLASSES
from coding_workflow.guidelines.findings import Severity
from coding_workflow.guidelines.registry import Found, guideline
from coding_workflow.guidelines.words import point

from .characters import INITIAL, SEQUELA, encounter

EXTERNAL_CAUSES = ("V", "W", "X", "Y")
PLACE, ACTIVITY, STATUS = "Y92", "Y93", "Y99"
_CIRCUMSTANCES = (PLACE, ACTIVITY, STATUS)
_UNSPECIFIED = ("Y929", "Y939", "Y999")
#: I.C.20.f: terrorism, then cataclysmic events, then transport, then everything else.
_PRIORITY = (("Y38",), ("X34", "X35", "X36", "X37", "X38", "X39"), ("V",))


@guideline("injury.external_cause_first", "I.C.20.a.6", codes=EXTERNAL_CAUSES, classes=VISIT_CLASSES, version=2)
def external_cause_first(case: Case) -> Iterator[Found]:
    """An external cause is never first-listed; inpatient stays have the Medicare Code Editor for it."""
    if case.principal and case.principal.code.startswith(EXTERNAL_CAUSES):
        yield Found(f"{point(case.principal.code)} is an external cause and cannot be first-listed.", (case.principal.code,))


@guideline("injury.place_once", "I.C.20.b-d, I.C.20.k", codes=_CIRCUMSTANCES, version=2)
def place_once(case: Case) -> Iterator[Found]:
    """One activity and one status; one place, unless a new injury happened in hospital."""
    counted = Counter(code[:3] for code in case.codes if code.startswith(_CIRCUMSTANCES))
    for category, times in sorted(counted.items()):
        if times > 1:
            yield Found(f"{category}.- is reported {times} times; once is enough.", (category,), severity=_severity(category))


@guideline("injury.place_initial", "I.C.20.b-c, I.C.20.k", codes=_CIRCUMSTANCES, override="reason")
def place_initial(case: Case) -> Iterator[Found]:
    """Place, activity and status belong to the initial encounter for treatment."""
    phases = {encounter(code) for code in case.those("S", "T")} - {""}
    if not phases or phases & INITIAL:
        return
    for code in case.those(*_CIRCUMSTANCES):
        message = f"{point(code)} is reported only at the initial encounter for treatment."
        yield Found(message, (code,), severity=_severity(code))


def _severity(code: str) -> Severity:
    """The Guidelines say "generally" of the place, and "only" of activity and status."""
    return "warn" if code.startswith(PLACE) else "hold"


@guideline("injury.activity_applies", "I.C.20.c, I.C.20.k", codes=(ACTIVITY, STATUS), severity="warn")
def activity_applies(case: Case) -> Iterator[Found]:
    """Activity and status do not apply to poisonings, adverse effects and sequelae."""
    harmed = case.those("S", "T")
    if not harmed or not all("T36" <= code[:3] <= "T50" or encounter(code) == SEQUELA for code in harmed):
        return
    for code in case.those(ACTIVITY, STATUS):
        yield Found(f"{point(code)} does not apply to poisonings, adverse effects and sequelae.", (code,))


@guideline("injury.status_alone", "I.C.20.k", codes=(STATUS,), override="reason")
def status_alone(case: Case) -> Iterator[Found]:
    """An external cause status comes with a cause or an activity."""
    status = case.has(STATUS)
    causes = [code for code in case.those(*EXTERNAL_CAUSES) if not code.startswith((STATUS, PLACE))]
    if status and not causes:
        yield Found(f"{point(status)} is reported without an external cause or activity.", (status,))


@guideline("injury.circumstance_unspecified", "I.C.20.b-c, I.C.20.k", codes=_UNSPECIFIED, severity="info")
def circumstance_unspecified(case: Case) -> Iterator[Found]:
    """Unspecified place, activity or status is left out where it is not stated."""
    for code in case.those(*_UNSPECIFIED):
        yield Found(f"{point(code)} is not reported where it is not stated.", (code,))


@guideline("injury.cause_encounter", "I.C.20.a.2", codes=EXTERNAL_CAUSES, severity="warn")
def cause_encounter(case: Case) -> Iterator[Found]:
    """The 7th character of an external cause matches that of the injury."""
    phases = {_phase(encounter(code)) for code in case.those("S", "T")} - {""}
    for code in case.those(*EXTERNAL_CAUSES) if phases else ():
        phase = code[6] if len(code) == 7 else ""
        if phase in ("A", "D", SEQUELA) and phase not in phases:
            yield Found(f"The 7th character of {point(code)} does not match that of the injuries coded.", (code,))


def _phase(seventh: str) -> str:
    """Initial, subsequent or sequela, as external causes have it."""
    if seventh in INITIAL:
        return "A"
    return seventh if seventh in ("", SEQUELA) else "D"


@guideline("injury.cause_order", "I.C.20.d, I.C.20.f", codes=EXTERNAL_CAUSES, severity="warn")
def cause_order(case: Case) -> Iterator[Found]:
    """Terrorism, cataclysmic events and transport come before other causes; place, activity and status after all of them."""
    causes = [code for code in case.codes if code.startswith(EXTERNAL_CAUSES) and not code.startswith(("Y07", "Y90"))]
    for before, after in pairwise(causes):
        if _rank(after) < _rank(before):
            yield Found(f"{point(after)} is sequenced before {point(before)} among the external causes.", (after, before))
            return


def _rank(code: str) -> int:
    if code.startswith(_CIRCUMSTANCES):
        return len(_PRIORITY) + 1
    return next((at for at, group in enumerate(_PRIORITY) if code.startswith(group)), len(_PRIORITY))
