"""CSV in: rows of accounts, coverage, documents and charges."""

import csv
import datetime
import io
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db import transaction

from accounts.locking import lock_account
from accounts.models import Account, Document, Event, Hold, Patient
from accounts.services.combining import combine_accounts
from coding_workflow.coding.models import ProposedCode
from coding_workflow.registration import services
from coding_workflow.registration.csvfeed import columns, rows
from coding_workflow.registration.models import InboundMessage
from coding_workflow.registration.problem import Unreadable
from coding_workflow.registration.services import import_csv, try_csv
from tests.cast import Cast
from tests.registration.state import state


@pytest.fixture(autouse=True)
def _after_every_bill_hold(settings: LazySettings) -> None:
    settings.BUSINESS_DATE = datetime.date(2026, 9, 30)


def file_of(kind: str, *changes: dict[str, str], delimiter: str = ",") -> bytes:
    """A file with the template's row once for each set of changes."""
    names = [column.name for column in columns.KINDS[kind]]
    example = {column.name: column.example for column in columns.KINDS[kind]}
    written = io.StringIO(newline="")
    writer = csv.DictWriter(written, names, delimiter=delimiter)
    writer.writeheader()
    writer.writerows({**example, **each} for each in (changes or ({},)))
    return written.getvalue().encode()


def _import(*files: bytes) -> list[str]:
    return [message.status for file in files for message in import_csv(file)]


def test_the_templates_are_files_that_import(cast: Cast) -> None:
    assert _import(*(rows.template(kind).encode() for kind in columns.KINDS)) == ["applied"] * len(columns.KINDS)
    account = Account.objects.get()
    assert (account.number, account.step, account.patient_class, account.discharge_status) == (
        "A100",
        "coding",
        "inpatient",
        "01",
    )
    assert account.attending is not None and account.attending.npi == "1234567893"
    assert account.coverages.get().payer == cast.medicare
    assert account.total_charges == Decimal("812.00")
    proposed, hold = ProposedCode.objects.get(), Hold.objects.get()
    assert (proposed.source, proposed.code, proposed.poa) == ("opening", "J189", "Y")
    assert (hold.message, hold.owner_role, str(hold.since)) == ("Pathology report outstanding", "laboratory", "2026-09-05")
    version = Document.objects.get().current
    assert version is not None and (version.text, version.status) == ("Pneumonia.\nImproved and sent home.", "signed")


def test_files_in_any_order_twice_and_with_other_delimiters_end_the_same(cast: Cast) -> None:
    files = [file_of(kind) for kind in columns.KINDS]
    states = set()
    for order in (files, files[::-1], [*files, *files], [file_of(kind, delimiter=";") for kind in columns.KINDS]):
        with transaction.atomic():
            _import(*order)
            assert set(InboundMessage.objects.values_list("status", flat=True)) == {"applied"}
            assert InboundMessage.objects.count() == len(columns.KINDS)
            states.add(repr(state()))
            transaction.set_rollback(True)
    assert len(states) == 1


def test_an_empty_cell_changes_nothing_and_none_takes_back(cast: Cast) -> None:
    _import(file_of("accounts"))
    later = {"as_of": "2026-09-05T12:00:00-04:00"}
    _import(
        file_of("accounts", {**later, "point_of_origin": "", "admission_type": "(none)", "discharged": "", "disposition": ""})
    )
    account = Account.objects.get()
    assert (account.point_of_origin, account.admission_type, account.discharge_status) == ("1", "", "01")
    _import(file_of("accounts", {"as_of": "2026-09-06T12:00:00-04:00", "discharged": "(none)", "disposition": ""}))
    assert Account.objects.get().step == "registered"


def test_an_older_row_that_comes_late_does_not_overwrite_a_newer_one(cast: Cast) -> None:
    _import(file_of("accounts", {"point_of_origin": "4"}))
    _import(file_of("accounts", {"point_of_origin": "2", "as_of": "2026-09-01T12:00:00-04:00"}))
    assert Account.objects.get().point_of_origin == "4"
    _import(file_of("charges", {"amount": "900.00"}))
    _import(file_of("charges", {"amount": "100.00", "as_of": "2026-09-01T12:00:00-04:00"}))
    assert Account.objects.get().total_charges == Decimal("900.00")


