"""Accounts: the list, search by number without the number in an address, one with its parts."""

from typing import Any, Final

from django.db.models import Prefetch
from rest_framework import serializers
from rest_framework.response import Response

from accounts.models import Account, Coverage, Encounter, Hold, PatientClass, Step, WorkItem
from coding_workflow.release.models import Check
from coding_workflow.staff.access import visible

from . import codes, documents, holds, work
from .asking import ApiRequest
from .base import EVERYBODY, ApiView, versioned
from .fields import AskedFlag, AskedWhole, Day, Strict, Text
from .paging import PageAsked, page, page_of
from .reaching import note, open_account, said_in_address
from .schema import operation

#: A number that fits more accounts than this says nothing.
_MOST_FOUND: Final = 50


class AccountLine(serializers.Serializer[Account]):
    """An account in a list."""

    id = serializers.IntegerField(source="pk")
    facility = serializers.CharField(source="facility.code")
    number = serializers.CharField()
    patient = serializers.SerializerMethodField(help_text="The patient's name.")
    patient_class = serializers.ChoiceField(PatientClass.choices)
    step = serializers.ChoiceField(Step.choices)
    revision = serializers.IntegerField(help_text="Raised by whatever the gate judges; If-Match names it.")
    admit_date = serializers.DateField(allow_null=True)
    discharge_date = serializers.DateField(allow_null=True)
    total_charges = serializers.DecimalField(12, 2)
    held = serializers.SerializerMethodField(help_text="Whether an open hold keeps it from release.")

    def get_patient(self, account: Account) -> str:
        """The name as lists show it."""
        return str(account.patient)

    def get_held(self, account: Account) -> bool:
        """An open blocking hold, from what was loaded with the row."""
        return bool(account.open_holds)  # type: ignore[attr-defined]


class PatientShape(serializers.Serializer[Any]):
    """Who was treated."""

    mrn = serializers.CharField()
    family_name = serializers.CharField()
    given_name = serializers.CharField()
    birth_date = serializers.DateField(allow_null=True)
    sex = serializers.CharField()


class CoverageShape(serializers.Serializer[Coverage]):
    """Who is asked to pay."""

    rank = serializers.IntegerField()
    payer = serializers.CharField(source="payer.name")
    payer_code = serializers.CharField(source="payer.code")
    kind = serializers.CharField(source="payer.kind")
    member_id = serializers.CharField()


class EncounterShape(serializers.Serializer[Encounter]):
    """A visit that the account covers."""

    visit_number = serializers.CharField()
    patient_class = serializers.CharField()
    started_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)


class VerdictShape(serializers.Serializer[Check]):
    """The newest verdict of the release check; ``current`` while nothing has changed since."""

    id = serializers.IntegerField(source="pk")
    verdict = serializers.CharField()
    revision = serializers.IntegerField()
    checked_at = serializers.DateTimeField()


class AccountShape(serializers.Serializer[Account]):
    """One account with its parts; what is long (texts, findings) has an address of its own."""

    id = serializers.IntegerField(source="pk")
    facility = serializers.CharField(source="facility.code")
    number = serializers.CharField()
    patient = PatientShape()
    patient_class = serializers.ChoiceField(PatientClass.choices)
    service = serializers.CharField()
    billing_kind = serializers.CharField()
    step = serializers.ChoiceField(Step.choices)
    revision = serializers.IntegerField()
    restricted = serializers.CharField(help_text="Why only some may open it; empty for most.")
    admit_date = serializers.DateField(allow_null=True)
    discharge_date = serializers.DateField(allow_null=True)
    discharge_status = serializers.CharField()
    admission_type = serializers.CharField()
    point_of_origin = serializers.CharField()
    type_of_bill = serializers.CharField()
    statement_from = serializers.DateField(allow_null=True)
    statement_through = serializers.DateField(allow_null=True)
    attending = serializers.CharField(allow_null=True)
    place_of_service = serializers.CharField(help_text="Of a professional account, as the three providers after it.")
    rendering = serializers.CharField(allow_null=True)
    referring = serializers.CharField(allow_null=True)
    supervising = serializers.CharField(allow_null=True)
    total_charges = serializers.DecimalField(12, 2)
    coverages = CoverageShape(many=True)
    encounters = EncounterShape(many=True)
    documents = documents.DocumentShape(many=True)
    codes = codes.CodesShape()
    holds = holds.HoldShape(many=True, help_text="Open ones.")
    work = work.WorkShape(many=True, help_text="Open work.")
    verdict = VerdictShape(allow_null=True)


class AccountsAsked(PageAsked):
    """Which accounts are listed."""

    facility = AskedWhole(required=False)
    step = serializers.ChoiceField(Step.choices, required=False)
    patient_class = serializers.ChoiceField(PatientClass.choices, required=False)
    held = AskedFlag(required=False, help_text="Whether an open hold keeps it from release.")
    discharged_from = Day(required=False)
    discharged_before = Day(required=False)


