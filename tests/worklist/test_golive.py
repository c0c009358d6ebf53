"""Going live: the comparison to the cent, the list that nobody ticks, observing, and the worklist on paper."""

import datetime
from dataclasses import replace
from decimal import Decimal as D

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from accounts.errors import Conflict, Refused
from accounts.models import AccessRecord, Account, Hold, Step, WorkItem
from coding_workflow.payment.models import Destination
from coding_workflow.policy.models import PolicyVersion
from coding_workflow.policy.reading import from_json
from coding_workflow.policy.rules import BilledBy
from coding_workflow.policy.standard import STANDARD
from coding_workflow.registration.services import import_csv
from coding_workflow.release.models import Check, CheckDue
from coding_workflow.release.services.approving import approve_release
from coding_workflow.release.services.checking import run_check
from coding_workflow.release.services.days import look_at_the_day
from tests.payment import stage
from tests.registration.test_csv import file_of
from tests.security.browser import signed_in
from worklist.golive import checklist, observing
from worklist.golive.comparing import compare
from worklist.golive.reading import HostAccount, ListUnreadable, read
from worklist.golive.services import differences_of, end_billed_outside, explain, reconcile
from worklist.models import Reconciliation

LIVE = datetime.date(2026, 10, 15)


@pytest.mark.once
@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"", "Line 1: the header has no column account and no column charges."),
        (b"account,total\nA1,5", "Line 1: the header has no column charges."),
        (b"account,charges\n", "Line 2: there is no account in the file."),
        (b"account,charges\nA1", "Line 2: it has more or fewer values than the header."),
        (b"account,charges\nA1,1,2", "Line 2: it has more or fewer values than the header."),
        (b"account,charges\n,5", "Line 2: the account number is missing"),
        (b"account,charges\nA1,5\nA1,6", "Line 3: this account is in the file already."),
        (b"account,charges\nA1,five", "Line 2: the charges are no amount"),
        (b"account,charges\nA1,NaN", "Line 2: the charges are no amount of dollars"),
        (b"account,charges\nA1,1e99999", "Line 2: the charges are no amount of dollars"),
        (b"account,charges\nA1,0.001", "Line 2: the charges are no amount of dollars and cents."),
        (b'account,charges\n"A1,5\nA2,6', "cannot be read as comma-separated values"),
        (b"account,charges\nA\x00,5", "NUL"),
        ("account,charges\nÅ1,5".encode("latin-1"), "not UTF-8"),
    ],
)
def test_a_file_that_is_no_such_list_is_refused_with_the_line(raw: bytes, sentence: str) -> None:
    with pytest.raises(ListUnreadable, match=sentence.replace("(", r"\(")):
        read(raw)


@pytest.mark.once
def test_a_list_as_systems_export_it_is_read() -> None:
    raw = b'\xef\xbb\xbfClass,Account,Charges\r\nIP,A1,"$1,234.50"\r\nOP,A2,-5\r\n'
    assert read(raw) == [HostAccount("A1", D("1234.50")), HostAccount("A2", D(-5))]


_SIDE = st.dictionaries(st.sampled_from("ABCDEFGH"), st.decimals(-1000, 1000, places=2), max_size=8)


@pytest.mark.once
@given(_SIDE, _SIDE)
def test_the_differences_are_exactly_the_difference_of_the_sums(theirs: dict[str, D], ours: dict[str, D]) -> None:
    found = compare([HostAccount(number, charges) for number, charges in theirs.items()], ours)
    apart = sum(((each.there or D(0)) - (each.here or D(0)) for each in found.differences), D(0))
    assert apart == found.dollars_there - found.dollars_here
    assert found.agreeing + sum(each.kind != "not_there" for each in found.differences) == found.there
    assert found.agreeing + sum(each.kind != "not_here" for each in found.differences) == found.here


