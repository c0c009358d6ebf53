"""A remittance is posted once, whole, or set aside whole with the reason in words."""

import dataclasses
import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from accounts.actors import Actor
from accounts.errors import Conflict, Refused
from accounts.models import Facility, Unit
from coding_workflow.payment import models
from coding_workflow.payment.models import Claim, Remittance, RemittanceStatus
from coding_workflow.payment.x12 import remittance as x12
from coding_workflow.payment.x12.balance import imbalances
from coding_workflow.payment.x12.envelope import Unreadable
from coding_workflow.staff.models import Role

from .applying import apply
from .rights import require


@transaction.atomic
def post_remittance(*, raw: bytes, by: Actor, facility_id: int | None = None) -> Remittance:
    """Post one 835 file: payments, claims, adjustments; accounts move to paid, or denial work opens.

    What does not add up to the cent, was paid under the same trace number with other content, or is a test in
    production is quarantined: kept with its reasons, nothing posted. The facility is the payee's (NPI) unless given.
    Raises Refused ``remittance.unreadable`` (nothing is kept), ``remittance.facility``; Conflict
    ``remittance.posted`` naming the first when the file, or a payment with the same content, came before; NotAllowed.
    """
    payments = _read(raw)
    facility = _facility(payments, facility_id)
    require(Role.BILLER, by=by, facility_id=facility)
    _one_at_a_time(facility)
    digest = hashlib.sha256(raw).hexdigest()
    _refuse_repeated(facility, digest, payments)
    reasons = list(_reasons(facility, payments))
    remittance = Remittance.objects.create(
        facility_id=facility,
        sha256=digest,
        raw=raw,
        total=sum((payment.amount for payment in payments), Decimal(0)),
        status=RemittanceStatus.QUARANTINED if reasons else RemittanceStatus.POSTED,
        reason="\n".join(reasons),
        posted_by_id=by.user_id,
        posted_as=f"{by.kind}:{by.code}",
    )
    if not reasons:
        _post(remittance, payments, by)
    return remittance


def content_digest(payment: x12.Payment) -> str:
    """SHA-256 over what a payment says, envelope and control numbers left out."""
    said = dataclasses.asdict(payment)
    del said["interchange"], said["test"]
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=_plain).encode()).hexdigest()


def _plain(value: Any) -> str:
    return format(value.normalize(), "f") if isinstance(value, Decimal) else str(value)


def _read(raw: bytes) -> list[x12.Payment]:
    try:
        return x12.read(raw)
    except Unreadable as unreadable:
        raise Refused("remittance.unreadable", f"The remittance cannot be read. {unreadable.sentence}") from None


def _facility(payments: list[x12.Payment], given: int | None) -> int:
    """The facility that every payment's payee NPI names; where several share it, the one whose claims are in the file."""
    candidates = {given} if given else _of_payees({payment.payee_npi for payment in payments})
    if len(candidates) > 1:
        numbers = {claim.claim_number for payment in payments for claim in payment.claims}
        owners = Claim.objects.filter(facility_id__in=candidates, number__in=numbers)
        candidates = set(owners.values_list("facility_id", flat=True))
    if len(candidates) != 1:
        raise Refused("remittance.facility", "The payee of the remittance is not one facility here; say which it is for.")
    return int(next(iter(candidates)))


def _of_payees(numbers: set[str]) -> set[int]:
    found: list[set[int]] = []
    for npi in numbers:
        facilities = set(Facility.objects.filter(npi=npi).values_list("pk", flat=True)) if npi else set()
        units = set(Unit.objects.filter(npi=npi).values_list("facility_id", flat=True)) if npi else set()
        found.append(facilities | units)
    return set.intersection(*found) if found else set()


def _one_at_a_time(facility_id: int) -> None:
    """Files of one facility are posted one after the other, so that the same one cannot be looked up twice at once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('payment.remittance'), %s)", [facility_id])


def _refuse_repeated(facility_id: int, digest: str, payments: list[x12.Payment]) -> None:
    first = Remittance.objects.filter(facility_id=facility_id, sha256=digest).first()
    if first is None:
        contents = {content_digest(payment) for payment in payments}
        known = models.Payment.objects.filter(facility_id=facility_id, content_sha256__in=contents)
        same = list(known.select_related("remittance"))
        first = same[0].remittance if len(same) == len(payments) else None
    if first is not None:
        when = f"{first.posted_at:%Y-%m-%d}"
        raise Conflict(
            "remittance.posted", f"This remittance came before: number {first.pk}, {first.get_status_display()} {when}."
        )


def _reasons(facility_id: int, payments: list[x12.Payment]) -> Iterator[str]:
    for place, payment in enumerate(payments, start=1):
        for sentence in imbalances(payment):
            yield f"Payment {place}: {sentence}"
        if payment.test and settings.CLAIMS_IN_PRODUCTION:
            yield f"Payment {place} is marked as a test."
        earlier = models.Payment.objects.filter(
            facility_id=facility_id, payer_identifier=payment.payer_id, trace=payment.trace
        ).first()
        if earlier is not None:
            yield f"Payment {place} repeats the trace number of remittance {earlier.remittance_id} with other content."
    traces = Counter((payment.payer_id, payment.trace) for payment in payments)
    if any(count > 1 for count in traces.values()):
        yield "The file uses one trace number for several payments."


def _post(remittance: Remittance, payments: list[x12.Payment], by: Actor) -> None:
    for position, payment in enumerate(payments, start=1):
        row = models.Payment.objects.create(
            facility_id=remittance.facility_id,
            remittance=remittance,
            position=position,
            payer_name=payment.payer[:60],
            payer_identifier=payment.payer_id[:80],
            trace=payment.trace[:50],
            amount=payment.amount,
            method=payment.method[:3],
            paid_on=payment.date,
            content_sha256=content_digest(payment),
        )
        models.ProviderAdjustment.objects.bulk_create(
            models.ProviderAdjustment(
                facility_id=remittance.facility_id,
                payment=row,
                provider=one.provider[:50],
                reason=one.reason[:5],
                reference=one.reference[:50],
                amount=one.amount,
            )
            for one in payment.provider_adjustments
        )
        apply(row, payment, by)
