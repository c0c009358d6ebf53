"""An account's record and its claims, gathered from every room and written as FHIR R4 (docs/fhir.md).

Payment is the lowest room that may see all of it: documents and charges, codes and queries, releases, claims.
"""

from .bundle import MOST_ENTRIES, Record, record_of
from .claims import claim_alone

__all__ = ["MOST_ENTRIES", "Record", "claim_alone", "record_of"]
