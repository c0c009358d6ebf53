"""Registering an account, keeping it up to date, and cancelling it."""

from accounts import history, lifecycle
from accounts.errors import Refused
from accounts.locking import lock_account
from accounts.models import Account, Encounter, Milestone, Step, WorkItem, WorkKind, billing_kind_of
from accounts.services.combined import same_patient, survivor
from accounts.services.revisions import touch
from accounts.services.work import close_work, open_work
from coding_workflow.registration.facts import VisitFacts, VisitMessage

from . import elements, people, told
from .identity import refuse_ended, refuse_other_patient
from .source import Source, fitting


def register(*, facts: VisitMessage, source: Source) -> Account:
    """A new account with patient, encounter and coverage, at the step registered; a known number is updated instead.

    Raises Refused ``registration.no_class`` when the message does not say where the patient is treated.
    """
    source.registered.append(facts.visit.account_number)
    existing = Account.objects.filter(facility=source.facility, number=facts.visit.account_number).first()
    if existing is not None:
        account = update_registration(account_id=existing.pk, facts=facts, source=source)
        _reach(account, "registered", facts, source)
        return account
    ours = elements.patient_class(facts.visit, source)
    if not ours:
        raise Refused("registration.no_class", "The message does not say the patient class.")
    patient = same_patient(people.patient_for(facts.patient, source))
    created = Account.objects.create(
        facility=source.facility,
        number=fitting(facts.visit.account_number, Account, "number", "PID", 18),
        patient=patient,
        patient_class=ours,
        billing_kind=billing_kind_of(ours),
    )
    account = lock_account(created.pk)
    history.record(account=account, kind="registration.registered", by=source.by, payload={"class": ours}, action=source.action)
    _reach(account, "registered", facts, source)
    _tell(account, facts, source)
    return account


def says_class(visit: VisitFacts, source: Source) -> bool:
    """Whether the message says where the patient is treated. Refuses codes that say nothing we know."""
    return bool(elements.patient_class(visit, source))


def update_registration(*, account_id: int, facts: VisitMessage, source: Source) -> Account:
    """Bring an account up to date with what a message says, at any step; older news is left out.

    An account that was combined hears what was sent before that. Raises Refused ``registration.other_patient`` (use a merge or
    move message) and Conflict ``registration.ended``.
    """
    account = lock_account(account_id)
    refuse_ended(account, source)
    refuse_other_patient(account, facts.patient.authority, facts.patient.mrn, source)
    people.patient_for(facts.patient, source)
    _tell(account, facts, source)
    return account


def _tell(account: Account, facts: VisitMessage, source: Source) -> None:
    news = told.about_account(account, source.sent_at)
    before = account.patient_class
    changed = elements.change(account, elements.told_by(facts.visit, account, source, news))
    covered = bool(facts.coverages) and news.fresh("coverage") and people.cover(account, facts.coverages, source)
    _visit(account, facts.visit, source, news)
    news.keep()
    record_change(account, changed, covered, source)
    if account.patient_class != before:
        _reclassify_work(account, source)


def record_change(account: Account, changed: elements.Elements, covered: bool, source: Source) -> None:
    """One event with before and after, and a fresh look by the gate; nothing when nothing changed."""
    if not changed and not covered:
        return
    payload = {"elements": changed, "coverage": covered}
    history.record(account=account, kind="registration.updated", by=source.by, payload=payload, action=source.action)
    if covered or set(changed) - elements.SILENT:
        touch(account=account, what="registration.updated", by=source.by)


def _visit(account: Account, visit: VisitFacts, source: Source, news: told.News) -> None:
    """The encounter under its visit number. Raises Refused when the number is another patient's visit.

    A visit that is billed both ways is the facility's: what the professional account says of it fills a new one only.
    """
    values: dict[str, object] = {"started_at": account.admitted_at, "ended_at": account.discharged_at}
    if said := class_of_visit(account, visit, source):
        values["patient_class"] = said
    if visit.location is not None and news.fresh("location"):
        values["location"] = fitting(visit.location, Encounter, "location", "PV1", 3)
    encounter, created = Encounter.objects.get_or_create(
        facility=source.facility,
        visit_number=fitting(visit.visit_number, Encounter, "visit_number", "PV1", 19),
        defaults={"patient_id": account.patient_id, "patient_class": account.patient_class, **values},
    )
    if encounter.patient_id != account.patient_id:
        raise Refused("registration.other_patient", "The visit number belongs to another patient.")
    if created or not encounter.accounts.filter(billing_kind=account.billing_kind).exists():
        encounter.accounts.add(account, survivor(account))
    if account.is_professional and encounter.accounts.exclude(billing_kind=account.billing_kind).exists():
        return
    location = str(values.get("location", encounter.location))
    if not created and location != encounter.location:
        _transferred(account, encounter, location, source)
    changed = [name for name, value in values.items() if getattr(encounter, name) != value]
    for name in changed:
        setattr(encounter, name, values[name])
    if changed:
        encounter.save(update_fields=changed)


def class_of_visit(account: Account, visit: VisitFacts, source: Source) -> str:
    """Of a professional account that of PV1-2 alone, empty where it says none: the patient may be an inpatient."""
    if not account.is_professional:
        return account.patient_class
    return source.codes.patient_class(visit.class_code, None, visit.service, visit.admission_type)


def _transferred(account: Account, encounter: Encounter, location: str, source: Source) -> None:
    payload = {"encounter": encounter.pk, "before": encounter.location, "after": location}
    history.record(account=account, kind="registration.transferred", by=source.by, payload=payload, action=source.action)


def _reach(account: Account, kind: str, facts: VisitMessage, source: Source) -> None:
    """The earliest time that a registering message gives counts, whichever comes first."""
    at = (facts.visit.admitted.instant(source.zone) if facts.visit.admitted else None) or source.sent_at
    milestone, _ = Milestone.objects.get_or_create(
        facility=source.facility, account=account, kind=kind, defaults={"owner": "patient_access", "reached_at": at}
    )
    if at < milestone.reached_at:
        milestone.reached_at = at
        milestone.save(update_fields=["reached_at"])


def _reclassify_work(account: Account, source: Source) -> None:
    """Open coding work takes the competence of the new class: it is closed and opened again, so that routing sees it."""
    if not WorkItem.objects.filter(account=account, kind=WorkKind.CODING, closed_at__isnull=True).exists():
        return
    close_work(account=account, kind=WorkKind.CODING, outcome="reclassified", by=source.by)
    open_work(account=account, kind=WorkKind.CODING, by=source.by, coding_type=account.patient_class, why="Patient class changed")


def cancel_registration(*, account_id: int, facts: VisitMessage, source: Source) -> Account:
    """Cancel an admission (A11) or pre-admission (A38) before discharge; twice is once.

    Raises Conflict ``account.move`` from later steps.
    """
    account = lock_account(account_id)
    refuse_other_patient(account, facts.patient.authority, facts.patient.mrn, source)
    if account.step == Step.CANCELLED:
        return account
    lifecycle.move(account=account, to=Step.CANCELLED, by=source.by, reason="Admission cancelled", action=source.action)
    return account
