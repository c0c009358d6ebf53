"""A release whose bill patient accounting makes: its final codes are written once, and sent by the sender."""

import datetime
import hashlib
import json
from collections.abc import Iterator
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from accounts import clock, history
from accounts.actors import Actor
from accounts.locking import lock_account
from accounts.models import Account
from coding_workflow.guidelines import facts as judged
from coding_workflow.guidelines.service_codes import is_cpt, service_code
from coding_workflow.payment.host import message, table
from coding_workflow.payment.host.codes import FinalCodes, FinalDiagnosis, FinalProcedure
from coding_workflow.payment.models import Carrier, Claim, Delivery, DeliveryState, Destination
from coding_workflow.payment.x12.claim import Flaw
from coding_workflow.policy.selectors import policy_for
from coding_workflow.release.models import Release

from .making import make_claims, release_of, say_why, stands
from .numbers import next_control_id

MAKER: Final = Actor.system("payment.hand_over")
#: How a hold begins that says why no codes are on their way.
NO_CODES: Final = "The final codes cannot be sent: "


@transaction.atomic
def bill_release(*, release_id: int) -> None:
    """Do what policy says becomes of a release: our claim, or final codes for patient accounting. Asked again it is done already.

    An account goes on as it began: who sent its first claim sends the replacement, and a policy that changes in between
    is for accounts that were never billed. Raises Refused ``release.unknown``.
    """
    release = release_of(release_id)
    account = lock_account(release.account_id)
    if by_patient_accounting(account, release):
        hand_over(account=account, release=release)
    else:
        make_claims(release_id=release_id)


def by_patient_accounting(account: Account, release: Release) -> bool:
    """Whether patient accounting makes the bill of a release, by policy or as it began."""
    sent = Delivery.objects.filter(account=account).exclude(state=DeliveryState.SUPERSEDED)
    if sent.exists() or Claim.objects.filter(account=account).exists():
        return sent.exists()
    facts = judged.facts_from_json(json.loads(release.verdict.facts))
    policy = policy_for(account.facility)
    return policy.bills_through(facts.patient_class, facts.payer.kind, facts.service) == "patient_accounting"


def hand_over(*, account: Account, release: Release) -> Delivery | None:
    """Write the final codes of a locked account's release; None where it no longer stands, or with a hold that says why not.

    What an earlier release of the account still had waiting is not sent any more.
    """
    made = Delivery.objects.filter(release=release).first()
    if made is not None or not stands(account, release):
        return made
    destination = Destination.objects.filter(facility_id=account.facility_id, active=True).first()
    if destination is None:
        flaw = Flaw("Destination", "No patient accounting system is named for this facility.", "destination")
        say_why(account, release, [flaw], NO_CODES)
        return None
    _supersede(account)
    return _written(account, release, destination)


def _supersede(account: Account) -> None:
    """Only what was never tried: what may have arrived is sent to its end, and the newer release follows it."""
    waiting = Delivery.objects.select_for_update().filter(account=account, state=DeliveryState.WAITING, attempts=0)
    for delivery in waiting:
        delivery.state = DeliveryState.SUPERSEDED
        delivery.save(update_fields=["state"])


def _written(account: Account, release: Release, destination: Destination) -> Delivery:
    control_id, codes = next_control_id(), final_codes(account, release)
    text = table.write(codes, control_id) if destination.carrier == Carrier.CSV_FILE else _message(codes, destination, control_id)
    delivery = Delivery.objects.create(
        facility_id=account.facility_id,
        account=account,
        release=release,
        destination=destination,
        control_id=control_id,
        text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        not_before=clock.now(),
    )
    payload = {"delivery": delivery.pk, "release": release.pk, "sha256": delivery.sha256}
    history.record(account=account, kind="codes.handed_over", by=MAKER, payload=payload)
    return delivery


def _message(codes: FinalCodes, destination: Destination, control_id: str) -> str:
    envelope = message.Envelope(
        message=destination.message,
        control_id=control_id,
        sending_application=settings.CLAIM_SUBMITTER_ID,
        sending_facility=destination.facility.code,
        receiving_application=destination.receiving_application,
        receiving_facility=destination.receiving_facility,
        at=clock.now().astimezone(ZoneInfo(destination.facility.time_zone)),
        test=not settings.CLAIMS_IN_PRODUCTION,
    )
    return message.write(codes, envelope)


def final_codes(account: Account, release: Release) -> FinalCodes:
    """What was judged is what is sent: codes and claim elements from the facts of the release, the rest from the account."""
    facts = judged.facts_from_json(json.loads(release.verdict.facts))
    zone = ZoneInfo(account.facility.time_zone)
    drg = release.verdict.drg or {}
    patient = account.patient
    return FinalCodes(
        account_number=account.number,
        visit_number=_visit_number(account),
        mrn=patient.mrn,
        authority=patient.authority,
        family_name=patient.family_name,
        given_name=patient.given_name,
        birth_date=patient.birth_date,
        sex=patient.sex,
        patient_class=facts.patient_class,
        discharge_status=facts.discharge_status,
        admitted_at=_local(facts.admitted_at, zone) or facts.admit_date,
        discharged_at=_local(facts.discharged_at, zone) or facts.discharge_date,
        released_at=release.released_at.astimezone(zone),
        sequence=release.sequence,
        diagnoses=tuple(final_diagnoses(facts)),
        procedures=tuple(final_procedures(facts)),
        drg=(drg.get("drg") or "") if facts.inpatient else "",
        drg_version=(drg.get("version") or "") if facts.inpatient else "",
    )


def _visit_number(account: Account) -> str:
    first = account.encounters.order_by("pk").first()
    return first.visit_number if first else ""


def final_diagnoses(facts: judged.Facts) -> Iterator[FinalDiagnosis]:
    """The diagnoses of a judgement as they are sent: admitting, reasons for the visit, final ones in order, external causes."""
    coded = facts.diagnoses or ()
    system = coded[0].system if coded else "ICD-10-CM"
    if facts.admitting_diagnosis:
        yield FinalDiagnosis(facts.admitting_diagnosis, "admitting", system)
    yield from (FinalDiagnosis(code, "reason", system) for code in facts.reason_for_visit)
    yield from (FinalDiagnosis(each.code, "final", each.system, each.poa) for each in coded)
    yield from (FinalDiagnosis(each.code, "external", each.system, each.poa) for each in facts.external_causes)


def final_procedures(facts: judged.Facts) -> Iterator[FinalProcedure]:
    """Coded procedures, then services that a coder put on charge lines; what came from the chargemaster the host has."""
    coded = {each.code for each in facts.procedures}
    yield from (FinalProcedure(each.code, each.system, each.date, each.modifiers) for each in facts.procedures)
    for line in facts.lines:
        if line.hcpcs and line.source == "coder" and line.hcpcs not in coded:
            code = service_code(line)
            system = "CPT" if is_cpt(code) else "HCPCS"
            yield FinalProcedure(code, system, line.date, line.modifiers, f"{line.units.normalize():f}", line.pointers)


def _local(instant: datetime.datetime | None, zone: ZoneInfo) -> datetime.datetime | None:
    return instant.astimezone(zone) if instant else None
