"""One release makes its claims once; what cannot be made says why."""

import dataclasses
import hashlib
import json
import threading
from decimal import Decimal as D

import pytest
from django.db import DatabaseError, connection, connections, transaction

from accounts.errors import Conflict, NotAllowed, Refused
from accounts.locking import lock_account
from accounts.models import Account, Coverage, Facility, Hold, OutboxRow, Payer, Step
from accounts.services.charges import post_charge
from coding_workflow.guidelines.facts import Line
from coding_workflow.payment.models import Claim, ClaimFile, ClaimStatus
from coding_workflow.payment.services import (
    make_claims,
    mark_accepted,
    mark_rejected,
    mark_submitted,
    try_again,
)
from coding_workflow.payment.services.building import roll_up
from coding_workflow.payment.x12.validate import validate
from coding_workflow.release.models import Release
from tests.cast import Cast

from .stage import DAY, billed, coded, release, step_of


def element(text: str, start: str, place: int) -> str:
    [found] = [one for one in text.split("~\n") if one.startswith(start)]
    return found.split("*")[place]


def test_a_release_makes_one_valid_claim_and_the_account_is_billed(cast: Cast) -> None:
    [claim] = make_claims(release_id=release(cast, coded(cast)).pk)
    text = claim.file.text
    assert validate(text) == []
    assert hashlib.sha256(text.encode()).hexdigest() == claim.file.sha256
    assert (claim.status, claim.type_of_bill, claim.frequency, str(claim.total)) == ("made", "0111", "1", "3250.25")
    assert step_of(claim) == Step.BILLED
    assert element(text, "CLM", 1) == claim.number
    assert "HI*ABF:E119:::::::Y*ABF:Z7984~" in text
    assert "DTP*435*DT*202609011005~" in text, "the hour of admission is the facility's, not UTC"
    assert "HI*DR:322~" in text


def test_the_claim_says_what_was_judged_not_what_the_tables_say_now(cast: Cast) -> None:
    row = release(cast, coded(cast))
    facts = json.loads(row.verdict.facts)
    [claim] = make_claims(release_id=row.pk)
    assert f"ABK:{facts['diagnoses'][0]['code']}" in claim.file.text
    assert sum(float(line["charge"]) for line in facts["lines"]) == float(claim.total)


def test_asked_twice_there_is_one_set_of_claims(cast: Cast) -> None:
    row = release(cast, coded(cast))
    assert [one.pk for one in make_claims(release_id=row.pk)] == [one.pk for one in make_claims(release_id=row.pk)]
    assert (Claim.objects.count(), ClaimFile.objects.count()) == (1, 1)


def test_threads_that_make_the_same_claims_make_one(committed_db: str, cast: Cast) -> None:
    with transaction.atomic():
        row = release(cast, coded(cast))
    found: list[int] = []

    def make() -> None:
        try:
            found.extend(one.pk for one in make_claims(release_id=row.pk))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=make) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert len(set(found)) == 1


def test_a_change_after_release_makes_no_wrong_claim(cast: Cast) -> None:
    account = coded(cast)
    row = release(cast, account)
    late_charge(cast, account)
    assert make_claims(release_id=row.pk) == []
    assert not Claim.objects.exists()


def late_charge(cast: Cast, account: Account) -> None:
    post_charge(
        account=lock_account(account.pk),
        source_id="LATE",
        revenue_code="0250",
        amount=10,
        service_date=DAY,
        by=cast.actor("bill"),
    )


@pytest.mark.parametrize(
    ("model", "field", "value", "words"),
    [
        (Coverage, "member_id", "", "Member id is missing"),
        (Payer, "electronic_id", "", "Payer id is missing"),
        (Facility, "zip_code", "12345", "Billing provider ZIP code"),
        (Payer, "kind", "self_pay", "ends without a claim"),
    ],
)
def test_a_claim_that_cannot_be_made_says_why_and_the_account_stays_released(
    cast: Cast, model: type, field: str, value: str, words: str
) -> None:
    account = coded(cast)
    if model is Coverage:  # a judged fact: changed before release
        Coverage.objects.filter(account=account).update(**{field: value})
        account.refresh_from_db()
    row = release(cast, account)
    if model is not Coverage:
        model.objects.update(**{field: value})
    assert make_claims(release_id=row.pk) == []
    hold = Hold.objects.get(account=account, reason="claim.unfit")
    assert words in hold.message
    assert (hold.blocking, hold.owner_role) == (False, "billing")
    assert Account.objects.get(pk=account.pk).step == Step.RELEASED
    assert not OutboxRow.objects.filter(kind="payment.late_change").exists(), "a billing hold is no discrepancy"


