"""Who assigned the codes, with the competences they hold, as facts (condition 1)."""

import datetime
from collections import defaultdict

from accounts.models import Account
from coding_workflow.guidelines.facts import Coder, Competence
from coding_workflow.staff import models as staff

_DAY = datetime.timedelta(days=1)


def coders_of(account: Account, user_ids: set[int]) -> tuple[Coder, ...]:
    """Each person with every competence for this class at this facility; whether it is in date the rule says."""
    held: defaultdict[int, list[Competence]] = defaultdict(list)
    rows = staff.Competence.objects.filter(
        user_id__in=user_ids, facility_id=account.facility_id, coding_type=account.patient_class
    )
    for row in rows.order_by("user_id", "valid_from"):
        held[row.user_id].append(_competence(row, account))
    return tuple(Coder(str(user_id), tuple(held[user_id])) for user_id in sorted(user_ids))


def _competence(row: staff.Competence, account: Account) -> Competence:
    return Competence(
        type=row.coding_type,
        valid_from=row.valid_from,
        valid_to=row.valid_to - _DAY if row.valid_to else None,
        supervisor=str(row.supervisor_id),
        credential=row.credential,
        supervision=row.supervision,
        provider_number=account.unit.npi if account.unit else account.facility.npi,
        trained_on=row.trained_on,
        oriented_on=row.oriented_on,
    )
