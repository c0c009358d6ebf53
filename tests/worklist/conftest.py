"""A hospital with queues, and open work in them."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from accounts.actors import Actor
from accounts.locking import lock_account
from accounts.models import Account, WorkItem
from accounts.services.work import open_work
from coding_workflow.staff.models import Competence, RoleGrant, User
from tests.cast import Cast
from worklist.services import ensure_queues

SYSTEM = Actor.system("test")


def grant(user: User, facility: Any, role: str) -> None:
    """One role, unless the person has it."""
    RoleGrant.objects.get_or_create(user=user, facility=facility, role=role, ended_at=None)
    user.forget_rights()


NEW_YEAR = datetime.date(2026, 1, 1)


def qualify(user: User, cast: Cast, coding_type: str = "inpatient", **fields: Any) -> None:
    """Competence from January 1, in force on the business date of the tests (2026-09-30)."""
    values = {
        "credential": "CCS",
        "trained_on": NEW_YEAR,
        "oriented_on": NEW_YEAR,
        "supervisor": cast.cleo,
        "valid_from": NEW_YEAR,
        "supervision": "sampled",
        **fields,
    }
    Competence.objects.create(user=user, facility=cast.main, coding_type=coding_type, **values)


@pytest.fixture(autouse=True)
def _business_date(settings: Any) -> None:
    """The demo's day, also when the settings were read before the environment said so."""
    settings.BUSINESS_DATE = datetime.date(2026, 9, 30)


@pytest.fixture
def hospital(cast: Cast) -> Cast:
    """The cast with standard queues; Ana and Ben are competent for inpatients only."""
    Competence.objects.filter(user=cast.ana).exclude(coding_type="inpatient").update(valid_to=NEW_YEAR)
    qualify(cast.ben, cast)
    ensure_queues(cast.main)
    return cast


@pytest.fixture
def work(hospital: Cast) -> Callable[..., WorkItem]:
    """Open work on a new account: ``work("A1", kind="coding", patient_class="inpatient")``."""

    def make(number: str, kind: str = "coding", returned_to: User | None = None, **fields: Any) -> WorkItem:
        account = hospital.account(number, **fields)
        return open_on(account, kind, returned_to)

    return make


def open_on(account: Account, kind: str, returned_to: User | None = None) -> WorkItem:
    """Open work on an account that exists."""
    with transaction.atomic():
        return open_work(
            account=lock_account(account.pk),
            kind=kind,
            by=SYSTEM,
            coding_type=account.patient_class,
            returned_to_id=returned_to.pk if returned_to else None,
        )
