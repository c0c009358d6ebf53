"""The coder's verbs."""

from .abstracting import abstract_record
from .claiming import change_claim_code, enter_claim_code, withdraw_claim_code
from .codes import (
    assign_diagnosis,
    assign_procedure,
    remove_diagnosis,
    remove_procedure,
    reorder_diagnoses,
    set_modifiers,
    set_poa,
)
from .copying import Copied, copy_diagnoses
from .evidence import link_evidence, unlink_evidence
from .finalizing import finalize_coding, return_to_coding
from .pointing import point_line
from .proposing import propose
from .suggesting import accept_suggestion, dismiss_suggestion, make_suggestions, view_suggestion
from .taking_over import TakenOver, dismiss_code, take_over_all, take_over_code

__all__ = [
    "Copied",
    "TakenOver",
    "abstract_record",
    "accept_suggestion",
    "assign_diagnosis",
    "assign_procedure",
    "change_claim_code",
    "copy_diagnoses",
    "dismiss_code",
    "dismiss_suggestion",
    "enter_claim_code",
    "finalize_coding",
    "link_evidence",
    "make_suggestions",
    "point_line",
    "propose",
    "remove_diagnosis",
    "remove_procedure",
    "reorder_diagnoses",
    "return_to_coding",
    "set_modifiers",
    "set_poa",
    "take_over_all",
    "take_over_code",
    "unlink_evidence",
    "view_suggestion",
    "withdraw_claim_code",
]