def test_after_the_cause_is_mended_the_biller_tries_again(cast: Cast) -> None:
    row = release(cast, coded(cast))
    Payer.objects.update(electronic_id="")
    make_claims(release_id=row.pk)
    make_claims(release_id=row.pk)
    assert Hold.objects.filter(reason="claim.unfit").count() == 1
    Payer.objects.update(electronic_id="00000")
    try_again(release_id=row.pk, by=cast.actor("bill"))
    assert OutboxRow.objects.filter(kind="payment.make_claims", key=str(row.pk)).exists()
    [claim] = make_claims(release_id=row.pk)
    assert Hold.objects.get(reason="claim.unfit").resolved_at
    with pytest.raises(Conflict, match="made already"):
        try_again(release_id=row.pk, by=cast.actor("bill"))
    assert claim.status == ClaimStatus.MADE


def test_an_unknown_release_is_refused(cast: Cast) -> None:
    with pytest.raises(Refused, match="no such release"):
        make_claims(release_id=404)


def test_submitting_is_the_billers_and_happens_once(cast: Cast) -> None:
    [claim] = make_claims(release_id=release(cast, coded(cast)).pk)
    with pytest.raises(NotAllowed, match="Only a biller"):
        mark_submitted(claim_id=claim.pk, by=cast.actor("dov"))
    sent = mark_submitted(claim_id=claim.pk, by=cast.actor("bill"))
    assert sent.submitted_by_id == cast.bill.pk
    assert ClaimFile.objects.get().sent_at == sent.submitted_at
    with pytest.raises(Conflict, match="submitted already"):
        mark_submitted(claim_id=claim.pk, by=cast.actor("bill"))


def test_acceptance_and_rejection_follow_submission(cast: Cast) -> None:
    claim = billed(cast)
    assert mark_accepted(claim_id=claim.pk, by=cast.actor("bill")).status == ClaimStatus.ACCEPTED
    with pytest.raises(Refused, match="Say why"):
        mark_rejected(claim_id=claim.pk, by=cast.actor("bill"), reason=" ")
    assert mark_rejected(claim_id=claim.pk, by=cast.actor("bill"), reason="Subscriber not found").status == ClaimStatus.REJECTED
    assert claim.account.work.filter(kind="denial", closed_at__isnull=True).exists()


def refused(statement: str, *values: object) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def test_plain_sql_cannot_change_what_was_billed(cast: Cast) -> None:
    claim = billed(cast)
    for column, value in (("text", "'x'"), ("sha256", "'x'"), ("interchange_number", "99"), ("sent_at", "now()")):
        refused(f"UPDATE payment_claimfile SET {column} = {value}")
    for column, value in (
        ("total", "1"),
        ("number", "'X'"),
        ("frequency", "'1'"),
        ("type_of_bill", "'0131'"),
        ("release_id", "0"),
    ):
        if column == "frequency":
            value = "'2'"
        refused(f"UPDATE payment_claim SET {column} = {value} WHERE id = %s", claim.pk)
    refused("DELETE FROM payment_claim")
    refused("DELETE FROM payment_claimfile")
    Claim.objects.filter(pk=claim.pk).update(status=ClaimStatus.SUPERSEDED)
    refused("UPDATE payment_claim SET status = 'paid' WHERE id = %s", claim.pk)


def test_a_second_set_for_one_release_is_refused_by_the_database(cast: Cast) -> None:
    claim = billed(cast)
    row = Release.objects.get()
    refused(
        "INSERT INTO payment_claimfile (facility_id, account_id, release_id, text, sha256, interchange_number, set_number, test, "
        "made_at) VALUES (%s, %s, %s, 'x', 'x', 999, 1, true, now())",
        cast.main.pk,
        claim.account_id,
        row.pk,
    )


def test_credits_lower_their_line_and_lines_that_net_to_nothing_are_left_out() -> None:
    line = Line(revenue_code="250", units=D(2), date=DAY, charge=D(20))
    credit = dataclasses.replace(line, units=D(1), charge=D(-10))
    gone = [dataclasses.replace(line, revenue_code="0270"), dataclasses.replace(line, revenue_code="0270", charge=D(-20))]
    [kept] = roll_up([line, credit, *gone], inpatient=True)
    assert (kept.revenue_code, kept.units, kept.amount, kept.date) == ("0250", D(1), D(10), None)
    [outpatient] = roll_up([line], inpatient=False)
    assert outpatient.date == DAY
