"""Codes: add, order, POA, modifiers and units, remove."""

import datetime
from collections.abc import Callable
from typing import Final

from django.http import HttpResponse

from accounts import clock
from accounts.actors import Actor
from accounts.errors import Refused
from accounts.models import Account, ChargeLine
from coding_workflow.codesets import selectors as codesets
from coding_workflow.codesets.entries import CodeEntry
from coding_workflow.coding import selectors as coding
from coding_workflow.coding import services
from coding_workflow.coding.models import CodedDiagnosis, DiagnosisRole
from coding_workflow.staff.access import StaffRequest, open_account, require_role
from coding_workflow.staff.models import Role
from worklist.selectors.workspace_services import numbered, read_pointers

from .acting import act
from .page import ACCOUNTS, Said, show
from .reading import day, number, units

_CHOOSE: Final = "Choose one of the codes that fit these words."
_NOTHING: Final = "Type a code, or words to search for."


@require_role(Role.CODER, write=True)
def add_diagnosis(request: StaffRequest, pk: int) -> HttpResponse:
    """Add ``code`` (a result that was clicked), or what was typed in ``q`` when that is a code; words give a choice."""
    role = request.POST.get("role", "")
    place = "diagnoses"

    def add(account: Account, by: Actor) -> None:
        code = _code(request, coding.diagnosis_system(account), account)
        services.assign_diagnosis(account_id=pk, code=code, by=by, role=_role(role), poa=request.POST.get("poa", ""))

    return _adding(request, pk, place, add, lambda account: coding.diagnosis_system(account))


@require_role(Role.CODER, write=True)
def add_procedure(request: StaffRequest, pk: int) -> HttpResponse:
    """Add a procedure code, with its day (inpatients) or its modifiers, units and charge line (outpatients)."""

    def add(account: Account, by: Actor) -> None:
        system = _system(request, account)
        services.assign_procedure(
            account_id=pk,
            code=_code(request, system, account, _service(request, account)),
            by=by,
            system=system,
            performed_on=day(request.POST.get("performed_on", "")),
            modifiers=request.POST.get("modifiers", "").split(),
            units=units(request.POST.get("units", "")) or 1,
            charge=_charge(account, request.POST.get("charge", "")),
        )

    return _adding(request, pk, "procedures", add, lambda account: _system(request, account))


@require_role(Role.CODER, write=True)
def change_diagnosis(request: StaffRequest, pk: int, row: int) -> HttpResponse:
    """``do``: up, down, poa or remove, for one code of a list."""
    verbs = {"up": -1, "down": 1}
    do = request.POST.get("do", "poa")

    def change(account: Account, by: Actor) -> None:
        if do in verbs:
            _move(pk, row, verbs[do], by)
        elif do == "remove":
            services.remove_diagnosis(account_id=pk, diagnosis_id=row, by=by, reason=_reason(request))
        else:
            services.set_poa(account_id=pk, diagnosis_id=row, poa=request.POST.get("poa", ""), by=by)

    return act(request, pk, f"dx-{row}", change)


@require_role(Role.CODER, write=True)
def order_diagnoses(request: StaffRequest, pk: int) -> HttpResponse:
    """Put a list in the order of the keys in ``order``, as dragging left it."""
    order = [key for key in map(number, request.POST.get("order", "").split()) if key is not None]
    role = _role(request.POST.get("role", ""))
    return act(request, pk, "diagnoses", lambda _, by: services.reorder_diagnoses(account_id=pk, order=order, by=by, role=role))


@require_role(Role.CODER, write=True)
def change_procedure(request: StaffRequest, pk: int, row: int) -> HttpResponse:
    """``do``: remove, or modifiers and units."""

    def change(account: Account, by: Actor) -> None:
        if request.POST.get("do") == "remove":
            services.remove_procedure(account_id=pk, procedure_id=row, by=by, reason=_reason(request))
            return
        modifiers, said = request.POST.get("modifiers", "").split(), units(request.POST.get("units", ""))
        services.set_modifiers(account_id=pk, procedure_id=row, modifiers=modifiers, units=said, by=by)

    return act(request, pk, f"px-{row}", change)