def test_what_differs_is_kept_and_explained_once(hospital) -> None:
    account = stage.coded(hospital, "A1")
    raw = f"account,charges\nA1,{account.total_charges + 1}\nGONE,7\n".encode()
    row = reconcile(facility=hospital.main, raw=raw, by=hospital.cleo)
    kinds = {each.number: each.kind for each in differences_of(row)}
    assert kinds["A1"] == "differs"
    assert kinds["GONE"] == "not_here"
    explain(reconciliation=row, words="Late charges are posted tonight.", by=hospital.cleo)
    with pytest.raises(Refused, match="explained these differences already"):
        explain(reconciliation=row, words="Again", by=hospital.cleo)
    for change in ("explanation = 'x'", "agreeing = 9", "differences = '[]'"):
        with pytest.raises(DatabaseError, match="stays as it was made"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE worklist_reconciliation SET {change}")


def _observe(hospital, until: datetime.date | None = LIVE) -> None:
    policy, number = replace(STANDARD, observe_until=until), PolicyVersion.objects.count() + 1
    PolicyVersion.objects.create(
        facility=hospital.main, number=number, document=policy.to_json(), hash=policy.hash,
        effective_from=datetime.date(2026, 1, 1), written_by=hospital.ada, published_by=hospital.cleo,
    )  # fmt: skip


def test_policy_keeps_the_day() -> None:
    assert from_json(replace(STANDARD, observe_until=LIVE).to_json()).observe_until == LIVE
    assert from_json(STANDARD.to_json()).observe_until is None


def test_while_it_observes_the_gate_judges_holds_nothing_and_releases_nothing(hospital) -> None:
    _observe(hospital)
    account = stage.coded(hospital)
    check = run_check(account_id=account.pk)
    assert check is not None
    assert check.verdict == "held", "the verdict is the gate's own"
    assert not Hold.objects.filter(account=account, resolved_at__isnull=True).exists()
    assert Account.objects.get(pk=account.pk).step == Step.FINAL_CODED, "nothing went back to its coder"
    assert not WorkItem.objects.filter(account=account, kind="release").exists()
    with pytest.raises(Conflict, match="observes until Oct 15, 2026"):
        approve_release(account_id=account.pk, by=hospital.actor("cleo"), revision=Account.objects.get(pk=account.pk).revision)
    found = observing.report(hospital.main)
    assert (found.held, found.clean, found.dollars_held) == (1, 0, account.total_charges)
    assert found.rules[0].accounts == 1
    assert found.shown[0].held


def test_holds_of_before_are_cleared_by_the_next_check_and_come_on_the_day(hospital, settings) -> None:
    account = stage.coded(hospital)
    run_check(account_id=account.pk)
    held = Hold.objects.filter(account=account, resolved_at__isnull=True)
    assert held.exists()
    if Account.objects.get(pk=account.pk).step == Step.CODING:
        stage.finalize(hospital, account)
    _observe(hospital)
    look_at_the_day()
    CheckDue.objects.filter(account=account).delete()
    run_check(account_id=account.pk)
    assert not held.exists()
    settings.BUSINESS_DATE = LIVE
    look_at_the_day()
    assert CheckDue.objects.filter(account=account).exists(), "the day of going live asks for every account"
    run_check(account_id=account.pk)
    assert held.exists()


def test_accounts_that_the_old_process_billed_end_only_while_it_observes(hospital) -> None:
    account = stage.coded(hospital)
    with pytest.raises(Refused, match="is live"):
        end_billed_outside(facility=hospital.main, account_ids=[account.pk], by=hospital.cleo)
    _observe(hospital)
    other = stage.coded(hospital, "A2")
    page = signed_in(hospital.cleo).post(f"/golive/{hospital.main.pk}/billed-outside/", {"account": [account.pk, "x"]})
    assert page.status_code == 302
    assert Account.objects.get(pk=account.pk).step == Step.CLOSED
    assert Account.objects.get(pk=other.pk).step == Step.FINAL_CODED


def test_the_list_says_what_is_missing_and_nobody_ticks_it(hospital) -> None:
    found = {item.title: item for item in checklist.items(hospital.main)}
    assert not found["A policy of its own"].stands
    assert not found["Unbilled accounts agree with patient accounting"].stands
    assert "Not loaded for today" in found["The code tables that policy requires"].words
    _observe(hospital)
    stage.coded(hospital)
    unbilled = Account.objects.filter(facility=hospital.main, step__in=("discharged", "coding", "final_coded", "released"))
    lines = "".join(f"{each.number},{each.total_charges}\n" for each in unbilled)
    reconcile(facility=hospital.main, raw=f"account,charges\n{lines}".encode(), by=hospital.cleo)
    found = {item.title: item for item in checklist.items(hospital.main)}
    assert found["A policy of its own"].stands
    assert found["The day of going live"].words == "Until Oct 15, 2026 the gate reports and holds nothing."
    assert found["Unbilled accounts agree with patient accounting"].stands


def test_who_bills_needs_an_address_and_only_administrators_are_sent_there(hospital) -> None:
    policy = replace(STANDARD, billed_by=(BilledBy("patient_accounting"),))
    PolicyVersion.objects.create(
        facility=hospital.main, number=1, document=policy.to_json(), hash=policy.hash, effective_from=datetime.date(2026, 1, 1),
        written_by=hospital.ada, published_by=hospital.cleo,
    )  # fmt: skip
    [bills] = [item for item in checklist.items(hospital.main) if item.title == "Where bills go"]
    assert not bills.stands
    Destination.objects.create(facility=hospital.main, name="PA", carrier="csv_file", address="pa")
    [bills] = [item for item in checklist.items(hospital.main) if item.title == "Where bills go"]
    assert (bills.stands, bills.words) == (True, "Final codes go to PA.")
    assert "/claims/destinations/" in signed_in(hospital.ada).get("/golive/").content.decode()
    page = signed_in(hospital.cleo).get("/golive/").content.decode()
    assert "/claims/destinations/" not in page
    assert "Downtime worklist" in page


def test_the_page_compares_and_keeps_a_refused_explanation(hospital) -> None:
    cleo, address = signed_in(hospital.cleo), f"/golive/{hospital.main.pk}/"
    assert "They were not compared yet." in cleo.get("/golive/").content.decode()
    refused = cleo.post(f"{address}compare/", {"file": SimpleUploadedFile("dnfb.csv", b"account\nA1")})
    assert (refused.status_code, "no column charges" in refused.content.decode()) == (422, True)
    assert cleo.post(f"{address}compare/").status_code == 422
    assert (
        cleo.post(f"{address}compare/", {"file": SimpleUploadedFile("dnfb.csv", b"account,charges\nGONE,7")}).status_code == 302
    )
    page = cleo.get(address).content.decode()
    assert "Only in patient accounting" in page
    assert cleo.post(f"{address}explain/", {"words": " "}).status_code == 422
    assert cleo.post(f"{address}explain/", {"words": "Entered tomorrow"}).status_code == 302
    assert Reconciliation.objects.get().explained_by == hospital.cleo


def test_the_downtime_list_has_what_is_ready_and_not_what_is_restricted(hospital, django_assert_max_num_queries) -> None:
    shown, hidden = hospital.account("PAPER1"), hospital.account("PAPER2")
    for account in (shown, hidden):
        at = datetime.datetime(2026, 9, 1, tzinfo=datetime.UTC)
        WorkItem.objects.create(facility=hospital.main, account=account, kind="coding", coding_type="inpatient", rank_at=at)
    Account.objects.filter(pk=hidden.pk).update(restricted="VIP")
    ana = signed_in(hospital.ana)
    with django_assert_max_num_queries(16):
        page = ana.get(f"/golive/{hospital.main.pk}/downtime/").content.decode()
    assert "PAPER1" in page
    assert "PAPER2" not in page
    assert AccessRecord.objects.filter(kind="downtime.printed", account=shown).count() == 1


def test_only_the_newest_verdict_on_the_present_revision_counts(hospital) -> None:
    _observe(hospital)
    account = stage.coded(hospital)
    run_check(account_id=account.pk)
    Check.objects.filter(account=account)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_account SET admission_type = '2' WHERE id = %s", [account.pk])
    assert observing.report(hospital.main).waiting == 1


def _load(hospital, kind: str, *changes: dict[str, str]) -> None:
    raw = file_of(kind, *({"account": "A1", "mrn": "", **each} for each in changes))
    assert {message.status for message in import_csv(raw, by=hospital.ada.pk)} == {"applied"}


def test_codes_and_holds_of_the_process_before_are_loaded_and_counted(hospital) -> None:
    account = stage.coded(hospital, "A1")
    _load(hospital, "codes", {}, {"sequence": "2", "code": "E11.9"})
    _load(hospital, "holds", {}, {"hold": "H2", "reason": "Waits for the implant log", "owner": "charge", "since": ""})
    raw = f"account,charges,codes,holds\nA1,{account.total_charges},2,3\n".encode()
    row = reconcile(facility=hospital.main, raw=raw, by=hospital.cleo)
    assert row.loads == {
        "codes": {"there": 2, "here": 2, "differing": 0, "differences": []},
        "holds": {"there": 3, "here": 2, "differing": 1, "differences": [["A1", 3, 2]]},
    }
    assert (row.differing, row.differs) == (0, True)
    [item] = [each for each in checklist.items(hospital.main) if each.title.startswith("Unbilled")]
    assert not item.stands and item.words.endswith("1 of 1 agree, holds of 1 differ.")
    shown = signed_in(hospital.cleo).get(f"/golive/{hospital.main.pk}/").content.decode()
    assert 'data-testid="loads"' in shown and "(3 there, 2 here)" in shown and "Why they may differ" in shown
    explain(reconciliation=row, words="One was lifted this morning.", by=hospital.cleo)
    assert next(each for each in checklist.items(hospital.main) if each.title.startswith("Unbilled")).stands


def test_a_loaded_hold_is_a_hold_in_the_loaders_name_and_keeps_its_day(hospital) -> None:
    stage.coded(hospital, "A1")
    _load(hospital, "holds", {})
    hold = Hold.objects.get(reason="opening.hold")
    assert (hold.opened_by, hold.source, hold.blocking, hold.since) == (hospital.ada, "feed", True, datetime.date(2026, 9, 5))
    _load(hospital, "holds", {"as_of": "2026-09-06T12:00:00-04:00"})
    assert Hold.objects.filter(reason="opening.hold").count() == 1, "told again, it is the same hold"
    _load(hospital, "holds", {"reason": "Waits for an addendum", "owner": "provider", "as_of": "2026-09-07T12:00:00-04:00"})
    assert Hold.objects.get(reason="opening.hold", resolved_at__isnull=True).owner_role == "provider"
    _load(hospital, "holds", {"lifted": "yes", "as_of": "2026-09-08T12:00:00-04:00"})
    assert not Hold.objects.filter(reason="opening.hold", resolved_at__isnull=True).exists()


def test_a_list_without_counts_compares_none(hospital) -> None:
    account = stage.coded(hospital, "A1")
    row = reconcile(facility=hospital.main, raw=f"account,charges\nA1,{account.total_charges}\n".encode(), by=hospital.cleo)
    assert (row.loads["codes"]["there"], row.differs) == (None, False)
    with pytest.raises(Refused, match=r"Line 2: the number of codes is no whole number\."):
        reconcile(facility=hospital.main, raw=b"account,charges,codes\nA1,5,many\n", by=hospital.cleo)
