"""Discharge and its cancellation."""

from typing import Final

from accounts import history, lifecycle
from accounts.models import Account, Milestone, Step, WorkKind
from accounts.services.work import close_work
from coding_workflow.registration.facts import VisitMessage

from . import elements, told
from .ready import begin_bill_hold
from .registering import record_change, update_registration
from .source import Source

_STAY: Final = "stay"


def discharge(*, account_id: int, facts: VisitMessage, source: Source) -> Account:
    """Discharge the patient: the claim elements, the step, and the bill hold that ends in coding work.

    A second discharge updates; one that was cancelled later is left out. Raises what ``update_registration`` raises.
    """
    account = update_registration(account_id=account_id, facts=facts, source=source)
    news = told.about_account(account, source.sent_at)
    if not news.fresh(_STAY):
        source.flag("cancelled_later")
        return account
    news.keep()
    Milestone.objects.update_or_create(
        facility=source.facility,
        account=account,
        kind="discharged",
        defaults={"owner": "patient_access", "reached_at": account.discharged_at or source.sent_at},
    )
    if account.step != Step.REGISTERED:
        source.flag("already_discharged")
        return account
    lifecycle.move(account=account, to=Step.DISCHARGED, by=source.by, action=source.action)
    begin_bill_hold(account=account, by=source.by)
    return account


def cancel_discharge(*, account_id: int, facts: VisitMessage, source: Source) -> Account:
    """The patient is back in house (A13): discharge elements are taken back, open coding and release work ends.

    Raises Conflict ``account.move`` past release: then it is for people to correct the claim.
    """
    account = update_registration(account_id=account_id, facts=facts, source=source)
    news = told.about_account(account, source.sent_at)
    if not news.all_fresh((_STAY, "discharged", "disposition")):
        source.flag("discharged_again_later")
        return account
    news.keep()
    changed = elements.change(account, _taken_back(account))
    record_change(account, changed, False, source)
    if account.step in {Step.REGISTERED, Step.COMBINED}:
        return account
    for kind in (WorkKind.CODING, WorkKind.RELEASE):
        close_work(account=account, kind=kind, outcome="discharge_cancelled", by=source.by)
    lifecycle.move(account=account, to=Step.REGISTERED, by=source.by, reason="Discharge cancelled", action=source.action)
    history.record(account=account, kind="registration.discharge_cancelled", by=source.by, action=source.action)
    return account


def _taken_back(account: Account) -> elements.Elements:
    values: elements.Elements = {"discharged_at": None, "discharge_date": None, "discharge_status": ""}
    if account.statement_through == account.discharge_date:
        values["statement_through"] = None
    return values