class SearchIn(Strict):
    """A number, whole as it is written."""

    number = Text(required=False, max_length=40, help_text="The account's.")
    mrn = Text(required=False, max_length=40, help_text="The patient's medical record number.")

    def validate(self, attrs: Any) -> Any:
        """One of the two."""
        if len(attrs) != 1:
            raise serializers.ValidationError({"number": ["Give number or mrn."]})
        return attrs


class FoundShape(serializers.Serializer[Any]):
    """What was found, at most 50."""

    rows = AccountLine(many=True)


AccountsPage = page_of("AccountsPage", AccountLine)


class Accounts(ApiView):
    """The list."""

    roles = {"GET": EVERYBODY}

    @operation("accounts_list", "List accounts", answer=AccountsPage, asked=AccountsAsked)
    def get(self, request: ApiRequest) -> Response:
        """Accounts of your facilities, newest first; restricted ones only while you have them open."""
        asked = said_in_address(request, AccountsAsked)
        note(request, "accounts.listed")
        rows = visible(_filtered(asked), request.user)
        return Response(page(rows, asked, lambda account: AccountLine(account).data))


class SearchAccounts(ApiView):
    """Search by number."""

    roles = {"POST": EVERYBODY}
    only_reads = True

    @operation("accounts_search", "Find accounts by number", body=SearchIn, answer=FoundShape, example={"number": "S20"})
    def post(self, request: ApiRequest) -> Response:
        """By the account's number or the patient's MRN, whole. A POST, so that neither stands in an address or a log."""
        said = self.body(SearchIn)
        note(request, "account.found")
        wanted = {"number": said["number"]} if "number" in said else {"patient__mrn": said["mrn"]}
        rows = visible(_lines().filter(**wanted), request.user).order_by("-pk")[:_MOST_FOUND]
        return Response(FoundShape({"rows": rows}).data)


class OneAccount(ApiView):
    """One account."""

    roles = {"GET": EVERYBODY}

    @operation("accounts_read", "Read an account", answer=AccountShape)
    def get(self, request: ApiRequest, account: int) -> Response:
        """With patient, coverage, visits, documents (without text), codes, open holds and work, and the newest verdict."""
        opened = open_account(request, account, "account.viewed", _with_parts())
        return versioned(AccountShape(_parts(opened, request)).data, opened.revision)


def _lines() -> Any:
    holds_of = Hold.objects.filter(resolved_at__isnull=True, blocking=True)
    return Account.objects.select_related("facility", "patient").prefetch_related(
        Prefetch("holds", queryset=holds_of, to_attr="open_holds")
    )


def _filtered(asked: dict[str, Any]) -> Any:
    names = {"facility": "facility_id", "step": "step", "patient_class": "patient_class"}
    days = {"discharged_from": "discharge_date__gte", "discharged_before": "discharge_date__lt"}
    rows = _lines().filter(**{field: asked[name] for name, field in (names | days).items() if name in asked})
    if "held" in asked:
        held = Account.objects.held().values("pk")
        rows = rows.filter(pk__in=held) if asked["held"] else rows.exclude(pk__in=held)
    return rows


def _with_parts() -> Any:
    return Account.objects.select_related("facility", "patient", "attending").prefetch_related(
        Prefetch("coverages", queryset=Coverage.objects.select_related("payer")),
        "encounters",
    )


def _parts(account: Account, request: ApiRequest) -> Any:
    """The account with what its shape reads, each part in a query of its own."""
    newest = Check.objects.filter(account=account).order_by("-pk").defer("facts", "findings").first()
    open_work = WorkItem.objects.filter(account=account, closed_at__isnull=True)
    return {
        "pk": account.pk,
        **{name: getattr(account, name) for name in _PLAIN},
        **{role: str(getattr(account, role)) if getattr(account, f"{role}_id") else None for role in _PROVIDERS},
        "coverages": account.coverages.all(),
        "encounters": account.encounters.all(),
        "documents": documents.of(account),
        "codes": codes.of(account),
        "holds": Hold.objects.filter(account=account, resolved_at__isnull=True).order_by("pk"),
        "work": work.shown(open_work, request.user),
        "verdict": newest,
    }


_PROVIDERS: Final = ("attending", "rendering", "referring", "supervising")
_PLAIN: Final = (
    "facility", "number", "patient", "patient_class", "service", "billing_kind", "step", "revision", "restricted", "admit_date",
    "discharge_date", "discharge_status", "admission_type", "point_of_origin", "type_of_bill", "statement_from",
    "statement_through", "total_charges", "place_of_service",
)  # fmt: skip
