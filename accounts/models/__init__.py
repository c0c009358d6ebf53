"""The nouns of floor 1."""

from .account import (
    INPATIENT_CLASSES,
    PAST_RELEASE,
    Account,
    BillingKind,
    Coverage,
    Encounter,
    Milestone,
    PatientClass,
    Step,
    billing_kind_of,
)
from .charge import ChargeLine, ChargemasterEntry, ChargeSource
from .claim_code import ClaimCodeKind, EnteredClaimCode
from .document import Deficiency, DeficiencyQuality, Document, DocumentType, DocumentVersion, VersionStatus
from .event import AccessRecord, Event
from .facility import Facility, Payer, PayerKind, Unit
from .hold import Hold, HoldSource, OwnerRole
from .leave import LeaveKind, LeaveNotice
from .order import PLACEMENT, Order, OrderKind, OrderStatus
from .outbox import OutboxRow, OutboxState
from .patient import Patient, Provider, Sex
from .told_codes import CodeSource, ToldCodes
from .work import HeldAccount, Queue, WorkItem, WorkKind

__all__ = [
    "INPATIENT_CLASSES",
    "PAST_RELEASE",
    "PLACEMENT",
    "AccessRecord",
    "Account",
    "BillingKind",
    "ChargeLine",
    "ChargeSource",
    "ChargemasterEntry",
    "ClaimCodeKind",
    "CodeSource",
    "Coverage",
    "Deficiency",
    "DeficiencyQuality",
    "Document",
    "DocumentType",
    "DocumentVersion",
    "Encounter",
    "EnteredClaimCode",
    "Event",
    "Facility",
    "HeldAccount",
    "Hold",
    "HoldSource",
    "LeaveKind",
    "LeaveNotice",
    "Milestone",
    "Order",
    "OrderKind",
    "OrderStatus",
    "OutboxRow",
    "OutboxState",
    "OwnerRole",
    "Patient",
    "PatientClass",
    "Payer",
    "PayerKind",
    "Provider",
    "Queue",
    "Sex",
    "Step",
    "ToldCodes",
    "Unit",
    "VersionStatus",
    "WorkItem",
    "WorkKind",
    "billing_kind_of",
]
