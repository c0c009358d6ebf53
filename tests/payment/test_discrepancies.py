"""A discrepancy on a claim that went out: reopened, corrected, sent again as a replacement, verified by its payment."""

import datetime

import pytest

from accounts import clock
from accounts.errors import Conflict, NotAllowed, Refused
from accounts.locking import lock_account
from accounts.models import Account, Hold, OutboxRow, Step, WorkItem
from accounts.services.charges import post_charge
from accounts.services.documents import receive_document
from accounts.services.holds import place_hold
from coding_workflow.coding.services import enter_claim_code
from coding_workflow.payment.models import Claim, ClaimStatus
from coding_workflow.payment.services import (
    close_case,
    look_at_late_change,
    make_claims,
    mark_rejected,
    mark_submitted,
    open_discrepancy,
    post_remittance,
    record_correction,
)
from coding_workflow.release.models import DiscrepancyCase
from tests.cast import Cast

from .stage import DAY, billed, coded, finalize, paid, release, remit, step_of

WORDS = {"root_cause": "Pathology came after coding.", "correction": "Recoded.", "prevention": "Hold for pathology."}


def case_on(cast: Cast, claim: Claim, **more: object) -> DiscrepancyCase:
    fields = {"source": "audit", "description": "A secondary diagnosis is not supported.", **more}
    return open_discrepancy(account_id=claim.account_id, by=cast.actor("cora"), **fields)  # type: ignore[arg-type]


def corrected(cast: Cast, claim: Claim, case: DiscrepancyCase, claim_change: str = "D4") -> list[Claim]:
    record_correction(case_id=case.pk, by=cast.actor("cleo"), claim_change=claim_change, **WORDS)
    account = finalize(cast, lock_account(claim.account_id))
    return make_claims(release_id=release(cast, account).pk)


def test_a_case_reopens_the_account_for_the_same_coder_behind_a_hold(cast: Cast) -> None:
    claim = paid(cast)
    case = case_on(cast, claim, overpayment=True)
    assert step_of(claim) == Step.CODING
    assert WorkItem.objects.get(account=claim.account, kind="coding", closed_at__isnull=True).returned_to_id == cast.ana.pk
    assert WorkItem.objects.filter(account=claim.account, kind="discrepancy", closed_at__isnull=True).exists()
    hold = Hold.objects.get(key=f"discrepancy:{case.pk}")
    assert (hold.blocking, hold.condition, hold.owner_role) == (True, 7, "compliance")
    assert case.refund_due_on == clock.today(cast.main) + datetime.timedelta(days=60)
    assert case.known_by_id == cast.cora.pk


def test_the_sixty_day_clock_is_medicares_only(cast: Cast) -> None:
    claim = paid(cast, payer=cast.commercial)
    assert case_on(cast, claim, overpayment=True).refund_due_on is None


def test_a_corrected_release_goes_out_as_a_replacement_and_its_payment_verifies_the_case(cast: Cast) -> None:
    first = paid(cast)
    case = case_on(cast, first, overpayment=True)
    [second] = corrected(cast, first, case)
    first.refresh_from_db()
    case.refresh_from_db()
    assert (second.frequency, second.type_of_bill, second.replaces_id) == ("7", "0117", first.pk)
    assert f"REF*F8*{first.payer_control_number}~" in second.file.text
    assert "BG:D4" in second.file.text
    assert (first.status, case.state, case.corrected_release_id) == ("superseded", "resubmitted", second.release_id)
    mark_submitted(claim_id=second.pk, by=cast.actor("bill"))
    post_remittance(raw=remit([second], trace="R2"), by=cast.actor("bill"))
    case.refresh_from_db()
    second.refresh_from_db()
    assert (case.state, second.status, step_of(second)) == ("verified", "paid", Step.PAID)
    assert sum(row.paid for row in first.remittances.all()) == 0, "the first payment was taken back"
    close_case(case_id=case.pk, by=cast.actor("cora"), words="Returned by claim adjustment.")
    case.refresh_from_db()
    assert case.state == "closed"


def test_a_claim_whose_control_number_is_unknown_is_not_replaced_blindly(cast: Cast) -> None:
    first = billed(cast)
    assert corrected(cast, first, case_on(cast, first)) == []
    assert "no remittance has brought yet" in Hold.objects.get(reason="claim.unfit").message
    assert step_of(first) == Step.RELEASED


@pytest.mark.parametrize("fate", ["unsent", "rejected"])
def test_what_the_payer_never_had_goes_out_as_an_original_again(cast: Cast, fate: str) -> None:
    [first] = make_claims(release_id=release(cast, coded(cast)).pk)
    if fate == "rejected":
        mark_submitted(claim_id=first.pk, by=cast.actor("bill"))
        mark_rejected(claim_id=first.pk, by=cast.actor("bill"), reason="Unknown subscriber")
    [second] = corrected(cast, first, case_on(cast, first), claim_change="")
    first.refresh_from_db()
    assert (second.frequency, second.replaces_id, first.status) == ("1", None, ClaimStatus.SUPERSEDED)
    assert "REF*F8" not in second.file.text


