"""Final coded, and back to the coder who finalized it."""

import pytest

from accounts import lifecycle
from accounts.locking import lock_account
from accounts.models import Account, OutboxRow, Step, WorkItem
from accounts.services.work import open_work
from coding_workflow.coding import selectors, services
from coding_workflow.coding.models import FinalCoding
from tests.cast import Cast

from .stage import FEED, document, payloads, refused, revision_of, to_code

pytestmark = pytest.mark.usefixtures("coded_db")


@pytest.fixture
def account(cast: Cast) -> Account:
    account = to_code(cast)
    services.assign_diagnosis(account_id=account.pk, code="I21.4", poa="Y", by=cast.actor("ana"))
    return account


def _finalize(account: Account, cast: Cast, revision: int | None = None) -> FinalCoding:
    return services.finalize_coding(account_id=account.pk, by=cast.actor("ana"), revision=revision)


def _return(account: Account, cast: Cast, reason: str = "The POA of I21.4.") -> Account:
    return services.return_to_coding(account_id=account.pk, by=cast.actor("cleo"), reason=reason)


def test_finalizing_moves_the_account_closes_the_work_and_asks_for_a_check(account: Account, cast: Cast) -> None:
    seen = revision_of(account)
    final = _finalize(account, cast, seen)
    account.refresh_from_db()
    assert (account.step, final.coder, final.revision) == (Step.FINAL_CODED, cast.ana, seen)
    assert account.final_coded_at is not None
    assert WorkItem.objects.get(account=account, kind="coding").outcome == "finalized"
    assert OutboxRow.objects.filter(kind="release.check", account=account, state="waiting").count() == 1
    assert payloads("account.moved")[-1]["verb"] == "finalize coding"
    assert selectors.coder_ids(account.pk) == {cast.ana.pk}


def test_finalizing_twice_is_refused(account: Account, cast: Cast) -> None:
    _finalize(account, cast)
    refused("coding.step", lambda: _finalize(account, cast))
    assert FinalCoding.objects.count() == 1


def test_what_arrived_since_the_coder_looked_is_looked_at_first(account: Account, cast: Cast) -> None:
    seen = revision_of(account)
    document(account)
    assert refused("account.changed", lambda: _finalize(account, cast, seen)).status == 409
    assert _finalize(account, cast, revision_of(account)).pk


def test_an_account_without_a_principal_diagnosis_is_not_final(cast: Cast) -> None:
    account = to_code(cast)
    services.assign_diagnosis(account_id=account.pk, code="R07.9", role="admitting", by=cast.actor("ana"))
    assert refused("coding.empty", lambda: _finalize(account, cast)).fix == "diagnoses"


def test_returned_work_goes_to_who_finalized_it_with_the_words(account: Account, cast: Cast) -> None:
    _finalize(account, cast)
    open_work(account=lock_account(account.pk), kind="release", by=FEED)
    _return(account, cast)
    account.refresh_from_db()
    assert account.step == Step.CODING
    item = WorkItem.objects.get(account=account, kind="coding", closed_at__isnull=True)
    assert (item.returned_to, item.why, item.coding_type) == (cast.ana, "The POA of I21.4.", "inpatient")
    assert WorkItem.objects.get(account=account, kind="release").outcome == "returned"
    assert payloads("account.moved")[-1]["reason"] == "The POA of I21.4."


def test_returning_needs_words_and_a_final_coded_account(account: Account, cast: Cast) -> None:
    refused("account.move", lambda: _return(account, cast))
    _finalize(account, cast)
    refused("return.no_reason", lambda: _return(account, cast, " "))
    _return(account, cast)
    refused("account.move", lambda: _return(account, cast))


def test_an_account_that_was_never_finalized_here_returns_to_everybody(cast: Cast) -> None:
    account = lock_account(to_code(cast).pk)
    lifecycle.move(account=account, to=Step.FINAL_CODED, by=FEED)
    WorkItem.objects.filter(account=account).update(closed_at=account.final_coded_at, outcome="imported", closed_by="feed:TEST")
    _return(account, cast)
    assert WorkItem.objects.get(account=account, kind="coding", closed_at__isnull=True).returned_to is None
