"""HL7 in and out, without a database: hostile inputs are refused quickly, with a reason and without their content."""

import datetime
import time
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coding_workflow.registration.hl7 import adt, dft, escapes, framing, limits, mdm, oru, read, times, write
from coding_workflow.registration.hl7.problem import HL7Problem
from tests.registration import sending

HEADER = "MSH|^~\\&|ADT|MAIN|||20260904110000-0400||ADT^A08|1|P|2.5.1\r"
PID = "PID|1||M100^^^MRN^MR||Testcase^Pat||19570203|F||||||||||A100\r"
PV1 = "PV1|1|I|||||||||||||||||V1\r"
NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("name", "raw", "code"),
    [
        ("H01 empty", b"", "hl7.empty"),
        ("H01 only framing", b"\x0b\x1c\r", "hl7.empty"),
        ("H02 only a name", b"MSH", "hl7.header"),
        ("H02 only a separator", b"MSH|", "hl7.header"),
        ("H02 no marks", b"MSH|^~\\&", "hl7.header"),
        ("H02 no fields", b"MSH|^~\\&|", "hl7.header_field_missing"),
        ("H03 CR and LF mixed", (HEADER + PID).encode() + b"OBX|1|TX|||a\nb\r", "hl7.mixed_line_ends"),
        ("H04 all the same", b"MSH|||||||||ADT^A08|1|P|2.5", "hl7.separators"),
        ("H04 letters", b"MSH|abcd|x|y|||||ADT^A08|1|P|2.5", "hl7.separators"),
        ("H04 a letter first", b"MSHA^~\\&AxAyAAAAAADTA", "hl7.not_a_segment"),
        ("H05 a million repetitions", (HEADER + "PID|1||" + "~" * 1_000_000).encode(), "hl7.segment_too_long"),
        ("H05 just too many", (HEADER + "PID|1||" + "~" * 1_000).encode(), "hl7.too_many_repetitions"),
        ("H06 too many segments", HEADER.encode() + b"OBX|1\r" * 200_000, "hl7.too_many_segments"),
        ("H06 many segments", HEADER.encode() + b"OBX|1\r" * 20_000, "hl7.too_many_segments"),
        ("H07 ten megabytes in a field", (HEADER + "OBX|1|ED|||" + "A" * 10_000_000).encode(), "hl7.segment_too_long"),
        ("H07 a long field", (HEADER + "OBX|1|ED|||" + "A" * 33_000).encode(), "hl7.field_too_long"),
        ("many parts", HEADER.encode() + b"OBX|1|" + (b"^" * 30_000 + b"\rOBX|1|") * 11, "hl7.too_many_parts"),
        ("too large", b"MSH" + b"x" * limits.FILE_BYTES, "hl7.file_too_large"),
        ("H09 Latin-1 unannounced", (HEADER + "PID|1||M1||Zo\xeb").encode("latin-1"), "hl7.encoding"),
        ("H09 lying", (HEADER[:-1] + "||||||UNICODE UTF-8\rPID|1||M1||Zo\xeb").encode("latin-1"), "hl7.encoding"),
        ("H09 unknown set", (HEADER[:-1] + "||||||KLINGON\r" + PID).encode(), "hl7.encoding"),
        ("UTF-16", (HEADER + PID).encode("utf-16"), "hl7.encoding"),
        ("H18 version", HEADER.replace("2.5.1", "9.9").encode(), "hl7.version"),
        ("H19 glued", (HEADER + PID.strip() + HEADER + PID).encode(), "hl7.glued"),
        ("H19 two messages", (HEADER + PID + HEADER + PID).encode(), "hl7.several"),
        ("no segment", (HEADER + "this is not a segment\r").encode(), "hl7.not_a_segment"),
        ("no header", PID.encode(), "hl7.no_header"),
        ("NUL by escape", (HEADER + "PID|1||M1^^^MRN^MR||a\\X00\\b\r" + PV1).encode(), "hl7.nul"),
    ],
)  # fmt: skip
def test_hostile_messages_are_refused_quickly_and_say_why(name: str, raw: bytes, code: str) -> None:
    started = time.process_time()
    with pytest.raises(HL7Problem) as caught:
        adt.visit_message(read.read_message(raw))
    assert caught.value.code == code
    assert time.process_time() - started < 1
    assert "Testcase" not in caught.value.sentence + str(caught.value)


@pytest.mark.parametrize("line_end", ["\r", "\n", "\r\n", "\r\n\r\n"])
@pytest.mark.parametrize("frame", [(b"", b""), (b"\x0b", b"\x1c\r"), (b"\xef\xbb\xbf", b"")])
def test_line_ends_framing_and_byte_order_mark_make_no_difference(line_end: str, frame: tuple[bytes, bytes]) -> None:
    raw = frame[0] + (HEADER + PID + PV1).replace("\r", line_end).encode() + frame[1]
    facts = adt.visit_message(read.read_message(raw))
    assert (facts.patient.mrn, facts.visit.account_number) == ("M100", "A100")


