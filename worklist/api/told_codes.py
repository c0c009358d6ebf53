"""Codes of an encoder or of patient accounting in, and the encoder's proposal: read, taken over, dismissed."""

import datetime
from typing import Any, Final

from rest_framework import serializers
from rest_framework.response import Response

from accounts import clock, told_codes
from accounts.errors import Conflict, NotAllowed, Refused
from accounts.locking import lock_account
from accounts.models import Account, CodeSource, Step, ToldCodes
from accounts.services.told_codes import tell_codes
from coding_workflow.codesets import selectors as codesets
from coding_workflow.coding import selectors as coding
from coding_workflow.coding import services
from coding_workflow.coding.models import PresentOnAdmission, ProposedCode
from coding_workflow.registration.services.code_telling import DIAGNOSES, PROCEDURES, coder_of
from coding_workflow.staff.models import Role, User

from . import codes
from .asking import ApiRequest
from .base import CODER, EVERYBODY, ApiView, versioned
from .evidence import Nothing
from .fields import Day, Flag, Strict, Text, Whole
from .reaching import open_account
from .schema import operation

#: Which people tell what an encoder or patient accounting says, as those who work with it.
TELLS: Final[dict[str, frozenset[Role]]] = {
    CodeSource.ENCODER: frozenset({Role.CODER, Role.SUPERVISOR}),
    CodeSource.HOST: frozenset({Role.BILLER, Role.SUPERVISOR}),
}
#: The role of an interface: a system holds it, since no system codes. An administrator who is a person sets interfaces up and
#: speaks for none.
INTERFACE: Final = Role.ADMINISTRATOR
_ENDED: Final = frozenset({Step.CANCELLED, Step.COMBINED})
_AHEAD: Final = datetime.timedelta(minutes=5)
_DIAGNOSIS_KINDS: Final = ("diagnosis", "admitting", "reason")


class ToldCodeIn(Strict):
    """One code, in the place that the teller gives it."""

    system = serializers.ChoiceField(sorted(told_codes.SHAPES))
    code = Text(max_length=20, help_text="With or without point.")


class ToldDiagnosisIn(ToldCodeIn):
    """A diagnosis; the first of kind ``diagnosis`` is principal."""

    kind = serializers.ChoiceField(_DIAGNOSIS_KINDS, default="diagnosis")
    poa = serializers.ChoiceField(PresentOnAdmission.choices, allow_blank=True, default="")


class ToldProcedureIn(ToldCodeIn):
    """A procedure."""

    on = Day(required=False, allow_null=True)
    modifiers = serializers.ListField(child=Text(max_length=2), max_length=4, required=False)
    units = Whole(required=False, max_value=99_999)


class ToldIn(Strict):
    """What another system says the codes are; a list is whole, and one that is left out stays as it was told before."""

    source = serializers.ChoiceField([(each, CodeSource(each).label) for each in TELLS])  # type: ignore[assignment]
    told_at = serializers.DateTimeField(required=False, help_text="When it was so; now, unless said.")
    diagnoses = serializers.ListField(child=ToldDiagnosisIn(), required=False, max_length=told_codes.MOST_CODES)
    procedures = serializers.ListField(child=ToldProcedureIn(), required=False, max_length=told_codes.MOST_CODES)
    drg = serializers.RegexField(r"\A\d{3,4}\Z", required=False, help_text="Of MS-DRG.")
    final = Flag(default=True, help_text="False for working codes.")
    coder = Text(max_length=64, required=False, help_text="User name of who coded it.")


class ToldCodeShape(serializers.Serializer[told_codes.ToldCode]):
    """One told code."""

    kind = serializers.ChoiceField(told_codes.KINDS)
    system = serializers.CharField()
    code = serializers.CharField(help_text="Without point.")
    poa = serializers.CharField()
    on = serializers.DateField(allow_null=True)
    modifiers = serializers.ListField(child=serializers.CharField())
    units = serializers.CharField()


