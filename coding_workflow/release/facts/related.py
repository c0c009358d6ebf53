"""Other accounts of the same patient that may touch this one: payment window, readmission, mother and child."""

import datetime
from collections.abc import Iterable, Sequence

from django.db.models import Q

from accounts.models import Account, Step
from coding_workflow.guidelines.facts import RelatedAccount

#: Three calendar days before admission and the stay itself (42 CFR 412.2(c)(5)); a week covers readmissions as well.
_WINDOW = datetime.timedelta(days=7)
_MOST = 50


def related_accounts(account: Account) -> tuple[RelatedAccount, ...]:
    """Accounts of the patient with services from a week before to a week after, and the mother's or newborns'. One query."""
    return related_among(account, may_be_related([account]))


def may_be_related(accounts: Sequence[Account]) -> list[Account]:
    """What may be related to any of these accounts of one facility, by key. One query."""
    windows = [window for window in map(_window, accounts) if window]
    near = Q(pk__in=())
    if windows:
        dates = min(first for first, _ in windows), max(last for _, last in windows)
        near = Q(patient_id__in={account.patient_id for account in accounts}, admit_date__range=dates)
    mothers = {account.mother_id for account in accounts if account.mother_id}
    family = Q(mother_id__in=[account.pk for account in accounts]) | Q(pk__in=mothers)
    rows = Account.objects.filter(near | family, facility_id__in={account.facility_id for account in accounts})
    return list(rows.exclude(step=Step.CANCELLED).order_by("pk"))


def related_among(account: Account, rows: Iterable[Account]) -> tuple[RelatedAccount, ...]:
    """Those of the rows, which stand by key, that are related to this account."""
    found = (row for row in rows if row.pk != account.pk and _is_related(account, row))
    return tuple(_related(account, row) for row, _ in zip(found, range(_MOST), strict=False))


def _window(account: Account) -> tuple[datetime.date, datetime.date] | None:
    start, end = account.statement_from or account.admit_date, account.statement_through or account.discharge_date
    return (start - _WINDOW, (end or start) + _WINDOW) if start else None


def _is_related(account: Account, row: Account) -> bool:
    if row.mother_id == account.pk or row.pk == account.mother_id:
        return True
    if row.is_professional != account.is_professional:
        return False  # the payment window is about the hospital's own bills
    window = _window(account)
    if window is None or row.admit_date is None or row.patient_id != account.patient_id:
        return False
    return window[0] <= row.admit_date <= window[1]


def _related(account: Account, row: Account) -> RelatedAccount:
    return RelatedAccount(
        id=str(row.pk),
        relation=_relation(account, row),
        patient_class=row.patient_class,
        facility=account.facility.code,
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
