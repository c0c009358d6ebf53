"""Overriding a finding, where its rule allows it and for exactly its subjects."""

from collections.abc import Sequence

from django.db import transaction

from accounts import history
from accounts.actors import Actor
from accounts.errors import NotAllowed, Refused
from accounts.locking import lock_account
from accounts.models import Account
from accounts.services.revisions import touch
from coding_workflow.guidelines.selectors import ruleset_for
from coding_workflow.release.models import Override
from coding_workflow.staff.models import Role, User

_SHORTEST = 10


@transaction.atomic
def override_finding(
    *, account_id: int, rule: str, subjects: Sequence[str], reason: str, by: Actor, second: Actor | None = None
) -> Override:
    """Write down why a finding does not hold this account; the next check turns it into information.

    Raises NotAllowed ``override.role`` (for either person), Refused ``override.unknown``, ``override.not_allowed``,
    ``override.reason`` (fewer than ten characters) or ``override.second`` (the rule asks for a second person, another one).
    """
    account = lock_account(account_id)
    _check_person(account, by)
    version = _check_rule(account, rule, by, second)
    if second is not None:
        _check_person(account, second)
    if len(reason.strip()) < _SHORTEST:
        raise Refused("override.reason", "Give the reason in a sentence; it is printed on the certificate.")
    row = Override.objects.create(
        facility_id=account.facility_id,
        account=account,
        rule=rule,
        version=version,
        subjects=list(subjects),
        reason=reason.strip(),
        by_id=by.person_id,
        second_id=second.user_id if second else None,
    )
    payload = {"override": row.pk, "rule": rule, "subjects": list(subjects)}
    history.record(account=account, kind="release.overridden", by=by, payload=payload)
    touch(account=account, what="release.overridden", by=by)
    return row


def _check_person(account: Account, actor: Actor) -> None:
    person = User.objects.filter(pk=actor.user_id, is_active=True).first()
    if person is None or not ({Role.CODER, Role.SUPERVISOR} & set(person.roles_at(account.facility_id))):
        raise NotAllowed("override.role", "Only a coder or supervisor of this facility overrides a finding.")


def _check_rule(account: Account, rule: str, by: Actor, second: Actor | None) -> int:
    """The version of the rule that is in force."""
    try:
        asked = ruleset_for(account.facility).rule(rule)
    except KeyError:
        raise Refused("override.unknown", "There is no such rule.") from None
    needs = asked.override
    if needs == "none":
        raise Refused("override.not_allowed", "This rule cannot be overridden; mend what it found.")
    if needs == "second" and (second is None or second.user_id in {None, by.user_id}):
        raise Refused("override.second", "This rule asks for a second person.")
    return asked.version
