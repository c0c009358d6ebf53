"""Coding to release through the services: held with reasons, mended, approved by another person, certified."""

import datetime

import pytest
from django.core.management import call_command

from accounts import lifecycle
from accounts.actors import Actor
from accounts.errors import Conflict, NotAllowed, Refused
from accounts.locking import lock_account
from accounts.models import Account, Hold, Step, WorkItem
from accounts.services.documents import receive_document
from accounts.services.work import open_work
from coding_workflow.coding import services as coding
from coding_workflow.release import services as release
from coding_workflow.release.models import Certificate, Check
from tests.cast import Cast
from tests.tables import trust_downstream

pytestmark = pytest.mark.usefixtures("coded_db")

NOTE = """DISCHARGE SUMMARY
Principal diagnosis: NSTEMI, treated with a drug-eluting stent to the LAD.
Coronary artery disease of native vessel without angina. Hypertension. Type 2 diabetes on metformin.
Discharged home."""
CODES = {
    "I21.4": "NSTEMI",
    "I25.10": "Coronary artery disease of native vessel without angina",
    "I10": "Hypertension",
    "E11.9": "Type 2 diabetes",
}
FEED = Actor.feed("TEST")


def _document(account: Account, kind: str, text: str, status: str = "signed") -> int:
    at = datetime.datetime(2026, 9, 4, 12, tzinfo=datetime.UTC)
    version = receive_document(
        account=account,
        source_id=f"{account.pk}-{kind}",
        type=kind,
        title=kind,
        text=text,
        status=status,
        by=FEED,
        author_role="attending",
        authored_at=at,
        signed_at=at if status == "signed" else None,
    )
    return version.pk


def ready(cast: Cast, *, summary: bool = True) -> Account:
    """An inpatient account at the coding step with its record."""
    trust_downstream(cast)
    account = lock_account(cast.account().pk)
    for kind in ("history_and_physical", "inpatient_order"):
        _document(account, kind, "Admit to inpatient.")
    if summary:
        _document(account, "discharge_summary", NOTE)
    for step in (Step.DISCHARGED, Step.CODING):
        lifecycle.move(account=account, to=step, by=FEED)
    open_work(account=account, kind="coding", by=FEED, coding_type="inpatient")
    return account


def code(account: Account, cast: Cast) -> None:
    """Ana codes from the discharge summary and abstracts the record."""
    ana = cast.actor("ana")
    version = account.documents.get(type="discharge_summary").versions.get()
    for text, quote in CODES.items():
        row = coding.assign_diagnosis(account_id=account.pk, code=text, poa="Y", by=ana)
        start = NOTE.index(quote)
        coding.link_evidence(
            account_id=account.pk, version_id=version.pk, diagnosis_id=row.pk, start=start, end=start + len(quote), by=ana
        )
    coding.assign_diagnosis(account_id=account.pk, code="R07.9", role="admitting", by=ana)
    coding.abstract_record(
        account_id=account.pk,
        by=ana,
        patient_class="inpatient",
        admit_date=account.admit_date,
        discharge_date=account.discharge_date,
        discharge_status="01",
    )


def finalize(account: Account, cast: Cast) -> Check:
    coding.finalize_coding(account_id=account.pk, by=cast.actor("ana"))
    check = release.run_check(account_id=account.pk)
    assert check is not None
    return check


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
    _document(account, "discharge_summary", NOTE + "\nAddendum.", status="unsigned")
    check = finalize(account, cast)
    assert check.verdict == "held"
    assert Hold.objects.filter(account=account, condition=3, resolved_at__isnull=True).exists()
