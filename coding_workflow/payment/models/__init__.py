"""Claims that went out, and remittances that came back."""

from .claim import Claim, ClaimFile, ClaimForm, ClaimStatus
from .remittance import Adjustment, Payment, ProviderAdjustment, Remittance, RemittanceClaim, RemittanceStatus

__all__ = [
    "Adjustment",
    "Claim",
    "ClaimFile",
    "ClaimForm",
    "ClaimStatus",
    "Payment",
    "ProviderAdjustment",
    "Remittance",
    "RemittanceClaim",
    "RemittanceStatus",
]
