"""Condition 4: one combination code instead of its parts (I.B.9), and acute before chronic (I.B.8)."""

from collections.abc import Iterator
from functools import lru_cache
from itertools import product

from coding_workflow.guidelines.case import Case
from coding_workflow.guidelines.registry import Found, guideline
from coding_workflow.guidelines.words import point

#: Two parts, and the category that says both: only where the classification has no other way to say both.
PARTS = (
    (("J960",), ("J961",), "J96.2-"),
    (("I5021",), ("I5022",), "I50.23"),
    (("I5031",), ("I5032",), "I50.33"),
    (("I5041",), ("I5042",), "I50.43"),
    (("I502",), ("I503",), "I50.4-"),
    (("K7030",), ("R18",), "K70.31"),
    (("K810",), ("K811",), "K81.2"),
)


_KEPT_TITLES = 100_000


@guideline("icd10cm.combination", "I.B.9", override="reason", codes=(code for first, _, _ in PARTS for code in first))
def combination(case: Case) -> Iterator[Found]:
    """Parts for which there is a combination code are not coded apart."""
    for first, second, words in PARTS:
        one, other = case.has(*first), case.has(*second)
        if one and other:
            yield Found(f"{point(one)} and {point(other)} are coded together as {words}.", (one, other))


@guideline("icd10cm.acute_before_chronic", "I.B.8", override="reason")
def acute_before_chronic(case: Case) -> Iterator[Found]:
    """Acute and chronic forms of one condition, both with a code in one category: the acute one is first."""
    if not case.is_loaded("ICD-10-CM"):
        return
    found: dict[str, dict[str, str]] = {"chronic": {}, "acute": {}, "": {}}
    for code in case.siblings:
        answer = case.tables.code("ICD-10-CM", code)
        kind, condition = _condition(answer.title) if answer else ("", "")
        found[kind][code] = condition
    for (earlier, one), (later, other) in product(found["chronic"].items(), found["acute"].items()):
        if earlier[:3] == later[:3] and one == other and case.codes.index(earlier) < case.codes.index(later):
            yield Found(f"{point(later)} is acute and is sequenced before {point(earlier)}, which is chronic.", (later, earlier))


@lru_cache(maxsize=_KEPT_TITLES)
def _condition(title: str) -> tuple[str, str]:
    """``acute`` or ``chronic`` (empty for neither or both) and what is left of the title without the word."""
    words = title.lower().replace(",", " ").split()
    found = {"acute", "chronic"} & set(words)
    kind = found.pop() if len(found) == 1 else ""
    return kind, " ".join(word for word in words if word not in {"acute", "chronic", "subacute", "and"})
