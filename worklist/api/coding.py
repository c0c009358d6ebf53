"""What a coder does to an account's codes: add, change, order, remove; the workspace's own services."""

from typing import Final

from rest_framework import serializers
from rest_framework.response import Response

from accounts.errors import Refused
from accounts.models import ChargeLine
from coding_workflow.coding import services
from coding_workflow.coding.models import DiagnosisRole, PresentOnAdmission

from . import codes
from .asking import ApiRequest
from .base import CODER, ApiView
from .fields import Day, Strict, Text, Whole
from .reaching import open_account
from .schema import operation

LONGEST_CODE: Final = 20


class DiagnosisIn(Strict):
    """A diagnosis code to add."""

    code = Text(max_length=LONGEST_CODE, help_text="With or without point.")
    role = serializers.ChoiceField(DiagnosisRole.choices, default=DiagnosisRole.DIAGNOSIS)
    poa = serializers.ChoiceField(PresentOnAdmission.choices, required=False, allow_blank=True)
    position = Whole(required=False, max_value=999, help_text="1 makes it principal; without, it comes last.")


class PoaIn(Strict):
    """Present on admission."""

    poa = serializers.ChoiceField(PresentOnAdmission.choices, allow_blank=True, help_text="Blank for an exempt code.")


class OrderIn(Strict):
    """A list in its order."""

    role = serializers.ChoiceField(DiagnosisRole.choices, default=DiagnosisRole.DIAGNOSIS)
    order = serializers.ListField(child=Whole(), max_length=200, help_text="Every code of the list by its id.")


class ProcedureIn(Strict):
    """A procedure code to add."""

    code = Text(max_length=LONGEST_CODE)
    system = Text(max_length=12, required=False, help_text="ICD-10-PCS, CPT or HCPCS, where the bill takes several.")
    performed_on = Day(required=False, allow_null=True)
    modifiers = serializers.ListField(child=Text(max_length=2), max_length=4, required=False)
    units = Whole(required=False, max_value=99_999)
    charge = Whole(required=False, allow_null=True, help_text="The charge line that the code goes on.")


class ModifiersIn(Strict):
    """Modifiers in order, and units."""

    modifiers = serializers.ListField(child=Text(max_length=2), max_length=4)
    units = Whole(required=False, max_value=99_999)


class PointersIn(Strict):
    """The diagnoses of a line, the primary first; none takes away also what the sender linked."""

    diagnoses = serializers.ListField(child=Text(max_length=LONGEST_CODE), max_length=20, help_text="With or without point.")


class ReasonIn(Strict):
    """Why; the account's history keeps it."""

    reason = Text(max_length=200, help_text="No patient's name.")


class Diagnoses(ApiView):
    """Add a diagnosis."""

    roles = {"POST": CODER}

    @operation(
        "codes_add_diagnosis", "Add a diagnosis code", body=DiagnosisIn, answer=codes.CodesShape, status=201, matches=True,
        example={"code": "I21.4", "poa": "Y", "position": 1},
    )  # fmt: skip
    def post(self, request: ApiRequest, account: int) -> Response:
        """The account is yours while nobody else has it. A code that is unknown or a heading on its date is refused."""
        open_account(request, account, "codes.changed")
        said = self.body(DiagnosisIn)

        def add() -> int:
            return int(services.assign_diagnosis(account_id=account, by=self.by(), **said).pk)

        return self.change(account, add, lambda _: codes.told(account), 201)


class OneDiagnosis(ApiView):
    """Present on admission."""

    roles = {"PATCH": CODER}

    @operation("codes_set_poa", "Set present on admission", body=PoaIn, answer=codes.CodesShape, matches=True)
    def patch(self, request: ApiRequest, account: int, row: int) -> Response:
        """Y, N, U or W; blank for an exempt code."""
        open_account(request, account, "codes.changed")
        said = self.body(PoaIn)

        def change() -> int:
            return int(services.set_poa(account_id=account, diagnosis_id=row, by=self.by(), **said).pk)

        return self.change(account, change, lambda _: codes.told(account))


