"""The access report: who saw what, by period, person and account; itself on record, and never of other facilities."""

import csv
import datetime
import io

import pytest
from django.test import Client
from django.utils import timezone

from accounts import history
from accounts.models import AccessRecord
from tests.security.browser import grow_old, signed_in
from tests.security.url_table import account as account_at
from worklist.selectors import looks as selectors

TODAY = timezone.now().astimezone().date()


@pytest.fixture
def cora(hospital) -> Client:
    return signed_in(hospital.cora)


@pytest.fixture
def seen(hospital, monkeypatch):
    """Writes down a look so many days ago."""

    def look(user, kind: str, account=None, days: int = 0, **more):
        at = timezone.now() - datetime.timedelta(days=days)
        with monkeypatch.context() as patch:
            patch.setattr("django.utils.timezone.now", lambda: at)
            history.record_access(user_id=user.pk if user else None, kind=kind, account=account, **more)

    return look


def test_it_shows_the_last_week_in_words(hospital, cora, seen):
    account = hospital.account("A1")
    seen(hospital.ana, "document.viewed", account, days=1)
    seen(hospital.ben, "history.viewed", account, days=20)
    seen(None, "query.read", account)
    page = cora.get("/looks/").content.decode()
    assert "<td>Document</td>" in page
    assert "History of the account" not in page
    assert "<td>System</td>" in page
    assert "Testcase" not in page
    older = cora.get(f"/looks/?first={TODAY - datetime.timedelta(days=30)}").content.decode()
    assert "History of the account" in older


def test_by_person_and_by_account(hospital, cora, seen):
    first, second = hospital.account("A1"), hospital.account("A2")
    seen(hospital.ana, "account.viewed", first)
    seen(hospital.ben, "claim.viewed", second)
    page = cora.get(f"/looks/?person={hospital.ana.pk}").content.decode()
    assert "Account page" in page
    assert "<td>Claim</td>" not in page
    found = cora.post("/looks/", {"number": "a2"})
    assert found["Location"].startswith("/looks/?")
    assert f"account={second.pk}" in found["Location"]
    assert "a2" not in found["Location"].lower().replace(f"account={second.pk}", "")
    page = cora.get(found["Location"]).content.decode()
    assert "<td>Claim</td>" in page
    assert "Account page" not in page
    assert AccessRecord.objects.filter(kind="looks.viewed", user=hospital.cora, account=second).count() == 1
    unknown = cora.post("/looks/", {"number": "A9"})
    assert unknown.status_code == 422
    assert "No account of your facilities" in unknown.content.decode()


def test_other_facilities_stay_out_and_searches_of_ones_own_people_are_in(hospital, cora, seen):
    foreign = AccessRecord.objects.model._meta.get_field("account").related_model.objects.get(
        pk=account_at(hospital, hospital.other)["pk"]
    )
    seen(hospital.ana, "remittance.viewed", foreign)
    seen(hospital.dov, "board.viewed")
    seen(hospital.ana, "account.searched")
    page = cora.get("/looks/").content.decode()
    assert "Searched for accounts" in page
    assert "Remittance" not in page
    assert "Release board" not in page.split("What to show")[1]
    assert cora.post("/looks/", {"number": foreign.number}).status_code == 422
    assert "Remittance" not in cora.get(f"/looks/?account={foreign.pk}").content.decode()


def test_pages_go_on_by_key_also_among_looks_of_one_instant(hospital, seen, monkeypatch):
    account = hospital.account("A1")
    history.record_accesses(user_id=hospital.ana.pk, kind="account.found", accounts=[account] * 5)
    at = timezone.now()
    asked = selectors.Asked(TODAY - datetime.timedelta(days=1), TODAY, account=account)
    monkeypatch.setattr(selectors, "PAGE_SIZE", 2)
    hospital.cora.act_as(["compliance"])
    keys, older = [], ""
    for _ in range(3):
        page = selectors.page(hospital.cora, asked, older)
        keys += [line.row.pk for line in page.lines]
        older = page.older
    assert len(keys) == len(set(keys)) == 5
    assert keys == sorted(keys, reverse=True)
    assert older == ""
    assert at


@pytest.mark.parametrize(
    "before", ["x", "|", "2026-01-01|1", "2026-01-01T00:00:00+00:00|x", "2026-01-01T00:00:00+00:00|" + "9" * 30]
)
def test_a_key_that_is_none_shows_the_first_page(hospital, cora, seen, before):
    seen(hospital.ana, "account.viewed", hospital.account("A1"))
    assert "Account page" in cora.get("/looks/", {"before": before}).content.decode()


def test_days_are_bounded_and_never_in_the_future():
    day, week = datetime.date(2026, 9, 30), datetime.timedelta(days=6)
    assert selectors.period(None, None, day) == (day - week, day)
    assert selectors.period(day + week, day + week, day) == (day, day)
    assert selectors.period(datetime.date(2020, 1, 1), day, day) == (day - datetime.timedelta(days=91), day)


def test_by_person_puts_on_top_who_saw_most_accounts(hospital, cora, seen):
    accounts = [hospital.account(f"A{place}") for place in range(3)]
    for account in accounts:
        seen(hospital.ben, "account.viewed", account)
    for _ in range(4):
        seen(hospital.ana, "account.viewed", accounts[0])
    seen(hospital.ana, "account.searched")
    hospital.cora.act_as(["compliance"])
    totals = selectors.totals(hospital.cora, selectors.Asked(TODAY - datetime.timedelta(days=1), TODAY))
    assert [(each.person, each.accounts, each.looks, each.searches) for each in totals] == [
        (hospital.ben, 3, 3, 0),
        (hospital.ana, 1, 5, 1),
    ]
    assert "Restricted opened" in cora.get("/looks/?by=person").content.decode()


def test_the_file_has_every_row_no_formula_and_is_on_record(hospital, cora, seen):
    seen(hospital.ana, "account.break_glass", hospital.account("A1", restricted="VIP"), reason='=HYPERLINK("http://x")')
    seen(hospital.ana, "account.viewed", reason=" ＠SUM(1)")
    answer = cora.get("/looks/file/")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert [row["what"] for row in rows] == ["Opened a restricted account", "Account page"]
    assert [row["reason"] for row in rows] == ['\'=HYPERLINK("http://x")', "' ＠SUM(1)"]
    assert rows[0]["account"] == "A1"
    assert answer["Content-Disposition"].startswith("attachment")
    assert AccessRecord.objects.filter(kind="looks.exported", user=hospital.cora).count() == 1


def test_a_file_that_would_be_too_long_is_refused_and_an_old_proof_is_asked_for_again(hospital, cora, seen, monkeypatch):
    monkeypatch.setattr(selectors, "MOST_IN_FILE", 1)
    for _ in range(2):
        seen(hospital.ana, "account.searched")
    assert cora.get("/looks/file/").status_code == 422
    grow_old(cora)
    assert cora.get("/looks/file/").status_code == 302
