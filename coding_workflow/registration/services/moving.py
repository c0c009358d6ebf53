"""What moves: an account to another patient (A44), a visit to another account (A45); and visits that become one (A42)."""

from typing import Final

from accounts import history
from accounts.errors import Conflict, Refused
from accounts.locking import lock_account, lock_accounts
from accounts.models import Account, Encounter, HoldSource, OwnerRole
from accounts.services.combined import same_patient, survivor
from accounts.services.holds import place_hold
from coding_workflow.registration.facts import MergeMessage

from . import people, told
from .identity import MOVED, left_patient
from .merging import give_accounts
from .source import Source, fitting

_MOST_MERGED: Final = 100
_CHECK: Final = "A visit was moved between this account and another. Check that its charges and documents are where they belong."


def move_account(*, account_id: int, facts: MergeMessage, source: Source) -> Account:
    """Give an account with everything in it to the patient of PID-3 (A44); older news is left out.

    Raises Refused ``registration.new_number`` when PID-18 names another account as well, ``registration.other_patient`` when
    the account is not the prior patient's, Conflict ``registration.ended``.
    """
    account = lock_account(account_id)
    if facts.account_number and facts.account_number != account.number:
        raise Refused("registration.new_number", "PID-18 gives the account another number; move it under the number it has.")
    prior = people.patient_by_number(facts.prior.authority, facts.prior.mrn, source, "MRG", 1)
    patient = same_patient(people.patient_for(facts.patient, source))
    news = told.about_account(account, source.sent_at)
    if not news.is_fresh(MOVED):
        source.flag("moved_later")
        return account
    owner = same_patient(account.patient).pk
    if owner not in {patient.pk, same_patient(prior).pk}:
        raise Refused("registration.other_patient", "The account is not the patient's that MRG-1 names.")
    news.fresh(MOVED)
    news.fresh(left_patient(prior))
    news.keep()
    if owner != patient.pk:
        give_accounts([account], patient, "account.patient_moved", source)
        account.encounters.update(patient=patient)
    source.settled.add(account.pk)
    return lock_account(account.pk)


def move_visit(*, account: Account, prior: Account, facts: MergeMessage, source: Source) -> Account:
    """A visit of the prior account belongs to another one (A45). Twice is once.

    Which charges and documents belong to a visit is not told, so both accounts are held until a person has looked. Raises
    Refused ``registration.new_number``, ``registration.other_patient``.
    """
    if facts.visit is not None and facts.visit.visit_number not in {facts.prior.visit_number, facts.account_number}:
        raise Refused("registration.new_number", "PV1-19 gives the visit another number; move it under the number it has.")
    if account.pk == prior.pk:
        source.flag("moved_already")
        return account
    rows = {row.pk: row for row in lock_accounts([account.pk, prior.pk])}
    account, prior = rows[account.pk], rows[prior.pk]
    people.patient_for(facts.patient, source)
    visit, created = _visit(facts.prior.visit_number, account, source)
    if not created and not _relink(visit, account, prior):
        source.flag("moved_already")
        return account
    for each, other in ((account, prior), (prior, account)):
        payload = {"encounter": visit.pk, "other": other.pk, "to": account.pk}
        history.record(account=each, kind="registration.visit_moved", by=source.by, payload=payload, action=source.action)
        _hold(each, visit, source)
    return account


def _relink(visit: Encounter, account: Account, prior: Account) -> bool:
    """The visit leaves the prior account for the other; False when it had left already."""
    links = Encounter.accounts.through.objects.filter(encounter=visit)
    there, here = links.filter(account=prior), links.filter(account=account).exists()
    if here:
        return False
    if not there.update(account=account):
        visit.accounts.add(account)
    return True


def _hold(account: Account, visit: Encounter, source: Source) -> None:
    place_hold(
        account=account,
        source=HoldSource.FEED,
        key=f"visit_moved:{visit.pk}",
        reason="registration.visit_moved",
        message=_CHECK,
        by=source.by,
        owner_role=OwnerRole.BILLING,
        fix="charges",
    )


def merge_visits(*, account: Account, facts: MergeMessage, source: Source) -> Account:
    """The prior visit number means another visit from now on (A42); the accounts of both are that visit's. Twice is once.

    Raises Conflict ``registration.merge_circle``, ``registration.merged_elsewhere``, Refused ``registration.other_patient``.
    """
    account = lock_account(account.pk)
    people.patient_for(facts.patient, source)
    number = facts.visit.visit_number if facts.visit else ""
    if not number:
        raise Refused("registration.no_visit", "PV1-19 does not name the visit that survives.")
    lives, _ = _visit(number, account, source)
    ends, unknown = _visit(facts.prior.visit_number, account, source)
    if unknown:
        source.flag("prior_visit_unknown")
    target = _same_visit(lives)
    if lives.pk == ends.pk:
        source.flag("nothing_to_merge")
        return account
    if target.pk == ends.pk:
        raise Conflict("registration.merge_circle", "The visits were merged the other way round before.")
    if ends.merged_into is not None:
        if _same_visit(ends).pk != target.pk:
            raise Conflict("registration.merged_elsewhere", "The prior visit was merged into another before.")
        source.flag("merged_already")
        return account
    ends.merged_into = lives
    ends.save(update_fields=["merged_into"])
    target.accounts.add(*(survivor(each) for each in ends.accounts.all()))
    payload = {"encounter": ends.pk, "into": target.pk}
    history.record(account=account, kind="registration.visit_merged", by=source.by, payload=payload, action=source.action)
    return account


def _visit(number: str, account: Account, source: Source) -> tuple[Encounter, bool]:
    """The visit of a number, created for the account where it is new; and whether it was."""
    visit, created = Encounter.objects.select_for_update().get_or_create(
        facility=source.facility,
        visit_number=fitting(number, Encounter, "visit_number", "MRG", 5),
        defaults={"patient_id": account.patient_id, "patient_class": account.patient_class},
    )
    if same_patient(visit.patient).pk != same_patient(account.patient).pk:
        raise Refused("registration.other_patient", "The visit number belongs to another patient.")
    if created:
        visit.accounts.add(account)
    return visit, created


def _same_visit(visit: Encounter) -> Encounter:
    for _ in range(_MOST_MERGED):
        if visit.merged_into is None:
            return visit
        visit = visit.merged_into
    raise RuntimeError("Visits are merged in a circle.")
