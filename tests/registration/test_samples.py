"""The public HL7 samples, end to end: each is applied, or listed with its reason; nothing is lost."""

import datetime
from collections import Counter
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Account, ChargemasterEntry, Document
from coding_workflow.registration.models import FeedMap, InboundMessage
from coding_workflow.registration.services import import_file, import_message
from tests.cast import Cast
from tests.registration import sending

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "data" / "hl7v2" / "microsoft"
needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason="The public HL7 samples are not beside the checkout.")


@needs_samples
def test_each_sample_is_applied_or_listed_with_its_reason(cast: Cast) -> None:
    cast.main.hl7_codes = [
        "MAIN", "GHHSFacility", "XYZHOSPITAL", "RDX", "NIST Lab Facility", "2.16.840.1.114222.4.1.10411", "Ntierprise Clinic",
        "1", "GOOD HEALTH HOSPITAL", "NINTENDO",
    ]  # fmt: skip
    cast.main.save(update_fields=["hl7_codes"])
    FeedMap.objects.create(facility=cast.main, kind="disposition", local="Admitted as Inpatient", ours="01")
    for code in ("71045", "626.2"):
        ChargemasterEntry.objects.create(
            facility=cast.main, code=code, description="Service", revenue_code="0320", valid_from=datetime.date(2019, 1, 1)
        )
    files = sorted(SAMPLES.glob("*.hl7"))
    seen = {path.stem: message for path in files for message in import_file(path, feed=path.stem[:40].replace(" ", "_"))}
    assert len(seen) == len(files) == InboundMessage.objects.count()
    assert all(message.code for message in seen.values() if message.status != "applied")
    assert {name: (seen[name].status, seen[name].code) for name in EXPECTED} == EXPECTED
    counts = Counter(message.status for message in seen.values())
    assert counts == {"applied": 23, "aside": 10, "parked": 8, "failed": 38}
    not_ours = {message.code for message in seen.values() if message.status == "failed"}
    assert not_ours == {
        "hl7.type", "hl7.trigger", "hl7.no_account", "hl7.bad_time", "account.move", "registration.unknown_facility",
        "registration.other_patient",
    }  # fmt: skip


#: Most of them share one account number, so the order of their names decides.
EXPECTED = {
    "ADT-A01-01": ("applied", ""),
    "ADT-A03-01": ("applied", ""),
    "ADT-A04-01": ("applied", ""),
    "ADT-A08-01": ("applied", ""),
    "ADT-A11-01": ("failed", "account.move"),  # the stay was discharged and is being coded
    "ADT-A13-01": ("applied", ""),
    "ADT04-251": ("applied", ""),
    "ADT04-28": ("applied", ""),
    "MDM-T02-01": ("parked", "registration.no_account_yet"),  # of an account that no sample registers
    "MDM_01": ("applied", ""),
    "DFT-P03-01": ("applied", ""),
    "ORU-R01-01": ("parked", "registration.no_account_yet"),
    "LRI_2.0-NG_CBC_Typ_Message": ("failed", "hl7.no_account"),
    "LAB-ORU-1": ("failed", "registration.unknown_facility"),  # MSH-4 is empty
    "ADT-A40-01": ("applied", ""),
    "ADT-A41-01": ("applied", ""),  # a prior number that no sample registers
    "ADT-A45-01": ("parked", "registration.no_account_yet"),  # from an account that no sample registers
    "ADT-A02-01": ("applied", ""),
    "ADT-A05-01": ("applied", ""),
    "ADT-A06-01": ("applied", ""),
    "ADT-A07-01": ("applied", ""),
    "ADT-A31-01": ("applied", ""),
    "ADT-A16-01": ("aside", "registration.not_needed"),
    "ADT-A47-01": ("failed", "hl7.trigger"),
    "MDM-T10-01": ("parked", "registration.no_account_yet"),
    "ORM-O01-04": ("applied", ""),
    "ORM-O01-01": ("failed", "hl7.bad_time"),  # ORC-15 is no time of the calendar
    "OMG-O19-01": ("applied", ""),
    "SIU-S12-01": ("failed", "hl7.type"),
}


@pytest.mark.parametrize(
    "name",
    ["O'Brien", "<img src=x onerror=alert(1)>", "\u202eevil", "zero\u200bwidth", "Zo\u0308e", "Robert'); DROP TABLE x"],
)
def test_names_are_stored_verbatim(cast: Cast, name: str) -> None:
    patient = sending.write.Patient(mrn="M1", family_name=name, given_name="Pat")
    import_message(sending.write.adt("A01", sending.sending("1"), patient, sending.visit()))
    assert Account.objects.get().patient.family_name == name


def test_a_name_that_does_not_fit_is_listed_and_not_cut(cast: Cast) -> None:
    patient = sending.write.Patient(mrn="M1", family_name="x" * 300, given_name="Pat")
    message = import_message(sending.write.adt("A01", sending.sending("1"), patient, sending.visit()))
    assert (message.status, message.code, message.segment, message.field) == ("failed", "hl7.too_long", "PID", 5)
    assert not Account.objects.exists()


def test_a_discharge_before_the_admission_is_listed(cast: Cast) -> None:
    import_message(sending.admit())
    message = import_message(sending.discharge(discharged_at=sending.ADMITTED.replace(day=1, month=8)))
    assert (message.status, message.code) == ("failed", "registration.dates_reversed")
    assert Account.objects.get().discharge_date is None


def test_a_stay_of_years_and_a_lone_time_zone_are_flagged(cast: Cast) -> None:
    import_message(sending.admit())
    message = import_message(sending.discharge(admitted_at=sending.ADMITTED.replace(year=2016)))
    assert "stay_longer_than_a_year" in message.flags


@pytest.mark.parametrize(
    "raw", [b"", b"\x0b\x1c\r", b"MSH|^~\\&", b"\xff\xfe\x00", b"{}", b"MSH|^~\\&|A|MAIN|||x||ADT^A01|1|P|2.5"]
)
def test_rubbish_is_kept_and_listed(cast: Cast, raw: bytes) -> None:
    (message,) = import_file(raw)
    assert message.status == "failed" and message.code.startswith("hl7.")
    assert bytes(message.raw) == raw


def test_a_broken_batch_is_listed_once_and_nothing_of_it_is_applied(cast: Cast) -> None:
    whole = sending.write.batch([sending.admit(), sending.discharge()])
    (message,) = import_file(whole[: whole.rindex(b"BTS")])
    assert message.code == "hl7.batch"
    assert not Account.objects.exists()
    assert [each.status for each in import_file(whole)] == ["applied", "applied"]


def test_the_command_prints_a_line_each_without_the_patient_and_fails_when_one_failed(
    cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.hl7").write_bytes(sending.admit() + sending.summary())
    (tmp_path / "b.hl7").write_bytes(sending.admit("elsewhere", facility="NOWHERE"))
    with pytest.raises(CommandError):
        call_command("import_hl7", str(tmp_path))
    printed = capsys.readouterr().out
    assert "a.hl7:1  ADT A01  applied" in printed
    assert "b.hl7:1  ADT A01  failed  registration.unknown_facility" in printed
    assert "applied 2 failed 1" in printed
    assert not any(word in printed for word in ("Testcase", "M100", "A100", "Pneumonia"))
    assert Document.objects.count() == 1


def test_the_command_refuses_what_is_no_regular_file(cast: Cast, tmp_path: Path) -> None:
    with pytest.raises(CommandError):
        call_command("import_hl7", str(tmp_path / "absent.hl7"))
