"""Final codes for patient accounting: what is said, when policy wants it, and what stays as it was sent."""

import csv
import datetime
import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.errors import Conflict, NotAllowed, Refused
from accounts.models import Account, Hold, Step
from coding_workflow.payment.host import message, table
from coding_workflow.payment.host.codes import FinalCodes, FinalDiagnosis, FinalProcedure
from coding_workflow.payment.models import Claim, Delivery, DeliveryState, Destination
from coding_workflow.payment.services import bill_release, choose_destination, make_claims, try_again
from coding_workflow.policy.models import PolicyVersion
from coding_workflow.policy.reading import PolicyInvalid, from_json
from coding_workflow.policy.rules import BilledBy, Scope
from coding_workflow.policy.standard import STANDARD
from coding_workflow.registration.hl7.read import read_message
from coding_workflow.staff.models import Role, RoleGrant
from tests.cast import Cast

from .stage import coded, release

NOON = datetime.datetime(2026, 9, 30, 12, tzinfo=datetime.UTC)
CODES = FinalCodes(
    account_number="A|1",
    visit_number="V1",
    mrn="M^1",
    authority="MRN",
    family_name="O'N|eil",
    given_name="Zoë",
    birth_date=datetime.date(1950, 1, 2),
    sex="F",
    patient_class="inpatient",
    discharge_status="01",
    admitted_at=NOON,
    discharged_at=NOON + datetime.timedelta(days=3),
    released_at=NOON + datetime.timedelta(days=5),
    sequence=1,
    diagnoses=(
        FinalDiagnosis("R079", "admitting"),
        FinalDiagnosis("I214", poa="Y"),
        FinalDiagnosis("E119", poa="N"),
        FinalDiagnosis("W010XXA", "external", poa="Y"),
    ),
    procedures=(
        FinalProcedure("027034Z", "ICD-10-PCS", datetime.date(2026, 9, 30)),
        FinalProcedure("99284", "CPT", None, ("25", "X1"), "2"),
    ),
    drg="322",
    drg_version="43.1",
)
ENVELOPE = message.Envelope("BAR^P12", "F0000000001", "CODING", "MAIN", "PA", "MAIN", NOON, test=True)


def _segments(text: str, name: str) -> list[list[str]]:
    return [line.split("|") for line in text.split("\r") if line.startswith(f"{name}|")]


def test_the_message_says_codes_order_poa_drg_and_dates_and_nothing_of_a_patient_becomes_structure() -> None:
    text = message.write(CODES, ENVELOPE)
    assert [line[:3] for line in text.split("\r")[:-1]] == ["MSH", "EVN", "PID", "PV1", *["DG1"] * 4, "DRG", *["PR1"] * 2]
    diagnoses = [
        (one[3], one[6], one[15] if len(one) > 15 else "", one[26] if len(one) > 26 else "") for one in _segments(text, "DG1")
    ]
    assert diagnoses == [
        ("R079^^I10", "A", "", ""),
        ("I214^^I10", "F", "1", "Y"),
        ("E119^^I10", "F", "2", "N"),
        ("W010XXA^^I10", "F", "3", "Y"),
    ]
    [pv1], [drg] = _segments(text, "PV1"), _segments(text, "DRG")
    assert (pv1[2], pv1[36], pv1[44], pv1[45]) == ("I", "01", "20260930120000+0000", "20261003120000+0000")
    assert drg[1] == "322^^MSDRG^^^^43.1"
    assert [(one[3], one[14]) for one in _segments(text, "PR1")] == [("027034Z^^I10P", "1"), ("99284^^C4", "2")]
    [pid] = _segments(text, "PID")
    assert (pid[5], pid[18]) == ("O'N\\F\\eil^Zoë", "A\\F\\1")


def test_a_reader_of_hl7_reads_it_back() -> None:
    read = read_message(message.write(CODES, replace(ENVELOPE, message="ADT^A08")).encode())
    assert read.control_id == "F0000000001"


def test_the_table_has_a_row_for_each_code_and_no_cell_is_a_formula() -> None:
    rows = list(csv.DictReader(io.StringIO(table.write(replace(CODES, mrn="=1+1"), "F1"))))
    assert [(row["kind"], row["order"], row["code"], row["present_on_admission"]) for row in rows] == [
        ("diagnosis_admitting", "1", "R079", ""),
        ("diagnosis_final", "1", "I214", "Y"),
        ("diagnosis_final", "2", "E119", "N"),
        ("diagnosis_external", "1", "W010XXA", "Y"),
        ("procedure", "1", "027034Z", ""),
        ("procedure", "2", "99284", ""),
    ]
    assert {row["mrn"] for row in rows} == {"'=1+1"}
    assert (rows[-1]["modifiers"], rows[-1]["units"]) == ("25 X1", "2")


@pytest.fixture
def by_patient_accounting(cast: Cast, settings, tmp_path: Path) -> Callable[..., Destination]:
    """Policy: patient accounting bills inpatients; and a folder as its destination."""

    def choose(*, carrier: str = "hl7_file", destination: bool = True) -> Destination | None:
        policy = replace(STANDARD, billed_by=(BilledBy("patient_accounting", Scope(("inpatient",))),))
        PolicyVersion.objects.create(
            facility=cast.main, number=1, document=policy.to_json(), hash=policy.hash, effective_from=datetime.date(2026, 1, 1),
            written_by=cast.cleo, published_by=cast.bill,
        )  # fmt: skip
        settings.FINAL_CODES_FOLDER = tmp_path
        (tmp_path / "pa").mkdir()
        if not destination:
            return None
        return Destination.objects.create(facility=cast.main, name="PA", carrier=carrier, address="pa")

    return choose


