"""The supervisor's figures of suggestions: what is counted when, what is too few for a share, and whose accounts are named."""

import datetime
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import AccessRecord, Account
from coding_workflow.coding.models import CodedDiagnosis, Suggestion
from coding_workflow.staff.models import Role, RoleGrant, User
from tests.cast import Cast
from tests.security.browser import signed_in
from worklist.selectors import suggestion_figures as figures

from .desk import on_desk, summary_of

pytestmark = pytest.mark.usefixtures("coded_db")


@pytest.fixture
def account(hospital: Cast) -> Account:
    return on_desk(hospital, coder=hospital.ana)


def offered(account: Account, code: str, *, days_ago: float = 1, state: str = "offered", **more: Any) -> Suggestion:
    """One suggestion as the services leave it, made and settled so many days ago."""
    at = timezone.now() - datetime.timedelta(days=days_ago)
    settled = {} if state == "offered" else {"settled_at": more.pop("settled_at", at)}
    with time_machine.travel(at, tick=False):
        return Suggestion.objects.create(
            facility_id=account.facility_id,
            account=account,
            version=summary_of(account),
            start=0,
            end=4,
            quote="Word",
            system="ICD-10-CM",
            code=code,
            title=f"Title of {code}",
            state=state,
            **settled,
            **more,
        )


def accepted(account: Account, code: str, by: User, *, unseen: bool = False, removed: bool = False, **more: Any) -> Suggestion:
    at = timezone.now()
    diagnosis = CodedDiagnosis.objects.create(
        facility_id=account.facility_id,
        account=account,
        system="ICD-10-CM",
        code=code,
        position=1,
        assigned_by=by,
        changed_by=by,
        superseded_at=at if removed else None,
        superseded_by=by if removed else None,
    )
    viewed = None if unseen else at
    return offered(account, code, state="accepted", settled_by=by, diagnosis=diagnosis, unseen=unseen, viewed_at=viewed, **more)


def dismissed(account: Account, code: str, by: User, **more: Any) -> Suggestion:
    return offered(account, code, state="dismissed", settled_by=by, **more)


@pytest.fixture
def cleo(hospital: Cast) -> User:
    hospital.cleo.act_as([Role.SUPERVISOR])
    return hospital.cleo


def page(user: User, query: str = "") -> str:
    response = signed_in(user).get(reverse("worklist:suggestions") + query)
    assert response.status_code == 200
    return str(response.content.decode())


def test_each_act_is_counted_once_and_by_who_did_it(hospital: Cast, account: Account, cleo: User) -> None:
    accepted(account, "I10", hospital.ana)
    accepted(account, "E119", hospital.ana, unseen=True, removed=True)
    dismissed(account, "E785", hospital.ana)
    dismissed(account, "I2510", hospital.ben)
    offered(account, "J189", state="lapsed")
    offered(account, "N179")
    said = figures.whole(figures.by_family(cleo, 30))
    counts = (said.offered, said.accepted, said.unseen, said.removed, said.dismissed, said.lapsed, said.waiting)
    assert counts == (6, 2, 1, 1, 2, 1, 1)
    rows = [(row.name, row.offered, row.accepted, row.unseen, row.removed, row.dismissed) for row in figures.by_coder(cleo, 30)]
    assert rows == [(str(hospital.ana), 3, 2, 1, 1, 1), (str(hospital.ben), 1, 0, 0, 0, 1)]


def test_an_offer_counts_by_the_day_it_was_made_and_an_act_by_its_own(hospital: Cast, account: Account, cleo: User) -> None:
    yesterday = timezone.now() - datetime.timedelta(days=1)
    dismissed(account, "I10", hospital.ana, days_ago=60, settled_at=yesterday)
    dismissed(account, "E119", hospital.ana, days_ago=60)
    assert figures.by_family(cleo, 30) == []
    assert [row.dismissed for row in figures.by_coder(cleo, 30)] == [1]
    assert [row.dismissed for row in figures.by_coder(cleo, 90)] == [2]
    # A family's list holds what the family's figures count.
    assert figures.settled(cleo, 30, show="dismissed", family="I10") == []
    assert len(figures.settled(cleo, 30, show="dismissed")) == 1


def test_families_are_categories_most_offered_first_with_their_title(account: Account, cleo: User) -> None:
    for code in ("E119", "E1165", "I10"):
        offered(account, code)
    assert [(row.key, row.offered) for row in figures.by_family(cleo, 7)] == [("E11", 2), ("I10", 1)]
    shown = page(cleo)
    assert '<span class="code">E11</span> Type 2 diabetes mellitus' in shown


