"""Taking proposed codes over: each becomes the coder's own, by the services that every code goes through."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from accounts import clock, history
from accounts.actors import Actor
from accounts.errors import Conflict, Refused
from accounts.models import Account
from coding_workflow.codesets import selectors as codesets
from coding_workflow.coding import selectors
from coding_workflow.coding.models import CodedDiagnosis, CodedProcedure, DiagnosisRole, ProposalState, ProposedCode

from .codes import assign_diagnosis, assign_procedure, reorder_diagnoses, set_poa
from .desk import open_for_coding
from .proposing import told_now


@dataclass(frozen=True, slots=True)
class TakenOver:
    """How many codes were taken over, and why each other was not: its code as people write it, and a sentence."""

    taken: int
    left: tuple[tuple[str, str], ...]


@transaction.atomic
def take_over_code(*, account_id: int, proposed_id: int, by: Actor) -> CodedDiagnosis | CodedProcedure:
    """Assign one proposed code as the coder's own; where it is on the account already, give it the proposed POA.

    Raises Conflict ``proposal.settled`` when it is no longer open, Refused ``proposal.system`` for a code system that the
    account's date does not take, and what ``assign_diagnosis`` and ``assign_procedure`` raise.
    """
    account = open_for_coding(account_id=account_id, by=by)
    return _take(account, _open(account, proposed_id), by)


@transaction.atomic
def take_over_all(*, account_id: int, by: Actor, seen: Collection[int] | None = None) -> TakenOver:
    """Take over every open code, and put the diagnoses in the proposed order, before those that are the coder's own.

    ``seen`` are the keys of those that the coder saw: what was told since stays open, for nobody assigns a code unseen.
    A code that is refused is left open and said. Raises Refused ``proposal.none`` where nothing is open, and what
    ``open_for_coding`` raises.
    """
    account = open_for_coding(account_id=account_id, by=by)
    rows = [row for row in selectors.proposed_open(account.pk) if seen is None or row.pk in seen]
    if not rows:
        raise Refused("proposal.none", "None of these codes is proposed any more.")
    taken, left = 0, []
    for row in rows:
        try:
            with transaction.atomic():
                _take(account, row, by)
            taken += 1
        except Refused as refusal:
            left.append((codesets.display(row.code, row.system), refusal.sentence))
    _order(account, by)
    return TakenOver(taken, tuple(left))


@transaction.atomic
def dismiss_code(*, account_id: int, proposed_id: int, by: Actor) -> None:
    """Take a proposed code off the list; told again in the same words it is not proposed again. Raises as ``take_over_code``."""
    account = open_for_coding(account_id=account_id, by=by)
    row = _open(account, proposed_id)
    _settle(row, ProposalState.DISMISSED, by)
    payload = {"proposal": row.pk, "code": row.code, "source": row.source}
    history.record(account=account, kind="coding.proposal_dismissed", by=by, payload=payload)


def _open(account: Account, pk: int) -> ProposedCode:
    row = selectors.proposed_open(account.pk).filter(pk=pk).first()
    if row is None:
        raise Conflict("proposal.settled", "This code is no longer proposed.")
    return row


def _take(account: Account, row: ProposedCode, by: Actor) -> CodedDiagnosis | CodedProcedure:
    code = _diagnosis(account, row, by) if row.kind != "procedure" else _procedure(account, row, by)
    _settle(row, ProposalState.TAKEN, by, code)
    payload = {"proposal": row.pk, "row": code.pk, "code": code.code, "source": row.source, "told": row.told_id}
    history.record(account=account, kind="coding.proposal_taken", by=by, payload=payload)
    return code


def _diagnosis(account: Account, row: ProposedCode, by: Actor) -> CodedDiagnosis:
    _refuse_system(row, (selectors.diagnosis_system(account),))
    role = selectors.proposed_role(row, account)
    there = CodedDiagnosis.objects.filter(account=account, role=role, code=row.code, superseded_at__isnull=True).first()
    if there is None:
        return assign_diagnosis(account_id=account.pk, code=row.code, by=by, role=role, poa=row.poa)
    if selectors.other_poa(row, there.poa):
        return set_poa(account_id=account.pk, diagnosis_id=there.pk, poa=row.poa, by=by)
    return there


def _procedure(account: Account, row: ProposedCode, by: Actor) -> CodedProcedure:
    _refuse_system(row, selectors.procedure_systems(account))
    there = selectors.same_procedure(row)
    if there is not None:
        return there
    return assign_procedure(
        account_id=account.pk, code=row.code, by=by, system=row.system, performed_on=row.performed_on, modifiers=row.modifiers,
        units=Decimal(row.units or 1), provider=row.provider,
    )  # fmt: skip


def _refuse_system(row: ProposedCode, taken: Sequence[str]) -> None:
    if row.system not in taken:
        raise Refused("proposal.system", f"It is a code of {row.system}; this account takes {' and '.join(taken)}.", fix="codes")


def _order(account: Account, by: Actor) -> None:
    """The told codes first, in their order, those taken over before among them; what the coder assigned besides keeps its order
    behind them."""
    told = [code.code for _, code in told_now(account) if selectors.proposed_role(code, account) == DiagnosisRole.DIAGNOSIS]
    listed = CodedDiagnosis.objects.filter(account=account, role=DiagnosisRole.DIAGNOSIS, superseded_at__isnull=True)
    before = list(listed.order_by("position", "pk").values_list("pk", "code"))
    places = {code: place for place, code in reversed(list(enumerate(told)))}
    after = [pk for pk, _ in sorted(before, key=lambda pair: places.get(pair[1], len(told)))]
    if after != [pk for pk, _ in before]:
        reorder_diagnoses(account_id=account.pk, order=after, by=by)


def _settle(row: ProposedCode, state: ProposalState, by: Actor, code: CodedDiagnosis | CodedProcedure | None = None) -> None:
    row.state, row.settled_at, row.settled_by_id = state, clock.now(), by.person_id
    row.diagnosis = code if isinstance(code, CodedDiagnosis) else None
    row.procedure = code if isinstance(code, CodedProcedure) else None
    row.save(update_fields=["state", "settled_at", "settled_by", "diagnosis", "procedure"])
