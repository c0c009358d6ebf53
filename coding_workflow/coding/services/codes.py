"""Assigning, ordering and removing codes."""

import datetime
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Max, QuerySet

from accounts import clock, history
from accounts.actors import Actor
from accounts.errors import Conflict, Refused
from accounts.models import Account, ChargeLine, Provider
from accounts.services.revisions import touch
from coding_workflow.codesets import selectors as codesets
from coding_workflow.coding import selectors
from coding_workflow.coding.models import CodedDiagnosis, CodedItem, CodedProcedure, DiagnosisRole, PresentOnAdmission

from .desk import open_for_coding
from .pointing import REPORTED

_MODIFIER = re.compile(r"[A-Z0-9]{2}")
_MOST_MODIFIERS = 4
Item = TypeVar("Item", bound=CodedItem)


@transaction.atomic
def assign_diagnosis(
    *,
    account_id: int,
    code: str,
    by: Actor,
    role: str = DiagnosisRole.DIAGNOSIS,
    poa: str = "",
    position: int | None = None,
    copied_from: Account | None = None,
) -> CodedDiagnosis:
    """Add a diagnosis code at the end of its list, or at ``position`` (1 is principal).

    Raises Refused ``code.unknown`` or ``code.not_billable`` by the table in force for the account's date, ``code.role`` for a
    list that a professional bill does not have, Conflict ``code.twice``, and what ``open_for_coding`` raises. A table that is
    not loaded does not stop the coder: the gate holds.
    """
    account = open_for_coding(account_id=account_id, by=by)
    if account.is_professional and role not in REPORTED:
        raise Refused("code.role", "A professional bill has no admitting diagnosis and no reason for the visit.", fix="diagnoses")
    system = selectors.diagnosis_system(account)
    plain = _valid(system, code, account)
    siblings = CodedDiagnosis.objects.filter(account=account, role=role, superseded_at__isnull=True)
    if siblings.filter(code=plain).exists():
        raise Conflict("code.twice", f"{codesets.display(plain, system)} is on the list already.")
    _check_poa(poa)
    row = CodedDiagnosis.objects.create(
        facility_id=account.facility_id,
        account=account,
        role=role,
        system=system,
        code=plain,
        poa=poa,
        position=_next_position(siblings),
        assigned_by_id=by.person_id,
        changed_by_id=by.person_id,
        copied_from=copied_from,
    )
    if position is not None:
        _place(row, position)
    taken = {"copied_from": copied_from.pk} if copied_from else {}
    _record(account, "coding.diagnosis_assigned", row, by, role=role, poa=poa, **taken)
    return row


@transaction.atomic
def assign_procedure(
    *,
    account_id: int,
    code: str,
    by: Actor,
    system: str = "",
    performed_on: datetime.date | None = None,
    modifiers: Sequence[str] = (),
    units: Decimal | int = 1,
    provider: Provider | None = None,
    charge: ChargeLine | None = None,
    specimen_sent: bool | None = None,
) -> CodedProcedure:
    """Add a procedure code; an outpatient code goes on ``charge``, else on the first uncoded charge line of its day.

    On a professional account it may go on a line that came with a code, which it then replaces; a line of the same code first.

    Raises as ``assign_diagnosis`` does, and Refused ``code.system`` when the bill does not take that code system,
    ``modifier.form`` or ``modifier.many`` for modifiers; for ``charge`` Refused ``charge.gone`` when it is not on the
    account's bill, Conflict ``charge.coded`` when a coder's code is on it already.
    """
    account = open_for_coding(account_id=account_id, by=by)
    chosen = system or _guess_system(account, code)
    if chosen not in selectors.procedure_systems(account):
        raise Refused("code.system", f"A bill of this class does not take {chosen} codes.", fix="procedures")
    line = _free(account, charge) if charge else _uncoded_charge(account, chosen, performed_on, codesets.normalise(code))
    plain = _valid(chosen, code, account, line.service_date if line else performed_on)
    row = CodedProcedure.objects.create(
        facility_id=account.facility_id,
        account=account,
        system=chosen,
        code=plain,
        modifiers=_modifiers(modifiers),
        units=units,
        performed_on=performed_on or selectors.code_date(account),
        provider=provider,
        charge=line,
        specimen_sent=specimen_sent,
        position=_next_position(selectors.procedures_in_force(account.pk)),
        assigned_by_id=by.person_id,
        changed_by_id=by.person_id,
    )
    _record(account, "coding.procedure_assigned", row, by, modifiers=row.modifiers)
    return row


