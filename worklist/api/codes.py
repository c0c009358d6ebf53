"""Codes of an account: read as they stand, each with its passages."""

from typing import Any

from rest_framework import serializers
from rest_framework.response import Response

from accounts.models import Account, ChargeLine
from coding_workflow.codesets import selectors as codesets
from coding_workflow.coding import selectors as coding
from coding_workflow.coding.models import CodedItem, DiagnosisRole, Evidence, PresentOnAdmission, RecordAbstract

from .asking import ApiRequest
from .base import EVERYBODY, ApiView, versioned
from .reaching import open_account
from .schema import operation


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
    place_of_service = serializers.CharField()
    death_date = serializers.DateField(allow_null=True)
    birth_weight_grams = serializers.IntegerField(allow_null=True)
    abstracted_at = serializers.DateTimeField()


class PointersShape(serializers.Serializer[Any]):
    """A charge line of a professional account with the diagnoses that it is for, the primary first."""

    charge = serializers.IntegerField()
    hcpcs = serializers.CharField(help_text="As it came; a coder's code is among the procedures.")
    modifiers = serializers.ListField(child=serializers.CharField())
    units = serializers.DecimalField(9, 2)
    amount = serializers.DecimalField(12, 2)
    service_date = serializers.DateField()
    place_of_service = serializers.CharField(help_text="Empty where it is the account's.")
    diagnoses = serializers.ListField(child=serializers.CharField(), help_text="Codes without point.")
    linked = serializers.BooleanField(help_text="As the sender linked it; no coder has pointed it.")


class CodesShape(serializers.Serializer[Any]):
    """The codes in force, in order, the lines of a professional account, and the newest abstract."""

    diagnoses = DiagnosisShape(many=True)
    procedures = ProcedureShape(many=True)
    lines = PointersShape(many=True)
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
    """The codes in force. Five queries; two more for a professional account with charges."""
    return {
        "diagnoses": coding.diagnoses_in_force(account.pk),
        "procedures": coding.procedures_in_force(account.pk),
        "lines": _lines(account.pk) if account.is_professional else [],
        "abstract": coding.abstract_of(account.pk),
    }


def _lines(account_id: int) -> list[dict[str, Any]]:
    """Of a professional account; a facility's lines point nowhere."""
    charges = list(ChargeLine.objects.filter(account_id=account_id, voided_at__isnull=True).order_by("pk"))
    pointers = coding.pointers_in_force(account_id) if charges else {}
    names = ("hcpcs", "modifiers", "units", "amount", "service_date", "place_of_service")
    return [
        {name: getattr(line, name) for name in names}
        | {
            "charge": line.pk,
            "diagnoses": coding.pointed(line, pointers),
            "linked": line.pk not in pointers and bool(line.diagnoses),
        }
        for line in charges
    ]


def told(account_id: int) -> dict[str, Any]:
    """The codes as they stand after a change."""
    said: dict[str, Any] = CodesShape(of(Account.objects.get(pk=account_id))).data
    return said
