"""Sample accounts: correct by construction, and with one planted fault. Pure; the same seed gives the same accounts."""

from .generating import accounts, sample, typical_inpatient, typical_outpatient

__all__ = ["accounts", "sample", "typical_inpatient", "typical_outpatient"]
