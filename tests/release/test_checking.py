"""Coding to release through the services: held with reasons, mended, approved by another person, certified."""

import datetime

import pytest
from django.core.management import call_command

from accounts.errors import Conflict, NotAllowed, Refused
from accounts.locking import lock_account
from accounts.models import Hold, Step, WorkItem
from coding_workflow.coding import services as coding
from coding_workflow.release import services as release
from coding_workflow.release.models import Certificate, Check
from tests.cast import Cast

from .stage import NOTE, code, document, finalize, ready

pytestmark = pytest.mark.usefixtures("coded_db")


def test_a_clean_account_is_releasable_and_certified(cast: Cast) -> None:
    account = ready(cast)
    code(account, cast)
    check = finalize(account, cast)
    assert [f for f in check.findings if f["severity"] == "hold"] == []
    assert check.verdict == "releasable"
    assert WorkItem.objects.filter(account=account, kind="release", closed_at__isnull=True).count() == 1
    account.refresh_from_db()
    done = release.approve_release(account_id=account.pk, by=cast.actor("cleo"), revision=account.revision)
    account.refresh_from_db()
    assert account.step == Step.RELEASED
    assert Certificate.objects.get(release=done).sha256
    call_command("verify_release", verbosity=0)
    call_command("verify_audit", account.pk, verbosity=0)


def test_checking_twice_is_one_check(cast: Cast) -> None:
    account = ready(cast)
    code(account, cast)
    assert finalize(account, cast) == release.run_check(account_id=account.pk)
    assert Check.objects.count() == 1


def test_a_missing_record_abstract_and_evidence_hold_with_sentences(cast: Cast) -> None:
    account = ready(cast)
    coding.assign_diagnosis(account_id=account.pk, code="I21.4", poa="Y", by=cast.actor("ana"))
    check = finalize(account, cast)
    assert check.verdict == "held"
    assert {hold.condition for hold in Hold.objects.filter(account=account)} >= {2, 5}
    account.refresh_from_db()
    assert account.step == Step.CODING
    assert WorkItem.objects.get(account=account, kind="coding", closed_at__isnull=True).returned_to == cast.ana


def test_approval_judges_again_and_keeps_the_new_hold(cast: Cast) -> None:
    account = ready(cast)
    code(account, cast)
    finalize(account, cast)
    cast.ana.competences.filter(coding_type="inpatient").update(valid_to=datetime.date(2026, 6, 30))
    account.refresh_from_db()
    with pytest.raises(Refused, match="held"):
        release.approve_release(account_id=account.pk, by=cast.actor("cleo"), revision=account.revision)
    assert Hold.objects.filter(account=account, condition=1, resolved_at__isnull=True).exists()


def test_the_coder_the_biller_and_a_stale_page_are_refused(cast: Cast) -> None:
    account = ready(cast)
    code(account, cast)
    finalize(account, cast)
    account.refresh_from_db()
    for name in ("ana", "bill", "dov"):
        with pytest.raises(NotAllowed):
            release.approve_release(account_id=account.pk, by=cast.actor(name), revision=account.revision)
    with pytest.raises(Conflict):
        release.approve_release(account_id=account.pk, by=cast.actor("cleo"), revision=account.revision - 1)


def test_a_missing_discharge_summary_holds_and_clears_itself(cast: Cast) -> None:
    account = ready(cast)
    code(account, cast)
    lock_account(account.pk)
    document(account, "discharge_summary", NOTE + "\nAddendum.", status="unsigned")
    check = finalize(account, cast)
    assert check.verdict == "held"
    assert Hold.objects.filter(account=account, condition=3, resolved_at__isnull=True).exists()
