"""Every write of this room: claims or final codes out, remittances in, discrepancies corrected."""

from .comparing import compare_host
from .destinations import choose_destination
from .discrepancies import close_case, look_at_late_change, open_discrepancy, record_correction, release_again
from .handing_over import bill_release, hand_over
from .making import make_claims, try_again
from .posting import post_remittance
from .sending import send_again
from .submitting import mark_accepted, mark_rejected, mark_submitted

__all__ = [
    "bill_release",
    "choose_destination",
    "close_case",
    "compare_host",
    "hand_over",
    "look_at_late_change",
    "make_claims",
    "mark_accepted",
    "mark_rejected",
    "mark_submitted",
    "open_discrepancy",
    "post_remittance",
    "record_correction",
    "release_again",
    "send_again",
    "try_again",
]