def test_a_corrected_charge_takes_the_place_of_the_first_and_void_takes_it_off(cast: Cast) -> None:
    _import(file_of("accounts"), file_of("charges"), file_of("charges", {"amount": "10.00"}))
    assert Account.objects.get().total_charges == Decimal("10.00")
    _import(file_of("charges", {"void": "yes"}))
    assert Account.objects.get().total_charges == 0


def test_each_row_stands_for_itself_and_a_wrong_one_names_line_and_column(cast: Cast) -> None:
    file = file_of(
        "accounts",
        {},
        {"account": "A101", "admitted": "2026-02-30"},
        {"account": "A102", "patient_class": "X9"},
        {"account": "A103"},
    )
    found = list(import_csv(file))
    assert [(each.status, each.line, each.place) for each in found] == [
        ("applied", 2, ""), ("failed", 3, "admitted"), ("failed", 4, "patient_class"), ("applied", 5, ""),
    ]  # fmt: skip
    assert set(Account.objects.values_list("number", flat=True)) == {"A100", "A103"}


_OF_THE_FORM = {
    "occurrence_codes": "05:2026-08-30 11:2026-09-01",
    "occurrence_spans": "74:2026-09-02/2026-09-03",
    "condition_codes": "a1 44",
    "value_codes": "54:3310 80:3",
}


def test_codes_of_the_claim_form_come_with_days_and_amounts_and_are_taken_back(cast: Cast) -> None:
    assert _import(file_of("accounts", _OF_THE_FORM)) == ["applied"]
    account = Account.objects.get()
    assert account.occurrence_codes == [{"code": "05", "date": "2026-08-30"}, {"code": "11", "date": "2026-09-01"}]
    assert account.occurrence_spans == [{"code": "74", "from": "2026-09-02", "through": "2026-09-03"}]
    assert account.condition_codes == ["A1", "44"]
    assert account.value_codes == [{"code": "54", "amount": "3310"}, {"code": "80", "amount": "3"}]
    _import(file_of("accounts", {"as_of": "2026-09-05T12:00:00-04:00"}))
    assert Account.objects.get().occurrence_codes, "an empty cell changes nothing"
    _import(file_of("accounts", {"as_of": "2026-09-06T12:00:00-04:00", **dict.fromkeys(_OF_THE_FORM, "(none)")}))
    account.refresh_from_db()
    assert [getattr(account, name) for name in _OF_THE_FORM] == [[], [], [], []]


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        ("occurrence_codes", "05", "csv.bad_time"),
        ("occurrence_codes", "05:08/30/2026", "csv.bad_time"),
        ("occurrence_codes", "05:2026-02-30", "csv.bad_time"),
        ("occurrence_codes", "05:2026-W35-7", "csv.bad_time"),
        ("occurrence_codes", "5:2026-08-30", "csv.code"),
        ("occurrence_codes", "\u0660\u0665:2026-08-30", "csv.code"),
        ("occurrence_codes", "05:2026-08-30,11:2026-08-30", "csv.bad_time"),
        ("occurrence_codes", "05:2026-08-30 05:2026-08-30", "csv.code"),
        ("occurrence_codes", " ".join(f"{number}:2026-08-30" for number in range(10, 35)), "csv.too_long"),
        ("occurrence_spans", "74:2026-09-02", "csv.bad_time"),
        ("occurrence_spans", "74:2026-09-03/2026-09-02", "csv.bad_time"),
        ("condition_codes", "44:1", "csv.code"),
        ("condition_codes", "444", "csv.code"),
        ("value_codes", "54", "csv.bad_amount"),
        ("value_codes", "54:-1", "csv.bad_amount"),
        ("value_codes", "54:NaN", "csv.bad_amount"),
        ("value_codes", "54:1,000", "csv.bad_amount"),
        ("value_codes", "54:1E+3", "csv.bad_amount"),
        ("value_codes", "54:12345678", "csv.bad_amount"),
    ],
)
def test_a_wrong_code_of_the_claim_form_names_row_and_column(cast: Cast, column: str, cell: str, code: str) -> None:
    found = list(import_csv(file_of("accounts", {}, {"account": "A101", column: cell})))
    assert [(each.status, each.line, each.place, each.code) for each in found][1] == ("failed", 3, column, code)
    assert try_csv(file_of("accounts", {column: cell}))[0].column == column


