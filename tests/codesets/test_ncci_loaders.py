"""NCCI pairs, unlikely units and lists of claim codes: read whole, or refused with the line."""

import csv
import datetime
import io
import zipfile

import pytest

from coding_workflow.codesets.codes import CLAIM_LISTS
from coding_workflow.codesets.loaders import Malformed, SourceFile, files, read, read_parts
from coding_workflow.codesets.loaders.files import open_parts, parts
from tests.codesets.conftest import shared_file

PAIRS, UNITS = "NCCI-PTP-HOSPITAL", "MUE-HOSPITAL"
#: As the publisher writes it: a notice, a title, a header over four lines.
TITLES = (
    "CPT only copyright 2025 American Medical Association.  All rights reserved.\t\t\t\t\t\t",
    "Column1/Column2 Edits\t\t\t\t\t\t",
    "Column 1\tColumn 2\t*=in existence prior to 1996\tEffective Date\tDeletion Date\tModifier\tPTP Edit Rationale",
    "\t\t\t\t\t0=not allowed\t",
    "\t\t\t\t*=no data\t1=allowed\t",
    "\t\t\t\t\t9=not applicable\t",
)
ROW = "A4301\tA4300\t*\t20260401\t*\t1\tStandards of medical/surgical practice"


def published(*rows: str, titles: tuple[str, ...] = TITLES) -> bytes:
    """A file in the publisher's form."""
    return "".join(f"{line}\r\n" for line in (*titles, *rows)).encode()


def pairs_in(*contents: bytes, system: str = PAIRS):
    """The set in some files, to be streamed."""
    found = [part for number, content in enumerate(contents) for part in parts(f"part{number}.txt", io.BytesIO(content))]
    return read_parts(system, found)


def _rows(table) -> list[list[str]]:
    return [pair.rstrip("\n").split("\t") for _, _, pair in table.rows()]


def _values(file: str, count: int, system: str):
    table = read_parts(system, open_parts(shared_file(f"ncci/{file}")))
    assert len(table.rows) == count
    return {row.code: row for row in table.rows}


@pytest.mark.parametrize(
    ("system", "name", "count"),
    [
        (PAIRS, "ncci_ptp_out_2024-07-01_levelII_pairs_only.csv", 2_200),
        ("NCCI-PTP-PRACTITIONER", "ncci_ptp_prac_2024-07-01_levelII_pairs_only.csv", 3_158),
    ],
)
def test_the_samples_of_pairs_load_completely(system, name, count):
    rows = _rows(read_parts(system, open_parts(shared_file(f"ncci/{name}"))))
    assert len(rows) == count
    assert ["A4301", "A4300", "\\N", "2002-01-01", "1"] in rows, "the last day in force is turned into the first day it is not"
    assert ["G0108", "G0270", "\\N", "\\N", "0"] in rows, "the year 9999 is no end"


def test_the_samples_of_unlikely_units_load_completely():
    april = _values("MUE_practitioner_2026Q2_HCPCS_levelII_only.csv", 4_523, "MUE-PRACTITIONER")
    assert (april["A0021"].units, april["A0021"].adjudication, april["A0021"].rationale) == (0, "3", "CMS Policy")
    _values("ncci_mue_out_2024-07-01_levelII_only.csv", 4_339, UNITS)
    _values("ncci_mue_prac_2024-07-01_levelII_only.csv", 4_387, "MUE-PRACTITIONER")


def test_the_publishers_form_of_pairs_is_read_with_its_titles_and_dates():
    rows = _rows(pairs_in(published(ROW, "A4306\tA4305\t\t19970701\t20260331\t9\tx", "")))
    assert rows == [["A4301", "A4300", "2026-04-01", "\\N", "1"], ["A4306", "A4305", "1997-07-01", "2026-04-01", "9"]]


def test_the_same_with_commas_and_a_header_over_several_lines_of_one_cell():
    text = io.StringIO()
    header = ["Column 1", "Column 2", "*=in existence\nprior to 1996", "Effective\nDate", "Deletion\nDate\n*=no data"]
    csv.writer(text).writerows(
        [["CPT only copyright"], [*header, "Modifier\n0=not allowed", "Rationale"], [*ROW.split("\t")[:6], "a, b"]]
    )
    assert _rows(pairs_in(text.getvalue().encode("utf-8-sig"))) == [["A4301", "A4300", "2026-04-01", "\\N", "1"]]


