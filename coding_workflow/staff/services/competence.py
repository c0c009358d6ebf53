"""Recording and ending competence (condition 1)."""

import datetime

from django.db import transaction

from accounts import listeners
from accounts.actors import Actor
from accounts.errors import Conflict, Refused
from accounts.models import Facility, PatientClass
from coding_workflow.staff.models import Competence, Role, Supervision, User

from .rights import locked, note, refuse_own, require_administrator_at


@transaction.atomic
def record_competence(
    *,
    by: User | None,
    person: User,
    facility: Facility,
    coding_type: str,
    credential: str,
    trained_on: datetime.date,
    oriented_on: datetime.date,
    supervision: str,
    supervisor: User,
    valid_from: datetime.date,
    valid_to: datetime.date | None = None,
) -> Competence:
    """Record training, orientation and supervision for a type of coding, from ``valid_from`` until before ``valid_to``.

    Raises NotAllowed for oneself and other facilities' administrators; Refused with the field in ``fix`` when a value
    is not possible; Conflict ``competence.overlap`` when a record of this type covers some of those days.
    """
    refuse_own(by, person)
    require_administrator_at(by, facility)
    _require_values(coding_type, supervision, credential)
    _require_dates(trained_on, oriented_on, valid_from, valid_to)
    if supervisor.pk == person.pk or not supervisor.has_role(Role.SUPERVISOR, facility.pk):
        raise Refused("competence.supervisor", "Name another person who is a supervisor at this facility.", fix="supervisor")
    locked(person)
    if _overlapping(person, facility, coding_type, valid_from, valid_to):
        raise Conflict("competence.overlap", "A record of this type covers some of these days; end it first.", fix="valid_from")
    made = Competence.objects.create(
        user=person,
        facility=facility,
        coding_type=coding_type,
        credential=credential.strip(),
        trained_on=trained_on,
        oriented_on=oriented_on,
        supervision=supervision,
        supervisor=supervisor,
        valid_from=valid_from,
        valid_to=valid_to,
    )
    note(by=by, person=person, kind="competence.recorded", facility=facility, competence=made.pk, coding_type=coding_type)
    listeners.tell("competence_changed", competence=made, by=_actor(by))
    return made


@transaction.atomic
def end_competence(*, by: User | None, competence: Competence, on: datetime.date) -> None:
    """Let a competence end: ``on`` is the first day it no longer holds, and may only come nearer.

    Raises Refused ``competence.end`` for a day before it began or after its present end; NotAllowed as recording does.
    """
    refuse_own(by, competence.user)
    require_administrator_at(by, competence.facility)
    row = Competence.objects.select_for_update().get(pk=competence.pk)
    if on <= row.valid_from or (row.valid_to is not None and on > row.valid_to):
        raise Refused("competence.end", "The end lies after the first day and not after the present end.", fix="valid_to")
    row.valid_to = on
    row.save(update_fields=["valid_to"])
    note(by=by, person=row.user, kind="competence.ended", facility=row.facility, competence=row.pk, on=on.isoformat())
    listeners.tell("competence_changed", competence=row, by=_actor(by))


def _actor(by: User | None) -> Actor:
    return Actor.person(by.pk) if by else Actor.system("staff.setup")


def _require_values(coding_type: str, supervision: str, credential: str) -> None:
    if coding_type not in PatientClass.values:
        raise Refused("competence.type", "There is no such type of coding.", fix="coding_type")
    if supervision not in Supervision.values:
        raise Refused("competence.supervision", "There is no such level of supervision.", fix="supervision")
    if not credential.strip():
        raise Refused("competence.credential", "Name the credential, such as CCS or RHIT.", fix="credential")


def _require_dates(
    trained_on: datetime.date, oriented_on: datetime.date, valid_from: datetime.date, valid_to: datetime.date | None
) -> None:
    if trained_on > valid_from:
        raise Refused("competence.trained", "Training is completed before the competence begins.", fix="trained_on")
    if oriented_on > valid_from:
        raise Refused("competence.oriented", "Orientation is completed before the competence begins.", fix="oriented_on")
    if valid_to is not None and valid_to <= valid_from:
        raise Refused("competence.range", "The end lies after the first day.", fix="valid_to")


def _overlapping(
    person: User, facility: Facility, coding_type: str, valid_from: datetime.date, valid_to: datetime.date | None
) -> bool:
    found = Competence.objects.filter(user=person, facility=facility, coding_type=coding_type).exclude(valid_to__lte=valid_from)
    return (found if valid_to is None else found.filter(valid_from__lt=valid_to)).exists()
