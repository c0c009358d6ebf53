"""What becomes of final codes that were sent: each step of one attempt commits by itself, and nothing is locked while we wait."""

import datetime
from typing import Final

import structlog
from django.db import transaction

from accounts import clock, history, lifecycle
from accounts.actors import Actor
from accounts.errors import Conflict, Refused
from accounts.locking import lock_account
from accounts.models import Account, HoldSource, OwnerRole, Step
from accounts.services.holds import place_hold
from coding_workflow.payment.host import acknowledgement
from coding_workflow.payment.host.acknowledgement import Acknowledgement
from coding_workflow.payment.models import Delivery, DeliveryState
from coding_workflow.release.models import Release
from coding_workflow.staff.models import Role

from .making import lift_reasons, open_case, resubmitted
from .rights import require

log = structlog.get_logger(__name__)

SENDER: Final = Actor.system("payment.send_codes")
OPEN: Final = (DeliveryState.WAITING, DeliveryState.TRYING)
#: An answer that says the content is faulty is asked for so often; then a person looks.
MOST_ERRORS: Final = 3
_FIRST_PAUSE, _LONGEST_PAUSE = 2, 300


@transaction.atomic
def begin_attempt(*, delivery_id: int) -> Delivery | None:
    """Write down, before anything leaves, that it may arrive from now on; None where it is over already."""
    delivery = _locked(delivery_id)
    if delivery.state not in OPEN:
        return None
    delivery.state, delivery.attempts, delivery.tried_at = DeliveryState.TRYING, delivery.attempts + 1, clock.now()
    delivery.save(update_fields=["state", "attempts", "tried_at"])
    return delivery


@transaction.atomic
def record_answer(*, delivery_id: int, answer: Acknowledgement) -> Delivery:
    """Taken: acknowledged, once, and the account is billed. Faulty: tried again, in the end refused. Refused: a person looks."""
    delivery = _locked(delivery_id)
    if delivery.state not in OPEN:
        return delivery
    delivery.answer = answer.text
    if answer.code in acknowledgement.ACCEPTED:
        _acknowledge(delivery)
    elif answer.code in acknowledgement.REJECTED or delivery.attempts >= MOST_ERRORS:
        _refuse(delivery, "host.refused")
    else:
        _again(delivery, "host.faulty")
    return delivery


@transaction.atomic
def record_failure(*, delivery_id: int, code: str) -> None:
    """No answer came; the same message goes out again after a pause that grows to five minutes. It never gives up by itself."""
    delivery = _locked(delivery_id)
    if delivery.state in OPEN:
        _again(delivery, code)


@transaction.atomic
def send_again(*, delivery_id: int, by: Actor) -> Delivery:
    """Send refused codes once more, after what patient accounting complained of was mended there.

    Raises NotAllowed ``payment.role``, Conflict ``delivery.state``.
    """
    delivery = _locked(delivery_id)
    require(Role.BILLER, Role.SUPERVISOR, by=by, facility_id=delivery.facility_id)
    if delivery.state != DeliveryState.REFUSED:
        raise Conflict("delivery.state", f"These codes are {DeliveryState(delivery.state).label.lower()} now.")
    delivery.state, delivery.attempts, delivery.problem = DeliveryState.WAITING, 0, ""
    delivery.not_before = clock.now()
    delivery.save(update_fields=["state", "attempts", "problem", "not_before"])
    history.record(account=delivery.account, kind="codes.asked_again", by=by, payload={"delivery": delivery.pk})
    return delivery


def _locked(delivery_id: int) -> Delivery:
    account_id = Delivery.objects.filter(pk=delivery_id).values_list("account_id", flat=True).first()
    if account_id is None:
        raise Refused("delivery.unknown", "There are no such final codes.")
    account = lock_account(account_id)
    rows = Delivery.objects.select_for_update(of=("self",)).select_related("destination", "release")
    delivery = rows.get(pk=delivery_id)
    delivery.account = account
    return delivery


def _acknowledge(delivery: Delivery) -> None:
    account, release = delivery.account, delivery.release
    delivery.state, delivery.acknowledged_at, delivery.problem = DeliveryState.ACKNOWLEDGED, clock.now(), ""
    delivery.save(update_fields=["state", "acknowledged_at", "problem", "answer"])
    history.record(account=account, kind="codes.acknowledged", by=SENDER, payload={"delivery": delivery.pk})
    if not _newest(account, release):
        return
    lift_reasons(account, SENDER, "Patient accounting has the final codes.")
    resubmitted(account, open_case(account), release, SENDER)
    if account.step == Step.RELEASED:
        lifecycle.move(account=account, to=Step.BILLED, by=SENDER)


def _newest(account: Account, release: Release) -> bool:
    """Whether no later release, and no reopening, stands over what was acknowledged."""
    latest = Release.objects.filter(account=account).order_by("-sequence").values_list("pk", flat=True).first()
    return latest == release.pk and account.step == Step.RELEASED


def _refuse(delivery: Delivery, problem: str) -> None:
    log.warning("codes.refused", delivery=delivery.pk, account=delivery.account_id)
    delivery.state, delivery.problem = DeliveryState.REFUSED, problem
    delivery.save(update_fields=["state", "problem", "answer"])
    history.record(account=delivery.account, kind="codes.refused", by=SENDER, payload={"delivery": delivery.pk})
    place_hold(
        account=delivery.account,
        source=HoldSource.POLICY,
        key=f"delivery:{delivery.pk}",
        reason="claim.unfit",
        message="Patient accounting refused the final codes. Its answer stands with them under Claims.",
        by=SENDER,
        owner_role=OwnerRole.BILLING,
        fix="deliveries",
        blocking=False,
    )


def _again(delivery: Delivery, problem: str) -> None:
    pause = min(_FIRST_PAUSE * 2 ** min(delivery.attempts - 1, 10), _LONGEST_PAUSE)
    delivery.problem, delivery.not_before = problem, clock.now() + datetime.timedelta(seconds=pause)
    delivery.save(update_fields=["problem", "not_before", "answer"])
