"""What a rule necessarily looks at, and what an account has to look at: the rule set brings together those that meet. Pure.

A token is a letter for the family and the beginning of a code or a whole word: ``d:I21``, ``h:992``, ``t:operative_note``,
``e:AGE_CONFLICT`` (an edit of the Medicare Code Editor that the account has), ``m:any`` (a service with a modifier).
"""

from dataclasses import dataclass
from functools import lru_cache

from .facts import Facts
from .service_codes import HCPCS_SYSTEMS

DIAGNOSES, PROCEDURES, SERVICES, DOCUMENTS, EDITS = "d:", "x:", "h:", "t:", "e:"
MODIFIED = "m:any"
#: Rules are found by the category of a code: its first three characters.
CATEGORY = 3
_FAMILY = len(DIAGNOSES)
_WHOLE = (DOCUMENTS, EDITS)
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

    The edits of the Medicare Code Editor are known to a case alone (``Case.words``).

    Then nothing can be ruled out, and every rule must be asked.
    """
    if facts.diagnoses is None or facts.documents is None:
        return None
    return frozenset([*_diagnoses(facts), *_services(facts), *_documents(facts)])


@lru_cache(maxsize=_KEPT_CODES)
def tokens(word: str) -> frozenset[str]:
    """Every beginning of a code, so that a prefix of any length is found by one look; what is no code is met whole."""
    if word.startswith(_WHOLE) or word == MODIFIED:
        return frozenset((word,))
    return frozenset(word[:length] for length in range(_FAMILY + 1, min(len(word), _FAMILY + _LONGEST) + 1))


def _diagnoses(facts: Facts) -> list[str]:
    coded = [DIAGNOSES + diagnosis.code for diagnosis in (*(facts.diagnoses or ()), *facts.external_causes)]
    return [*coded, DIAGNOSES + facts.admitting_diagnosis, *[DIAGNOSES + code for code in facts.reason_for_visit]]


def _services(facts: Facts) -> list[str]:
    services = [SERVICES + procedure.code for procedure in facts.procedures if procedure.system in HCPCS_SYSTEMS]
    modified = any([line.modifiers for line in facts.lines]) or any([each.modifiers for each in facts.procedures])
    return [
        *services,
        *([MODIFIED] if modified else ()),
        *[PROCEDURES + procedure.code for procedure in facts.procedures],
        *[SERVICES + line.hcpcs for line in facts.lines],
    ]


def _documents(facts: Facts) -> list[str]:
    return [DOCUMENTS + document.type for document in facts.documents or ()]
