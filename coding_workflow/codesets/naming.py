"""Which code some words name: nothing that the words say is missing, and nothing that the title tells is left over. Pure.

Search finds every code that has the words; this finds the one that says what they say. What a title adds in parentheses
("nonessential modifiers", guideline I.A.7), fillers such as "unspecified", and what it says is absent need not be said: the
classification's default is the code without the complication.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Final

from . import words
from .abbreviations import ABBREVIATIONS, SYNONYMS

#: Words that a name has at most; and readings of one window of words that are tried, at most.
LONGEST: Final = 9
_MOST_READINGS: Final = 32
_LONGEST_ABBREVIATION: Final = 4
#: Shorter abbreviations are ordinary words too (as, hit, ms) and count in capitals only.
_IN_CAPITALS: Final = 3
_IN_PARENTHESES: Final = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_PRESENT: Final = re.compile(r"\bwith\b")
_ABSENT: Final = re.compile(r",? (?:without|unspecified whether|not (?:specified|stated)|not intractable|uncomplicated)\b.*")
_INITIAL: Final = re.compile(r", initial encounter.*")
_LATER: Final = re.compile(r", (?:subsequent encounter|sequela)")
_DEFAULTS: Final = re.compile(
    r"unspecified (?:organism|site|type|part|location|ligament|muscle|severity|degree)"
    r"|(?:organism|site|type|part|location) (?:unspecified|not specified)"
    r"|unspecified|not otherwise specified|\bnos\b|\bnec\b|cause unspecified"
)
#: Other ways in which records say what titles say, beside those that coders type.
MEANS: Final[dict[str, tuple[str, ...]]] = {
    "acquired hypothyroidism": ("hypothyroidism",),
    "acute blood loss anemia": ("acute posthemorrhagic anemia",),
    "acute gastroenteritis": ("gastroenteritis",),
    "acute kidney injury": ("acute kidney failure",),
    "acute renal failure": ("acute kidney failure",),
    "apixaban": ("anticoagulant",),
    "adenomatous polyp": ("benign neoplasm",),
    "bacteria": ("bacteria", "bacterium"),
    "brain bleed": ("intracerebral hemorrhage",),
    "cabg": ("aortocoronary bypass graft",),
    "cataracts": ("cataract",),
    "colon": ("colon", "large intestine"),
    "complete heart block": ("atrioventricular block complete",),
    "coronary artery disease": ("atherosclerotic heart disease native coronary artery",),
    "coronary disease": ("atherosclerotic heart disease native coronary artery",),
    "e coli": ("escherichia coli",),
    "finger": ("finger", "fingers"),
    "gallstones": ("calculus gallbladder",),
    "gestation": ("gestation pregnancy",),
    "heart attack": ("myocardial infarction",),
    "heart block": ("atrioventricular block",),
    "hypoxic": ("hypoxia",),
    "hypercapnic": ("hypercapnia",),
    "kidney injury": ("kidney failure",),
    "kidney stone": ("calculus kidney",),
    "kidney stones": ("calculus kidney",),
    "left inguinal hernia": ("unilateral inguinal hernia",),
    "liver cirrhosis": ("cirrhosis liver",),
    "long term": ("long term use",),
    "low potassium": ("hypokalemia",),
    "low sodium": ("hyponatremia", "hypo-osmolality hyponatremia"),
    "metformin": ("oral hypoglycemic drug",),
    "perineal tear": ("perineal laceration during delivery",),
    "rectal bleeding": ("hemorrhage anus rectum",),
    "right inguinal hernia": ("unilateral inguinal hernia",),
    "rivaroxaban": ("anticoagulant",),
    "sacrum": ("sacral region",),
    "septic shock": ("severe sepsis septic shock",),
    "sigmoid colon": ("sigmoid colon", "colon"),
    "urinary retention": ("retention urine",),
    "warfarin": ("anticoagulant",),
    "hyponatremia": ("hypo-osmolality hyponatremia",),
    "hypernatremia": ("hyperosmolality hypernatremia",),
    "native vessel": ("native coronary artery",),
    "obstructive sleep apnea": ("obstructive sleep apnea adult pediatric",),
    "prostate cancer": ("malignant neoplasm prostate",),
    "reflux": ("gastro-esophageal reflux disease",),
    "tobacco dependence": ("nicotine dependence",),
    "underactive thyroid": ("hypothyroidism",),
}
_ALL: Final[dict[str, tuple[str, ...]]] = ABBREVIATIONS | {
    key: (*ABBREVIATIONS.get(key, ()), *said) for key, said in MEANS.items()
}
_WISHED: Final = re.compile(r"\[([^\]]*)\]")


@dataclass(frozen=True, slots=True)
class Named:
    """The code that words name. ``assumed``: only because what the title calls absent was not spoken of."""

    code: str
    assumed: bool


@dataclass(frozen=True, slots=True)
class Titled:
    """A billable code with its title and inclusion terms; ``rank`` orders equal names, the plainest code first."""

    code: str
    title: str
    terms: tuple[str, ...]
    rank: int


class Names:
    """Every name of a table's billable codes. Some hundred thousand short texts; made once for a release."""

    def __init__(self, codes: Iterable[Titled]) -> None:
        found: dict[str, tuple[int, int, str, bool]] = {}
        for each in codes:
            unsaid = _absent_unsaid(words.fold(each.title)) != words.fold(each.title)
            for strength, key in _keys(each):
                mine = (strength, each.rank, each.code, strength > 0 and unsaid)
                if key not in found or mine < found[key]:
                    found[key] = mine
        self._codes = {key: Named(code, assumed) for key, (_, _, code, assumed) in found.items()}
        self._words = frozenset(word for key in found for word in key.split())

    def __len__(self) -> int:
        return len(self._codes)

    def named(self, said: Sequence[str], *, more: str = "") -> Named | None:
        """The code that these words name, as they are written; None when none does. ``more`` are words read along with them."""
        if not said or len(said) > LONGEST:
            return None
        along = tuple(words.indexed(more))
        readings = islice(_readings(tuple(said)), _MOST_READINGS)
        return next((named for one in readings if (named := self._codes.get(_key((*one, *along))))), None)

    def knows(self, word: str) -> bool:
        """Whether some name has the word: the classification tells cases apart by it."""
        return any(one in self._words for one in words.asked(word))