def test_latin_1_is_read_when_it_is_announced() -> None:
    raw = (HEADER[:-1] + "||||||8859/1\rPID|1||M1||Zo\xeb\r" + PV1).encode("latin-1")
    assert adt.visit_message(read.read_message(raw)).patient.family_name == "Zo\xeb"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"a\F\b\S\c\T\d\R\e\E\f", "a|b^c&d~e\\f"),
        (r"one\.br\two", "one\ntwo"),
        (r"one\.sp3\two", "one\n\n\ntwo"),
        (r"\.sp999999999\x", r"\.sp999999999\x"),
        (r"\.sp9999\x", "\n" * limits.ESCAPED_LINES + "x"),
        (r"\X41\\X4243\ ", "ABC "),
        (r"\X4", r"\X4"),
        (r"\XZZ\ ", r"\XZZ\ "),
        (r"\Zlocal\ ", r"\Zlocal\ "),
        (r"\E\F\E\ ", "\\F\\ "),
        (r"\H\bold\N\ ", "bold "),
    ],
)
def test_escapes_are_decoded_once_and_bounded(written: str, meant: str) -> None:
    assert escapes.decode(written, escapes.Separators()) == meant


def test_a_megabyte_of_unterminated_hexadecimal_is_no_work() -> None:
    started = time.process_time()
    escapes.decode("\\X" + "41" * 500_000, escapes.Separators())
    assert time.process_time() - started < 1


_TEXT = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=200)


@settings(max_examples=60, deadline=None)
@given(family=_TEXT.filter(lambda text: text.strip() == text and text not in {"", '""'}), lines=st.lists(_TEXT, max_size=5))
def test_what_is_written_is_read_back_verbatim(family: str, lines: list[str]) -> None:
    patient = write.Patient(mrn="M1", family_name=family, given_name="Pat")
    text = "\n".join(["First.", *lines, "Last."])
    note = write.Note(number="D1", type="DS", title="Summary", text=text)
    message = read.read_message(write.mdm(sending.sending("1"), patient, "A1", note))
    assert mdm.record_message(message).documents[0].text == text
    raw = write.adt("A08", sending.sending("1"), patient, sending.visit())
    assert adt.visit_message(read.read_message(raw)).patient.family_name == family


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 400), st.booleans())
def test_damaged_bytes_give_a_message_or_a_problem_and_nothing_else(noise: bytes, at: int, framed: bool) -> None:
    whole = sending.discharge()
    raw = whole[:at] + noise + whole[at + len(noise) :] if framed else noise
    try:
        for message in framing.split_file(raw):
            adt.visit_message(read.read_message(message))
    except HL7Problem:
        pass


@pytest.mark.parametrize(
    ("text", "date", "precision"),
    [
        ("20260904", datetime.date(2026, 9, 4), "day"),
        ("202609", None, "month"),
        ("2026", None, "year"),
        ("202609040215", datetime.date(2026, 9, 4), "minute"),
        ("202609040215+0000", datetime.date(2026, 9, 3), "minute"),
        ("20260904021500.1234-0400", datetime.date(2026, 9, 4), "second"),
        ('""', None, "deleted"),
    ],
)
def test_times_keep_their_precision_and_give_the_facilitys_date(text: str, date: datetime.date | None, precision: str) -> None:
    moment = times.parse(text, "PV1", 44)
    assert moment is not None
    assert (moment.date(NEW_YORK), moment.precision, moment.text) == (date, precision, text)


@pytest.mark.parametrize("text", ["00000000", "20260231", "20261301", "2026090425", "tomorrow", "20260904-9999", "２０２６"])
def test_what_is_no_time_of_the_calendar_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(HL7Problem) as caught:
        times.parse(text, "PID", 7)
    assert (caught.value.code, caught.value.place) == ("hl7.bad_time", "PID-7")


def test_a_wall_clock_without_offset_is_the_facilitys_on_both_sides_of_the_change() -> None:
    summer, winter = times.parse("202610312300", "PV1", 44), times.parse("202611012300", "PV1", 44)
    assert summer is not None and winter is not None
    first, second = summer.instant(NEW_YORK), winter.instant(NEW_YORK)
    assert first is not None and second is not None
    assert second.astimezone(datetime.UTC) - first.astimezone(datetime.UTC) == datetime.timedelta(hours=25)


@pytest.mark.parametrize(
    ("birth", "flag"),
    [("19000101", "birth_date_implausible"), ("2026", "birth_date_not_exact"), ("20991231", "birth_date_in_future")],
)
def test_births_that_nobody_asked_for_are_flagged(birth: str, flag: str) -> None:
    raw = (HEADER + PID.replace("19570203", birth) + PV1).encode()
    assert flag in adt.visit_message(read.read_message(raw)).flags


def test_batches_are_taken_whole_or_not_at_all() -> None:
    pair = [sending.admit(), sending.discharge()]
    whole = write.batch(pair)
    assert len(framing.split_file(whole)) == 2
    for broken in (
        whole.replace(b"BTS|2", b"BTS|3"),
        whole[: whole.rindex(b"BTS")],
        b"FHS|^~\\&\r" + whole,
        b"".join(pair) + whole,
    ):
        with pytest.raises(HL7Problem) as caught:
            framing.split_file(broken)
        assert caught.value.code in {"hl7.batch", "hl7.batch_count"}


