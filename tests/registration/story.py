"""One patient's story over every event that is applied, and what is left of it: for tests of the order of arrival.

Everything is told with its own minute. The patient is first known under two numbers and under two accounts.
"""

import datetime
from decimal import Decimal
from typing import Any

from accounts.models import Account, ChargeLine, Document, DocumentVersion, Encounter, Order, Patient, WorkItem
from accounts.services.combined import same_patient
from coding_workflow.coding.models import ProposedCode
from coding_workflow.registration.hl7 import write
from tests.registration import coded, sending

OTHER_NUMBER = write.Patient(mrn="M200", family_name="Testkase", given_name="Pat", sex="F")
DAY = datetime.timedelta(days=1)
EARLY, LATE = "E100", "A100"


def _note(number: str, text: str, **changes: Any) -> write.Note:
    values: dict[str, Any] = {
        "type": "PR", "title": "Progress note", "author": sending.WARD, "authored_at": sending.ADMITTED,
        "signed_at": sending.DISCHARGED, **changes,
    }  # fmt: skip
    return write.Note(number=number, text=text, **values)


def _emergency(**changes: Any) -> write.Visit:
    values = {"account_number": EARLY, "class_code": "E", "admission_type": "1", "location": "ED", "attending": sending.WARD}
    return sending.visit(**{**values, **changes})


def note(minute: int, event: str, number: str, text: str = "", account: str = LATE, **changes: Any) -> bytes:
    """An MDM about a document of the story."""
    header = sending.sending(f"c-{minute}", minute)
    return write.mdm(header, sending.PATIENT, account, _note(number, text, **changes), event)


def adt(event: str, minute: int, visit: write.Visit | None = None, **options: Any) -> bytes:
    """An ADT about the stay."""
    header, patient = sending.sending(f"c-{minute}", minute), options.pop("patient", sending.PATIENT)
    return write.adt(event, header, patient, visit or sending.visit(), options.pop("coverages", ()), **options)


def charge(minute: int, number: str, amount: str, account: str = LATE) -> bytes:
    """One charge, negative for a credit."""
    line = write.Charge(
        number=number, code="ROOM", amount=Decimal(amount), service_date=sending.ADMITTED.date(), revenue_code="0120"
    )
    return write.dft(sending.sending(f"c-{minute}", minute), sending.PATIENT, account, [line])


def order(minute: int, control: str, number: str = "O1", code: str = "ADMIT", **changes: Any) -> bytes:
    """A placement order."""
    placed = write.PlacedOrder(number=number, code=code, name="Admit", control=control, **changes)
    return write.orm(sending.sending(f"c-{minute}", minute), sending.PATIENT, LATE, [placed])


def emergency() -> list[bytes]:
    """The visit in the emergency department, under the number that is merged in the end."""
    return [
        adt("A04", 1, _emergency(), patient=OTHER_NUMBER, coverages=[sending.MEDICARE]),
        write.dft(
            sending.sending("c-2", 2), OTHER_NUMBER, EARLY,
            [write.Charge(
                number="T-ED", code="ED", amount=Decimal("420"), service_date=sending.ADMITTED.date(), revenue_code="0450",
            )],
        ),
        write.mdm(sending.sending("c-3", 3), OTHER_NUMBER, EARLY, _note("D-ED", "Seen in the emergency department.", type="ED")),
        adt("A03", 4, _emergency(discharged_at=sending.ADMITTED, disposition="01"), patient=OTHER_NUMBER),
    ]  # fmt: skip


def stay() -> list[bytes]:
    """Observed, admitted, transferred, away for two nights, discharged, taken back, discharged for good."""
    observed = sending.visit(class_code="O", patient_type="OBS", location="4W")
    return [
        adt("A04", 10, observed, coverages=[sending.MEDICARE]),
        adt("A06", 11, sending.visit(location="4W")),
        adt("A02", 12, sending.visit(location="ICU")),
        adt("A12", 13, sending.visit(location="4W")),
        adt("A21", 14, sending.visit(location="4W"), occurred_at=sending.ADMITTED + DAY),
        adt("A22", 15, sending.visit(location="4W"), occurred_at=sending.ADMITTED + 2 * DAY),
        adt("A08", 16, sending.visit(location="4W", point_of_origin="4")),
        adt("A03", 17, sending.visit(location="4W", discharged_at=sending.DISCHARGED, disposition="01")),
        adt("A13", 18, sending.visit(location="4W")),
        adt("A03", 19, sending.visit(location="4W", discharged_at=sending.DISCHARGED + DAY, disposition="03")),
        write.person(
            "A31", sending.sending("c-20", 20), write.Patient(mrn="M100", family_name="Testcase", given_name="Patricia")
        ),
    ]


