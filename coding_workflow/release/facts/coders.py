"""Who assigned the codes, with the competences they hold, as facts (condition 1)."""

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable

from django.db.models import QuerySet

from accounts.models import Account
from coding_workflow.guidelines.facts import Coder, Competence
from coding_workflow.staff import models as staff

_DAY = datetime.timedelta(days=1)


def coders_of(account: Account, user_ids: set[int]) -> tuple[Coder, ...]:
    """Each person with every competence for this class at this facility; whether it is in date the rule says."""
    rows = competences(account.facility_id, user_ids).filter(coding_type=account.patient_class)
    return coders_among(account, user_ids, rows)


def competences(facility_id: int, user_ids: Collection[int]) -> QuerySet[staff.Competence]:
    """What these people hold at a facility, in the order of the facts."""
    rows = staff.Competence.objects.filter(user_id__in=user_ids, facility_id=facility_id)
    return rows.order_by("user_id", "valid_from")


def coders_among(account: Account, user_ids: Collection[int], rows: Iterable[staff.Competence]) -> tuple[Coder, ...]:
    """The same from competences that were read already; those of other people and classes are passed over."""
    held: defaultdict[int, list[Competence]] = defaultdict(list)
    for row in rows:
        if row.coding_type == account.patient_class:
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
