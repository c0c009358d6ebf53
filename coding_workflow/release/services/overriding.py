"""Overriding a finding, where its rule allows it and for exactly its subjects; by two people where the rule asks for two."""

from collections.abc import Sequence

from django.db import transaction

from accounts import history
from accounts.actors import Actor
from accounts.errors import Conflict, NotAllowed, Refused
from accounts.locking import lock_account
from accounts.models import Account
from accounts.services.revisions import touch
from coding_workflow.guidelines.registry import Rule
from coding_workflow.guidelines.selectors import ruleset_for
from coding_workflow.release.models import Override
from coding_workflow.staff.models import Role, User

_SHORTEST = 10


@transaction.atomic
def override_finding(*, account_id: int, rule: str, subjects: Sequence[str], reason: str, by: Actor) -> Override:
    """Write down why a finding does not hold this account; the next check turns it into information.

    Where the rule asks for two people it still holds until another one agrees (``agree_to_override``).
    Raises NotAllowed ``override.role``, Refused ``override.unknown``, ``override.not_allowed`` or
    ``override.reason`` (fewer than ten characters).
    """
    account = lock_account(account_id)
    _check_person(account, by)
    asked = _rule(account, rule)
    if len(reason.strip()) < _SHORTEST:
        raise Refused("override.reason", "Give the reason in a sentence; it is printed on the certificate.")
    row = Override.objects.create(
        facility_id=account.facility_id,
        account=account,
        rule=rule,
        version=asked.version,
        subjects=list(subjects),
        reason=reason.strip(),
        by_id=by.person_id,
    )
    payload = {"override": row.pk, "rule": rule, "subjects": list(subjects)}
    kind = "release.override_asked" if asked.override == "second" else "release.overridden"
    history.record(account=account, kind=kind, by=by, payload=payload)
    touch(account=account, what=kind, by=by)
    return row


@transaction.atomic
def agree_to_override(*, account_id: int, override_id: int, by: Actor) -> Override:
    """The second person of an override that waits for one; the next check turns the finding into information.

    Raises NotAllowed ``override.role``, Conflict ``override.settled`` (it waits for nobody), Refused ``override.second``
    (the person who asked) or ``override.changed`` (the rule was published anew since).
    """
    account = lock_account(account_id)
    _check_person(account, by)
    row = Override.objects.waiting().filter(account=account, pk=override_id).first()
    if row is None:
        raise Conflict("override.settled", "This override waits for nobody.")
    if row.by_id == by.user_id:
        raise Refused("override.second", "You asked for it; another person agrees.")
    asked = _rule(account, row.rule)
    if (asked.override, asked.version) != ("second", row.version):
        raise Refused("override.changed", "The rule has changed since. Ask for the override again.")
    row.second_id = by.person_id
    row.save(update_fields=["second"])
    history.record(account=account, kind="release.overridden", by=by, payload={"override": row.pk, "rule": row.rule})
    touch(account=account, what="release.overridden", by=by)
    return row


def _check_person(account: Account, actor: Actor) -> None:
    person = User.objects.filter(pk=actor.user_id, is_active=True).first()
    if person is None or not ({Role.CODER, Role.SUPERVISOR} & set(person.roles_at(account.facility_id))):
        raise NotAllowed("override.role", "Only a coder or supervisor of this facility overrides a finding.")


def _rule(account: Account, rule: str) -> Rule:
    """The rule in force, which may be overridden."""
    try:
        asked = ruleset_for(account.facility).rule(rule)
    except KeyError:
        raise Refused("override.unknown", "There is no such rule.") from None
    if asked.override == "none":
        raise Refused("override.not_allowed", "This rule cannot be overridden; mend what it found.")
    return asked
