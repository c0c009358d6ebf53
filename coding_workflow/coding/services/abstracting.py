"""Abstracting: the claim elements as the medical record says them (condition 5)."""

import datetime
import re
from collections.abc import Mapping

from django.db import transaction

from accounts import history
from accounts.actors import Actor
from accounts.errors import Refused
from accounts.models import PatientClass
from accounts.services.revisions import touch
from coding_workflow.coding.models import RecordAbstract

from .desk import open_for_coding


@transaction.atomic
def abstract_record(
    *,
    account_id: int,
    by: Actor,
    patient_class: str,
    admit_date: datetime.date | None,
    discharge_date: datetime.date | None,
    discharge_status: str,
    death_date: datetime.date | None = None,
    birth_weight_grams: int | None = None,
    place_of_service: str = "",
    sources: Mapping[str, int] | None = None,
) -> RecordAbstract:
    """Write down what the record says; patient accounting's own values stay as they are until it corrects them.

    ``sources`` maps an element to the document version it was read in. Raises Refused ``abstract.class``,
    ``abstract.dates``, ``abstract.status``, ``abstract.weight`` (grams) or ``abstract.place`` (of service: two digits, on a
    professional account only).
    """
    account = open_for_coding(account_id=account_id, by=by)
    if patient_class not in PatientClass.values:
        raise Refused("abstract.class", "Choose the class that the record's orders give.", fix="claim_elements")
    if (patient_class == PatientClass.PROFESSIONAL) != account.is_professional:
        raise Refused(
            "abstract.class", "A professional bill is a class of its own; no record changes that.", fix="claim_elements"
        )
    if admit_date and discharge_date and discharge_date < admit_date:
        raise Refused("abstract.dates", "The discharge is before the admission.", fix="claim_elements")
    if discharge_status and not (len(discharge_status) == 2 and discharge_status.isdigit()):
        raise Refused("abstract.status", "Discharge status is two digits, such as 01.", fix="claim_elements")
    if birth_weight_grams is not None and not 100 <= birth_weight_grams <= 9000:
        raise Refused("abstract.weight", "Birth weight is in grams, 100 to 9000.", fix="claim_elements")
    if place_of_service and not (account.is_professional and re.fullmatch(r"\d\d", place_of_service, re.ASCII)):
        sentence = "Place of service is two digits, such as 11, and belongs to a professional account."
        raise Refused("abstract.place", sentence, fix="claim_elements")
    row = RecordAbstract.objects.create(
        facility_id=account.facility_id,
        account=account,
        patient_class=patient_class,
        admit_date=admit_date,
        discharge_date=discharge_date,
        discharge_status=discharge_status,
        death_date=death_date,
        birth_weight_grams=birth_weight_grams,
        place_of_service=place_of_service,
        sources=dict(sources or {}),
        abstracted_by_id=by.person_id,
    )
    payload = {"abstract": row.pk, "class": patient_class, "discharge_status": discharge_status}
    history.record(account=account, kind="coding.abstracted", by=by, payload=payload)
    touch(account=account, what="coding.abstracted", by=by)
    return row
