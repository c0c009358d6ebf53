"""Which codes must be supported by the record, and how (``policy.vocabulary.MANDATORY_EVIDENCE``)."""

from collections.abc import Collection, Iterator, Mapping
from functools import cache
from typing import NamedTuple

from .facts import Document, Evidence, Facts
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
    """Every diagnosis and procedure with its kinds; coder-assigned surgery on outpatient lines counts as a procedure."""

    def of(code: str, kinds: frozenset[str], evidence: tuple[Evidence, ...]) -> Supported:
        return Supported(code, kinds, evidence, tuple([record[each.document] for each in evidence if each.document in record]))

    queried = {code for query in facts.queries for code in query.codes}
    principal = True
    for diagnosis in (*(facts.diagnoses or ()), *facts.external_causes):
        code = diagnosis.code
        kinds = _kinds(principal, code in complications, code in hospital_acquired, diagnosis.queried or code in queried)
        yield of(code, kinds, diagnosis.evidence)
        principal = False
    for procedure in facts.procedures:
        yield of(procedure.code, PROCEDURE, procedure.evidence)
    coded = {procedure.code for procedure in facts.procedures}
    for line in () if facts.inpatient else facts.lines:
        if line.source == "coder" and line.hcpcs not in coded and is_surgery(line.hcpcs):
            yield of(line.hcpcs, PROCEDURE, line.evidence)


@cache
def _kinds(principal: bool, complication: bool, hospital_acquired: bool, queried: bool) -> frozenset[str]:
    found = {
        "principal_diagnosis": principal,
        "cc_mcc": complication,
        "hac_psi": hospital_acquired,
        "queried_code": queried,
    }
    return frozenset(kind for kind, present in found.items() if present)