def test_a_zip_of_several_parts_is_one_set_and_its_workbooks_are_left_out():
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("ccioph-f2.txt", published(ROW.replace("A4301", "G0101")))
        packed.writestr("ccioph-f1.txt", published(ROW))
        packed.writestr("ccioph-f1.xlsx", b"PK\0\0")
    table = read_parts(PAIRS, parts("ccioph.zip", archive))
    assert [row[0] for row in _rows(table)] == ["A4301", "G0101"]
    assert table.source == "ccioph-f1.txt, ccioph-f2.txt"


def test_pairs_are_streamed_and_never_held():
    class Counted(io.BytesIO):
        taken = 0

        def read(self, size=-1, /):
            content = super().read(size)
            Counted.taken += len(content)
            return content

    file = Counted(published(*[ROW] * 100_000))
    table = read_parts(PAIRS, parts("big.txt", file))
    Counted.taken = 0
    rows = table.rows()
    next(rows)
    assert Counted.taken < 2_000_000 < len(file.getvalue())


@pytest.mark.parametrize(
    ("lines", "line", "words"),
    [
        (published(titles=("code,mue,mai,rationale", "A0021,0,3,x")), 1, "no header with the columns Column 1, Column 2"),
        (published("A430\tA4300\t\t20260401\t*\t1\tx"), 7, "no line after the header has a code"),
        (published(ROW, "A430\tA4300\t\t20260401\t*\t1\tx"), 8, "“A430” is not a code of five characters"),
        (published(ROW, "A4301\tA4300\t\tsoon\t*\t1\tx"), 8, "“soon” is not a date like 20260401"),
        (published(ROW, "A4301\tA4300\t\t20260231\t*\t1\tx"), 8, "“20260231” is not a date"),
        (published(ROW, "A4301\tA4300\t\t20260401\t99999999999999\t1\tx"), 8, "“99999999999999” is not a date"),
        (published(ROW, "A4301\tA4300\t\t20260401\t*\t7\tx"), 8, "“7” is no modifier indicator"),
        (published(ROW, ROW)[:-60], 8, "has 2 values; 6 are wanted"),
        (published(ROW, 'A4301\t"A4300\t\t20260401'), 8, "cannot be read as columns"),
        (published(ROW, "A" * 200_000), 8, "cannot be read as columns|values; 6 are wanted"),
    ],
)
def test_a_broken_file_of_pairs_is_refused_with_the_line(lines, line, words):
    with pytest.raises(Malformed, match=words) as refusal:
        _rows(pairs_in(lines))
    assert refusal.value.line == line or words.startswith("cannot be read as columns|")


def test_a_nul_is_refused_with_its_line_whatever_the_table():
    with pytest.raises(Malformed, match=r"part0.txt, line 8: holds a NUL"):
        pairs_in(published(ROW, ROW.replace("A4301", "A43\0")))
    with pytest.raises(Malformed, match=r"m.csv, line 2: holds a NUL"):
        read("HCPCS-MODIFIER", [SourceFile("m.csv", b"code,description\nLT,Le\0ft")])


def test_a_workbook_alone_is_refused_and_says_what_to_take():
    with pytest.raises(Malformed, match=r"is a workbook, which is not read for this table. Take the text file"):
        read_parts(PAIRS, parts("ccioph-f1.xlsx", io.BytesIO(b"PK\x03\x04")))


def test_a_file_of_the_other_setting_is_refused():
    with pytest.raises(Malformed, match="is the practitioner set; NCCI-PTP-HOSPITAL wants the hospital one"):
        _rows(read_parts(PAIRS, parts("ccipra-v322r0-f1.txt", io.BytesIO(published(ROW)))))
    header = "HCPCS/CPT Code,Practitioner Services MUE Values,MUE Adjudication Indicator,MUE Rationale"
    with pytest.raises(Malformed, match="MUE-HOSPITAL wants the hospital one"):
        read_parts(UNITS, parts("mue.csv", io.BytesIO(f"{header}\nA0021,1,2 x,y".encode())))


def test_an_archive_is_bounded_by_its_directory_before_it_is_read(monkeypatch):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a.txt", b"0" * 5000)
    monkeypatch.setattr(files, "MAX_BYTES", 1000)
    with pytest.raises(Malformed, match="larger than"):
        parts("a.zip", archive)