def test_a_share_of_few_is_not_said(hospital: Cast, account: Account, cleo: User) -> None:
    for number in range(figures.FEW - 1):
        accepted(account, f"Z{number:02d}", hospital.ana, unseen=number == 0)
    (row,) = figures.by_coder(cleo, 30)
    assert (row.accepted_share, row.unseen_share) == (None, None)
    assert '<span class="chip">few</span>' in page(cleo).split('id="coders-title"')[1]
    accepted(account, "Z99", hospital.ana)
    (row,) = figures.by_coder(cleo, 30)
    assert (row.accepted_share, row.unseen_share) == (100, 5)


def test_the_list_leads_to_the_accounts_and_says_what_was_removed(hospital: Cast, account: Account, cleo: User) -> None:
    accepted(account, "E119", hospital.ana, unseen=True, removed=True)
    accepted(account, "I10", hospital.ben)
    shown = page(cleo).split('id="accounts"')[1]
    assert f'href="{reverse("worklist:account", args=[account.pk])}"' in shown
    assert "E11.9" in shown and "Later removed" in shown and ">I10<" not in shown.split("families-title")[0]
    ben = page(cleo, f"?show=accepted&coder={hospital.ben.pk}").split('id="accounts"')[1].split("families-title")[0]
    assert "I10" in ben and "E11.9" not in ben and f"by {hospital.ben}" in ben


@pytest.mark.parametrize("query", ["?days=9", "?days=x&show=everything", "?coder=77777&family=DROP", "?coder=x", "?family=%00"])
def test_what_nobody_knows_is_as_if_not_said(account: Account, cleo: User, query: str) -> None:
    offered(account, "I10")
    assert "Offered in the last 30 days" in page(cleo, query)


def test_a_restricted_account_is_counted_and_not_named(hospital: Cast, account: Account, cleo: User) -> None:
    accepted(account, "E119", hospital.ana, unseen=True)
    Account.objects.update(restricted="VIP")
    assert figures.whole(figures.by_family(cleo, 30)).unseen == 1
    assert account.number not in page(cleo)


def test_another_hospitals_suggestions_are_nowhere(hospital: Cast, account: Account, cleo: User) -> None:
    accepted(account, "E119", hospital.ana, unseen=True)
    RoleGrant.objects.create(user=hospital.dov, facility=hospital.other, role=Role.SUPERVISOR)
    dov = hospital.dov
    dov.act_as([Role.SUPERVISOR])
    assert figures.by_family(dov, 90) == figures.by_coder(dov, 90) == figures.settled(dov, 90, show="unseen") == []


def test_the_look_leaves_an_access_record(account: Account, cleo: User) -> None:
    page(cleo)
    assert AccessRecord.objects.filter(user=cleo, kind="suggestions.viewed").count() == 1


def test_queries_of_the_page_do_not_grow_with_what_it_shows(hospital: Cast, account: Account, cleo: User) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as found:
            page(cleo)
        return len(found)

    accepted(account, "I10", hospital.ana, unseen=True)
    page(cleo)
    before = asked()
    for number in range(8):
        accepted(account, f"Z{number:02d}", (hospital.ana, hospital.ben)[number % 2], unseen=True)
    assert asked() == before


def test_the_cost_follows_the_time_box_and_not_history(hospital: Cast, account: Account, cleo: User) -> None:
    long_ago = timezone.now() - datetime.timedelta(days=400)
    version = summary_of(account).pk
    with time_machine.travel(long_ago, tick=False):
        old = [Suggestion(**_old(account, version, number, hospital.ana), settled_at=long_ago) for number in range(3000)]
        Suggestion.objects.bulk_create(old)
    offered(account, "I10")
    dismissed(account, "I11", hospital.ana)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE coding_suggestion")
    with CaptureQueriesContext(connection) as asked:
        figures.by_family(cleo, 30)
        figures.by_coder(cleo, 30)
        figures.settled(cleo, 30, show="dismissed")
    read = [each["sql"] for each in asked if 'FROM "coding_suggestion"' in each["sql"]]
    for query, index in zip(read, ("made", "settled", "settled"), strict=True):
        with connection.cursor() as cursor:
            cursor.execute("EXPLAIN " + query)
            plan = "\n".join(line for (line,) in cursor.fetchall())
        assert f"suggestion_{index}_by_day" in plan, plan


def _old(account: Account, version: int, number: int, by: User) -> dict[str, Any]:
    return {
        "facility_id": account.facility_id,
        "account": account,
        "version_id": version,
        "start": 0,
        "end": 4,
        "quote": "Word",
        "system": "ICD-10-CM",
        "code": f"Z{number:04d}",
        "title": "Old",
        "state": "dismissed",
        "settled_by": by,
    }
