"""Pointing the lines of a professional bill to the diagnoses that they are for."""

from collections.abc import Sequence
from typing import Final

from django.db import transaction

from accounts import clock, history
from accounts.actors import Actor
from accounts.errors import Refused
from accounts.models import Account, ChargeLine
from accounts.services.revisions import touch
from coding_workflow.codesets import selectors as codesets
from coding_workflow.coding.models import CodedDiagnosis, DiagnosisRole, LinePointers

from .desk import open_for_coding

#: SV107 has room for four.
MOST_POINTERS: Final = 4
#: The lists that an 837P carries; it has no admitting diagnosis and no reason for the visit.
REPORTED: Final = (DiagnosisRole.DIAGNOSIS, DiagnosisRole.EXTERNAL_CAUSE)


@transaction.atomic
def point_line(*, account_id: int, charge_id: int, diagnoses: Sequence[str], by: Actor) -> LinePointers:
    """Say which diagnoses a charge line is for: one to four codes of the account, the primary first.

    None takes them away, also those that the sender linked. Raises Refused ``pointers.facility`` on a facility's account,
    ``charge.gone``, ``pointers.many``, ``pointers.twice``, ``pointers.unknown`` for a code that is not on the account, and what
    ``open_for_coding`` raises.
    """
    account = open_for_coding(account_id=account_id, by=by)
    if not account.is_professional:
        raise Refused("pointers.facility", "Only lines of a professional account point to diagnoses.", fix="charges")
    line = ChargeLine.objects.filter(pk=charge_id, account=account, voided_at__isnull=True).first()
    if line is None:
        raise Refused("charge.gone", "This charge line is no longer on the account.", fix="charges")
    codes = _checked(account, diagnoses)
    before = LinePointers.objects.filter(charge=line, superseded_at__isnull=True).first()
    if before is not None and before.account_id == account.pk and before.diagnoses == codes:
        return before
    LinePointers.objects.filter(charge=line, superseded_at__isnull=True).update(superseded_at=clock.now())
    row = LinePointers.objects.create(
        facility_id=account.facility_id, account=account, charge=line, diagnoses=codes, pointed_by_id=by.person_id
    )
    payload = {"line": line.pk, "before": before.diagnoses if before else line.diagnoses, "after": codes}
    history.record(account=account, kind="coding.line_pointed", by=by, payload=payload)
    touch(account=account, what="coding.line_pointed", by=by)
    return row


def _checked(account: Account, diagnoses: Sequence[str]) -> list[str]:
    codes = [codesets.normalise(code) for code in diagnoses if code.strip()]
    if len(codes) > MOST_POINTERS:
        raise Refused("pointers.many", "A line points to four diagnoses at most.", fix="pointers")
    if len(set(codes)) != len(codes):
        raise Refused("pointers.twice", "A line points to a diagnosis once.", fix="pointers")
    rows = CodedDiagnosis.objects.filter(account=account, role__in=REPORTED, superseded_at__isnull=True)
    known = set(rows.values_list("code", flat=True))
    unknown = next((code for code in codes if code not in known), None)
    if unknown is not None:
        raise Refused(
            "pointers.unknown", "A line points to diagnoses of this account; assign the diagnosis first.", fix="pointers"
        )
    return codes