def record() -> list[bytes]:
    """Documents that are edited, signed, addended, replaced and cancelled; orders; charges and a credit."""
    return [
        note(30, "T02", "D1", "First words.", signed_at=None),
        note(31, "T04", "D1", "First words."),
        note(32, "T06", "D1-A", "More words.", parent="D1"),
        note(33, "T02", "D2", "Wrong words."),
        note(34, "T10", "D2-R", "Right words.", parent="D2"),
        note(35, "T02", "D3", "Another patient's words."),
        note(36, "T11", "D3"),
        note(37, "T01", "D4", signed_at=None),
        note(38, "T08", "D4", "Edited."),
        order(40, "NW", ordered_at=sending.ADMITTED, ordered_by=sending.WARD, entered_by=sending.WARD),
        order(41, "NW", "O2", "OBS", ordered_at=sending.ADMITTED, ordered_by=sending.WARD),
        order(42, "DC", "O2", "OBS"),
        order(43, "NW", "O3", "OBS", ordered_at=sending.ADMITTED, ordered_by=sending.WARD),
        order(44, "CA", "O3", "OBS"),
        charge(50, "T1", "812.00"),
        charge(51, "T2", "-12.00"),
        sending.pathology("c-52", 52, status="P"),
        sending.pathology("c-53", 53),
    ]


def end() -> list[bytes]:
    """The patient's numbers become one, then the accounts."""
    return [
        write.person("A40", sending.sending("c-60", 60), sending.PATIENT, prior=write.Prior(mrn="M200")),
        adt("A41", 61, sending.visit(location="4W"), prior=write.Prior(account_number=EARLY)),
    ]


def codes() -> list[bytes]:
    """An encoder's working codes, its final ones, and a correction of the diagnoses alone; among them codes under the number
    that is merged in the end. They come by a feed of their own (``feed_of``)."""
    working = [coded.dg1("J18.9", "W", place=1), coded.dg1("R07.9", "A")]
    corrected = [coded.dg1("J18.1", place=1, poa="Y"), coded.dg1("E11.9", place=2, poa="Y"), *coded.ABSTRACT[5:]]
    early = [coded.dg1("R07.9", place=1)]
    return [
        coded.final(5, early, "ADT^A08", mrn="M200", account=EARLY),
        coded.final(54, working, "ADT^A08"),
        coded.final(55),
        coded.message("DFT^P03", 56, [("FT1", {1: "1", 4: "20260902", 6: "CG", 25: "99284"})]),
        coded.final(57, corrected, "BAR^P05"),
    ]


def feed_of(message: bytes) -> str:
    """The feed by which a message of the story comes."""
    return "encoder" if b"|ENC|" in message[:20] else "file"


def whole() -> list[bytes]:
    """The story as it happened."""
    return [*emergency(), *stay(), *record(), *codes(), *end()]


def left() -> dict[str, Any]:
    """What the story leaves in the database, without keys and times of arrival."""
    return {
        "accounts": [_account(each) for each in Account.objects.order_by("number")],
        "patients": [
            (each.mrn, each.family_name, each.given_name, each.birth_date, same_patient(each).mrn)
            for each in Patient.objects.order_by("mrn")
        ],
        "documents": [_document(each) for each in Document.objects.order_by("source_id")],
        "orders": list(
            Order.objects.order_by("source_id").values_list(
                "source_id", "account__number", "kind", "status", "ordered_at", "authenticated", "ordered_by__npi"
            )
        ),
        "charges": list(ChargeLine.objects.order_by("source_id").values_list("source_id", "account__number", "amount")),
        "visits": [
            (each.visit_number, each.location, each.patient.mrn, sorted(each.accounts.values_list("number", flat=True)))
            for each in Encounter.objects.order_by("visit_number")
        ],
        "codes": list(
            ProposedCode.objects.filter(state="open")
            .order_by("account__number", "position")
            .values_list("account__number", "kind", "code", "poa", "performed_on")
        ),
        "work": sorted(WorkItem.objects.filter(closed_at__isnull=True).values_list("account__number", "kind", "coding_type")),
    }


def _account(account: Account) -> tuple[Any, ...]:
    return (
        account.number, account.step, account.patient.mrn, account.patient_class, account.type_of_bill, account.admit_date,
        account.discharge_date, account.discharge_status, account.statement_from, account.statement_through,
        account.point_of_origin, account.total_charges, account.occurrence_spans, account.attending and account.attending.npi,
        account.combined_into and account.combined_into.number, account.coverages.count(),
        list(account.milestones.order_by("kind").values_list("kind", flat=True)),
    )  # fmt: skip


def _document(document: Document) -> tuple[Any, ...]:
    current: DocumentVersion | None = document.current
    assert current is not None
    in_force = DocumentVersion.objects.in_force().filter(document=document).exists()
    return (
        document.source_id, document.type, document.account.number, current.account.number, current.text, current.status,
        current.signed_at, current.author_role, in_force, document.addendum_to and document.addendum_to.source_id,
        document.replaced_by and document.replaced_by.source_id,
    )  # fmt: skip
