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


def tokens_of(facts: Facts) -> frozenset[str] | None:
    """Every token of an account; None where diagnoses or documents are not known, so that nothing can be ruled out."""
    if facts.diagnoses is None or facts.documents is None:
        return None
    coded = chain(_diagnoses(facts), _of_services(facts))
    return frozenset(chain(_types(facts), *(_tokens(family, code) for family, code in coded)))


def _diagnoses(facts: Facts) -> Iterator[tuple[str, str]]:
    for diagnosis in (*(facts.diagnoses or ()), *facts.external_causes):
        yield DIAGNOSES, diagnosis.code
    for code in (facts.admitting_diagnosis, *facts.reason_for_visit):
        yield DIAGNOSES, code


def _of_services(facts: Facts) -> Iterator[tuple[str, str]]:
    for procedure in facts.procedures:
        yield PROCEDURES, procedure.code
        if procedure.system in HCPCS_SYSTEMS:
            yield SERVICES, procedure.code
    for line in facts.lines:
        yield SERVICES, line.hcpcs


def _types(facts: Facts) -> list[str]:
    return [DOCUMENTS + document.type for document in facts.documents or ()]


@lru_cache(maxsize=_KEPT_CODES)
def _tokens(family: str, code: str) -> tuple[str, ...]:
    """Every beginning of a code, so that a prefix of any length is found by one look. Few codes make most accounts."""
    return tuple(family + code[:length] for length in range(1, min(len(code), _LONGEST) + 1))
