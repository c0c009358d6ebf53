"""Words that are no disease by themselves, or stand around names without changing them. Pure data."""

from typing import Final


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


#: Words that name a code and mean nothing alone.
TOO_PLAIN: Final = _set(
    """abscess accident alcohol anger assault bite burn cold collapse cough counseling cyst disease disorder drug drugs edema
    exposure female fever fracture grief home infant infection injuries injury labor labour lesion light male mass medication
    newborn noise observation other overweight pacemaker pain pregnancy problem shock sound status stent stress swelling
    syndrome tear tobacco transgender ulcer water weakness wheelchair wound"""
)
#: Words around a name that change nothing about its code, though titles use them too.
HARMLESS: Final = _set(
    """a active after again also an and arrival arrived at be been before both by continued controlled current day days denies
    developed develops diagnosed diagnosis drained during final for from given had has have having her his history hospital is
    known likely long longstanding man nailed new newly no not now old on or overall patient placed possible possibly present
    principal probable probably removed repaired resolved resolving shows since stable standing still stopped suspected that
    the their then this to today transfused treated uncontrolled underlying was were when which while who with without woman
    worsening year years improved improving"""
)
#: What stands right behind a name and makes it something else: a test, a plan, a person's field.
ABOUT: Final = _set(
    """bundle clinic counseling education film history immunization level levels panel pathway precautions prophylaxis protocol
    release repair risk scan score screen screening service status team test testing tests unit vaccination vaccine"""
)
#: A name goes on after these: "laceration of", "pneumonia due to".
GOES_ON: Final = _set("due of secondary")
#: What only says that the disease is past.
SAYS_HISTORY: Final = _set("a an history hx of past previous prior remote the")