def test_a_row_can_be_corrected_on_the_list(cast: Cast) -> None:
    (broken,) = import_csv(file_of("accounts", {"admitted": "2026-02-30"}))
    fixed = services.correct_message(broken.pk, bytes(broken.raw).replace(b"2026-02-30", b"2026-09-01"), by=cast.actor("ada"))
    assert (fixed.status, fixed.line, fixed.format) == ("applied", 2, "csv")


@pytest.mark.parametrize(
    ("raw", "code", "words"),
    [
        (b"\xff\xfef\x00", "csv.encoding", "UTF-16"),
        (file_of("accounts", {"family_name": "Zoe"}).replace(b"Zoe", "Zo\xeb".encode("cp1252")), "csv.encoding", "Windows-1252"),
        (file_of("charges", {"description": "QUOTE"}).replace(b"QUOTE", b'"open'), "csv.quotes", "line 2"),
        (b"", "csv.header", "not a header"),
        (b"facility,account,mrn\n", "csv.empty", "no row"),
        (b"facility,account,mrn,mrn\nMAIN,A,B,C\n", "csv.header", "twice"),
        (b"facility,account,mrn,colour,sex,city\nMAIN,A,B,C,F,X\n", "csv.header", "column 4 is unknown"),
        (b"MAIN,A100,M100\nMAIN,A101,M101\n", "csv.header", "not a header"),
        (b"a," * 100_000, "csv.header", "too long"),
        (file_of("charges", {"description": "x" * 140_000}), "csv.quotes", "too long"),
    ],
)
def test_a_file_that_cannot_be_read_safely_is_kept_whole_and_nothing_of_it_is_taken(
    cast: Cast, raw: bytes, code: str, words: str
) -> None:
    (message,) = import_csv(raw)
    assert (message.status, message.code, bytes(message.raw)) == ("failed", code, raw)
    assert words in message.sentence
    assert not Account.objects.exists()


def test_a_byte_order_mark_and_windows_line_ends_make_no_difference(cast: Cast) -> None:
    _import(b"\xef\xbb\xbf" + file_of("accounts"))
    _import(file_of("accounts").replace(b"\r\n", b"\n"))
    assert InboundMessage.objects.get().times_received == 2


@pytest.mark.parametrize(
    "cell", ["=HYPERLINK(1)", "@SUM(A1)", "+1+1", "-2+3", "O'Brien", "<img src=x onerror=alert(1)>", "\u202eevil"]
)
def test_what_a_spreadsheet_would_run_is_stored_as_it_is(cast: Cast, cell: str) -> None:
    assert _import(file_of("accounts", {"family_name": cell}))[0] in {"applied", "failed"}
    assert list(Patient.objects.values_list("family_name", flat=True)) in ([cell], [])


@pytest.mark.parametrize(("column", "cell"), [("mrn", "1.1E+10"), ("account", "2E5")])
def test_a_number_that_a_spreadsheet_rewrote_is_refused(cast: Cast, column: str, cell: str) -> None:
    (message,) = import_csv(file_of("accounts", {column: cell}))
    assert (message.status, message.place) == ("failed", column) or message.code == "csv.rewritten"
    assert not Account.objects.exists()


