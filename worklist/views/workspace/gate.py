"""The gate: what the record says of the claim elements, holds, and overriding a finding."""

import json
from typing import Any

from django.http import HttpResponse

from accounts.actors import Actor
from accounts.errors import NotAllowed, Refused
from accounts.locking import lock_account
from accounts.models import Account, Hold, HoldSource, OwnerRole, Step
from accounts.services.holds import place_hold, resolve_hold
from coding_workflow.coding import services
from coding_workflow.release.services import agree_to_override, override_finding
from coding_workflow.staff.access import StaffRequest, require_role
from coding_workflow.staff.models import Role
from worklist.selectors.workspace_gate import may_resolve

from .acting import act
from .reading import day, number

_ELEMENTS = (
    "patient_class",
    "admit_date",
    "discharge_date",
    "discharge_status",
    "death_date",
    "birth_weight_grams",
    "place_of_service",
)
_OPEN_STEPS = (Step.CODING, Step.FINAL_CODED)


@require_role(Role.CODER, write=True)
def abstract(request: StaffRequest, pk: int) -> HttpResponse:
    """Write down the claim elements as the record says them, and in which document they were read."""

    def record(account: Account, by: Actor) -> None:
        services.abstract_record(account_id=pk, by=by, **_elements(request, account))

    return act(request, pk, "abstract", record)


@require_role(Role.CODER, Role.SUPERVISOR, write=True)
def hold(request: StaffRequest, pk: int) -> HttpResponse:
    """Place a hold by hand, with a reason, an owner and when it should clear."""

    def place(account: Account, by: Actor) -> None:
        locked = _open(pk)
        reason = request.POST.get("reason", "").strip()
        if not reason:
            raise Refused("hold.no_reason", "Say what the account waits for.")
        owner = request.POST.get("owner", "")
        place_hold(
            account=locked,
            source=HoldSource.PERSON,
            # Every hold that a person places is one of its own.
            key=f"person:{by.user_id}:{locked.hold_version}",
            reason="person.placed",
            message=reason[:500],
            by=by,
            owner_role=owner if owner in OwnerRole.values else OwnerRole.CODING,
            expected_clear_on=day(request.POST.get("expected", "")),
        )

    return act(request, pk, "hold", place)


@require_role(Role.CODER, Role.SUPERVISOR, write=True)
def resolve(request: StaffRequest, pk: int, row: int) -> HttpResponse:
    """Resolve a hold with a reason: a person's own kind by coders, policy's and feeds' by supervisors."""

    def resolving(account: Account, by: Actor) -> None:
        locked = lock_account(pk)
        found = Hold.objects.filter(account=locked, pk=row).first()
        if found is None:
            raise Refused("hold.unknown", "There is no such hold on this account.")
        if found.source != HoldSource.CHECK and not may_resolve(found, request.user.roles_at(locked.facility_id)):
            raise NotAllowed("hold.role", "Policy or a feed placed this hold; a supervisor resolves it.")
        resolve_hold(account=locked, hold=found, by=by, resolution=request.POST.get("reason", "").strip())

    return act(request, pk, f"hold-{row}", resolving)


@require_role(Role.CODER, Role.SUPERVISOR, write=True)
def override(request: StaffRequest, pk: int) -> HttpResponse:
    """Go past a finding with a reason, where its rule allows it; the reason is printed on the certificate."""

    def overriding(account: Account, by: Actor) -> None:
        _open(pk)
        rule, subjects = request.POST.get("rule", "")[:80], _subjects(request.POST.get("subjects", ""))
        override_finding(account_id=pk, rule=rule, subjects=subjects, reason=request.POST.get("reason", ""), by=by)

    return act(request, pk, request.POST.get("place", "override")[:40], overriding)


@require_role(Role.CODER, Role.SUPERVISOR, write=True)
def agree(request: StaffRequest, pk: int, row: int) -> HttpResponse:
    """The second person of an override agrees with the reason that the first one gave."""

    def agreeing(account: Account, by: Actor) -> None:
        _open(pk)
        agree_to_override(account_id=pk, override_id=row, by=by)

    return act(request, pk, request.POST.get("place", "override")[:40], agreeing)


def _open(pk: int) -> Account:
    locked = lock_account(pk)
    if locked.step not in _OPEN_STEPS:
        raise Refused("account.step", f"The account is {locked.get_step_display().lower()}; the gate is not open now.")
    return locked


def _subjects(text: str) -> list[str]:
    try:
        read = json.loads(text or "[]")
    except json.JSONDecodeError:
        read = None
    if not isinstance(read, list) or not all(isinstance(each, str) and len(each) < 100 for each in read[:20]):
        raise Refused("override.subjects", "Open the page again and override the finding there.")
    return read[:20]


def _elements(request: StaffRequest, account: Account) -> dict[str, Any]:
    """What the form says; a professional account is a class of its own, so that its form does not ask for one."""
    sent = request.POST
    values: dict[str, Any] = {
        "patient_class": account.patient_class if account.is_professional else sent.get("patient_class", ""),
        "admit_date": day(sent.get("admit_date", "")),
        "discharge_date": day(sent.get("discharge_date", "")),
        "discharge_status": sent.get("discharge_status", "").strip(),
        "death_date": day(sent.get("death_date", "")),
        "birth_weight_grams": _weight(sent.get("birth_weight_grams", "")),
        "place_of_service": sent.get("place_of_service", "").strip(),
    }
    source = number(sent.get("source", ""))
    sources = {name: source for name in _ELEMENTS if source is not None and values[name] not in (None, "")}
    return values | {"sources": sources}


def _weight(text: str) -> int | None:
    if text.strip() and number(text.strip()) is None:
        raise Refused("abstract.weight", "Birth weight is in grams, 100 to 9000.")
    return number(text.strip())
