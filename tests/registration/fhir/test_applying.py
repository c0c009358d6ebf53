"""FHIR in: what each resource does, in any order, once."""

import datetime
import gzip
import random
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.db import transaction

from accounts.errors import Refused
from accounts.history import verify_account
from accounts.models import Account, Document, Patient, Provider
from coding_workflow.registration import services
from coding_workflow.registration.models import FeedFormat, FeedMap, InboundMessage, ResourceVersion
from coding_workflow.registration.services import import_fhir, import_message, import_resource, inbound
from coding_workflow.registration.services.fhir import attempting
from tests.cast import Cast
from tests.registration import sending
from tests.registration.state import state

from . import resources as fhir


@pytest.fixture(autouse=True)
def _one_facility_after_every_bill_hold(cast: Cast, settings: LazySettings) -> None:
    settings.BUSINESS_DATE = datetime.date(2026, 9, 30)
    cast.main.hl7_codes = ["MAIN", "urn:main:mrn"]
    cast.main.save(update_fields=["hl7_codes"])


def _import(*every: dict[str, Any]) -> list[str]:
    return [_take(fhir.written(each)).status for each in every]


def _take(raw: bytes) -> InboundMessage:
    return import_resource(raw, feed="ehr", facility="MAIN")


def _statuses() -> set[str]:
    return set(InboundMessage.objects.values_list("status", flat=True))


def test_a_stay_becomes_an_account_with_everything_on_it(cast: Cast) -> None:
    assert set(_import(*fhir.whole())) == {"applied"}
    account = Account.objects.get()
    assert (account.number, account.step, account.patient_class, account.type_of_bill) == ("A100", "coding", "inpatient", "0111")
    assert (account.admit_date, account.discharge_date) == (datetime.date(2026, 9, 1), datetime.date(2026, 9, 4))
    assert (account.discharge_status, account.admission_type, account.point_of_origin) == ("01", "1", "1")
    assert (account.patient.mrn, account.patient.authority, account.patient.sex) == ("M100", "MRN", "F")
    assert account.attending is not None and account.attending.npi == "1234567893"
    assert account.coverages.get().payer == cast.medicare
    assert account.total_charges == Decimal("812.00")
    note = Document.objects.get(type="discharge_summary").current
    assert note is not None and (note.text, note.status, note.author_role) == (
        "Pneumonia.\nImproved & sent home.",
        "signed",
        "attending",
    )
    sections = Document.objects.get(type="history_and_physical").current
    assert sections is not None and sections.text == "Complaint:\nCough & fever.\nTwo days.\n\nPlan\n\nDrugs:\nCeftriaxone"
    assert not account.diagnoses.exists()  # a Condition is a hint
    assert verify_account(account) == []


def test_every_order_ends_in_the_same_state_and_everything_twice_changes_nothing(cast: Cast) -> None:
    every = [
        *fhir.whole(),
        fhir.encounter("2026-09-05T00:00:00Z", priority=fhir.coded("UR")),
        fhir.note("2026-09-06T00:00:00Z", "Amended."),
    ]
    every[4] = fhir.encounter("2026-09-04T16:00:00Z")
    every[5] = fhir.note("2026-09-04T16:00:00Z")
    states = set()
    for seed in range(6):
        order = random.Random(seed).sample(every, len(every)) if seed else every[::-1]
        with transaction.atomic():
            _import(*order)
            assert _statuses() == {"applied"}
            states.add(repr(state()))
            revision = Account.objects.get().revision
            _import(*order)
            assert Account.objects.get().revision == revision
            states.add(repr(state()))
            assert InboundMessage.objects.count() == len(every)
            transaction.set_rollback(True)
    assert len(states) == 1
    assert "Amended." in states.pop()


def test_what_refers_to_something_that_is_not_here_waits_for_it_and_says_so(cast: Cast) -> None:
    assert _import(fhir.note(), fhir.charge(), fhir.encounter(), fhir.coverage()) == ["parked"] * 4
    waiting = InboundMessage.objects.get(type="Encounter")
    assert (waiting.code, waiting.place) == ("registration.waits_for", "Encounter.subject")
    assert "Patient" in waiting.sentence
    assert not Account.objects.exists()
    _import(fhir.patient(), fhir.payer())
    assert _statuses() == {"applied"}
    assert Account.objects.get().total_charges == Decimal("812.00")