_MUE = "HCPCS/CPT Code,Outpatient Hospital Services MUE Values,MUE Adjudication Indicator,MUE Rationale"


def test_the_publishers_form_of_unlikely_units_is_read_below_its_notice():
    notice = '"CPT copyright 2025\nAmerican Medical Association, all rights reserved",,,'
    content = f"{notice}\r\n{_MUE}\r\nA0021,90000,2 Date of Service Edit: Policy,Nature of Service\r\n".encode()
    (row,) = read_parts(UNITS, parts("mue.csv", io.BytesIO(content))).rows
    assert (row.code, row.units, row.adjudication) == ("A0021", 90_000, "2")


@pytest.mark.parametrize(
    ("lines", "line", "words"),
    [
        (["col1,col2,deleted,modifier,rationale"], 1, "no header with the columns HCPCS/CPT Code, MUE Values"),
        ([_MUE, "A0021,1,2"], 2, "has 3 values; 4 are wanted"),
        ([_MUE, "A002,1,2,x"], 2, "not a code of five characters"),
        ([_MUE, "A0021,99999999999,2,x"], 2, "“99999999999” is not a number of units"),
        ([_MUE, "A0021,-1,2,x"], 2, "is not a number of units"),
        ([_MUE, "A0021,1,4,x"], 2, "no adjudication indicator"),
        ([_MUE, "A0021,1,2,x", "A0021,1,2,x"], 3, "in the file already"),
        ([_MUE, 'A0021,1,2,"x'], 2, "comma-separated values"),
    ],
)
def test_a_broken_file_of_unlikely_units_is_refused_with_the_line(lines, line, words):
    with pytest.raises(Malformed, match=words) as refusal:
        read_parts(UNITS, parts("mue.csv", io.BytesIO("\n".join(lines).encode())))
    assert refusal.value.line == line


@pytest.mark.parametrize(
    ("system", "name", "count"),
    [
        ("REVENUE-CODE", "CLM-REV-CNTR-CD", 539),
        ("DISCHARGE-STATUS", "BENE-PTNT-STUS-CD", 100),
        ("ADMISSION-TYPE", "CLM-ADMSN-TYPE-CD", 10),
        ("POINT-OF-ORIGIN", "CLM-ADMSN-SRC-CD", 35),
        ("TYPE-OF-BILL", "CLM-BILL-FREQ-CD", 1_938),
        ("BILL-CLASS", "CLM-BILL-CLSFCTN-CD", 81),
        ("BILL-FACILITY", "CLM-BILL-FAC-TYPE-CD", 9),
        ("CONDITION-CODE", "CLM-RLT-COND-CD", 1_035),
        ("PLACE-OF-SERVICE", "CLM-POS-CD", 100),
        ("ADJUSTMENT-GROUP", "ANSI-GRP-CD", 5),
        ("ADJUSTMENT-REASON", "ANSI-RSN-CD", 407),
    ],
)
def test_the_lists_of_claim_codes_load_completely(system, name, count):
    table = read_parts(system, open_parts(shared_file(f"ub04/{name}.csv")))
    assert len(table.rows) == count, "all but CMS's sign for a code that was not reported"


@pytest.mark.parametrize("system", sorted(CLAIM_LISTS))
def test_every_list_of_claim_codes_takes_codes_and_descriptions_of_ones_own(system):
    code = {"REVENUE-CODE": "0450", "TYPE-OF-BILL": "131", "ADJUSTMENT-GROUP": "CO"}.get(system, "11")
    code = code if system not in {"ADMISSION-TYPE", "POINT-OF-ORIGIN", "BILL-FACILITY", "BILL-FREQUENCY"} else "1"
    (row,) = read(system, [SourceFile("own.csv", f"code,description\n{code},Own words".encode())]).rows
    assert (row.code, row.long_title, row.billable) == (code, "Own words", True)
    with pytest.raises(Malformed, match=f"not shaped like a code of {system}"):
        read(system, [SourceFile("own.csv", b"code,description\n99999,Own words")])


def test_the_date_that_ends_a_pair_is_the_first_day_without_it():
    ((_, _, pair),) = pairs_in(published("A4301\tA4300\t\t20200101\t20231231\t1\tx")).rows()
    assert datetime.date.fromisoformat(pair.split("\t")[3]) == datetime.date(2024, 1, 1)
