"""Numbers that become one: patients (A18, A34, A36, A40) and accounts (A18, A35, A36, A41; A06 and A07 with a prior number)."""

from collections.abc import Iterable

from accounts import history
from accounts.errors import Conflict
from accounts.locking import lock_accounts
from accounts.models import Account, Encounter, Patient, Step, WorkKind
from accounts.services.combined import same_patient, survivor
from accounts.services.combining import combine_accounts
from accounts.services.revisions import touch
from accounts.services.work import open_work
from coding_workflow.registration.facts import MergeMessage, PatientFacts, PriorNumbers
from coding_workflow.registration.hl7 import events
from coding_workflow.registration.models import InboundMessage, MessageStatus

from . import people, told
from .identity import COMBINED, refuse_other_patient
from .source import Source, fitting


def merge(*, facts: MergeMessage, into: Account | None, source: Source) -> Account | None:
    """Merge what the event is about; ``into`` is the account of PID-18, None where only patients are merged.

    Raises Conflict ``registration.merge_circle``, ``registration.merged_elsewhere``, ``registration.combined_elsewhere``, and
    what ``combine_accounts`` raises: then nothing of the message is done.
    """
    if into is not None:
        lock_accounts(
            Account.objects.filter(facility=source.facility, number__in=_numbers(facts, into)).values_list("pk", flat=True)
        )
    if facts.trigger in events.MERGES_PATIENT and facts.prior.mrn:
        merge_patient(prior=facts.prior, patient=facts.patient, source=source)
    else:
        people.patient_for(facts.patient, source)
    if into is None or not facts.prior.account_number:
        return into
    into.refresh_from_db()
    refuse_other_patient(into, facts.patient.authority, facts.patient.mrn, source)
    return merge_account(number=facts.prior.account_number, into=into, source=source)


def _numbers(facts: MergeMessage, into: Account) -> set[str]:
    return {facts.prior.account_number, into.number}


def merge_patient(*, prior: PriorNumbers, patient: PatientFacts, source: Source) -> Patient:
    """From now on the prior number means the patient of the other; accounts and visits go along. Twice is once.

    Either number may come here for the first time. Raises Conflict ``registration.merge_circle`` when the patient was merged
    into the prior number before, ``registration.merged_elsewhere`` when that was merged into a third.
    """
    _lock_accounts_of((prior.authority, prior.mrn), (patient.authority, patient.mrn), source=source)
    ends = people.patient_by_number(prior.authority, prior.mrn, source, "MRG", 1)
    lives = people.patient_for(patient, source)
    target = same_patient(lives)
    if ends.pk == lives.pk:
        source.flag("nothing_to_merge")
        return lives
    if target.pk == ends.pk:
        raise Conflict("registration.merge_circle", "The numbers were merged the other way round before.")
    if ends.merged_into is not None:
        if same_patient(ends).pk != target.pk:
            raise Conflict("registration.merged_elsewhere", "The prior patient number was merged into another before.")
        source.flag("merged_already")
        return target
    ends.merged_into = lives
    ends.save(update_fields=["merged_into"])
    give_accounts(Account.objects.filter(patient=ends), target, "account.patient_merged", source)
    Encounter.objects.filter(patient=ends).update(patient=target)
    source.settled |= set(Account.objects.filter(patient=target).values_list("pk", flat=True))
    return target


def _lock_accounts_of(*numbers: tuple[str, str], source: Source) -> None:
    """Accounts before patients, as everywhere else; none can be added to a patient whose row is locked after that."""
    found: set[int] = set()
    for authority, mrn in numbers:
        rows = Account.objects.filter(patient__facility=source.facility, patient__authority=authority, patient__mrn=mrn)
        found |= set(rows.values_list("pk", flat=True))
    lock_accounts(found)


def give_accounts(accounts: Iterable[Account], patient: Patient, kind: str, source: Source) -> None:
    """Accounts become another patient's; each says so in its history and is checked again where the gate judges it."""
    for account in lock_accounts([each.pk for each in accounts]):
        before = account.patient_id
        account.patient = patient
        account.save(update_fields=["patient"])
        payload = {"before": before, "after": patient.pk}
        history.record(account=account, kind=kind, by=source.by, payload=payload, action=source.action)
        touch(account=account, what=kind, by=source.by)


def merge_account(*, number: str, into: Account, source: Source) -> Account:
    """Combine the account of a prior number into another; answers the one that survives. Twice is once.

    A prior number that never came is kept as a combined account, so that what comes for it later reaches the survivor.
    """
    if number == into.number:
        source.flag("nothing_to_merge")
        return survivor(into)
    ends = _account_of(number, into, source)
    target = survivor(into)
    if target.pk == ends.pk:
        raise Conflict("registration.merge_circle", "The accounts were combined the other way round before.")
    ends, target = _locked(ends, target)
    if ends.step == Step.COMBINED:
        if survivor(ends).pk != target.pk:
            raise Conflict("registration.combined_elsewhere", "The prior account was combined into another one before.")
        source.flag("combined_already")
        return target
    combine_accounts(account=ends, into=target, by=source.by, reason="Merged by the sender", action=source.action)
    news = told.about_account(ends, source.sent_at)
    news.fresh(COMBINED)
    news.keep()
    _carry_failures(ends, target, source)
    source.settled.add(target.pk)
    source.registered.append(number)
    return target


def _carry_failures(ends: Account, target: Account, source: Source) -> None:
    """Messages of the combined account that failed are the survivor's to mend: its import-error work was closed with it."""
    failed = InboundMessage.objects.filter(account=ends, status=MessageStatus.FAILED)
    if failed.update(account=target):
        open_work(account=target, kind=WorkKind.IMPORT_ERROR, by=source.by, why="A message could not be applied")


def _locked(ends: Account, target: Account) -> tuple[Account, Account]:
    rows = {row.pk: row for row in lock_accounts([ends.pk, target.pk])}
    return rows[ends.pk], rows[target.pk]


def _account_of(number: str, into: Account, source: Source) -> Account:
    fitting(number, Account, "number", "MRG", 3)
    found = Account.objects.filter(facility=source.facility, number=number).first()
    if found is not None:
        return found
    source.flag("prior_account_unknown")
    created = Account.objects.create(
        facility=source.facility, number=number, patient=same_patient(into.patient), patient_class=into.patient_class
    )
    (account,) = lock_accounts([created.pk])
    history.record(account=account, kind="registration.named", by=source.by, action=source.action)
    return account
