"""Evidence, the abstract, and declaring an account final coded."""

from typing import Any

from rest_framework import serializers
from rest_framework.response import Response

from accounts.models import Account, PatientClass
from coding_workflow.coding import services

from . import codes
from .asking import ApiRequest
from .base import CODER, ApiView
from .fields import Day, Strict, Text, Whole
from .reaching import open_account
from .schema import operation


class EvidenceIn(Strict):
    """A passage for one code: ``start`` and ``end`` in code points of the version's text; neither cites the document."""

    version = Whole(help_text="The version's id.")
    diagnosis = Whole(required=False, allow_null=True)
    procedure = Whole(required=False, allow_null=True)
    start = Whole(required=False, allow_null=True, min_value=0, max_value=10_000_000)
    end = Whole(required=False, allow_null=True, max_value=10_000_000)


class AbstractIn(Strict):
    """The claim elements as the record says them."""

    patient_class = serializers.ChoiceField(PatientClass.choices)
    admit_date = Day(required=False, allow_null=True, default=None)
    discharge_date = Day(required=False, allow_null=True, default=None)
    discharge_status = Text(max_length=2, required=False, allow_blank=True, default="")
    death_date = Day(required=False, allow_null=True, default=None)
    birth_weight_grams = Whole(required=False, allow_null=True, default=None, max_value=9000)
    place_of_service = Text(max_length=2, required=False, allow_blank=True, default="", help_text="Professional accounts only.")


class Nothing(Strict):
    """No field."""


class FinalShape(serializers.Serializer[Any]):
    """Where the account is now."""

    id = serializers.IntegerField(source="pk")
    step = serializers.CharField()
    revision = serializers.IntegerField()


class LinkEvidence(ApiView):
    """Link a passage."""

    roles = {"POST": CODER}

    @operation(
        "codes_link_evidence", "Link a passage to a code", body=EvidenceIn, answer=codes.CodesShape, status=201, matches=True,
        example={"version": 7, "diagnosis": 12, "start": 18, "end": 44},
    )  # fmt: skip
    def post(self, request: ApiRequest, account: int) -> Response:
        """For one diagnosis or one procedure of the account."""
        open_account(request, account, "codes.changed")
        said = self.body(EvidenceIn)

        def link() -> int:
            made = services.link_evidence(
                account_id=account,
                version_id=said["version"],
                by=self.by(),
                diagnosis_id=said.get("diagnosis"),
                procedure_id=said.get("procedure"),
                start=said.get("start"),
                end=said.get("end"),
            )
            return int(made.pk)

        return self.change(account, link, lambda _: codes.told(account), 201)


class UnlinkEvidence(ApiView):
    """Take a passage off."""

    roles = {"POST": CODER}

    @operation("codes_unlink_evidence", "Take a passage off a code", body=Nothing, answer=codes.CodesShape, matches=True)
    def post(self, request: ApiRequest, account: int, row: int) -> Response:
        """The link stays in the history."""
        open_account(request, account, "codes.changed")
        self.body(Nothing)

        def unlink() -> None:
            services.unlink_evidence(account_id=account, evidence_id=row, by=self.by())

        return self.change(account, unlink, lambda _: codes.told(account))


class Abstract(ApiView):
    """The abstract."""

    roles = {"POST": CODER}

    @operation(
        "codes_abstract", "Write down what the record says", body=AbstractIn, answer=codes.CodesShape, status=201, matches=True
    )
    def post(self, request: ApiRequest, account: int) -> Response:
        """Patient accounting's own values stay as they are until it corrects them (condition 5)."""
        open_account(request, account, "codes.changed")
        said = self.body(AbstractIn)

        def abstract() -> int:
            return int(services.abstract_record(account_id=account, by=self.by(), **said).pk)

        return self.change(account, abstract, lambda _: codes.told(account), 201)


class Finalize(ApiView):
    """Final coded."""

    roles = {"POST": CODER}

    @operation("codes_finalize", "Declare the account final coded", body=Nothing, answer=FinalShape, matches=True)
    def post(self, request: ApiRequest, account: int) -> Response:
        """The release check follows by itself; what holds comes back as holds, or as coding work."""
        opened = open_account(request, account, "codes.changed")
        self.body(Nothing)

        def finalize() -> int:
            return int(services.finalize_coding(account_id=account, by=self.by()).pk)

        return self.change(account, finalize, lambda _: FinalShape(Account.objects.get(pk=opened.pk)).data)
