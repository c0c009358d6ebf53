"""Accounts told as they stand, not as events: FHIR encounters and CSV rows say how far the patient is."""

from typing import Literal

from accounts.models import Account, Step
from coding_workflow.registration.facts import VisitMessage

from . import discharging, registering
from .source import Source

State = Literal["unsaid", "in_house", "discharged", "cancelled"]


def bring_up(*, facts: VisitMessage, state: State, source: Source) -> Account | None:
    """Register the account or bring it up to date, and move it to where it stands.

    In house after a discharge takes the discharge back; *unsaid* leaves the step. Cancelled before it was ever registered
    makes no account: None. Raises what the verbs of registering and discharging raise.
    """
    number = facts.visit.account_number
    known = Account.objects.filter(facility=source.facility, number=number).only("pk", "step").first()
    if state == "cancelled":
        if known is None:
            source.flag("cancelled_before_registered")
            return None
        return registering.cancel_registration(account_id=known.pk, facts=facts, source=source)
    if known is None:
        known = registering.register(facts=facts, source=source)
        return known if state != "discharged" else discharging.discharge(account_id=known.pk, facts=facts, source=source)
    if state == "discharged" and known.step == Step.REGISTERED:
        return discharging.discharge(account_id=known.pk, facts=facts, source=source)
    if state == "in_house" and known.step != Step.REGISTERED:
        return discharging.cancel_discharge(account_id=known.pk, facts=facts, source=source)
    return registering.update_registration(account_id=known.pk, facts=facts, source=source)
