"""Documents of the record, their versions, and the text of one."""

from typing import Any

from django.db.models import Prefetch
from django.http import Http404
from rest_framework import serializers
from rest_framework.response import Response

from accounts.models import Account, Document, DocumentType, DocumentVersion, VersionStatus

from .asking import ApiRequest
from .base import EVERYBODY, ApiView, versioned
from .reaching import note, open_account
from .schema import operation


class VersionShape(serializers.Serializer[DocumentVersion]):
    """One state of a document's words, without them."""

    id = serializers.IntegerField(source="pk", help_text="What evidence names.")
    number = serializers.IntegerField()
    status = serializers.ChoiceField(VersionStatus.choices)
    author = serializers.SerializerMethodField()
    author_role = serializers.CharField()
    authored_at = serializers.DateTimeField(allow_null=True)
    signed_at = serializers.DateTimeField(allow_null=True)
    received_at = serializers.DateTimeField()

    def get_author(self, version: DocumentVersion) -> str | None:
        """The author's name, where the sender told it."""
        return str(version.author) if version.author else None


class DocumentShape(serializers.Serializer[Document]):
    """A document with its versions, oldest first."""

    id = serializers.IntegerField(source="pk")
    source_id = serializers.CharField()
    type = serializers.ChoiceField(DocumentType.choices)
    title = serializers.CharField()
    cancelled_at = serializers.DateTimeField(allow_null=True)
    versions = VersionShape(many=True)


class DocumentsShape(serializers.Serializer[Any]):
    """The documents of an account, oldest first."""

    rows = DocumentShape(many=True)


class TextShape(VersionShape):
    """One version with its words: LF line ends; evidence counts Unicode code points in it."""

    text = serializers.CharField(trim_whitespace=False)


class Documents(ApiView):
    """An account's documents."""

    roles = {"GET": EVERYBODY}

    @operation("documents_list", "List an account's documents", answer=DocumentsShape)
    def get(self, request: ApiRequest, account: int) -> Response:
        """Every document with its versions, without their text."""
        opened = open_account(request, account, "documents.listed")
        return versioned(DocumentsShape({"rows": of(opened)}).data, opened.revision)


class OneDocument(ApiView):
    """One document."""

    roles = {"GET": EVERYBODY}

    @operation("documents_read", "Read a document's versions", answer=DocumentShape)
    def get(self, request: ApiRequest, account: int, row: int) -> Response:
        """The document with its versions, without their text."""
        opened = open_account(request, account, "documents.listed")
        found = of(opened).filter(pk=row).first()
        if found is None:
            raise Http404
        return versioned(DocumentShape(found).data, opened.revision)


class OneVersion(ApiView):
    """One version's text."""

    roles = {"GET": EVERYBODY}

    @operation("documents_text", "Read the text of a version", answer=TextShape)
    def get(self, request: ApiRequest, account: int, row: int, number: int) -> Response:
        """The words of one version. The look is on record with the version that was read."""
        opened = open_account(request, account, "documents.listed")
        versions = DocumentVersion.objects.filter(account=opened, document_id=row, number=number)
        found = versions.select_related("author").first()
        if found is None:
            raise Http404
        note(request, "document.viewed", account=opened, version=found.pk)
        return versioned(TextShape(found).data, opened.revision)


def of(account: Account) -> Any:
    """An account's documents with their versions' frames: the texts stay in the database."""
    frames = DocumentVersion.objects.select_related("author").defer("text").order_by("number")
    return Document.objects.filter(account=account).prefetch_related(Prefetch("versions", queryset=frames)).order_by("pk")
