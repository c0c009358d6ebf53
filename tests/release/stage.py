"""Accounts on their way through the gate, brought there by the services that people use."""

import datetime

from accounts import lifecycle
from accounts.actors import Actor
from accounts.locking import lock_account
from accounts.models import Account, Step
from accounts.services.documents import receive_document
from accounts.services.work import open_work
from coding_workflow.coding import services as coding
from coding_workflow.policy.rules import FacilityPolicy
from coding_workflow.release import services as release
from coding_workflow.release.models import Check
from tests.cast import Cast
from tests.tables import publish, trusting

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


def document(account: Account, kind: str, text: str, status: str = "signed") -> int:
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


def ready(cast: Cast, policy: FacilityPolicy | None = None) -> Account:
    """An inpatient account at the coding step with its record."""
    publish(cast, policy or trusting())
    account = lock_account(cast.account().pk)
    for kind in ("history_and_physical", "inpatient_order"):
        document(account, kind, "Admit to inpatient.")
    document(account, "discharge_summary", NOTE)
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
    """Ana finalizes; the check that follows."""
    coding.finalize_coding(account_id=account.pk, by=cast.actor("ana"))
    check = release.run_check(account_id=account.pk)
    assert check is not None
    return check
