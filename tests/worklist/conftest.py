"""A hospital with queues, and open work in them."""

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from accounts.actors import Actor
from accounts.lifecycle import move
from accounts.locking import lock_account
from accounts.models import Account, Step, WorkItem
from accounts.services.charges import post_charge
from accounts.services.holds import place_hold
from accounts.services.work import open_work
from coding_workflow.coding.models import FinalCoding
from coding_workflow.release.models import Check
from coding_workflow.staff.models import Competence, RoleGrant, User
from tests.cast import Cast
from tests.security.browser import signed_in
from worklist.services import ensure_queues

from .browser import CHROMIUM, FLAGS, served, session_cookie

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


@pytest.fixture(autouse=True)
def _plain_static_files(settings: Any) -> None:
    """Addresses of static files without the manifest that ``collectstatic`` writes."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


def advance(account: Account, *steps: str) -> Account:
    """Move an account through its steps."""
    with transaction.atomic():
        locked = lock_account(account.pk)
        for step in steps:
            move(account=locked, to=Step(step), by=SYSTEM)
    return locked


def hold(
    account: Account, condition: int | None = 3, owner: str = "him", reason: str = "documents.missing", message: str = ""
) -> None:
    """Open a blocking hold."""
    with transaction.atomic():
        place_hold(
            account=lock_account(account.pk),
            source="check",
            key=reason,
            reason=reason,
            message=message or "The discharge summary has not arrived.",
            by=SYSTEM,
            condition=condition,
            owner_role=owner,
        )


def post(account: Account, amount: int) -> None:
    """Charge something."""
    with transaction.atomic():
        post_charge(
            account=lock_account(account.pk),
            source_id=f"C{account.number}",
            revenue_code="0450",
            amount=Decimal(amount),
            service_date=account.admit_date,
            by=SYSTEM,
        )


CODED = (Step.DISCHARGED, Step.CODING, Step.FINAL_CODED)


def make_releasable(cast: Cast, account: Account, *, coder: User | None = None, warnings: int = 0) -> WorkItem:
    """Final coded by somebody, checked and clean, with open release work."""
    account = advance(account, *CODED)
    FinalCoding.objects.create(facility=cast.main, account=account, revision=account.revision, coder=coder or cast.ana)
    account.refresh_from_db()
    finding = {"condition": 5, "severity": "warn", "message": "Short stay with a transfer status.", "rule": "x"}
    Check.objects.create(
        facility=cast.main,
        account=account,
        revision=account.revision,
        ruleset_hash="r",
        tables_hash="t",
        policy_hash="p",
        facts_hash="f",
        engine_version="1",
        verdict="releasable",
        findings=[finding] * warnings,
        drg={"drg": "322"},
        facts="{}",
    )
    return open_on(account, "release")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One chromium for a module's tests, started before their databases.

    Playwright's loop runs in this thread, and Django then refuses the database; nothing of ours runs in that loop.
    """
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as play:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        started = play.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield started
        started.close()


@dataclass
class Windows:
    """Windows of chromium on the served application, and what their consoles complained about."""

    chromium: Browser
    address: str
    complaints: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    def open(self, person: User, address: str = "/", script: str = "") -> Page:
        """A browser of the person's own, signed in, at an address; its keys are listened to."""
        context = self.chromium.new_context(viewport={"width": 1366, "height": 768})
        self.contexts.append(context)
        context.set_default_timeout(15_000)
        context.add_cookies([session_cookie(signed_in(person), self.address)])
        if script:
            context.add_init_script(script)
        page = context.new_page()
        page.on("console", lambda said: self.complaints.append(said.text) if said.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(self.address + address)
        # Shown by the script that listens to keys.
        expect(page.locator("[data-does=show-keys]")).to_be_visible()
        return page


@pytest.fixture
def windows(chromium: Browser, committed_coded_db: str, hospital: Cast) -> Iterator[Windows]:
    """The hospital served; every window is closed before the server is, which waits for open connections."""
    with served() as address:
        made = Windows(chromium, address)
        yield made
        for context in made.contexts:
            context.close()