def test_where_policy_says_so_a_release_ends_in_final_codes_and_not_in_a_claim(cast: Cast, by_patient_accounting) -> None:
    by_patient_accounting()
    row = release(cast, coded(cast))
    bill_release(release_id=row.pk)
    bill_release(release_id=row.pk)
    [delivery] = Delivery.objects.all()
    assert (delivery.state, delivery.release_id, Claim.objects.count()) == (DeliveryState.WAITING, row.pk, 0)
    assert "I214^^I10" in delivery.text
    assert "||322^^MSDRG" not in delivery.text
    assert Account.objects.get(pk=row.account_id).step == Step.RELEASED


def test_without_such_a_policy_it_ends_in_a_claim(cast: Cast) -> None:
    bill_release(release_id=release(cast, coded(cast)).pk)
    assert (Claim.objects.count(), Delivery.objects.count()) == (1, 0)


def test_an_account_whose_first_bill_was_our_claim_goes_on_with_claims(cast: Cast, by_patient_accounting) -> None:
    row = release(cast, coded(cast))
    make_claims(release_id=row.pk)
    by_patient_accounting()
    bill_release(release_id=row.pk)
    assert Delivery.objects.count() == 0


def test_without_a_destination_the_account_says_why_and_is_asked_again_once_there_is_one(
    cast: Cast, by_patient_accounting
) -> None:
    by_patient_accounting(destination=False)
    row = release(cast, coded(cast))
    bill_release(release_id=row.pk)
    [hold] = Hold.objects.filter(account=row.account_id, resolved_at__isnull=True, reason="claim.unfit")
    assert hold.message == "The final codes cannot be sent: No patient accounting system is named for this facility."
    assert not hold.blocking
    Destination.objects.create(facility=cast.main, name="PA", carrier="csv_file", address="pa")
    try_again(release_id=row.pk, by=cast.actor("bill"))
    bill_release(release_id=row.pk)
    [delivery] = Delivery.objects.all()
    assert delivery.text.startswith("control_id,account,")
    with pytest.raises(Conflict, match="on their way"):
        try_again(release_id=row.pk, by=cast.actor("bill"))


def test_plain_sql_changes_nothing_that_was_sent(cast: Cast, by_patient_accounting) -> None:
    by_patient_accounting()
    bill_release(release_id=release(cast, coded(cast)).pk)
    for change in ("text = 'x'", "control_id = 'x'", "sha256 = ''"):
        with pytest.raises(DatabaseError, match="stay as they were sent"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE payment_delivery SET {change}")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE payment_delivery SET state = 'acknowledged', acknowledged_at = now()")
    for change in ("state = 'waiting', acknowledged_at = NULL", "attempts = 9"):
        with pytest.raises(DatabaseError, match="stay as they were sent"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE payment_delivery SET {change}")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM payment_delivery")


def _administrator(cast: Cast):
    RoleGrant.objects.get_or_create(user=cast.cleo, facility=cast.main, role=Role.ADMINISTRATOR, ended_at=None)
    return cast.actor("cleo")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": " "}, "destination.name"),
        ({"carrier": "fax"}, "destination.carrier"),
        ({"message": "ADT^A01"}, "destination.message"),
        ({"carrier": "mllp", "address": "10.0.0.1:2575"}, "destination.address"),
        ({"address": ".."}, "destination.address"),
        ({"address": "../pa"}, "destination.address"),
        ({"address": "/etc"}, "destination.address"),
        ({"address": "none"}, "destination.address"),
    ],
)
def test_a_destination_that_the_installation_does_not_allow_is_refused(cast, settings, tmp_path, change, code) -> None:
    settings.FINAL_CODES_FOLDER, settings.FINAL_CODES_HOSTS = tmp_path, ("pa.example.org:2575",)
    (tmp_path / "pa").mkdir()
    wanted = {"name": "PA", "carrier": "hl7_file", "address": "pa"} | change
    with pytest.raises(Refused) as refused:
        choose_destination(facility=cast.main, by=_administrator(cast), **wanted)
    assert refused.value.code == code


def test_an_administrator_chooses_and_the_one_before_stays_as_history(cast, settings, tmp_path) -> None:
    settings.FINAL_CODES_FOLDER, settings.FINAL_CODES_HOSTS = tmp_path, ("pa.example.org:2575",)
    (tmp_path / "pa").mkdir()
    by = _administrator(cast)
    choose_destination(facility=cast.main, name="PA", carrier="hl7_file", address="pa", by=by)
    choose_destination(facility=cast.main, name="New PA", carrier="mllp", address="pa.example.org:2575", by=by, tls=True)
    rows = Destination.objects.order_by("pk").values_list("name", "active", "tls")
    assert list(rows) == [("PA", False, False), ("New PA", True, True)]
    with pytest.raises(NotAllowed):
        choose_destination(facility=cast.main, name="PA", carrier="hl7_file", address="pa", by=cast.actor("ana"))


def test_policy_knows_two_billing_systems() -> None:
    assert from_json(replace(STANDARD, billed_by=(BilledBy("patient_accounting"),)).to_json()).billed_by[0].system
    with pytest.raises(PolicyInvalid, match="fax"):
        from_json(replace(STANDARD, billed_by=(BilledBy("fax"),)).to_json())
