"""Every write of this room: claims out, remittances in, discrepancies corrected."""

from .discrepancies import close_case, look_at_late_change, open_discrepancy, record_correction
from .making import make_claims, try_again
from .posting import post_remittance
from .submitting import mark_accepted, mark_rejected, mark_submitted

__all__ = [
    "close_case",
    "look_at_late_change",
    "make_claims",
    "mark_accepted",
    "mark_rejected",
    "mark_submitted",
    "open_discrepancy",
    "post_remittance",
    "record_correction",
    "try_again",
]