@require_role(Role.CODER, write=True)
def point_line(request: StaffRequest, pk: int, row: int) -> HttpResponse:
    """Point a line of a professional account: ``pointers`` holds numbers, letters or codes; empty takes them away."""

    def point(account: Account, by: Actor) -> None:
        numbers = numbered(list(coding.diagnoses_in_force(account.pk)))
        codes = read_pointers(request.POST.get("pointers", "")[:40], numbers)
        services.point_line(account_id=pk, charge_id=row, diagnoses=codes, by=by)

    return act(request, pk, f"line-{row}", point)


def _adding(
    request: StaffRequest, pk: int, place: str, add: Callable[[Account, Actor], None], system_of: Callable[[Account], str]
) -> HttpResponse:
    """Without scripts, words give the page again with the codes that fit; everything else is an action like others."""
    words = request.POST.get("q", "").strip()
    if request.htmx or request.POST.get("code") or not words:
        return act(request, pk, place, add)
    account = open_account(request, pk, queryset=ACCOUNTS)
    system = system_of(account)
    on = _on(account, _service(request, account))
    if _exact(words, system, on) is not None or codesets.loaded(system, on) is None:
        return act(request, pk, place, add)
    found = codesets.search(words[:100], system, on)
    refusal = Refused("code.choose", _CHOOSE if found else f"Nothing in {system} fits these words.")
    return show(request, account, Said.refused(refusal, place, request.POST, **{f"{place}_found": found}))


def _code(request: StaffRequest, system: str, account: Account, service: datetime.date | None = None) -> str:
    """The code that was clicked or typed. Words that are no code are refused, so that the list is chosen from."""
    clicked = request.POST.get("code", "").strip()
    typed = request.POST.get("q", "").strip()
    if clicked or not typed:
        return clicked or _refuse_empty()
    on = _on(account, service)
    if codesets.loaded(system, on) is None or _exact(typed, system, on) is not None:
        return typed
    found = codesets.search(typed[:100], system, _on(account))
    raise Refused("code.choose", _CHOOSE if found else f"Nothing in {system} fits these words.")


def _refuse_empty() -> str:
    raise Refused("code.empty", _NOTHING)


def _exact(words: str, system: str, on: datetime.date) -> CodeEntry | None:
    try:
        return codesets.lookup(system, words, on)
    except Refused:
        # Too long, or with characters no code has: words.
        return None


def _on(account: Account, service: datetime.date | None = None) -> datetime.date:
    return coding.code_date(account, service) or clock.today(account.facility)


def _service(request: StaffRequest, account: Account) -> datetime.date | None:
    """The day of the charge line or of the procedure that the form names."""
    charge = _charge(account, request.POST.get("charge", ""))
    return charge.service_date if charge else day(request.POST.get("performed_on", ""))


def _system(request: StaffRequest, account: Account) -> str:
    systems = coding.procedure_systems(account)
    asked = request.POST.get("system", "")
    return asked if asked in systems else systems[0]


def _role(text: str) -> str:
    return text if text in DiagnosisRole.values else DiagnosisRole.DIAGNOSIS


def _move(pk: int, row: int, by_places: int, by: Actor) -> None:
    moved = CodedDiagnosis.objects.filter(account_id=pk, pk=row, superseded_at__isnull=True).first()
    if moved is None:
        raise Refused("code.gone", "This code is no longer on the list.")
    rows = CodedDiagnosis.objects.filter(account_id=pk, role=moved.role, superseded_at__isnull=True)
    order = list(rows.order_by("position", "pk").values_list("pk", flat=True))
    at = order.index(row)
    to = min(max(at + by_places, 0), len(order) - 1)
    order.insert(to, order.pop(at))
    services.reorder_diagnoses(account_id=pk, order=order, by=by, role=moved.role)


def _reason(request: StaffRequest) -> str:
    reason = request.POST.get("reason", "").strip()[:200]
    if not reason:
        raise Refused("code.no_reason", "Say why the code is removed; the history keeps it.")
    return reason


def _charge(account: Account, text: str) -> ChargeLine | None:
    key = number(text)
    if key is None:
        return None
    line = ChargeLine.objects.filter(account=account, pk=key, voided_at__isnull=True).first()
    if line is None:
        raise Refused("charge.gone", "This charge line is no longer on the account.")
    return line
