"""Taking diagnoses over from an earlier account of the same patient. Each holds until a passage of this record supports it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from accounts.actors import Actor
from accounts.errors import Refused
from coding_workflow.codesets import selectors as codesets
from coding_workflow.coding.models import CodedDiagnosis
from coding_workflow.coding.selectors import earlier_accounts

from .codes import assign_diagnosis
from .desk import open_for_coding


@dataclass(frozen=True, slots=True)
class Copied:
    """What was taken over, and why each other code was not: its code as people write it, and a sentence."""

    rows: tuple[CodedDiagnosis, ...]
    left: tuple[tuple[str, str], ...]


@transaction.atomic
def copy_diagnoses(*, account_id: int, earlier_id: int, codes: Sequence[str], by: Actor) -> Copied:
    """Add these diagnosis codes of an earlier account at the end of the list, without POA and without evidence.

    A code that is on the list already, or that the table of this account's date does not hold, is left out and said.
    Raises Refused ``copy.earlier`` unless it is an earlier account of the same patient and facility, ``copy.none`` where
    nothing was chosen, and what ``open_for_coding`` raises.
    """
    account = open_for_coding(account_id=account_id, by=by)
    earlier = earlier_accounts(account).filter(pk=earlier_id).first()
    if earlier is None:
        raise Refused("copy.earlier", "That is no earlier account of this patient.")
    offered = CodedDiagnosis.objects.filter(account=earlier, role="diagnosis", superseded_at__isnull=True, code__in=codes)
    rows, left = [], []
    for offer in offered.order_by("position", "pk"):
        try:
            rows.append(assign_diagnosis(account_id=account_id, code=offer.code, by=by, copied_from=earlier))
        except Refused as refusal:
            left.append((codesets.display(offer.code, offer.system), refusal.sentence))
    if not rows and not left:
        raise Refused("copy.none", "Choose the codes to take over.")
    return Copied(tuple(rows), tuple(left))