def test_correction_needs_all_three_words_and_medicare_its_one_reason(cast: Cast) -> None:
    case = case_on(cast, paid(cast))
    by = cast.actor("cleo")
    for missing in WORDS:
        with pytest.raises(Refused, match="all needed"):
            record_correction(case_id=case.pk, by=by, claim_change="D4", **{**WORDS, missing: " "})
    for wrong, words in (("", "exactly one"), ("D5", "Choose"), ("44", "Choose")):
        with pytest.raises(Refused, match=words):
            record_correction(case_id=case.pk, by=by, claim_change=wrong, **WORDS)
    assert Hold.objects.filter(key=f"discrepancy:{case.pk}", resolved_at__isnull=True).exists()
    record_correction(case_id=case.pk, by=by, claim_change="D4", **WORDS)
    assert not Hold.objects.filter(key=f"discrepancy:{case.pk}", resolved_at__isnull=True).exists()


def test_a_second_reason_takes_the_place_of_the_first(cast: Cast) -> None:
    claim = paid(cast, condition_codes=["17", "D1"])
    case = case_on(cast, claim)
    record_correction(case_id=case.pk, by=cast.actor("cleo"), claim_change="D4", **WORDS)
    assert Account.objects.get(pk=claim.account_id).condition_codes == ["17", "D4"]


def test_only_the_right_people_open_correct_and_close(cast: Cast) -> None:
    claim = paid(cast)
    with pytest.raises(NotAllowed):
        open_discrepancy(account_id=claim.account_id, by=cast.actor("dov"), source="audit", description="x")
    case = case_on(cast, claim)
    for act in (
        lambda: record_correction(case_id=case.pk, by=cast.actor("ana"), claim_change="D4", **WORDS),
        lambda: close_case(case_id=case.pk, by=cast.actor("bill"), words="x"),
    ):
        with pytest.raises(NotAllowed):
            act()
    record_correction(case_id=case.pk, by=cast.actor("bill"), claim_change="D4", **WORDS)


def test_a_case_is_refused_without_words_before_release_and_closed_too_early(cast: Cast) -> None:
    claim = paid(cast)
    with pytest.raises(Refused, match="Describe"):
        case_on(cast, claim, description=" ")
    with pytest.raises(Refused, match="how the discrepancy was found"):
        case_on(cast, claim, source="dream")
    case = case_on(cast, claim)
    with pytest.raises(Conflict, match="not past release"):
        case_on(cast, claim)
    with pytest.raises(Conflict, match="open now"):
        close_case(case_id=case.pk, by=cast.actor("cora"), words="x")


def late_document(cast: Cast, account_id: int) -> None:
    receive_document(
        account=lock_account(account_id),
        source_id="LATE",
        type="pathology_report",
        title="Pathology",
        text="Adenocarcinoma.",
        status="signed",
        by=cast.actor("bill"),
    )


def late_charge(cast: Cast, account_id: int) -> None:
    post_charge(
        account=lock_account(account_id), source_id="L1", revenue_code="0250", amount=5, service_date=DAY, by=cast.actor("bill")
    )


def late_hold(cast: Cast, account_id: int) -> None:
    place_hold(
        account=lock_account(account_id), source="person", key="q", reason="query.open", message="Query.", by=cast.actor("ana")
    )


def late_claim_code(cast: Cast, account_id: int) -> None:
    enter_claim_code(account_id=account_id, by=cast.actor("bill"), kind="condition", code="A1")


@pytest.mark.parametrize("land", [late_document, late_charge, late_hold, late_claim_code])
def test_whatever_lands_on_a_released_account_starts_a_discrepancy(cast: Cast, land: object) -> None:
    claim = paid(cast)
    land(cast, claim.account_id)  # type: ignore[operator]
    assert step_of(claim) == Step.PAID, "the feed is never refused, and does not wait for the case"
    row = OutboxRow.objects.get(kind="payment.late_change")
    assert (row.account_id, row.key) == (claim.account_id, str(claim.account_id))
    case = look_at_late_change(account_id=claim.account_id)
    assert case is not None
    assert (case.source, step_of(claim)) == ("late_change", Step.CODING)
    assert look_at_late_change(account_id=claim.account_id) is None, "run twice, one case"


def test_an_account_as_it_was_released_gets_no_case(cast: Cast) -> None:
    claim = paid(cast)
    assert look_at_late_change(account_id=claim.account_id) is None
    assert not DiscrepancyCase.objects.exists()


def test_a_second_discrepancy_carries_the_overpayments_clock_on(cast: Cast) -> None:
    first = paid(cast)
    case = case_on(cast, first, overpayment=True)
    [second] = corrected(cast, first, case)
    mark_submitted(claim_id=second.pk, by=cast.actor("bill"))
    newer = case_on(cast, second)
    case.refresh_from_db()
    assert case.state == "closed"
    assert (newer.overpayment, newer.known_at, newer.refund_due_on) == (True, case.known_at, case.refund_due_on)
