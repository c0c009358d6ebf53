"""Patient accounting's own codes after a release: agreement is said, a difference opens one case, and ends as other cases do."""

import datetime
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from accounts import clock
from accounts.locking import lock_account
from accounts.models import Account, Event, Hold, OutboxRow, Step, ToldCodes, WorkItem
from accounts.services.told_codes import tell_codes
from accounts.told_codes import ToldCode
from coding_workflow.payment.models import Claim, Delivery, DeliveryState, HostComparison
from coding_workflow.payment.services import (
    bill_release,
    close_case,
    compare_host,
    make_claims,
    mark_submitted,
    record_correction,
)
from coding_workflow.release.models import DiscrepancyCase
from tests.cast import Cast
from tests.coding.stage import FEED

from .stage import billed, coded, finalize, release, step_of
from .test_discrepancies import WORDS
from .test_final_codes import by_patient_accounting  # noqa: F401 - a fixture

AGREES = (("R079", "", "admitting"), ("I214", "Y", "diagnosis"), ("E119", "Y", "diagnosis"), ("Z7984", "", "diagnosis"))
DIFFERS = (("I214", "Y", "diagnosis"), ("E119", "N", "diagnosis"))


def tell(account_id: int, codes: Any = AGREES, *, minutes: int = 5, part: str = "diagnoses", final: bool = True) -> None:
    """The host's diagnoses, told so many minutes from now."""
    said = [ToldCode(kind, "ICD-10-CM", code, poa) for code, poa, kind in codes] if part == "diagnoses" else []
    at = clock.now() + datetime.timedelta(minutes=minutes)
    if part == "procedures":
        said = [ToldCode("procedure", "ICD-10-PCS", code) for code in codes]
    tell_codes(
        account=lock_account(account_id), source="host", part=part, codes=said, told_at=at, by=FEED, drg="322", final=final
    )


def kinds(account_id: int) -> list[str]:
    wanted = ("host.agrees", "host.differs", "discrepancy.opened", "discrepancy.verified", "discrepancy.closed")
    return list(Event.objects.filter(account_id=account_id, kind__in=wanted).order_by("sequence").values_list("kind", flat=True))


def test_the_same_codes_are_an_event_that_says_so_once(cast: Cast) -> None:
    claim = billed(cast)
    tell(claim.account_id)
    assert OutboxRow.objects.filter(kind="payment.compare_host", account_id=claim.account_id).count() == 1
    row = compare_host(account_id=claim.account_id)
    assert row is not None and row.agrees and row.case is None
    assert compare_host(account_id=claim.account_id) is None
    tell(claim.account_id, minutes=9)
    assert compare_host(account_id=claim.account_id) is None, "told again, nothing new"
    assert (kinds(claim.account_id), step_of(claim)) == (["host.agrees"], Step.BILLED)


def test_a_difference_opens_one_case_with_what_differs_and_reopens_the_account(cast: Cast) -> None:
    claim = billed(cast)
    tell(claim.account_id, DIFFERS)
    row = compare_host(account_id=claim.account_id)
    assert row is not None and row.case is not None
    assert [(each.what, each.ours, each.theirs) for each in row.lines] == [
        ("lacks", "Z7984", ""), ("poa", "E119 Y", "E119 N")
    ]  # fmt: skip
    assert (row.case.source, row.case.state, step_of(claim)) == ("host", "open", Step.CODING)
    assert "E119" not in row.case.description, "its words go into work lists; the codes stay with the comparison"
    assert Hold.objects.filter(key=f"discrepancy:{row.case.pk}", blocking=True, resolved_at__isnull=True).exists()
    assert WorkItem.objects.filter(account_id=claim.account_id, kind="discrepancy", closed_at__isnull=True).exists()
    compare_host(account_id=claim.account_id)
    tell(claim.account_id, DIFFERS, minutes=7)
    compare_host(account_id=claim.account_id)
    assert DiscrepancyCase.objects.count() == 1