def test_a_dry_run_says_what_each_row_would_do_and_keeps_nothing(cast: Cast) -> None:
    _import(file_of("accounts"))
    before = (InboundMessage.objects.count(), Event.objects.count())
    file = file_of(
        "accounts", {}, {"account": "A101"}, {"point_of_origin": "2", "as_of": "2026-09-08T00:00:00Z"}, {"sex": "", "mrn": ""}
    )
    assert [(each.line, each.would, each.column) for each in try_csv(file)] == [
        (2, "nothing", ""), (3, "applied", ""), (4, "applied", ""), (5, "fails", "mrn"),
    ]  # fmt: skip
    assert [each.does for each in try_csv(file)][1:3] == ["Registers a new account", "Updates the account"]
    assert try_csv(file_of("charges", {"account": "A9"}))[0].would == "waits"
    assert try_csv(b"\xff\xfe")[0].would == "fails"
    assert try_csv(file_of("accounts", {"facility": "OTHER"}), facility_ids=frozenset({cast.main.pk}))[0].column == "facility"
    assert (InboundMessage.objects.count(), Event.objects.count()) == before


def test_a_row_cannot_reach_another_facilitys_patients(cast: Cast) -> None:
    assert _import(file_of("accounts", {"authority": "OTHER"})) == ["failed"]
    assert _import(file_of("accounts", {"facility": "NOWHERE"})) == ["failed"]
    _import(file_of("accounts"), file_of("charges", {"mrn": "M999"}))
    assert InboundMessage.objects.get(type="charges").code == "registration.other_patient"


def test_the_command_prints_lines_and_columns_without_the_patient(
    cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "accounts.csv"
    path.write_bytes(file_of("accounts", {}, {"account": "A101", "sex": "F", "admitted": "soon"}))
    with pytest.raises(CommandError):
        call_command("import_csv", str(path), "--dry-run")
    assert not InboundMessage.objects.exists()
    with pytest.raises(CommandError):
        call_command("import_csv", str(path))
    printed = capsys.readouterr().out
    assert "accounts.csv:3  accounts  failed  csv.bad_time at admitted" in printed
    assert not any(word in printed for word in ("Testcase", "M100", "A100", "soon"))


def test_a_quote_that_closes_far_below_is_seen(cast: Cast) -> None:
    swallowed = b'facility,account,mrn,city\nMAIN,A1,M1,"open\nMAIN,A2,M2,end"\n'
    with pytest.raises(Unreadable) as refused:
        rows.split(swallowed)
    assert (refused.value.code, refused.value.place) == ("csv.quotes", "city")


def test_codes_of_each_system_are_numbered_by_themselves_and_a_code_with_an_e_is_no_rewritten_number(cast: Cast) -> None:
    procedure = {"list": "", "poa": "", "code": "3E03317", "system": "ICD-10-PCS", "sequence": "1"}
    codes = file_of(
        "codes", {}, procedure, {**procedure, "system": "CPT", "code": "99284"}, {**procedure, "system": "HCPCS", "code": "G0463"}
    )
    assert _import(file_of("accounts"), codes) == ["applied"] * 5
    assert sorted(ProposedCode.objects.filter(state="open").values_list("kind", "system", "code")) == [
        ("diagnosis", "ICD-10-CM", "J189"), ("procedure", "CPT", "99284"), ("procedure", "HCPCS", "G0463"),
        ("procedure", "ICD-10-PCS", "3E03317"),
    ]  # fmt: skip
    back = {**procedure, "system": "HCPCS", "code": "(none)", "as_of": "2026-09-20T08:00:00-04:00"}
    assert _import(file_of("codes", back)) == ["applied"]
    assert not ProposedCode.objects.filter(state="open", code="G0463").exists()


def test_codes_of_a_combined_account_do_not_become_the_surviving_ones(cast: Cast) -> None:
    _import(file_of("accounts"), file_of("accounts", {"account": "A200", "visit": "V200"}), file_of("codes"))
    gone, stays = Account.objects.get(number="A200"), Account.objects.get(number="A100")
    with transaction.atomic():
        combine_accounts(account=lock_account(gone.pk), into=lock_account(stays.pk), by=cast.actor("cleo"))
    _import(file_of("codes", {"account": "A200", "code": "E11.9"}))
    assert list(ProposedCode.objects.filter(account=stays, state="open").values_list("code", flat=True)) == ["J189"]