class OrderDiagnoses(ApiView):
    """The order of a list."""

    roles = {"POST": CODER}

    @operation("codes_order", "Order a list of diagnoses", body=OrderIn, answer=codes.CodesShape, matches=True)
    def post(self, request: ApiRequest, account: int) -> Response:
        """Names every code of the list; the first becomes principal."""
        open_account(request, account, "codes.changed")
        said = self.body(OrderIn)

        def order() -> None:
            services.reorder_diagnoses(account_id=account, by=self.by(), **said)

        return self.change(account, order, lambda _: codes.told(account))


class RemoveDiagnosis(ApiView):
    """Remove a diagnosis."""

    roles = {"POST": CODER}

    @operation("codes_remove_diagnosis", "Remove a diagnosis code", body=ReasonIn, answer=codes.CodesShape, matches=True)
    def post(self, request: ApiRequest, account: int, row: int) -> Response:
        """It stays in the history, with the reason."""
        open_account(request, account, "codes.changed")
        said = self.body(ReasonIn)

        def remove() -> None:
            services.remove_diagnosis(account_id=account, diagnosis_id=row, by=self.by(), **said)

        return self.change(account, remove, lambda _: codes.told(account))


class Procedures(ApiView):
    """Add a procedure."""

    roles = {"POST": CODER}

    @operation(
        "codes_add_procedure", "Add a procedure code", body=ProcedureIn, answer=codes.CodesShape, status=201, matches=True,
        example={"code": "99284", "modifiers": ["25"]},
    )  # fmt: skip
    def post(self, request: ApiRequest, account: int) -> Response:
        """An outpatient code goes on its charge line, named or the first of its day without a code."""
        open_account(request, account, "codes.changed")
        said = self.body(ProcedureIn)
        charge = said.pop("charge", None)

        def add() -> int:
            line = _charge(account, charge)
            return int(services.assign_procedure(account_id=account, by=self.by(), charge=line, **said).pk)

        return self.change(account, add, lambda _: codes.told(account), 201)


class OneProcedure(ApiView):
    """Modifiers and units."""

    roles = {"PATCH": CODER}

    @operation("codes_set_modifiers", "Set modifiers and units", body=ModifiersIn, answer=codes.CodesShape, matches=True)
    def patch(self, request: ApiRequest, account: int, row: int) -> Response:
        """Four modifiers at most, in order, none twice."""
        open_account(request, account, "codes.changed")
        said = self.body(ModifiersIn)

        def change() -> int:
            return int(services.set_modifiers(account_id=account, procedure_id=row, by=self.by(), **said).pk)

        return self.change(account, change, lambda _: codes.told(account))


class RemoveProcedure(ApiView):
    """Remove a procedure."""

    roles = {"POST": CODER}

    @operation("codes_remove_procedure", "Remove a procedure code", body=ReasonIn, answer=codes.CodesShape, matches=True)
    def post(self, request: ApiRequest, account: int, row: int) -> Response:
        """It stays in the history, with the reason."""
        open_account(request, account, "codes.changed")
        said = self.body(ReasonIn)

        def remove() -> None:
            services.remove_procedure(account_id=account, procedure_id=row, by=self.by(), **said)

        return self.change(account, remove, lambda _: codes.told(account))


class OneLine(ApiView):
    """Pointers of a line."""

    roles = {"PATCH": CODER}

    @operation(
        "codes_point_line", "Point a line of a professional account to its diagnoses", body=PointersIn, answer=codes.CodesShape,
        matches=True, example={"diagnoses": ["E11.9", "I10"]},
    )  # fmt: skip
    def patch(self, request: ApiRequest, account: int, row: int) -> Response:
        """One to four diagnoses of the account, none twice."""
        open_account(request, account, "codes.changed")
        said = self.body(PointersIn)

        def point() -> int:
            return int(services.point_line(account_id=account, charge_id=row, by=self.by(), **said).pk)

        return self.change(account, point, lambda _: codes.told(account))


def _charge(account: int, key: int | None) -> ChargeLine | None:
    if key is None:
        return None
    line = ChargeLine.objects.filter(account_id=account, pk=key, voided_at__isnull=True).first()
    if line is None:
        raise Refused("charge.gone", "This charge line is no longer on the account.", fix="procedures")
    return line
