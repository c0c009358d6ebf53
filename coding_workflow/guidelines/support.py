"""Which codes must be supported by the record, and how (``policy.vocabulary.MANDATORY_EVIDENCE``)."""

from collections.abc import Collection, Iterator, Mapping
from functools import cache
from typing import NamedTuple

from .facts import Document, Evidence, Facts, Line, Procedure
from .service_codes import is_surgery
from .words import point


class Supported(NamedTuple):
    """A code with the kinds of support policy may ask of it, its evidence, and the documents of the record that it cites."""

    code: str
    kinds: frozenset[str]
    evidence: tuple[Evidence, ...]
    documents: tuple[Document, ...]

    @property
    def label(self) -> str:
        """The code as coders read it."""
        return self.code if self.kinds == PROCEDURE else point(self.code)


#: The kinds of every coded procedure.
PROCEDURE = frozenset({"procedure"})


def supported(
    facts: Facts, record: Mapping[str, Document], complications: Collection[str], hospital_acquired: Collection[str]
) -> Iterator[Supported]:
    """Every diagnosis and procedure with its kinds; coder-assigned surgery on outpatient lines counts as a procedure.

    On a professional bill every service that a coder assigned does: the level of a visit rests on the note.
    """

    queried = {code for query in facts.queries for code in query.codes}
    principal = True
    for diagnosis in (*(facts.diagnoses or ()), *facts.external_causes):
        code, evidence = diagnosis.code, diagnosis.evidence
        kinds = _kinds(principal, code in complications, code in hospital_acquired, diagnosis.queried or code in queried)
        yield Supported(code, kinds, evidence, _cited(evidence, record))
        principal = False
    for service in _procedures(facts):
        code = service.hcpcs if isinstance(service, Line) else service.code
        yield Supported(code, PROCEDURE, service.evidence, _cited(service.evidence, record))


def _procedures(facts: Facts) -> Iterator[Procedure | Line]:
    yield from facts.procedures
    if facts.inpatient:
        return
    coded = {procedure.code for procedure in facts.procedures}
    for line in facts.lines:
        counts = facts.professional or is_surgery(line.hcpcs)
        if line.source == "coder" and line.hcpcs and line.hcpcs not in coded and counts:
            yield line


def _cited(evidence: tuple[Evidence, ...], record: Mapping[str, Document]) -> tuple[Document, ...]:
    return tuple([record[each.document] for each in evidence if each.document in record]) if evidence else ()


@cache
def _kinds(principal: bool, complication: bool, hospital_acquired: bool, queried: bool) -> frozenset[str]:
    found = {
        "principal_diagnosis": principal,
        "cc_mcc": complication,
        "hac_psi": hospital_acquired,
        "queried_code": queried,
    }
    return frozenset(kind for kind, present in found.items() if present)
