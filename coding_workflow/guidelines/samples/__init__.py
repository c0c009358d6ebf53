"""Sample accounts: correct by construction, and with one planted fault. Pure; the same seed gives the same accounts."""

from .generating import accounts, faulty, faulty_accounts, sample, typical_inpatient, typical_outpatient

__all__ = ["accounts", "faulty", "faulty_accounts", "sample", "typical_inpatient", "typical_outpatient"]