def _keys(each: Titled) -> Iterator[tuple[int, str]]:
    """What a code is called: by its title, then by its inclusion terms, then with what is absent left unsaid."""
    if _LATER.search(each.title):
        return
    texts = [(0, _INITIAL.sub("", each.title)), *((1, term) for term in each.terms)]
    for strength, text in texts:
        folded = words.fold(text)
        for bare in dict.fromkeys((folded, _IN_PARENTHESES.sub("", folded))):
            for more, said in ((0, bare), (2, _absent_unsaid(bare))):
                for plain in dict.fromkeys((said, _DEFAULTS.sub(" ", said))):
                    if key := _key(words.indexed(plain)):
                        yield strength + more, key


def _absent_unsaid(title: str) -> str:
    """Without the end that says what is absent; the whole title when something present is said after it."""
    absent = _ABSENT.search(title)
    return title if absent is None or _PRESENT.search(absent.group()) else title[: absent.start()]


def _key(said: Iterable[str]) -> str:
    """The words as a set in order; each "without" counts, or what is with and what is without would be one."""
    told = [word for word in said if word not in _UNTOLD]
    kept = {word for word in told if word != _WITHOUT}
    if kept & _SIDES:
        kept.discard("unilateral")
    return " ".join([*sorted(kept), *(word for word in told if word == _WITHOUT)])


_WITHOUT: Final = "without"
_SIDES: Final = frozenset({"left", "right"})


#: Dropped on both sides: they say that nothing more is said.
_UNTOLD: Final = frozenset({"affecting", "unspecified", "specified", *words.STOP_WORDS})


def _readings(said: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The words as titles would have them: as they are, and with each abbreviation and synonym written out."""
    if not said:
        yield ()
        return
    for length in range(min(_LONGEST_ABBREVIATION, len(said)), 0, -1):
        for first in _written_out(said[:length]):
            for rest in _readings(said[length:]):
                yield (*first, *rest)


def _written_out(said: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if len(said) == 1:
        yield tuple(words.asked(said[0]))
    key = " ".join(said).lower()
    plain = key if key in _ALL else words.singular(key)
    if plain in _ALL and _is_meant(plain, said):
        yield from _phrasings(plain)


def _is_meant(key: str, said: tuple[str, ...]) -> bool:
    return len(key) > _IN_CAPITALS or key in SYNONYMS or not key.isalpha() or said[0].isupper()


@lru_cache(maxsize=2_000)
def _phrasings(key: str) -> tuple[tuple[str, ...], ...]:
    """Each phrasing with its finer words (what is usually meant), then without."""
    found = []
    for phrase in _ALL[key]:
        plain = tuple(words.indexed(_WISHED.sub("", phrase)))
        found += [tuple(words.indexed(phrase.replace("[", "").replace("]", ""))), plain]
    return tuple(dict.fromkeys(found))
