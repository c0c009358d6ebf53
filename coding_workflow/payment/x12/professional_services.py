"""Services of which an 837P has to say more than is kept here. Pure."""

from collections.abc import Collection
from typing import Final

#: First and last code, and what is missing. CPT, MAAA (M), PLA (U) and HCPCS.
_RANGES: Final = (
    ("00100", "01999", "the minutes of anesthesia"),
    ("77061", "77067", "the mammography certification number"),
    ("G0279", "G0279", "the mammography certification number"),
    ("A0021", "A0999", "the transport of an ambulance"),
)
#: Tests that need the laboratory's CLIA number unless only the physician's part is billed.
_LABORATORY: Final = (
    ("80047", "89398"),
    ("G0123", "G0124"),
    ("G0141", "G0148"),
    ("G0306", "G0307"),
    ("G0432", "G0435"),
    ("G0475", "G0483"),
    ("P2028", "P3001"),
    ("Q0111", "Q0115"),
    ("U0001", "U0005"),
)
_SINGLE_TESTS: Final = frozenset({"G0103", "G0328", "G0416", "G0472", "G0499", "G0659"})
#: Codes that do not say what was done, which the claim then has to (SV101-7): unlisted services, drugs not classified.
_UNCLASSIFIED_CODES: Final = """
15999 17999 19499 20999 21089 21299 21499 21899 22899 22999 23929 24999 25999 26989 27299 27599 27899 28899 29799 29999
30999 31299 31599 31899 32999 33999 36299 37501 37799 38129 38589 38999 39499 39599 40799 40899 41599 41899 42299 42699
42999 43289 43499 43659 43999 44238 44799 44899 44979 45399 45499 45999 46999 47379 47399 47579 47999 48999 49329 49659
49999 50549 50949 51999 53899 54699 55559 55899 58578 58579 58679 58999 59897 59898 59899 60659 60699 64999 66999 67299
67399 67599 67999 68399 68899 69399 69799 69949 69979 76496 76497 76498 76499 76999 77299 77399 77499 77799 78099 78199
78299 78399 78499 78599 78699 78799 78999 79999 90399 90749 90899 91299 92499 92700 93799 93998 94799 95199 95999 96379
96549 96999 97039 97139 97799 99199 99429 99499 99600 J3490 J3590 J7999 J8499 J9999
"""
_NOT_CLASSIFIED: Final = frozenset(_UNCLASSIFIED_CODES.split())


def wanting(code: str, modifiers: Collection[str], *, medicaid: bool) -> str:
    """What the claim would have to say of the service besides, in words; empty where nothing is missing.

    Of a drug to Medicaid it is the NDC number (42 U.S.C. 1396r-8(a)(7)).
    """
    for first, last, what in _RANGES:
        if first <= code <= last and code[-1].isdigit():
            return what
    if code in _NOT_CLASSIFIED:
        return "a description of what was done"
    if "26" not in modifiers and _is_test(code):
        return "the laboratory's CLIA number"
    return "the NDC number of the drug" if medicaid and code[:1] == "J" else ""


def _is_test(code: str) -> bool:
    numbered = len(code) == 5 and code[:4].isdigit()
    if numbered and code[4] in "MU":
        return True
    return code in _SINGLE_TESTS or any(first <= code <= last and code[4:].isdigit() for first, last in _LABORATORY)
