"""How titles and typed text become words: one way for both, so that they meet. Pure."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

_WORD: Final = re.compile(r"[a-z0-9]+")
_ENDINGS: Final = ("ss", "is", "us", "as", "es")

#: Words that say nothing about which code is meant.
STOP_WORDS: Final = frozenset(
    ["a", "an", "and", "as", "at", "by", "due", "for", "from", "in", "into", "nec", "nos", "of", "on", "or", "the", "to", "with"]
)
#: Words that are in a title whatever it names; they do not make a match worse.
FILLERS: Final = frozenset(
    ["classified", "elsewhere", "not", "organism", "other", "otherwise", "part", "site", "specified", "type", "unspecified"]
)
#: British spellings and word forms, as the publisher writes them.
SPELLINGS: Final = {
    "anaemia": "anemia",
    "caesarean": "cesarean",
    "coeliac": "celiac",
    "diarrhoea": "diarrhea",
    "dyspnoea": "dyspnea",
    "foetal": "fetal",
    "foetus": "fetus",
    "gynaecological": "gynecological",
    "haematoma": "hematoma",
    "haematuria": "hematuria",
    "haemorrhage": "hemorrhage",
    "haemorrhoid": "hemorrhoid",
    "hypoglycaemia": "hypoglycemia",
    "hyperglycaemia": "hyperglycemia",
    "ischaemia": "ischemia",
    "ischaemic": "ischemic",
    "leukaemia": "leukemia",
    "oedema": "edema",
    "oesophageal": "esophageal",
    "oesophagitis": "esophagitis",
    "oesophagus": "esophagus",
    "orthopaedic": "orthopedic",
    "paediatric": "pediatric",
    "septicaemia": "septicemia",
    "tumour": "tumor",
}


def fold(text: str) -> str:
    """Lower case without accents: ``Sjögren`` as ``sjogren``."""
    if not text.isascii():
        text = "".join(each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each))
    return text.lower()


def split(text: str) -> list[str]:
    """The words of a text, stop words included, in order."""
    return _WORD.findall(fold(text).replace("'", ""))


def indexed(text: str) -> list[str]:
    """The words under which a title is found."""
    return [_singular(word) for word in split(text) if word not in STOP_WORDS]


def telling(title: Iterable[str]) -> list[str]:
    """The words of a title that name something, fillers left out unless there is nothing else."""
    kept = list(title)
    return [word for word in kept if word not in FILLERS] or kept


def asked(text: str) -> list[str]:
    """The words of a typed text; a text of nothing but stop words keeps them."""
    words = split(text)
    telling = [word for word in words if word not in STOP_WORDS] or words
    return [SPELLINGS.get(one, one) for one in map(singular, telling)]


def singular(word: str) -> str:
    """The word without a plural s, where that is plain: ``fractures``, not ``abscess`` or ``arthritis``."""
    if len(word) > 4 and word.endswith("s") and not word.endswith(_ENDINGS):
        return word[:-1]
    return word


#: Titles repeat some thirteen thousand words a million times.
_singular = lru_cache(maxsize=50_000)(singular)


def vector(title: Iterable[str], terms: Iterable[str], *marks: str) -> str:
    """The words as PostgreSQL's text form of a tsvector; ``marks`` are lexemes that no typed word can be."""
    return "'" + "' '".join({*title, *terms, *marks}) + "'"
