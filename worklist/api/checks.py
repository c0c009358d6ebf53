"""Verdicts of the release check, and asking for another."""

from typing import Any, Final

from django.http import Http404
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from accounts.errors import Refused
from accounts.models import Account, Step
from coding_workflow.release.listening import request_check
from coding_workflow.release.models import Check, Verdict
from coding_workflow.staff.models import Role

from .asking import ApiRequest
from .base import EVERYBODY, ApiView, versioned
from .evidence import Nothing
from .paging import PageAsked, page, page_of
from .reaching import open_account, said_in_address
from .schema import operation

ASKS: Final = frozenset({Role.CODER, Role.SUPERVISOR})


class FindingShape(serializers.Serializer[Any]):
    """What a rule found."""

    rule = serializers.CharField()
    condition = serializers.IntegerField()
    severity = serializers.CharField()
    message = serializers.CharField()
    subjects = serializers.ListField(child=serializers.CharField())
    owner = serializers.CharField()
    fix = serializers.CharField()
    reference = serializers.CharField()


class CheckLine(serializers.Serializer[Check]):
    """A verdict in a list."""

    id = serializers.IntegerField(source="pk")
    verdict = serializers.ChoiceField(Verdict.choices)
    revision = serializers.IntegerField(help_text="Of the account when it was judged.")
    conditions = serializers.DictField(child=serializers.CharField(), help_text="Condition 1 to 7 to its outcome.")
    checked_at = serializers.DateTimeField()


class CheckShape(CheckLine):
    """A verdict with what was found, by which rules and tables."""

    findings = serializers.SerializerMethodField()
    drg = serializers.SerializerMethodField(help_text="The MS-DRG, for inpatients.")
    ruleset = serializers.CharField(source="ruleset_hash")
    tables = serializers.DictField(child=serializers.CharField(), help_text="Code table to its release.")
    policy = serializers.CharField(source="policy_hash")

    @extend_schema_field(FindingShape(many=True))
    def get_findings(self, check: Check) -> list[dict[str, Any]]:
        """Each with the words a coder reads."""
        return [_finding(each) for each in check.findings]

    def get_drg(self, check: Check) -> str | None:
        """Its number."""
        return str(check.drg["drg"]) if check.drg and check.drg.get("drg") else None


class AskedShape(serializers.Serializer[Any]):
    """The check was asked for."""

    asked = serializers.BooleanField()


ChecksPage = page_of("ChecksPage", CheckLine)


class Checks(ApiView):
    """An account's verdicts."""

    roles = {"GET": EVERYBODY, "POST": ASKS}

    @operation("checks_list", "List verdicts on an account", answer=ChecksPage, asked=PageAsked)
    def get(self, request: ApiRequest, account: int) -> Response:
        """Newest first; the newest stands."""
        opened = open_account(request, account, "checks.viewed")
        asked = said_in_address(request, PageAsked)
        rows = Check.objects.filter(account=opened).defer("facts", "findings")
        return versioned(page(rows, asked, lambda check: CheckLine(check).data), opened.revision)

    @operation("checks_ask", "Ask for a check", body=Nothing, answer=AskedShape, status=202)
    def post(self, request: ApiRequest, account: int) -> Response:
        """A final-coded account is checked again within moments, once however often it is asked for."""
        opened = open_account(request, account, "checks.viewed")
        self.body(Nothing)
        return self.once(lambda: _ask(opened), lambda _: Response({"asked": True}), 202)


class OneCheck(ApiView):
    """One verdict."""

    roles = {"GET": EVERYBODY}

    @operation("checks_read", "Read a verdict", answer=CheckShape)
    def get(self, request: ApiRequest, account: int, row: int) -> Response:
        """With its findings, and the rules, tables and policy it was made by."""
        opened = open_account(request, account, "checks.viewed")
        found = Check.objects.filter(account=opened, pk=row).defer("facts").first()
        if found is None:
            raise Http404
        return versioned(CheckShape(found).data, opened.revision)


def _ask(account: Account) -> None:
    if account.step != Step.FINAL_CODED:
        raise Refused("account.step", f"The account is {Step(account.step).label.lower()}; only final-coded ones are checked.")
    request_check(account)


def _finding(said: dict[str, Any]) -> dict[str, Any]:
    texts = {name: str(said.get(name) or "") for name in ("rule", "severity", "message", "owner", "fix", "reference")}
    subjects = [str(each) for each in said.get("subjects") or []]
    return texts | {"condition": int(said.get("condition") or 0), "subjects": subjects}
