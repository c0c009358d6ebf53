"""The demo's encoder: some accounts that wait for their coder were coded in it already, and it has told their codes."""

import datetime
from collections.abc import Iterable
from typing import Final

from accounts.models import Account, Facility, Step
from coding_workflow.payment.host.codes import FinalCodes, FinalDiagnosis, FinalProcedure
from coding_workflow.payment.host.message import Envelope, write
from coding_workflow.registration.models import Feed
from coding_workflow.registration.services import import_message

from .story import Dx, Story, Until

FEED: Final = "encoder"
#: So many accounts have codes of the encoder.
_MOST: Final = 3
_KINDS: Final = {"admitting": "admitting", "reason_for_visit": "reason", "external_cause": "external"}


def tell_codes(facility: Facility, stories: Iterable[Story]) -> None:
    """Let the encoder tell the codes of the first stays that wait for their coder. Told twice it is once."""
    if not Feed.objects.filter(code=FEED).exists():
        return
    waiting = [story for story in stories if story.until is Until.DISCHARGED and story.patient_class == "inpatient"]
    by_number = {story.number: story for story in waiting if story.diagnoses}
    ready = Account.objects.filter(facility=facility, number__in=by_number, step=Step.CODING).select_related("patient")
    for account in ready.order_by("number")[:_MOST]:
        import_message(_message(facility, account, by_number[account.number]), feed=FEED)


def _message(facility: Facility, account: Account, story: Story) -> bytes:
    # The day after the discharge: the same at every seeding, so that it acts once.
    at = datetime.datetime.combine(story.admitted, datetime.time(10), datetime.UTC) + datetime.timedelta(days=story.days + 1)
    codes = FinalCodes(
        account_number=account.number,
        visit_number=account.number,
        mrn=account.patient.mrn,
        authority=account.patient.authority,
        family_name=account.patient.family_name,
        given_name=account.patient.given_name,
        birth_date=account.patient.birth_date,
        sex=account.patient.sex,
        patient_class=account.patient_class,
        discharge_status=account.discharge_status,
        admitted_at=account.admit_date,
        discharged_at=account.discharge_date,
        released_at=at,
        sequence=1,
        diagnoses=tuple(_diagnosis(each) for each in story.diagnoses),
        procedures=tuple(_procedure(story, each.code, each.day) for each in story.procedures),
    )
    envelope = Envelope("BAR^P12", f"ENC-{account.number}", "ENCODER", facility.code, "CODING", facility.code, at, test=True)
    return write(codes, envelope).encode()


def _diagnosis(dx: Dx) -> FinalDiagnosis:
    return FinalDiagnosis(dx.code.replace(".", ""), _KINDS.get(dx.role, "final"), poa=dx.poa)


def _procedure(story: Story, code: str, day: int) -> FinalProcedure:
    return FinalProcedure(code, "ICD-10-PCS", story.admitted + datetime.timedelta(days=day))