@transaction.atomic
def set_poa(*, account_id: int, diagnosis_id: int, poa: str, by: Actor) -> CodedDiagnosis:
    """Set the present-on-admission indicator: Y, N, U, W or blank for exempt codes. Raises Refused ``poa.unknown``."""
    account = open_for_coding(account_id=account_id, by=by)
    _check_poa(poa)
    row = _own(CodedDiagnosis, account, diagnosis_id)
    before, row.poa, row.changed_by_id = row.poa, poa, by.person_id
    row.save(update_fields=["poa", "changed_by"])
    _record(account, "coding.poa_set", row, by, before=before, after=poa)
    return row


@transaction.atomic
def set_modifiers(
    *, account_id: int, procedure_id: int, modifiers: Sequence[str], by: Actor, units: Decimal | int | None = None
) -> CodedProcedure:
    """Set a line's modifiers (in order, at most four) and units. Raises Refused ``modifier.form`` / ``modifier.many``."""
    account = open_for_coding(account_id=account_id, by=by)
    row = _own(CodedProcedure, account, procedure_id)
    before, row.modifiers, row.changed_by_id = row.modifiers, _modifiers(modifiers), by.person_id
    row.units = row.units if units is None else Decimal(units)
    row.save(update_fields=["modifiers", "units", "changed_by"])
    _record(account, "coding.modifiers_set", row, by, before=before, after=row.modifiers)
    return row


@transaction.atomic
def reorder_diagnoses(*, account_id: int, order: Sequence[int], by: Actor, role: str = DiagnosisRole.DIAGNOSIS) -> None:
    """Put the list in this order of primary keys; the first becomes principal.

    Raises Conflict ``code.order`` when the keys are not exactly the list in force: it changed meanwhile.
    """
    account = open_for_coding(account_id=account_id, by=by)
    rows = {row.pk: row for row in CodedDiagnosis.objects.filter(account=account, role=role, superseded_at__isnull=True)}
    if sorted(order) != sorted(rows):
        raise Conflict("code.order", "The list has changed meanwhile; here it is as it stands now.")
    before = [row.code for row in sorted(rows.values(), key=lambda row: (row.position, row.pk))]
    for position, pk in enumerate(order, start=1):
        rows[pk].position = position
    CodedDiagnosis.objects.bulk_update(rows.values(), ["position"])
    after = [rows[pk].code for pk in order]
    if before and before[0] != after[0]:
        CodedDiagnosis.objects.filter(pk=order[0]).update(changed_by_id=by.person_id)
    history.record(account=account, kind="coding.reordered", by=by, payload={"before": before, "after": after})
    touch(account=account, what="coding.reordered", by=by)


@transaction.atomic
def remove_diagnosis(*, account_id: int, diagnosis_id: int, by: Actor, reason: str = "") -> None:
    """Take a diagnosis code off the list; it stays in the history as superseded."""
    account = open_for_coding(account_id=account_id, by=by)
    _supersede(account, _own(CodedDiagnosis, account, diagnosis_id), by, "coding.diagnosis_removed", reason)


@transaction.atomic
def remove_procedure(*, account_id: int, procedure_id: int, by: Actor, reason: str = "") -> None:
    """Take a procedure code off the list; it stays in the history as superseded."""
    account = open_for_coding(account_id=account_id, by=by)
    _supersede(account, _own(CodedProcedure, account, procedure_id), by, "coding.procedure_removed", reason)


def _supersede(account: Account, row: CodedItem, by: Actor, kind: str, reason: str) -> None:
    row.superseded_at, row.superseded_by_id = clock.now(), by.user_id
    row.save(update_fields=["superseded_at", "superseded_by"])
    _record(account, kind, row, by, reason=reason)


