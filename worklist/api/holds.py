"""Holds: those of an account, placing one, resolving one."""

from typing import Any, Final

from django.http import Http404
from rest_framework import serializers
from rest_framework.response import Response

from accounts.errors import NotAllowed, Refused
from accounts.locking import lock_account
from accounts.models import Account, Hold, HoldSource, OwnerRole, Step
from accounts.services.holds import place_hold, resolve_hold
from coding_workflow.staff.models import Role
from worklist.selectors.workspace_gate import may_resolve

from .asking import ApiRequest
from .base import EVERYBODY, ApiView, versioned
from .coding import ReasonIn
from .fields import Day, Strict, Text
from .reaching import open_account
from .schema import operation

HOLDERS: Final = frozenset({Role.CODER, Role.SUPERVISOR})
_OPEN_STEPS: Final = (Step.CODING, Step.FINAL_CODED)


class HoldShape(serializers.Serializer[Hold]):
    """Why an account cannot be released, and how it ended."""

    id = serializers.IntegerField(source="pk")
    source = serializers.ChoiceField(HoldSource.choices)  # type: ignore[assignment]
    condition = serializers.IntegerField(allow_null=True, help_text="Of the seven, 1 to 7.")
    blocking = serializers.BooleanField()
    reason = serializers.CharField(help_text="Dotted code: rule id or hold reason.")
    message = serializers.CharField()
    owner_role = serializers.ChoiceField(OwnerRole.choices)
    fix = serializers.CharField()
    expected_clear_on = serializers.DateField(allow_null=True)
    opened_at = serializers.DateTimeField()
    since = serializers.DateField(allow_null=True, help_text="When it began, where it was loaded from another system.")
    resolved_at = serializers.DateTimeField(allow_null=True)
    resolution = serializers.CharField()


class HoldsShape(serializers.Serializer[Any]):
    """Holds of an account, open ones first."""

    rows = HoldShape(many=True)


class HoldIn(Strict):
    """A hold to place by hand."""

    message = Text(max_length=500, help_text="What the account waits for.")
    owner_role = serializers.ChoiceField(OwnerRole.choices, default=OwnerRole.CODING)
    expected_clear_on = Day(required=False, allow_null=True)


class Holds(ApiView):
    """An account's holds."""

    roles = {"GET": EVERYBODY, "POST": HOLDERS}

    @operation("holds_list", "List an account's holds", answer=HoldsShape)
    def get(self, request: ApiRequest, account: int) -> Response:
        """Open ones first, then those that were resolved, oldest first."""
        opened = open_account(request, account, "holds.viewed")
        rows = sorted(Hold.objects.filter(account=opened), key=lambda hold: (hold.resolved_at is not None, hold.pk))
        return versioned(HoldsShape({"rows": rows}).data, opened.revision)

    @operation(
        "holds_place", "Place a hold", body=HoldIn, answer=HoldShape, status=201, matches=True,
        example={"message": "Waits for the implant log", "owner_role": "him"},
    )  # fmt: skip
    def post(self, request: ApiRequest, account: int) -> Response:
        """By hand, with what the account waits for and whose it is, while it is coded or final coded."""
        open_account(request, account, "holds.viewed")
        said = self.body(HoldIn)
        return self.change(account, lambda: self._place(account, said), _told, 201)

    def _place(self, account: int, said: dict[str, Any]) -> int:
        locked, by = lock_account(account), self.by()
        if locked.step not in _OPEN_STEPS:
            raise Refused("account.step", f"The account is {Step(locked.step).label.lower()}; the gate is not open now.")
        # Every hold that a person places is one of its own.
        key = f"person:{by.user_id}:{locked.hold_version}"
        made = place_hold(account=locked, source=HoldSource.PERSON, key=key, reason="person.placed", by=by, **said)
        return int(made.pk)


class ResolveHold(ApiView):
    """Resolve a hold."""

    roles = {"POST": HOLDERS}

    @operation("holds_resolve", "Resolve a hold", body=ReasonIn, answer=HoldShape, matches=True)
    def post(self, request: ApiRequest, account: int, row: int) -> Response:
        """With the reason. What a person placed, coders and supervisors resolve; what policy or a feed placed, supervisors;
        what the check opened, the check clears."""
        opened = open_account(request, account, "holds.viewed")
        if not Hold.objects.filter(account=opened, pk=row).exists():
            raise Http404
        said = self.body(ReasonIn)
        return self.change(account, lambda: self._resolve(opened, row, said["reason"]), _told)

    def _resolve(self, opened: Account, row: int, reason: str) -> int:
        locked = lock_account(opened.pk)
        found = Hold.objects.get(account=locked, pk=row)
        if found.source != HoldSource.CHECK and not may_resolve(found, self.request.user.roles_at(locked.facility_id)):
            raise NotAllowed("hold.role", "Policy or a feed placed this hold; a supervisor resolves it.")
        resolve_hold(account=locked, hold=found, by=self.by(), resolution=reason)
        return row


def _told(row: int | None) -> dict[str, Any]:
    said: dict[str, Any] = HoldShape(Hold.objects.get(pk=row or 0)).data
    return said
