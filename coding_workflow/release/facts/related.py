"""Other accounts of the same patient that may touch this one: payment window, readmission, mother and child."""

import datetime

from django.db.models import Q

from accounts.models import Account, Step
from coding_workflow.guidelines.facts import RelatedAccount

#: Three calendar days before admission and the stay itself (42 CFR 412.2(c)(5)); a week covers readmissions as well.
_WINDOW = datetime.timedelta(days=7)


def related_accounts(account: Account) -> tuple[RelatedAccount, ...]:
    """Accounts of the patient with services from a week before to a week after, and the mother's or newborns'."""
    start, end = account.statement_from or account.admit_date, account.statement_through or account.discharge_date
    near = Q(pk__in=())
    if start is not None:
        near = Q(patient_id=account.patient_id, admit_date__range=(start - _WINDOW, (end or start) + _WINDOW))
    family = Q(mother_id=account.pk) | Q(pk=account.mother_id or 0)
    rows = Account.objects.filter(near | family, facility_id=account.facility_id).exclude(pk=account.pk)
    rows = rows.exclude(step=Step.CANCELLED).select_related("facility").order_by("pk")
    return tuple(_related(account, row) for row in rows[:50])


def _related(account: Account, row: Account) -> RelatedAccount:
    return RelatedAccount(
        id=str(row.pk),
        relation=_relation(account, row),
        patient_class=row.patient_class,
        facility=row.facility.code,
        same_facility=True,
        service_from=row.statement_from or row.admit_date,
        service_through=row.statement_through or row.discharge_date,
        combined=row.step == Step.COMBINED,
        acute_hospital=row.is_inpatient,
    )


def _relation(account: Account, row: Account) -> str:
    if row.pk == account.mother_id:
        return "mother"
    return "newborn" if row.mother_id == account.pk else "same_patient"