class ToldShape(serializers.Serializer[ToldCodes]):
    """One list as it was told last."""

    id = serializers.IntegerField(source="pk")
    source = serializers.ChoiceField(CodeSource.choices)  # type: ignore[assignment]
    part = serializers.CharField()
    told_at = serializers.DateTimeField()
    received_at = serializers.DateTimeField()
    final = serializers.BooleanField()
    drg = serializers.CharField()
    coder = serializers.IntegerField(source="coder_id", allow_null=True)
    codes = ToldCodeShape(source="rows", many=True)


class ToldListShape(serializers.Serializer[Any]):
    """Every list in force."""

    rows = ToldShape(many=True)


class ProposedShape(serializers.Serializer[ProposedCode]):
    """A code that waits for the coder."""

    id = serializers.IntegerField(source="pk")
    source = serializers.ChoiceField(CodeSource.choices)  # type: ignore[assignment]
    kind = serializers.ChoiceField(told_codes.KINDS)
    position = serializers.IntegerField()
    system = serializers.CharField()
    code = serializers.CharField(help_text="Without point.")
    display = serializers.SerializerMethodField(help_text="As it is written.")
    poa = serializers.CharField()
    performed_on = serializers.DateField(allow_null=True)
    modifiers = serializers.ListField(child=serializers.CharField())
    units = serializers.CharField()

    def get_display(self, row: ProposedCode) -> str:
        """With its point."""
        return codesets.display(row.code, row.system)


class ProposedListShape(serializers.Serializer[Any]):
    """The open proposal, in its order."""

    rows = ProposedShape(many=True)


class TakeIn(Strict):
    """Which codes are taken over."""

    row = Whole(required=False, help_text="One code by its id; all of them without it.")
    seen = serializers.ListField(
        child=Whole(), required=False, max_length=2 * told_codes.MOST_CODES,
        help_text="Of all, those with these ids alone: what was told since they were read stays open.",
    )  # fmt: skip


class Told(ApiView):
    """What other systems say."""

    roles = {"GET": EVERYBODY, "POST": frozenset[str]({INTERFACE}).union(*TELLS.values())}

    @operation("codes_read_told", "Read what other systems say the codes are", answer=ToldListShape)
    def get(self, request: ApiRequest, account: int) -> Response:
        """The lists in force of encoder, patient accounting and opening load. None of them is a code of the account."""
        opened = open_account(request, account, "codes.viewed")
        return versioned(_told(account), opened.revision)

    @operation(
        "codes_tell", "Tell the codes of an encoder or of patient accounting", body=ToldIn, answer=ToldListShape, status=201,
        example={"source": "encoder", "diagnoses": [{"system": "ICD-10-CM", "code": "J18.9", "poa": "Y"}], "drg": "193"},
    )  # fmt: skip
    def post(self, request: ApiRequest, account: int) -> Response:
        """At any step of the account, and no code of it changes. An encoder's codes wait for the coder as a proposal; patient
        accounting's are compared with the release, and a difference opens a discrepancy. What was told later stands."""
        opened = open_account(request, account, "codes.changed")
        said = self.body(ToldIn)
        if not _may_tell(request.user, opened, said["source"]):
            raise NotAllowed("staff.role", "Your role, or the token's, does not tell codes of this source.")
        return self.once(lambda: self._tell(account, said), lambda _: Response(_told(account)), 201)

    def _tell(self, account_id: int, said: dict[str, Any]) -> None:
        account, told_at = lock_account(account_id), said.get("told_at") or clock.now()
        if account.step in _ENDED:
            raise Conflict("codes.ended", "The account was cancelled or combined into another; no codes of it are taken.")
        if told_at > clock.now() + _AHEAD:
            raise Refused("codes.future", "The codes cannot be told for a time that has not come.", fix="told_at")
        lists = {DIAGNOSES: said.get("diagnoses"), PROCEDURES: said.get("procedures")}
        if all(rows is None for rows in lists.values()):
            raise Refused("codes.none", "Tell diagnoses, procedures, or both; an empty list says that there are none.")
        if "drg" in said and lists[DIAGNOSES] is None:
            raise Refused("codes.drg", "A DRG is told with its diagnoses.", fix="drg")
        coder = coder_of(account, said["coder"])[0] if "coder" in said else None
        for part, rows in lists.items():
            if rows is not None:
                tell_codes(
                    account=account, source=said["source"], part=part, codes=[_code(row, part) for row in rows],
                    told_at=told_at, by=self.by(), drg=said.get("drg", "") if part == DIAGNOSES else "", final=said["final"],
                    named=said.get("coder", ""), coder_id=coder.pk if coder else None,
                )  # fmt: skip