def _record(account: Account, kind: str, row: CodedItem, by: Actor, **more: object) -> None:
    payload = {"row": row.pk, "system": row.system, "code": row.code, **more}
    history.record(account=account, kind=kind, by=by, payload=payload)
    touch(account=account, what=kind, by=by)


def _own(model: type[Item], account: Account, pk: int) -> Item:
    row = model._default_manager.filter(account=account, pk=pk, superseded_at__isnull=True).first()
    if row is None:
        raise Conflict("code.gone", "This code is no longer on the list.")
    return row


def _valid(system: str, code: str, account: Account, service: datetime.date | None = None) -> str:
    plain = codesets.normalise(code)
    on = selectors.code_date(account, service) or clock.today(account.facility)
    if codesets.loaded(system, on) is None:
        return plain
    entry = codesets.lookup(system, plain, on)
    if entry is None:
        raise Refused(
            "code.unknown", f"There is no {system} code {codesets.display(plain, system)} on {on:%m/%d/%Y}.", fix="codes"
        )
    if not entry.billable:
        shown = codesets.display(plain, system)
        raise Refused("code.not_billable", f"{shown} is a heading; choose a code with more characters below it.", fix="codes")
    return plain


def _guess_system(account: Account, code: str) -> str:
    systems = selectors.procedure_systems(account)
    if len(systems) == 1:
        return systems[0]
    return "HCPCS" if code[:1].isalpha() else "CPT"


def _free(account: Account, charge: ChargeLine) -> ChargeLine:
    if not ChargeLine.objects.filter(pk=charge.pk, account=account, voided_at__isnull=True).exists():
        raise Refused("charge.gone", "This charge line is no longer on the account.", fix="procedures")
    if _coded(account).filter(charge=charge).exists():
        raise Conflict("charge.coded", "This charge line has a coder's code already.", fix="procedures")
    return charge


def _uncoded_charge(account: Account, system: str, on: datetime.date | None, code: str) -> ChargeLine | None:
    if system not in {"CPT", "HCPCS"}:
        return None
    lines = ChargeLine.objects.filter(account=account, voided_at__isnull=True)
    free = lines.exclude(pk__in=_coded(account).values("charge_id")).order_by("pk")
    free = free.filter(service_date=on) if on else free
    same = free.filter(hcpcs=code).first() if account.is_professional else None
    return same or free.filter(hcpcs="").first()


def _coded(account: Account) -> "QuerySet[CodedProcedure]":
    return CodedProcedure.objects.filter(account=account, superseded_at__isnull=True, charge__isnull=False)


def _modifiers(modifiers: Sequence[str]) -> list[str]:
    plain = [modifier.strip().upper() for modifier in modifiers if modifier.strip()]
    if len(plain) > _MOST_MODIFIERS:
        raise Refused("modifier.many", "A line takes four modifiers at most.", fix="procedures")
    wrong = next((modifier for modifier in plain if not _MODIFIER.fullmatch(modifier)), None)
    if wrong is not None or len(set(plain)) != len(plain):
        raise Refused("modifier.form", "Modifiers are two letters or digits each, none of them twice.", fix="procedures")
    return plain


def _check_poa(poa: str) -> None:
    if poa and poa not in PresentOnAdmission.values:
        raise Refused("poa.unknown", "POA is Y, N, U or W, or blank for an exempt code.", fix="diagnoses")


def _next_position(rows: "QuerySet[Any]") -> int:
    return int(rows.aggregate(last=Max("position"))["last"] or 0) + 1


def _place(row: CodedDiagnosis, position: int) -> None:
    rows = list(
        CodedDiagnosis.objects.filter(account_id=row.account_id, role=row.role, superseded_at__isnull=True)
        .exclude(pk=row.pk)
        .order_by("position", "pk")
    )
    rows.insert(max(position - 1, 0), row)
    for place, each in enumerate(rows, start=1):
        each.position = place
    CodedDiagnosis.objects.bulk_update(rows, ["position"])
