"""Codes of an account: read as they stand, each with its passages."""

from typing import Any, Final

from rest_framework import serializers
from rest_framework.response import Response

from accounts.models import Account
from coding_workflow.codesets import selectors as codesets
from coding_workflow.coding import selectors as coding
from coding_workflow.coding.models import CodedItem, DiagnosisRole, Evidence, PresentOnAdmission, RecordAbstract
from coding_workflow.staff.models import Role

from .asking import ApiRequest
from .base import ApiView, versioned
from .reaching import open_account
from .schema import operation

EVERYBODY: Final = frozenset(Role.values)


class EvidenceShape(serializers.Serializer[Evidence]):
    """A passage behind a code, in code points of a version's text; without start and end a citation of the document."""

    id = serializers.IntegerField(source="pk")
    version = serializers.IntegerField(source="version_id")
    document = serializers.IntegerField(source="version.document_id")
    start = serializers.IntegerField(allow_null=True)
    end = serializers.IntegerField(allow_null=True)
    quote = serializers.CharField(trim_whitespace=False)


class CodeShape(serializers.Serializer[CodedItem]):
    """What every code has."""

    id = serializers.IntegerField(source="pk")
    system = serializers.CharField()
    code = serializers.CharField(help_text="Without point.")
    display = serializers.SerializerMethodField(help_text="As it is written.")
    position = serializers.IntegerField()
    assigned_by = serializers.IntegerField(source="assigned_by_id")
    assigned_at = serializers.DateTimeField()
    evidence = EvidenceShape(source="passages", many=True)

    def get_display(self, row: CodedItem) -> str:
        """With its point."""
        return codesets.display(row.code, row.system)


class DiagnosisShape(CodeShape):
    """A diagnosis code; the first of ``diagnosis`` is principal or first-listed."""

    role = serializers.ChoiceField(DiagnosisRole.choices)
    poa = serializers.ChoiceField(PresentOnAdmission.choices, allow_blank=True)
    copied_from = serializers.IntegerField(source="copied_from_id", allow_null=True, help_text="The earlier account.")


class ProcedureShape(CodeShape):
    """A procedure code."""

    modifiers = serializers.ListField(child=serializers.CharField())
    units = serializers.DecimalField(9, 2)
    performed_on = serializers.DateField(allow_null=True)
    charge = serializers.IntegerField(source="charge_id", allow_null=True)


class AbstractShape(serializers.Serializer[RecordAbstract]):
    """The claim elements as the record says them."""

    id = serializers.IntegerField(source="pk")
    patient_class = serializers.CharField()
    admit_date = serializers.DateField(allow_null=True)
    discharge_date = serializers.DateField(allow_null=True)
    discharge_status = serializers.CharField()
    death_date = serializers.DateField(allow_null=True)
    birth_weight_grams = serializers.IntegerField(allow_null=True)
    abstracted_at = serializers.DateTimeField()


class CodesShape(serializers.Serializer[Any]):
    """The codes in force, in order, and the newest abstract."""

    diagnoses = DiagnosisShape(many=True)
    procedures = ProcedureShape(many=True)
    abstract = AbstractShape(allow_null=True)


class Codes(ApiView):
    """An account's codes."""

    roles = {"GET": EVERYBODY}

    @operation("codes_read", "Read an account's codes", answer=CodesShape)
    def get(self, request: ApiRequest, account: int) -> Response:
        """The codes in force with the passages that support them."""
        opened = open_account(request, account, "codes.viewed")
        return versioned(CodesShape(of(opened)).data, opened.revision)


def of(account: Account) -> dict[str, Any]:
    """The codes in force. Five queries."""
    return {
        "diagnoses": coding.diagnoses_in_force(account.pk),
        "procedures": coding.procedures_in_force(account.pk),
        "abstract": coding.abstract_of(account.pk),
    }


def told(account_id: int) -> dict[str, Any]:
    """The codes as they stand after a change."""
    said: dict[str, Any] = CodesShape(of(Account(pk=account_id))).data
    return said
