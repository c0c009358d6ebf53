"""What a rule necessarily looks at, and what an account has to look at: the rule set brings together those that meet. Pure.

A token is a letter for the family and the beginning of a code or a whole word: ``d:I21``, ``h:992``, ``t:operative_note``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from .facts import Facts
from .service_codes import HCPCS_SYSTEMS

DIAGNOSES, PROCEDURES, SERVICES, DOCUMENTS = "d:", "x:", "h:", "t:"
#: Rules are found by the category of a code: its first three characters.
CATEGORY = 3
_FAMILY = len(DIAGNOSES)
_LONGEST = 7
_KEPT_CODES = 100_000


@dataclass(frozen=True, slots=True)
class Anchors:
    """The account must have one of these tokens, one of these classes and one of these payers; empty asks nothing.

    A rule whose anchors are not met finds nothing, so it need not be asked.
    """

    tokens: frozenset[str] = frozenset()
    classes: frozenset[str] = frozenset()
    payers: frozenset[str] = frozenset()

    @property
    def unanchored(self) -> bool:
        """Every account must be asked."""
        return not (self.tokens or self.classes or self.payers)

    def covers(self, patient_class: str, payer_kind: str) -> bool:
        """Whether accounts of this class and payer may meet the anchors."""
        return (not self.classes or patient_class in self.classes) and (not self.payers or payer_kind in self.payers)


def words_of(facts: Facts) -> frozenset[str] | None:
    """Each code and type of document of an account as one word, ``d:I2109``; None where diagnoses or documents are not known.

    Then nothing can be ruled out, and every rule must be asked.
    """
    if facts.diagnoses is None or facts.documents is None:
        return None
    return frozenset(chain(_diagnoses(facts), _services(facts), _documents(facts)))


@lru_cache(maxsize=_KEPT_CODES)
def tokens(word: str) -> frozenset[str]:
    """Every beginning of a code, so that a prefix of any length is found by one look; a type of document is met whole."""
    if word.startswith(DOCUMENTS):
        return frozenset((word,))
    return frozenset(word[:length] for length in range(_FAMILY + 1, min(len(word), _FAMILY + _LONGEST) + 1))


def _diagnoses(facts: Facts) -> Iterator[str]:
    for diagnosis in (*(facts.diagnoses or ()), *facts.external_causes):
        yield DIAGNOSES + diagnosis.code
    for code in (facts.admitting_diagnosis, *facts.reason_for_visit):
        yield DIAGNOSES + code


def _services(facts: Facts) -> Iterator[str]:
    for procedure in facts.procedures:
        yield PROCEDURES + procedure.code
        if procedure.system in HCPCS_SYSTEMS:
            yield SERVICES + procedure.code
    for line in facts.lines:
        yield SERVICES + line.hcpcs


def _documents(facts: Facts) -> Iterator[str]:
    return (DOCUMENTS + document.type for document in facts.documents or ())
