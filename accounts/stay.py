"""The one function that computes a length of stay. Pure."""

import datetime


def length_of_stay(admit: datetime.date, discharge: datetime.date) -> int:
    """Midnights between admission and discharge, the day of discharge not counted; same day is 1."""
    return max((discharge - admit).days, 1)


def tables_date(
    *,
    discharged: datetime.date | None,
    statement_through: datetime.date | None = None,
    last_service: datetime.date | None = None,
) -> datetime.date | None:
    """The date whose code tables and rules judge an account, None while it has none.

    Discharge for an inpatient (45 CFR 162.1011, ICD-10-CM Official Guidelines, introduction); for an outpatient the last
    day of service: the end of the visit, else of the statement, else of the charges. A code on a line is judged by its
    line's day instead where its table is published by day of service (HCPCS, CPT, NCCI): ``line_date``.
    """
    return discharged or statement_through or last_service


def line_date(account_date: datetime.date | None, service: datetime.date | None, *, inpatient: bool) -> datetime.date | None:
    """The date that chooses the tables of a line: its own day of service for outpatients, the account's date otherwise."""
    return account_date if inpatient or service is None else service
