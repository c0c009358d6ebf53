"""Rules that judge accounts, to read: built-in edits and the department's own. Their writing is two people's, on the pages."""

from typing import Any, Final

from django.http import Http404
from rest_framework import serializers
from rest_framework.response import Response

from coding_workflow.guidelines.lab.vocabulary import OVERRIDES, SEVERITIES
from coding_workflow.staff.models import Role
from worklist.selectors import lab

from .asking import ApiRequest
from .base import ApiView
from .fields import AskedWhole, Strict
from .reaching import said_in_address
from .schema import operation

READS: Final = frozenset({Role.ADMINISTRATOR, Role.SUPERVISOR, Role.COMPLIANCE})


class RecordShape(serializers.Serializer[Any]):
    """What the rule did in the last 30 days at your facilities, in accounts."""

    fired = serializers.IntegerField()
    holding = serializers.IntegerField()
    overridden = serializers.IntegerField()
    days_held = serializers.FloatField()
    dollars = serializers.DecimalField(14, 2)


class RuleShape(serializers.Serializer[Any]):
    """One rule."""

    id = serializers.CharField()
    says = serializers.CharField()
    condition = serializers.IntegerField(help_text="Of the seven; 0 for one that cannot be read.")
    severity = serializers.CharField(allow_blank=True)
    reference = serializers.CharField(allow_blank=True)
    override = serializers.ChoiceField(list(OVERRIDES))
    kind = serializers.ChoiceField([lab.BUILT_IN, lab.OWN])
    states = serializers.ListField(child=serializers.CharField(), help_text="Of its versions; none for a built-in one.")
    record = RecordShape()


class RulesShape(serializers.Serializer[Any]):
    """The rules that fit: the department's own first."""

    rows = RuleShape(many=True)


class RulesAsked(Strict):
    """Which rules are listed."""

    condition = AskedWhole(required=False, max_value=7)
    severity = serializers.ChoiceField(list(SEVERITIES), required=False)
    state = serializers.ChoiceField(list(lab.STATES), required=False)
    kind = serializers.ChoiceField([lab.BUILT_IN, lab.OWN], required=False)


class Rules(ApiView):
    """The list."""

    roles = {"GET": READS}

    @operation("rules_list", "List rules", answer=RulesShape, asked=RulesAsked)
    def get(self, request: ApiRequest) -> Response:
        """With what each did in the last 30 days."""
        asked = {name: str(value) for name, value in said_in_address(request, RulesAsked).items()}
        rows = [_said(line) for line in lab.rules(request.user, lab.Wanted(**asked))]
        return Response(RulesShape({"rows": rows}).data)


class OneRule(ApiView):
    """One rule."""

    roles = {"GET": READS}

    @operation("rules_read", "Read a rule", answer=RuleShape)
    def get(self, request: ApiRequest, rule: str) -> Response:
        """By its id, as findings and holds name it."""
        found = next((line for line in lab.rules(request.user, lab.Wanted()) if line.id == rule), None)
        if found is None:
            raise Http404
        return Response(RuleShape(_said(found)).data)


def _said(line: lab.Line) -> dict[str, Any]:
    names = ("id", "says", "condition", "severity", "reference", "override", "kind", "record")
    return {name: getattr(line, name) for name in names} | {"states": [value for value, _, _ in line.states]}
