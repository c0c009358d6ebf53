"""A remittance posts once and whole, or not at all."""

import random
import threading
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.test import override_settings

from accounts.errors import Conflict, NotAllowed, Refused
from accounts.history import verify_account
from accounts.models import Account, Step, WorkItem
from coding_workflow.payment import selectors
from coding_workflow.payment.models import Adjustment, Claim, ClaimStatus, Payment, Remittance, RemittanceClaim
from coding_workflow.payment.services import post_remittance
from coding_workflow.payment.simulated_payer import Bill, Payee, answer
from tests.cast import Cast

from .stage import NPI, PAID_ON, bill_of, billed, paid, remit, step_of


def nothing_posted() -> bool:
    return not (Payment.objects.exists() or RemittanceClaim.objects.exists() or Adjustment.objects.exists())


def test_a_paid_claim_gets_its_control_number_adjustments_and_step(cast: Cast) -> None:
    claim = billed(cast)
    remittance = post_remittance(raw=remit([claim]), by=cast.actor("bill"))
    claim.refresh_from_db()
    assert (remittance.status, claim.status, step_of(claim)) == ("posted", "paid", Step.PAID)
    assert claim.payer_control_number == f"ICN{claim.number[1:].lstrip('0')}" or claim.payer_control_number.startswith("ICN")
    [answer] = selectors.answers_to(claim)
    [adjustment] = selectors.adjustments(answer)
    assert adjustment.code == "CO-45"
    assert answer.paid + adjustment.amount == claim.total
    assert "contract" in adjustment.reason.lower()
    assert verify_account(Account.objects.get(pk=claim.account_id)) == []


def test_a_denied_claim_opens_denial_work_in_words(cast: Cast) -> None:
    claim = billed(cast)
    post_remittance(raw=remit([claim], denied=True), by=cast.actor("bill"))
    claim.refresh_from_db()
    work = WorkItem.objects.get(account=claim.account, kind="denial", closed_at__isnull=True)
    assert (claim.status, step_of(claim)) == ("denied", Step.BILLED)
    assert work.why.startswith("CO-50: Not medically necessary")


def test_the_same_file_again_is_refused_and_names_the_first(cast: Cast) -> None:
    claim = billed(cast)
    raw = remit([claim])
    first = post_remittance(raw=raw, by=cast.actor("bill"))
    for again in (raw, raw.replace(b"000000001", b"000000002"), raw.replace(b"\n", b"\r\n")):
        with pytest.raises(Conflict, match=f"number {first.pk}"):
            post_remittance(raw=again, by=cast.actor("bill"))
    assert (Remittance.objects.count(), RemittanceClaim.objects.count()) == (1, 1)


def test_threads_that_post_the_same_file_post_it_once(committed_db: str, cast: Cast) -> None:
    with transaction.atomic():
        claim = billed(cast)
    raw, by, results = remit([claim]), cast.actor("bill"), []

    def post() -> None:
        try:
            results.append(post_remittance(raw=raw, by=by).pk)
        except Conflict as conflict:
            results.append(conflict.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=post) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, results)).count("remittance.posted") == 5
    assert RemittanceClaim.objects.count() == 1


def test_the_same_trace_with_other_content_is_quarantined(cast: Cast) -> None:
    first, second = billed(cast), billed(cast, "A2")
    posted = post_remittance(raw=remit([first]), by=cast.actor("bill"))
    other = post_remittance(raw=remit([second]), by=cast.actor("bill"))
    assert other.status == "quarantined"
    assert f"remittance {posted.pk}" in other.reason
    second.refresh_from_db()
    assert second.status == ClaimStatus.SUBMITTED


def test_every_prefix_of_a_good_file_posts_nothing(cast: Cast) -> None:
    raw = remit([billed(cast)]).rstrip(b"\n")
    lengths = {*random.Random(7).sample(range(len(raw)), 60), len(raw) - 1, 0}
    for length in lengths:
        with pytest.raises(Refused, match="cannot be read"):
            post_remittance(raw=raw[:length], by=cast.actor("bill"))
    assert nothing_posted()
    assert not Remittance.objects.exists()


