"""A professional account on its way from registration to payment, by the services that feeds and people use."""

import csv
import io
from typing import Any

from accounts.models import Account
from coding_workflow.coding import services as coding
from coding_workflow.payment.models import Claim
from coding_workflow.payment.services import make_claims
from coding_workflow.registration.services import import_csv
from coding_workflow.release import services as release
from coding_workflow.release.models import Check
from tests.cast import Cast
from tests.tables import trust_downstream

NOTE = """CLINIC VISIT
Type 2 diabetes without complications. Essential hypertension, controlled.
Reviewed glucose log, adjusted metformin. Right shoulder pain: injection of the right shoulder joint, separately evaluated."""
RENDERING, REFERRING, ASSISTANT = "1234567893", "1245319599", "1679576722"


def rows(kind: str, *given: dict[str, str]) -> bytes:
    """A CSV file of one kind; every row names MAIN and the account."""
    names = list(dict.fromkeys(name for row in given for name in row))
    written = io.StringIO(newline="")
    writer = csv.DictWriter(written, ["facility", *names])
    writer.writeheader()
    writer.writerows({"facility": "MAIN", **row} for row in given)
    return written.getvalue().encode()


def registration(number: str = "P1", **changes: str) -> dict[str, str]:
    """An office visit of one day, as a practice system tells it."""
    return {
        "account": number, "mrn": f"M-{number}", "family_name": "Testcase", "given_name": "Pat", "birth_date": "1957-02-03",
        "sex": "F", "address_line": "1 Elm St", "city": "Springfield", "state": "NY", "zip": "12345",
        "patient_class": "professional", "admitted": "2026-09-01", "discharged": "2026-09-01", "place_of_service": "11",
        "rendering_id": "DR1", "rendering_family_name": "Ward", "rendering_given_name": "Wanda", "rendering_npi": RENDERING,
        "referring_id": "DR2", "referring_family_name": "Quick", "referring_given_name": "Eddie", "referring_npi": REFERRING,
        **changes,
    }  # fmt: skip


def charge(number: str, hcpcs: str, amount: str, **changes: str) -> dict[str, str]:
    """One service with the diagnoses to which the practice linked it."""
    said = {"charge": f"{number}-{hcpcs}", "hcpcs": hcpcs, "amount": amount, "service_date": "2026-09-01"}
    return {"account": number, **said, "diagnoses": "E11.9 I10", **changes}


def arrive(*files: bytes) -> None:
    """Import files; every row must be applied."""
    for file in files:
        for message in import_csv(file):
            assert message.status == "applied", (message.code, message.sentence, message.place)


def registered(number: str = "P1", *, payer: str = "COM", charges: list[dict[str, str]] | None = None, **changes: str) -> Account:
    """Registration, coverage, the note and charges of a professional account, past its bill hold and ready to code."""
    lines = charges or [
        charge(number, "99213", "180.00", modifiers="25"),
        charge(number, "20610", "240.00", modifiers="RT", diagnoses="M25.511"),
    ]
    document = {
        "account": number, "document": f"D-{number}", "type": "clinic_note", "document_status": "signed", "author_id": "DR1",
        "author_role": "MD", "authored": "2026-09-01T10:00", "signed": "2026-09-01T11:00", "text": NOTE,
    }  # fmt: skip
    arrive(
        rows("accounts", registration(number, **changes)),
        rows("coverage", {"account": number, "rank": "1", "payer": payer, "member_id": "1EG4TE5MK73"}),
        rows("documents", document),
        rows("charges", *lines),
    )
    return Account.objects.get(number=number)


CODES = {"E11.9": "Type 2 diabetes without complications", "I10": "Essential hypertension", "M25.511": "Right shoulder pain"}
SERVICES = {
    "99213": (("25",), "Reviewed glucose log, adjusted metformin"),
    "20610": (("RT",), "injection of the right shoulder joint"),
}


def code(cast: Cast, account: Account) -> None:
    """Ana assigns diagnoses and services, each with its passage, and abstracts the record; pointers come with the charges."""
    ana = cast.actor("ana")
    for text, quote in CODES.items():
        row = coding.assign_diagnosis(account_id=account.pk, code=text, by=ana)
        link(cast, account, quote, diagnosis_id=row.pk)
    for line in account.charges.order_by("pk"):
        modifiers, quote = SERVICES[line.hcpcs]
        done = coding.assign_procedure(account_id=account.pk, code=line.hcpcs, modifiers=modifiers, charge=line, by=ana)
        link(cast, account, quote, procedure_id=done.pk)
    abstract(cast, account)


def link(cast: Cast, account: Account, quote: str, **what: int) -> None:
    version = account.documents.get().versions.get()
    start = version.text.index(quote)
    end = start + len(quote)
    coding.link_evidence(account_id=account.pk, version_id=version.pk, start=start, end=end, by=cast.actor("ana"), **what)


def abstract(cast: Cast, account: Account, **said: Any) -> None:
    values = {
        "patient_class": "professional", "admit_date": account.admit_date, "discharge_date": account.discharge_date,
        "discharge_status": "", "place_of_service": account.place_of_service, **said,
    }  # fmt: skip
    coding.abstract_record(account_id=account.pk, by=cast.actor("ana"), **values)


def finalized(cast: Cast, account: Account) -> Check:
    coding.finalize_coding(account_id=account.pk, by=cast.actor("ana"))
    check = release.run_check(account_id=account.pk)
    assert check is not None
    return check


def released(cast: Cast, account: Account) -> int:
    """Approve by Cleo; answers the release."""
    account.refresh_from_db()
    return release.approve_release(account_id=account.pk, by=cast.actor("cleo"), revision=account.revision).pk


def claimed(cast: Cast, number: str = "P1", **changes: Any) -> Claim:
    """From registration to the claim."""
    trust_downstream(cast)
    account = registered(number, **changes)
    code(cast, account)
    check = finalized(cast, account)
    assert check.verdict == "releasable", [finding["message"] for finding in check.findings if finding["severity"] == "hold"]
    [claim] = make_claims(release_id=released(cast, account))
    return claim