def test_a_file_batch_counts_its_batches() -> None:
    batches = write.batch([sending.admit()]) + write.batch([sending.discharge()])
    assert len(framing.split_file(b"FHS|^~\\&\r" + batches + b"FTS|2\r")) == 2
    with pytest.raises(HL7Problem):
        framing.split_file(b"FHS|^~\\&\r" + batches + b"FTS|1\r")


def test_a_header_inside_a_text_is_text_when_it_is_escaped() -> None:
    note = write.Note(number="D1", type="DS", title="", text="MSH|^~\\&|not a header")
    raw = write.mdm(sending.sending("1"), sending.PATIENT, "A1", note)
    assert len(framing.split_file(raw)) == 1
    assert mdm.record_message(read.read_message(raw)).documents[0].text == note.text


def test_billing_codes_travel_in_ub2() -> None:
    stay = sending.visit(
        condition_codes=["44", "51"],
        occurrence_codes=[("55", datetime.date(2026, 9, 3))],
        value_codes=[("54", Decimal("1850"))],
        operating=sending.WARD,
    )
    facts = adt.visit_message(read.read_message(write.adt("A08", sending.sending("1"), sending.PATIENT, stay))).visit
    assert facts.condition_codes == ("44", "51")
    assert facts.occurrence_codes == (("55", datetime.date(2026, 9, 3)),)
    assert facts.value_codes == (("54", Decimal("1850")),)
    assert facts.operating is not None and facts.operating.npi == "1234567893"


def test_credits_are_negative_and_payments_are_left_out() -> None:
    raw = sending.charge(amount="-12.50") + b"FT1|2|P1||20260901|20260901|PY|PAY||||5.00\r"
    facts = dft.record_message(read.read_message(raw))
    assert [line.amount for line in facts.charges] == [Decimal("-12.50")]
    assert facts.flags == ("payments_left_out",)


@pytest.mark.parametrize("amount", ["1E5", "1,000.00", "1.005", "--5", ".5", "NaN", "9" * 40, "５"])
def test_amounts_that_are_none_are_refused(amount: str) -> None:
    raw = sending.charge().replace(b"812.00", amount.encode())
    with pytest.raises(HL7Problem) as caught:
        dft.record_message(read.read_message(raw))
    assert caught.value.place == "FT1-11"


@pytest.mark.parametrize(("status", "ours"), [("F", "signed"), ("C", "signed"), ("P", "unsigned"), ("X", "cancelled")])
def test_a_result_is_signed_when_it_is_final(status: str, ours: str) -> None:
    document = oru.record_message(read.read_message(sending.pathology(status=status))).documents[0]
    assert (document.status, document.type_codes[-1]) == (ours, "pathology_report")


def test_measured_results_are_lines_with_unit_range_and_flag() -> None:
    report = write.Report(
        number="L1", code="718-7", name="Blood count", section="HM",
        results=[write.Result(code="718-7", name="Hemoglobin", value="9.1", unit="g/dL", reference="13-18", abnormal="L")],
    )  # fmt: skip
    raw = write.oru(sending.sending("1"), sending.PATIENT, "A1", [report])
    assert oru.record_message(read.read_message(raw)).documents[0].text == "Hemoglobin: 9.1 g/dL (reference 13-18) [L]"


SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "data" / "hl7v2" / "microsoft"


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="The public HL7 samples are not beside the checkout.")
def test_every_public_sample_can_be_read() -> None:
    unread = {}
    for path in sorted(SAMPLES.glob("*.hl7")):
        try:
            read.read_message(path.read_bytes())
        except HL7Problem as problem:
            unread[path.name] = problem.code
    assert unread == {}


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"MSH|^~\\&|A\rPID|1\r", "MSH|^~\\&|A\nPID|1\n"),
        (b"\x0bMSH|^~\\&|A\r\nPID|1\x1c\r", "MSH|^~\\&|A\nPID|1\n"),
        (b"MSH|^~\\&||||||||||||||||8859/1\nPID|\xe9", "MSH|^~\\&||||||||||||||||8859/1\nPID|é"),
        (b"MSH|^~\\&|A\rPID|\xe9\x00", "MSH|^~\\&|A\nPID|\ufffd\ufffd"),
    ],
)
def test_any_message_can_be_shown_damaged_or_not(raw: bytes, text: str) -> None:
    assert framing.shown(raw) == text


def test_what_is_typed_over_a_message_is_written_in_its_own_character_set() -> None:
    typed = "MSH|^~\\&||||||||||||||||8859/1\r\nPID|é\r\n"
    assert framing.typed(typed) == b"MSH|^~\\&||||||||||||||||8859/1\rPID|\xe9"
    for cannot in (typed.replace("é", "Ж"), typed.replace("é", "\ufffd")):
        with pytest.raises(HL7Problem, match=r"hl7\.encoding"):
            framing.typed(cannot)
