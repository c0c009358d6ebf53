"""What a person left typed and unsent: kept at every change, gone when it is sent or thrown away.

A draft is its person's own and no fact about the account: it takes no lock and leaves no event.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from django.db import transaction

from accounts.errors import Refused
from accounts.models import Account
from coding_workflow.guidelines.models import AdminRule
from coding_workflow.staff.models import User

from .models import AccountDraft, RuleDraft

_MOST_FIELDS: Final = 100
_LONGEST: Final = 20_000


@transaction.atomic
def keep_draft(*, rule: AdminRule, by: User, fields: Mapping[str, Sequence[str]], tests: str, seen: str) -> RuleDraft:
    """Keep the form as it stands, rule or not; each person has one for each rule. The caller has let them in."""
    given = {"fields": {name: list(values) for name, values in fields.items()}, "tests": tests, "seen": seen}
    kept, _ = RuleDraft.objects.update_or_create(rule=rule, user=by, defaults=given)
    return kept


@transaction.atomic
def throw_away(*, rule: AdminRule, by: User) -> None:
    """Forget what the person left; nothing happens where there is nothing."""
    RuleDraft.objects.filter(rule=rule, user=by).delete()


@transaction.atomic
def keep_typed(*, account: Account, by: User, fields: Sequence[tuple[str, str]], seen: int) -> None:
    """Keep what is typed on the account page; nothing typed forgets it. The caller has let the person in.

    Raises Refused ``draft.long`` beyond 100 fields or 20,000 characters in all: nothing is cut.
    """
    if not fields:
        AccountDraft.objects.filter(account=account, user=by).delete()
        return
    if len(fields) > _MOST_FIELDS or sum(len(name) + len(words) for name, words in fields) > _LONGEST:
        raise Refused("draft.long", "What is typed here is too long to be kept; send a part of it.")
    given = {"fields": [list(pair) for pair in fields], "seen": seen, "facility_id": account.facility_id}
    AccountDraft.objects.update_or_create(account=account, user=by, defaults=given)