def test_an_amount_changed_by_a_cent_is_quarantined_and_posts_nothing(cast: Cast) -> None:
    claim = billed(cast)
    lines = remit([claim]).decode().splitlines()
    for row, line in enumerate(lines):
        elements = line.rstrip("~").split("*")
        for place in {"BPR": [2], "CLP": [3, 4, 5], "CAS": [3]}.get(elements[0], []):
            changed = [*elements]
            changed[place] = str(Decimal(elements[place]) + Decimal("0.01"))
            text = "\n".join([*lines[:row], "*".join(changed) + "~", *lines[row + 1 :]])
            assert post_remittance(raw=text.encode(), by=cast.actor("bill")).status == "quarantined"
    claim.refresh_from_db()
    assert nothing_posted()
    assert claim.status == ClaimStatus.SUBMITTED


def test_unknown_numbers_are_kept_unmatched_and_never_matched_nearly(cast: Cast) -> None:
    claim = billed(cast)
    for trace, number in enumerate((claim.number.lower(), claim.number[1:], f"{claim.number} ", "X1")):
        raw = remit([claim], trace=f"U{trace}").replace(f"CLP*{claim.number}*".encode(), f"CLP*{number}*".encode())
        post_remittance(raw=raw, by=cast.actor("bill"), facility_id=cast.main.pk)
    claim.refresh_from_db()
    assert selectors.unmatched().count() == 4
    assert claim.status == ClaimStatus.SUBMITTED


def test_another_facilitys_claim_is_not_touched(cast: Cast) -> None:
    claim = billed(cast)
    cast.other.npi = "1245319599"
    cast.other.save(update_fields=["npi"])
    raw = remit([claim]).replace(b"1234567893", b"1245319599")
    with pytest.raises(NotAllowed, match="Only a biller"):
        post_remittance(raw=raw, by=cast.actor("bill"))
    with pytest.raises(Refused, match="not one facility"):
        post_remittance(raw=raw.replace(b"1245319599", b"1999999984"), by=cast.actor("bill"))
    claim.refresh_from_db()
    assert claim.status == ClaimStatus.SUBMITTED


def test_only_a_biller_posts(cast: Cast) -> None:
    raw = remit([billed(cast)])
    for name in ("ana", "dov", "cleo"):
        with pytest.raises(NotAllowed):
            post_remittance(raw=raw, by=cast.actor(name))
    assert nothing_posted()


def test_a_reversal_takes_back_a_payment_and_one_without_is_noted(cast: Cast) -> None:
    claim = paid(cast)
    lone = billed(cast, "A2")
    raw = _reversals([claim, lone])
    remittance = post_remittance(raw=raw, by=cast.actor("bill"))
    assert remittance.status == "posted", remittance.reason
    claim.refresh_from_db()
    rows = {row.claim_id: row for row in RemittanceClaim.objects.filter(status="22")}
    assert claim.status == ClaimStatus.SUBMITTED
    assert rows[claim.pk].note == ""
    assert "not paid here" in rows[lone.pk].note
    assert sum(row.paid for row in claim.remittances.all()) == 0


def _reversals(claims: list[Claim]) -> bytes:
    """Reversals only: what a replacement's answer says before it pays, cut out of it."""
    bills = [Bill(f"Z{claim.number}", Decimal(0), replaces=bill_of(claim)) for claim in claims]
    return answer(bills, payee=Payee("Main", NPI), payer="Medicare", payer_id="00000", paid_on=PAID_ON, trace="REV")


def test_paid_twice_without_reversal_is_noted(cast: Cast) -> None:
    claim = paid(cast)
    post_remittance(raw=remit([claim], trace="T9"), by=cast.actor("bill"))
    assert "paid twice" in RemittanceClaim.objects.order_by("pk").last().note


@override_settings(CLAIMS_IN_PRODUCTION=True)
def test_a_test_file_in_production_is_quarantined(cast: Cast) -> None:
    claim = billed(cast)
    assert "marked as a test" in post_remittance(raw=remit([claim]), by=cast.actor("bill")).reason


def test_plain_sql_cannot_change_what_a_payer_said(cast: Cast) -> None:
    paid(cast)
    statements = [
        "UPDATE payment_remittance SET total = 0",
        "UPDATE payment_payment SET amount = 0",
        "UPDATE payment_adjustment SET amount = 0",
        "UPDATE payment_remittanceclaim SET paid = 0",
        "UPDATE payment_remittanceclaim SET claim_id = NULL",
        "DELETE FROM payment_adjustment",
        "DELETE FROM payment_remittanceclaim",
    ]
    for statement in statements:
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
