"""What a professional Claim says besides: lines in the claim's own order with their diagnoses and places. Pure."""

from dataclasses import replace
from typing import Any, Final

from coding_workflow.payment.x12 import claim as x12
from coding_workflow.payment.x12.professional import ProfessionalClaim
from coding_workflow.registration.fhir import systems
from coding_workflow.registration.fhir.elements import Resource
from coding_workflow.registration.fhir.writing.parts import coding, concept

#: A line without a revenue code, as ``claim`` knows it.
_NO_REVENUE: Final = "0000"


def as_written(said: x12.Claim, bill: ProfessionalClaim) -> x12.Claim:
    """The claim with the lines of the professional bill, and without what only a UB-04 has."""
    lines = tuple(
        x12.ServiceLine(_NO_REVENUE, line.amount, line.units, line.hcpcs, line.modifiers, line.date) for line in bill.lines
    )
    nothing: dict[str, Any] = dict.fromkeys(("type_of_bill", "admission_type", "point_of_origin", "patient_status", "drg"), "")
    return replace(said, lines=lines, total=bill.total, **nothing)


def pointed(resource: Resource, bill: ProfessionalClaim) -> Resource:
    """Each item with the diagnoses that it is for, by their sequence on the Claim, and where the service was given."""
    at = {code: number for number, code in enumerate(bill.diagnoses, start=1)}
    for item, line in zip(resource.get("item", []), bill.lines, strict=True):
        item["diagnosisSequence"] = [at[code] for code in line.pointers if code in at]
        item["locationCodeableConcept"] = concept(
            coding(systems.PLACES_OF_SERVICE, line.place_of_service or bill.place_of_service)
        )
    return resource