def _corrected(cast: Cast, case: DiscrepancyCase) -> Claim:
    """Root cause, correction and prevention, the same codes again, another claim."""
    record_correction(case_id=case.pk, by=cast.actor("cleo"), claim_change="D9", **WORDS)
    account = finalize(cast, lock_account(case.account_id))
    [claim] = make_claims(release_id=release(cast, account).pk)
    mark_submitted(claim_id=claim.pk, by=cast.actor("bill"))
    return claim


@pytest.fixture
def accepted(cast: Cast) -> Claim:
    """A claim whose payer knows it, so that a replacement can be made."""
    claim = billed(cast)
    Claim.objects.filter(pk=claim.pk).update(payer_control_number="ICN1", status="accepted")
    return claim


def test_a_host_that_agrees_while_the_case_is_open_is_noted_and_closes_nothing(cast: Cast) -> None:
    claim = billed(cast)
    tell(claim.account_id, DIFFERS)
    case = compare_host(account_id=claim.account_id).case  # type: ignore[union-attr]
    tell(claim.account_id, minutes=8)
    row = compare_host(account_id=claim.account_id)
    assert row is not None and row.agrees
    case.refresh_from_db()  # type: ignore[union-attr]
    assert case.state == "open", "root cause and prevention are a person's"  # type: ignore[union-attr]
    assert kinds(claim.account_id) == ["discrepancy.opened", "host.differs", "host.agrees"]


def test_the_host_that_has_the_corrected_codes_verifies_the_case_and_a_supervisor_closes_it(cast: Cast, accepted: Claim) -> None:
    tell(accepted.account_id, DIFFERS)
    case = compare_host(account_id=accepted.account_id).case  # type: ignore[union-attr]
    assert case is not None
    _corrected(cast, case)
    case.refresh_from_db()
    assert case.state == "resubmitted"
    tell(accepted.account_id, minutes=8)
    compare_host(account_id=accepted.account_id)
    case.refresh_from_db()
    assert case.state == "verified"
    close_case(case_id=case.pk, by=cast.actor("cleo"), words="The host was corrected.")
    assert kinds(accepted.account_id)[-3:] == ["host.agrees", "discrepancy.verified", "discrepancy.closed"]


def test_the_difference_that_a_case_looked_at_opens_no_second_one_and_another_difference_does(
    cast: Cast, accepted: Claim
) -> None:
    tell(accepted.account_id, DIFFERS)
    case = compare_host(account_id=accepted.account_id).case  # type: ignore[union-attr]
    assert case is not None
    _corrected(cast, case)
    tell(accepted.account_id, DIFFERS, minutes=8)
    noted = compare_host(account_id=accepted.account_id)
    assert noted is not None and (noted.agrees, noted.case) == (False, None)
    tell(accepted.account_id, DIFFERS[:1], minutes=9)
    again = compare_host(account_id=accepted.account_id)
    assert again is not None and again.case is not None and again.case != case
    assert DiscrepancyCase.objects.count() == 2


def test_a_host_that_agreed_and_falls_back_opens_a_case_again(cast: Cast, accepted: Claim) -> None:
    tell(accepted.account_id, DIFFERS)
    case = compare_host(account_id=accepted.account_id).case  # type: ignore[union-attr]
    assert case is not None
    _corrected(cast, case)
    for minutes, codes in ((8, AGREES), (9, DIFFERS)):
        tell(accepted.account_id, codes, minutes=minutes)
        row = compare_host(account_id=accepted.account_id)
    assert row is not None and row.case is not None and row.case != case


def test_what_the_host_told_before_the_release_does_not_count_however_late_it_comes(cast: Cast) -> None:
    claim = billed(cast)
    tell(claim.account_id, DIFFERS, minutes=-60)
    assert compare_host(account_id=claim.account_id) is None
    tell(claim.account_id, DIFFERS, final=False)
    assert compare_host(account_id=claim.account_id) is None, "working codes are no bill"
    assert step_of(claim) == Step.BILLED