class Proposed(ApiView):
    """The open proposal."""

    roles = {"GET": EVERYBODY}

    @operation("codes_read_proposed", "Read the codes that wait for the coder", answer=ProposedListShape)
    def get(self, request: ApiRequest, account: int) -> Response:
        """What an encoder or the opening load told, without what the coder has settled."""
        opened = open_account(request, account, "codes.viewed")
        rows = coding.proposed_open(account)
        return versioned(ProposedListShape({"rows": rows}).data, opened.revision)


class TakeOver(ApiView):
    """Taking over."""

    roles = {"POST": CODER}

    @operation("codes_take_over", "Take proposed codes over", body=TakeIn, answer=codes.CodesShape, matches=True)
    def post(self, request: ApiRequest, account: int) -> Response:
        """One, or all of them in their order; they become the asker's own codes. Of all, those that are refused stay open."""
        open_account(request, account, "codes.changed")
        said = self.body(TakeIn)
        row = said.get("row")

        def take() -> None:
            if row is None:
                services.take_over_all(account_id=account, by=self.by(), seen=said.get("seen"))
            else:
                services.take_over_code(account_id=account, proposed_id=row, by=self.by())

        return self.change(account, take, lambda _: codes.told(account))


class DismissProposed(ApiView):
    """Dismissing."""

    roles = {"POST": CODER}

    @operation("codes_dismiss_proposed", "Dismiss a proposed code", body=Nothing, answer=ProposedListShape, matches=True)
    def post(self, request: ApiRequest, account: int, row: int) -> Response:
        """It is not proposed again as long as it is told in the same words."""
        open_account(request, account, "codes.changed")
        self.body(Nothing)

        def dismiss() -> None:
            services.dismiss_code(account_id=account, proposed_id=row, by=self.by())

        return self.change(account, dismiss, lambda _: ProposedListShape({"rows": coding.proposed_open(account)}).data)


def _may_tell(user: User, account: Account, source: str) -> bool:
    roles = TELLS[source] | ({INTERFACE} if user.is_system else set())
    return any(user.has_role(role, account.facility_id) for role in roles)


def _told(account_id: int) -> dict[str, Any]:
    said: dict[str, Any] = ToldListShape({"rows": ToldCodes.objects.filter(account=account_id).in_force()}).data
    return said


def _code(row: dict[str, Any], part: str) -> told_codes.ToldCode:
    """Raises Refused ``codes.form`` for a code that is not written as those of its system are."""
    system, code = row["system"], told_codes.plain(row["code"])
    listed = (system in told_codes.DIAGNOSIS_SYSTEMS) == (part == DIAGNOSES)
    if not listed or not told_codes.fits(system, code):
        raise Refused("codes.form", f"Among the {part} a code is not written as {system} codes are, or of another list.")
    modifiers = tuple(each.upper() for each in row.get("modifiers", ()))
    if any(len(each) != 2 or not each.isalnum() or not each.isascii() for each in modifiers):
        raise Refused("modifier.form", "Modifiers are two letters or digits each.")
    units = str(row["units"]) if row.get("units") else ""
    kind: told_codes.Kind = row.get("kind", "procedure")
    return told_codes.ToldCode(kind, system, code, row.get("poa", ""), row.get("on"), modifiers, units)