def test_what_waits_is_tried_when_that_comes_for_which_it_waits(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """A note waits for its encounter, whoever else comes that it names."""
    tried = Counter[str]()

    def attempt(message: InboundMessage) -> None:
        tried[message.control_id] += 1
        attempting.attempt(message)

    monkeypatch.setitem(inbound.attempts, FeedFormat.FHIR, attempt)
    _import(fhir.note(), fhir.charge(), fhir.practitioner(), fhir.payer(), fhir.coverage(), fhir.patient(), fhir.encounter())
    assert _statuses() == {"applied"}
    assert {key: count for key, count in tried.items() if count > 1} == {
        "DocumentReference/d1": 2, "ChargeItem/t1": 2, "Coverage/c1": 2,
    }  # fmt: skip


def test_an_older_version_that_comes_late_does_not_overwrite_a_newer_one(cast: Cast) -> None:
    _import(fhir.patient(), fhir.encounter("2026-09-05T00:00:00Z"))
    _import(fhir.encounter("2026-09-02T00:00:00Z", status="in-progress", period={"start": "2026-09-01T08:30:00-04:00"}))
    assert Account.objects.get().discharge_date == datetime.date(2026, 9, 4)
    assert "older_version" in InboundMessage.objects.order_by("pk").last().flags  # type: ignore[union-attr]
    assert ResourceVersion.objects.get(kind="Encounter", in_force=True).told_at.day == 5


def test_what_a_newer_version_no_longer_says_is_taken_back(cast: Cast) -> None:
    _import(fhir.patient("2026-09-01T00:00:00Z"), fhir.encounter("2026-09-05T00:00:00Z"))
    _import(fhir.encounter("2026-09-06T00:00:00Z", hospitalization={"dischargeDisposition": fhir.coded("snf")}))
    _import({name: value for name, value in fhir.patient("2026-09-06T00:00:00Z").items() if name != "birthDate"})
    account = Account.objects.get()
    assert (account.point_of_origin, account.discharge_status) == ("", "03")
    assert account.patient.birth_date is None


def test_an_encounter_that_goes_on_takes_its_discharge_back(cast: Cast) -> None:
    _import(fhir.patient(), fhir.encounter("2026-09-05T00:00:00Z"))
    _import(fhir.encounter("2026-09-06T00:00:00Z", status="in-progress", period={"start": "2026-09-01T08:30:00-04:00"}))
    account = Account.objects.get()
    assert (account.step, account.discharge_date, account.discharge_status) == ("registered", None, "")


@pytest.mark.parametrize(("status", "step"), [("cancelled", "cancelled"), ("entered-in-error", "cancelled")])
def test_a_cancelled_encounter_ends_its_account(cast: Cast, status: str, step: str) -> None:
    _import(
        fhir.patient(),
        fhir.encounter("2026-09-01T00:00:00Z", status="in-progress", period={"start": "2026-09-01T08:30:00-04:00"}),
    )
    _import(fhir.encounter("2026-09-02T00:00:00Z", status=status))
    assert Account.objects.get().step == step


def test_a_planned_encounter_makes_no_account_and_its_documents_wait(cast: Cast) -> None:
    assert _import(fhir.patient(), fhir.encounter("2026-09-01T00:00:00Z", status="planned"), fhir.note())[1:] == [
        "applied",
        "parked",
    ]
    assert not Account.objects.exists()
    _import(fhir.encounter("2026-09-02T00:00:00Z"))
    assert Document.objects.get().account.number == "A100"


def test_encounters_of_one_account_are_one_stay(cast: Cast) -> None:
    emergency = fhir.encounter(
        id="e0", identifier=[{"value": "V0"}], account=[{"reference": "Account/a1"}], status="finished",
        **{"class": {"code": "EMER"}}, period={"start": "2026-08-31T20:00:00-04:00", "end": "2026-09-01T08:30:00-04:00"},
        hospitalization={"admitSource": fhir.coded("emd")},
    )  # fmt: skip
    stay = fhir.encounter(identifier=[{"value": "V1"}], account=[{"reference": "Account/a1"}])
    billed = {"resourceType": "Account", "id": "a1", "status": "active", "identifier": [{"value": "BILL-7"}]}
    for order in ((billed, emergency, stay), (stay, emergency, billed)):
        with transaction.atomic():
            _import(fhir.patient(), *order)
            account = Account.objects.get()
            assert (account.number, account.patient_class, account.discharge_status) == ("BILL-7", "inpatient", "01")
            assert (account.admit_date, account.discharge_date) == (datetime.date(2026, 8, 31), datetime.date(2026, 9, 4))
            assert set(account.encounters.values_list("visit_number", flat=True)) == {"V0", "V1"}
            transaction.set_rollback(True)


def test_a_charge_that_changes_is_voided_and_posted_again(cast: Cast) -> None:
    _import(fhir.patient(), fhir.encounter(), fhir.charge("2026-09-02T00:00:00Z"), fhir.charge("2026-09-03T00:00:00Z", 900.5))
    account = Account.objects.get()
    assert (account.total_charges, account.charges.count()) == (Decimal("900.50"), 2)
    _import(fhir.charge("2026-09-04T00:00:00Z", status="entered-in-error"))
    account.refresh_from_db()
    assert account.total_charges == 0


def test_the_clinician_is_whom_the_practitioner_says_whenever_that_comes(cast: Cast) -> None:
    _import(
        fhir.patient(),
        fhir.encounter(participant=[]),
        fhir.note(),
        fhir.practitioner(name=[{"family": "Ward-Hill", "given": ["W."]}]),
    )
    assert Provider.objects.get(source_id="DR1").family_name == "Ward-Hill"
    version = Document.objects.get().current
    assert version is not None and version.author_role == "physician"


def test_a_document_that_takes_anothers_place_cancels_it_in_either_order(cast: Cast) -> None:
    newer = fhir.note(id="d2", relatesTo=[{"code": "replaces", "target": {"reference": "DocumentReference/d1"}}])
    for order in ((fhir.note(), newer), (newer, fhir.note())):
        with transaction.atomic():
            _import(fhir.patient(), fhir.encounter(), *order)
            found = {each.source_id: each.current.status for each in Document.objects.all() if each.current}
            assert found == {"d1": "cancelled", "d2": "signed"}
            transaction.set_rollback(True)


@pytest.mark.parametrize(
    ("content", "text", "flag"),
    [
        (
            {"contentType": "text/html", "data": "PHA+T25lICZhbXA7PC9wPjxzY3JpcHQ+dHdvPC9zY3JpcHQ+PHA+VGhyZWU8L3A+"},
            "One &\n\nThree",
            "",
        ),
        ({"contentType": "application/pdf", "data": "JVBERi0="}, "", "not_readable_text"),
        ({"contentType": "text/plain", "url": "http://169.254.169.254/latest/meta-data"}, "", "attachment_elsewhere"),
        ({"contentType": "text/plain", "url": "file:///etc/passwd"}, "", "attachment_elsewhere"),
    ],
)
def test_attachments_are_read_where_they_are_text_and_flagged_with_the_reason_where_not(
    cast: Cast, content: dict[str, str], text: str, flag: str
) -> None:
    _import(fhir.patient(), fhir.encounter(), fhir.note(content=[{"attachment": content}]))
    message, version = InboundMessage.objects.get(type="DocumentReference"), Document.objects.get().current
    assert version is not None and version.text == text
    assert not flag or {flag, "document_without_text"} <= set(message.flags)


def test_a_binary_of_the_same_feed_is_waited_for(cast: Cast) -> None:
    content = [{"attachment": {"contentType": "text/plain", "url": "Binary/b1"}}]
    assert _import(fhir.patient(), fhir.encounter(), fhir.note(content=content))[-1] == "parked"
    _import({"resourceType": "Binary", "id": "b1", "contentType": "text/plain", "data": "V29yZHM="})
    version = Document.objects.get().current
    assert version is not None and version.text == "Words"


def test_an_empty_list_is_let_pass_and_flagged(cast: Cast) -> None:
    _import(fhir.patient(), fhir.payer(), fhir.coverage(extension=[]))
    assert InboundMessage.objects.get(type="Coverage").flags == ["empty_list"]


def test_a_resource_that_nobody_reads_is_set_aside_with_its_reason(cast: Cast) -> None:
    observation = {"resourceType": "Observation", "status": "final", "code": {"text": "Weight"}}
    assert _import(observation) == ["aside"]
    assert "Observation" in InboundMessage.objects.get().aside_reason


def test_a_transaction_is_all_or_nothing_and_a_batch_is_not(cast: Cast) -> None:
    parts = (fhir.patient(), fhir.encounter(hospitalization={"dischargeDisposition": fhir.coded("oth")}), fhir.note())
    (refused,) = import_fhir(fhir.bundle("transaction", *parts), feed="ehr", facility="MAIN")
    assert (refused.status, refused.code) == ("failed", "registration.unmapped_disposition")
    assert refused.place == "Bundle.entry.1.Encounter.hospitalization.dischargeDisposition"
    assert (InboundMessage.objects.count(), Patient.objects.count()) == (1, 0)
    FeedMap.objects.create(facility=cast.main, kind="disposition", local="oth", ours="01")
    assert services.replay_message(refused.pk, by=cast.actor("ada")).status == "applied"
    assert Document.objects.count() == 1
    loose = [each.status for each in import_fhir(fhir.bundle("batch", *parts), feed="other", facility="MAIN")]
    assert len(loose) == 3


def test_urn_references_inside_a_transaction_find_each_other(cast: Cast) -> None:
    someone = {name: value for name, value in fhir.patient().items() if name != "id"}
    stay = fhir.encounter(subject={"reference": "urn:uuid:11111111-1111-4111-8111-111111111111"})
    entries = [
        {
            "fullUrl": "urn:uuid:22222222-2222-4222-8222-222222222222",
            "resource": stay,
            "request": {"method": "POST", "url": "Encounter"},
        },
        {
            "fullUrl": "urn:uuid:11111111-1111-4111-8111-111111111111",
            "resource": someone,
            "request": {"method": "POST", "url": "Patient"},
        },
    ]
    _take(fhir.written({"resourceType": "Bundle", "type": "transaction", "entry": entries}))
    assert Account.objects.get().patient.mrn == "M100"


def test_a_feed_cannot_reach_into_another_facility(cast: Cast) -> None:
    foreign = fhir.patient(identifier=[{"type": fhir.coded("MR", fhir.V2), "system": "OTHER", "value": "M7"}])
    assert _import(foreign) == ["failed"]
    elsewhere = {"resourceType": "Organization", "id": "OTHER", "name": "Other Hospital"}
    _import(elsewhere, fhir.patient())
    assert _import(fhir.encounter(serviceProvider={"reference": "Organization/OTHER"})) == ["failed"]
    unit = {"identifier": {"system": "urn:coding-workflow:OTHER:unit", "value": "GRP"}}
    assert _import(fhir.encounter(serviceProvider=unit)) == ["failed"]
    _import({"resourceType": "Organization", "id": "unit-7", "identifier": [unit["identifier"]]})
    assert _import(fhir.encounter(serviceProvider={"reference": "Organization/unit-7"})) == ["failed"]
    codes = set(InboundMessage.objects.filter(status="failed").values_list("code", flat=True))
    assert codes == {"registration.other_authority", "registration.other_facility"}
    assert not Account.objects.exists()


def test_where_several_facilities_are_nobody_guesses(cast: Cast) -> None:
    message = import_resource(fhir.written(fhir.patient()), feed="ehr")
    assert message.code == "registration.facility_not_said"
    with pytest.raises(Refused):
        list(import_fhir(b"{}", facility="NOWHERE"))
    assert import_resource(fhir.written(fhir.patient()), feed="ehr", facility="MAIN").status == "applied"


def test_hl7_that_waited_is_applied_to_an_account_that_fhir_registers(cast: Cast) -> None:
    assert import_message(sending.charge()).status == "parked"
    _import(fhir.patient(), fhir.encounter())
    assert Account.objects.get().total_charges == Decimal("812.00")


def test_ndjson_is_read_line_by_line_also_compressed_and_a_broken_line_stands_alone(cast: Cast, tmp_path: Path) -> None:
    lines = [fhir.written(fhir.patient()), b'{"resourceType": "Enc', fhir.written(fhir.encounter()), b""]
    path = tmp_path / "Encounter.ndjson.gz"
    path.write_bytes(gzip.compress(b"\n".join(lines)))
    found = list(import_fhir(path, feed="ehr", facility="MAIN"))
    assert [(each.line, each.status) for each in found] == [(1, "applied"), (2, "failed"), (3, "applied")]
    assert found[1].code == "fhir.json"
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(Refused) as cut:
        list(import_fhir(path, feed="again", facility="MAIN"))
    assert cut.value.code == "registration.cut_off"


def test_the_command_reads_a_folder_and_prints_nothing_of_the_patient(
    cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "Encounter.ndjson").write_bytes(fhir.written(fhir.encounter()))
    (tmp_path / "Patient.ndjson").write_bytes(fhir.written(fhir.patient()))
    (tmp_path / "manifest.json").write_bytes(b"{}")
    call_command("import_fhir", str(tmp_path), "--facility", "MAIN")
    printed = capsys.readouterr().out
    assert "Patient.ndjson:1  Patient  applied" in printed and "applied 2" in printed
    assert not any(word in printed for word in ("Testcase", "M100", "A100"))
