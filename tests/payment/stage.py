"""Accounts brought to where this room begins: released, by a release row that passed the gate's trigger."""

import datetime
from decimal import Decimal
from typing import Any

from accounts import lifecycle
from accounts.locking import lock_account
from accounts.models import Account, Facility, Patient, Step
from accounts.services.charges import post_charge
from coding_workflow.coding.models import CodedDiagnosis, CodedProcedure, FinalCoding
from coding_workflow.guidelines.facts import facts_to_json
from coding_workflow.payment.models import Claim, ClaimFile, ClaimStatus
from coding_workflow.payment.services import make_claims, mark_submitted, post_remittance
from coding_workflow.payment.simulated_payer import Bill, Payee, answer
from coding_workflow.release.facts import assemble
from coding_workflow.release.models import Check, Release
from coding_workflow.staff.models import Role, RoleGrant, User
from tests.cast import Cast

DAY = datetime.date(2026, 9, 1)
PAID_ON = datetime.date(2026, 9, 28)
NPI = "1234567893"


def grant_roles(cast: Cast) -> None:
    """The roles that this room asks for, if the cast does not hold them yet."""
    for name, role in (("bill", Role.BILLER), ("cleo", Role.SUPERVISOR), ("cora", Role.COMPLIANCE), ("ana", Role.CODER)):
        RoleGrant.objects.get_or_create(user=getattr(cast, name), facility=cast.main, role=role, ended_at=None)


def coded(cast: Cast, number: str = "A1", **fields: Any) -> Account:
    """An inpatient account with charges and codes, final coded by Ana."""
    grant_roles(cast)
    times = {
        "admitted_at": datetime.datetime(2026, 9, 1, 14, 5, tzinfo=datetime.UTC),
        "discharged_at": datetime.datetime(2026, 9, 4, 16, 0, tzinfo=datetime.UTC),
    }
    account = lock_account(cast.account(number, **{**times, **fields}).pk)
    actor = cast.actor("ana")
    for place, (revenue, amount) in enumerate((("0120", "3000.00"), ("0300", "250.25"))):
        post_charge(
            account=account,
            source_id=f"{number}-{place}",
            revenue_code=revenue,
            amount=Decimal(amount),
            service_date=DAY,
            by=actor,
        )
    add_codes(cast, account)
    for step in (Step.DISCHARGED, Step.CODING):
        lifecycle.move(account=account, to=step, by=actor)
    return finalize(cast, account)


def add_codes(cast: Cast, account: Account) -> None:
    who = {"facility": cast.main, "account": account, "assigned_by": cast.ana, "changed_by": cast.ana}
    for place, (role, code, poa) in enumerate(
        (("diagnosis", "I214", "Y"), ("diagnosis", "E119", "Y"), ("diagnosis", "Z7984", ""), ("admitting", "R079", ""))
    ):
        CodedDiagnosis.objects.create(system="ICD-10-CM", code=code, position=place, role=role, poa=poa, **who)
    CodedProcedure.objects.create(system="ICD-10-PCS", code="027034Z", position=0, performed_on=DAY, **who)


def finalize(cast: Cast, account: Account) -> Account:
    account.refresh_from_db()
    FinalCoding.objects.create(facility=cast.main, account=account, revision=account.revision, coder=cast.ana)
    lifecycle.move(account=account, to=Step.FINAL_CODED, by=cast.actor("ana"))
    return account


def release(cast: Cast, account: Account) -> Release:
    """Release as approval does: verdict on this revision, release row through the gate, step."""
    account = lock_account(account.pk)
    last = Release.objects.filter(account=account).order_by("-sequence").first()
    check = Check.objects.create(
        facility=cast.main,
        account=account,
        revision=account.revision,
        ruleset_hash="r",
        tables_hash="t",
        policy_hash="p",
        facts_hash=f"f{Check.objects.count()}",
        engine_version="1",
        verdict="releasable",
        facts=facts_to_json(assemble(account)),
        drg={"drg": "322"},
    )
    row = Release.objects.create(
        facility=cast.main,
        account=account,
        sequence=last.sequence + 1 if last else 1,
        frequency="7" if last else "1",
        supersedes=last,
        revision=account.revision,
        verdict=check,
        approved_by=cast.cleo,
    )
    lifecycle.move(account=account, to=Step.RELEASED, by=cast.actor("cleo"))
    return row


def billed(cast: Cast, number: str = "A1", **fields: Any) -> Claim:
    """A claim that was made and submitted."""
    [claim] = make_claims(release_id=release(cast, coded(cast, number, **fields)).pk)
    mark_submitted(claim_id=claim.pk, by=cast.actor("bill"))
    claim.refresh_from_db()
    return claim


def bill_of(claim: Claim, *, denied: bool = False) -> Bill:
    """A claim as the simulated payer sees it."""
    before = claim.replaces
    return Bill(claim.number, claim.total, denied, bill_of(before) if before else None)


def remit(claims: list[Claim], *, trace: str = "T1", denied: bool = False) -> bytes:
    """The simulated payer's answer."""
    return answer(
        [bill_of(claim, denied=denied) for claim in claims],
        payee=Payee("Main Street Hospital", NPI),
        payer="Medicare",
        payer_id="00000",
        paid_on=PAID_ON,
        trace=trace,
    )


def paid(cast: Cast, number: str = "A1", **fields: Any) -> Claim:
    """A claim that its payer paid."""
    claim = billed(cast, number, **fields)
    post_remittance(raw=remit([claim], trace=f"T-{number}"), by=cast.actor("bill"))
    claim.refresh_from_db()
    assert claim.status == ClaimStatus.PAID
    return claim


def step_of(claim: Claim) -> str:
    return Account.objects.values_list("step", flat=True).get(pk=claim.account_id)


def claim_file_at(cast: Cast, facility: Facility) -> dict[str, Any]:
    """A claim file at any facility, for the walk over addresses: answers the arguments of ``reverse``."""
    number = f"F{ClaimFile.objects.count()}-{facility.pk}"
    patient = Patient.objects.create(facility=facility, mrn=number, family_name="Testcase", given_name="Pat")
    made = Account.objects.create(facility=facility, number=number, patient=patient, patient_class="inpatient")
    account = lock_account(made.pk)
    approver = User.objects.create(username=f"approver-{number}", full_name="Approver", password="!")
    RoleGrant.objects.create(user=approver, facility=facility, role=Role.SUPERVISOR)
    for step in (Step.DISCHARGED, Step.CODING, Step.FINAL_CODED):
        lifecycle.move(account=account, to=step, by=cast.actor("ana"))
    account.refresh_from_db()
    owned = {"facility": facility, "account": account}
    hashes = {"ruleset_hash": "r", "tables_hash": "t", "policy_hash": "p", "facts_hash": number, "engine_version": "1"}
    check = Check.objects.create(revision=account.revision, verdict="releasable", facts="{}", **hashes, **owned)
    row = Release.objects.create(sequence=1, revision=account.revision, verdict=check, approved_by=approver, **owned)
    numbers = {"interchange_number": 900_000 + account.pk, "test": True, "sha256": "0" * 64}
    return {"pk": ClaimFile.objects.create(release=row, text="ISA~", **numbers, **owned).pk}
