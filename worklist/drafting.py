"""What a person left in the rule editor: kept at every change, gone when it is saved to the rule or thrown away."""

from collections.abc import Mapping, Sequence

from django.db import transaction

from coding_workflow.guidelines.models import AdminRule
from coding_workflow.staff.models import User

from .models import RuleDraft


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
