"""Claims that went out, and remittances that came back."""

from .claim import Claim, ClaimFile, ClaimForm, ClaimStatus
from .comparison import HostComparison
from .delivery import Carrier, Delivery, DeliveryState, Destination
from .remittance import Adjustment, Payment, ProviderAdjustment, Remittance, RemittanceClaim, RemittanceStatus

__all__ = [
    "Adjustment",
    "Carrier",
    "Claim",
    "ClaimFile",
    "ClaimForm",
    "ClaimStatus",
    "Delivery",
    "DeliveryState",
    "Destination",
    "HostComparison",
    "Payment",
    "ProviderAdjustment",
    "Remittance",
    "RemittanceClaim",
    "RemittanceStatus",
]
