"""Which codes must be supported by the record, and how (``policy.vocabulary.MANDATORY_EVIDENCE``)."""

from collections.abc import Collection, Iterator
from typing import NamedTuple

from .facts import Diagnosis, Evidence, Facts
from .service_codes import is_surgery
from .words import point


class Supported(NamedTuple):
    """A code with the kinds of support policy may ask of it, and its evidence."""

    code: str
    label: str
    kinds: frozenset[str]
    evidence: tuple[Evidence, ...]


_PROCEDURE = frozenset({"procedure"})


def supported(facts: Facts, complications: Collection[str], hospital_acquired: Collection[str]) -> Iterator[Supported]:
    """Every diagnosis and procedure with its kinds; coder-assigned surgery on outpatient lines counts as a procedure."""
    queried = {code for query in facts.queries for code in query.codes}
    for at, diagnosis in enumerate((*(facts.diagnoses or ()), *facts.external_causes)):
        found = {
            "principal_diagnosis": at == 0,
            "cc_mcc": diagnosis.code in complications,
            "hac_psi": diagnosis.code in hospital_acquired,
            "queried_code": diagnosis.queried or diagnosis.code in queried,
        }
        yield _of_diagnosis(diagnosis, frozenset(kind for kind, present in found.items() if present))
    for procedure in facts.procedures:
        yield Supported(procedure.code, procedure.code, _PROCEDURE, procedure.evidence)
    coded = {procedure.code for procedure in facts.procedures}
    for line in facts.lines:
        if not facts.inpatient and line.source == "coder" and is_surgery(line.hcpcs) and line.hcpcs not in coded:
            yield Supported(line.hcpcs, line.hcpcs, _PROCEDURE, line.evidence)


def _of_diagnosis(diagnosis: Diagnosis, kinds: frozenset[str]) -> Supported:
    return Supported(diagnosis.code, point(diagnosis.code), kinds, diagnosis.evidence)
