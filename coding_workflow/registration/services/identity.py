"""Whether a message speaks of the account that it names: ended accounts, other patients, numbers that were merged or moved."""

from accounts.errors import Conflict, Refused
from accounts.models import Account, Patient, Step
from accounts.services.combined import same_patient

from . import told
from .source import Source

#: When the account was combined, and when it was last moved to another patient, among the elements of ``LastTold``.
COMBINED, MOVED = "combined", "patient"


def left_patient(patient: Patient) -> str:
    """The element that says until when the account was this patient's."""
    return f"patient {patient.pk}"


def refuse_ended(account: Account, source: Source) -> None:
    """Raises Conflict ``registration.ended`` for an account that is cancelled, or combined before the message was sent."""
    if account.step == Step.CANCELLED:
        raise Conflict("registration.ended", "The account was cancelled.")
    if account.step != Step.COMBINED:
        return
    if not told.about_account(account, source.sent_at).before(COMBINED):
        raise Conflict("registration.ended", "The account was combined into another; the sender names the one that survives.")
    source.flag("combined_already")


def refuse_other_patient(account: Account, authority: str, mrn: str, source: Source) -> None:
    """Raises Refused ``registration.other_patient`` when a message names another patient than the account's.

    A number that was merged names the same patient. Of an account that was moved, what was sent before that names the one
    who had it.
    """
    known = same_patient(account.patient)
    if (authority, mrn) == (known.authority, known.mrn):
        return
    named = Patient.objects.filter(facility=source.facility, authority=authority, mrn=mrn).first()
    if named is not None:
        if same_patient(named).pk == known.pk:
            return
        if told.about_account(account, source.sent_at).before(left_patient(named)):
            source.flag("moved_already")
            return
    raise Refused("registration.other_patient", "The message names another patient than the account.")
