"""Occurrence, condition and value codes of the claim: read, entered, changed, withdrawn."""

from typing import Any, Final

from rest_framework import serializers
from rest_framework.response import Response

from accounts import claim_codes
from accounts.claim_codes import Difference
from accounts.models import Account, ClaimCodeKind, EnteredClaimCode
from accounts.services.claim_codes import code_differences, entered_codes, told_codes
from coding_workflow.coding import services
from coding_workflow.coding.services.claiming import ENTERERS
from coding_workflow.staff.models import Role

from .asking import ApiRequest
from .base import EVERYBODY, ApiView, versioned
from .evidence import Nothing
from .fields import Amount, Day, Flag, Strict, Text
from .reaching import open_account
from .schema import operation

ENTERS: Final = frozenset({Role.CODER, *ENTERERS})


class SaysIn(Strict):
    """What goes with a code: the day of an occurrence, first and last day of a span, the amount of a value; else nothing."""

    on = Day(required=False, allow_null=True)
    through = Day(required=False, allow_null=True)
    amount = Amount(required=False, allow_null=True, help_text="As text: 3310 or 12.50.")


class ClaimCodeIn(SaysIn):
    """A code of the claim form."""

    kind = serializers.ChoiceField(ClaimCodeKind.choices)
    code = Text(max_length=2, help_text="Two digits or letters.")
    off = Flag(default=False, help_text="Takes off the claim what patient accounting tells of the code.")


class ClaimCodeShape(serializers.Serializer[Any]):
    """One code with whose it is; without id patient accounting tells it."""

    id = serializers.IntegerField(allow_null=True)
    kind = serializers.ChoiceField(ClaimCodeKind.choices)
    code = serializers.CharField()
    on = serializers.DateField(allow_null=True)
    through = serializers.DateField(allow_null=True)
    amount = serializers.DecimalField(12, 2, allow_null=True)
    off = serializers.BooleanField(help_text="Taken off by a person.")
    entered_by = serializers.IntegerField(allow_null=True)
    entered_at = serializers.DateTimeField(allow_null=True)


class CodeDifferenceShape(serializers.Serializer[Difference]):
    """A code of which people entered something else than patient accounting tells: days (two with a slash) or amounts."""

    kind = serializers.ChoiceField(ClaimCodeKind.choices)
    code = serializers.CharField()
    accounting = serializers.ListField(child=serializers.CharField(allow_blank=True))
    entered = serializers.ListField(child=serializers.CharField(allow_blank=True))


class ClaimCodesShape(serializers.Serializer[Any]):
    """What goes on the claim and what people took off it, and where the two sides differ."""

    rows = ClaimCodeShape(many=True)
    differences = CodeDifferenceShape(many=True)


class ClaimCodes(ApiView):
    """The codes of the claim form."""

    roles = {"GET": EVERYBODY, "POST": ENTERS}

    @operation("codes_read_of_claim", "Read the occurrence, condition and value codes of the claim", answer=ClaimCodesShape)
    def get(self, request: ApiRequest, account: int) -> Response:
        """Patient accounting's, and those that people entered in their place."""
        opened = open_account(request, account, "codes.viewed")
        return versioned(_of(opened), opened.revision)

    @operation(
        "codes_enter_of_claim", "Enter a code of the claim", body=ClaimCodeIn, answer=ClaimCodesShape, status=201, matches=True,
        example={"kind": "occurrence", "code": "05", "on": "2026-08-30"},
    )  # fmt: skip
    def post(self, request: ApiRequest, account: int) -> Response:
        """By the coder who has the account; by a supervisor or biller at every step: after release it opens a discrepancy."""
        open_account(request, account, "codes.changed")
        said = self.body(ClaimCodeIn)

        def enter() -> int:
            return int(services.enter_claim_code(account_id=account, by=self.by(), **said).pk)

        return self.change(account, enter, lambda _: _told(account), 201)


class OneClaimCode(ApiView):
    """What goes with an entered code."""

    roles = {"PATCH": ENTERS}

    @operation(
        "codes_change_of_claim", "Change what goes with an entered code", body=SaysIn, answer=ClaimCodesShape, matches=True,
        example={"on": "2026-08-31"},
    )  # fmt: skip
    def patch(self, request: ApiRequest, account: int, row: int) -> Response:
        """Says all that goes with it: another row stands in its place, with another id."""
        open_account(request, account, "codes.changed")
        said = self.body(SaysIn)

        def change() -> int:
            return int(services.change_claim_code(account_id=account, entered_id=row, by=self.by(), **said).pk)

        return self.change(account, change, lambda _: _told(account))


class WithdrawClaimCode(ApiView):
    """Withdrawing."""

    roles = {"POST": ENTERS}

    @operation("codes_withdraw_of_claim", "Withdraw an entered code", body=Nothing, answer=ClaimCodesShape, matches=True)
    def post(self, request: ApiRequest, account: int, row: int) -> Response:
        """What patient accounting tells of the code stands again."""
        open_account(request, account, "codes.changed")
        self.body(Nothing)

        def withdraw() -> None:
            services.withdraw_claim_code(account_id=account, entered_id=row, by=self.by())

        return self.change(account, withdraw, lambda _: _told(account))


def _told(account_id: int) -> dict[str, Any]:
    return _of(Account.objects.get(pk=account_id))


def _of(account: Account) -> dict[str, Any]:
    """The codes as they stand. One query."""
    rows = list(entered_codes(account.pk))
    settled = {(row.kind, row.code) for row in rows}
    told = [each for each in told_codes(account) if (each.kind, each.code) not in settled]
    lines = [*(_line(each, None) for each in told), *(_line(row.said, row) for row in rows)]
    said: dict[str, Any] = ClaimCodesShape({"rows": lines, "differences": code_differences(account, rows)}).data
    return said


def _line(said: claim_codes.ClaimCode, row: EnteredClaimCode | None) -> dict[str, Any]:
    return {
        "id": row.pk if row else None,
        **{name: getattr(said, name) for name in ("kind", "code", "on", "through", "amount")},
        "off": row.off if row else False,
        "entered_by": row.entered_by_id if row else None,
        "entered_at": row.entered_at if row else None,
    }
