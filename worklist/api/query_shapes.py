"""What is said of queries to providers, and what is read of them."""

from typing import Any

from rest_framework import serializers

from coding_workflow.coding import queries
from coding_workflow.coding.models import AnswerWay, ProviderQuery, QueryKind, QueryStatus

from .fields import Strict, Text, Whole


class PassageShape(serializers.Serializer[Any]):
    """A passage that the query quotes, in code points of a version's text."""

    version = serializers.IntegerField()
    start = serializers.IntegerField()
    end = serializers.IntegerField()


class AnswerShape(serializers.Serializer[Any]):
    """What the provider said."""

    way = serializers.ChoiceField(AnswerWay.choices)
    outcome = serializers.CharField()
    choice = serializers.CharField()
    words = serializers.CharField()
    signed_name = serializers.CharField()
    answered_at = serializers.DateTimeField()


class QueryShape(serializers.Serializer[ProviderQuery]):
    """One query; ``answer`` when there is one."""

    id = serializers.IntegerField(source="pk")
    account = serializers.IntegerField(source="account_id")
    provider = serializers.IntegerField(source="provider_id", allow_null=True)
    status = serializers.ChoiceField(QueryStatus.choices)
    kind = serializers.ChoiceField(QueryKind.choices)
    reason = serializers.CharField()
    subject = serializers.CharField()
    text = serializers.CharField()
    options = serializers.ListField(child=serializers.CharField())
    passages = PassageShape(source="indicators", many=True)
    codes = serializers.ListField(child=serializers.CharField())
    asked_by = serializers.IntegerField(source="asked_by_id")
    created_at = serializers.DateTimeField()
    sent_at = serializers.DateTimeField(allow_null=True)
    answered_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    answer = AnswerShape(source="response", allow_null=True, default=None)


class QueriesShape(serializers.Serializer[Any]):
    """An account's queries, oldest first."""

    rows = QueryShape(many=True)


class LinkShape(serializers.Serializer[Any]):
    """A link for the provider. Told once: a repeated request answers null."""

    url = serializers.CharField(allow_null=True)
    code = serializers.CharField(allow_null=True, help_text="Goes to the provider by another way than the link.")


class SentShape(serializers.Serializer[Any]):
    """The query and the link to it."""

    query = QueryShape()
    link = LinkShape(allow_null=True)


class PassageIn(Strict):
    """A passage of this account's record."""

    version = Whole()
    start = Whole(min_value=0, max_value=10_000_000)
    end = Whole(max_value=10_000_000)


class QueryIn(Strict):
    """Everything that is written in a query. What the linter says of it is asked when it is sent."""

    kind = serializers.ChoiceField(QueryKind.choices)
    reason = serializers.ChoiceField(list(queries.REASONS.items()))
    subject = Text(max_length=120, allow_blank=True, default="")
    text = Text(max_length=8000, allow_blank=True, default="")
    options = serializers.ListField(child=Text(max_length=300), max_length=40, default=list)
    passages = PassageIn(many=True, default=list)
    codes = serializers.ListField(child=Text(max_length=8), max_length=60, default=list)
    provider = Whole(required=False, allow_null=True, default=None)


class AnswerIn(Strict):
    """What the provider told or wrote."""

    way = serializers.ChoiceField([choice for choice in AnswerWay.choices if choice[0] != AnswerWay.LINK])
    choice = Text(max_length=300, allow_blank=True, default="")
    words = Text(max_length=4000, allow_blank=True, default="")
    signed_name = Text(max_length=120)


class DocumentIn(Strict):
    """Where the answer stands in the record."""

    version = Whole(help_text="The id of the document's version.")