def test_before_any_release_a_difference_is_only_noted(cast: Cast) -> None:
    account = coded(cast)
    tell(account.pk, DIFFERS)
    row = compare_host(account_id=account.pk)
    assert row is not None and (row.release, row.agrees, row.case) == (None, False, None)
    account.refresh_from_db()
    assert (account.step, DiscrepancyCase.objects.count()) == (Step.FINAL_CODED, 0)


def test_a_list_that_was_not_told_is_not_compared_and_codes_never_change(cast: Cast) -> None:
    claim = billed(cast)
    revision = Account.objects.get().revision
    tell(claim.account_id)
    compare_host(account_id=claim.account_id)
    assert (Account.objects.get().revision, ToldCodes.objects.count()) == (revision, 1)


def test_codes_that_are_handed_over_count_from_the_acknowledgement_on(cast: Cast, by_patient_accounting: Any) -> None:  # noqa: F811
    by_patient_accounting()
    row = release(cast, coded(cast))
    bill_release(release_id=row.pk)
    delivery = Delivery.objects.get()
    tell(row.account_id, DIFFERS, minutes=1)
    assert compare_host(account_id=row.account_id) is None, "our codes are still on their way"
    at = clock.now() + datetime.timedelta(minutes=2)
    Delivery.objects.filter(pk=delivery.pk).update(state=DeliveryState.ACKNOWLEDGED, acknowledged_at=at)
    assert compare_host(account_id=row.account_id) is None, "it was told before ours arrived"
    tell(row.account_id, DIFFERS, minutes=3)
    found = compare_host(account_id=row.account_id)
    assert found is not None and found.case is not None


def test_before_the_final_codes_are_written_for_the_host_it_cannot_have_them(cast: Cast, by_patient_accounting: Any) -> None:  # noqa: F811
    by_patient_accounting()
    row = release(cast, coded(cast))
    tell(row.account_id, DIFFERS, minutes=1)
    assert compare_host(account_id=row.account_id) is None, "the work that writes them has not run"
    assert DiscrepancyCase.objects.count() == 0


def test_the_list_that_the_case_is_about_verifies_it_and_no_other(cast: Cast, accepted: Claim) -> None:
    tell(accepted.account_id, ("0BH17EZ",), part="procedures", minutes=0)
    case = compare_host(account_id=accepted.account_id).case  # type: ignore[union-attr]
    assert case is not None
    _corrected(cast, case)
    tell(accepted.account_id, minutes=8)
    row = compare_host(account_id=accepted.account_id)
    assert row is not None and row.agrees and row.procedures is None
    case.refresh_from_db()
    assert case.state == "resubmitted", "diagnoses that agree say nothing of the procedures"
    tell(accepted.account_id, ("027034Z",), part="procedures", minutes=9)
    compare_host(account_id=accepted.account_id)
    case.refresh_from_db()
    assert case.state == "verified"


def test_a_list_that_agrees_does_not_bring_a_settled_difference_of_the_other_back(cast: Cast, accepted: Claim) -> None:
    tell(accepted.account_id, ("0BH17EZ",), part="procedures", minutes=0)
    case = compare_host(account_id=accepted.account_id).case  # type: ignore[union-attr]
    assert case is not None
    _corrected(cast, case)
    tell(accepted.account_id, minutes=8)
    compare_host(account_id=accepted.account_id)
    tell(accepted.account_id, ("0BH17EZ",), part="procedures", minutes=9)
    noted = compare_host(account_id=accepted.account_id)
    assert noted is not None and (noted.agrees, noted.case) == (False, None)


def test_a_comparison_stays_as_it_was_found(cast: Cast) -> None:
    claim = billed(cast)
    tell(claim.account_id)
    compare_host(account_id=claim.account_id)
    with pytest.raises(DatabaseError), transaction.atomic():
        HostComparison.objects.update(agrees=False)
