"""Spreadsheets: the publisher's own says what its text file says; what is no workbook is refused in words."""

import datetime
import io
import zipfile
from collections.abc import Iterable
from typing import Any

import openpyxl
import pytest

from accounts.errors import Refused
from coding_workflow.codesets.loaders import read_parts, workbook
from coding_workflow.codesets.loaders.files import parts
from coding_workflow.codesets.loaders.table import ParsedTable
from tests.codesets.conftest import shared_file

_HEADER = ("HCPC", "SEQNUM", "RECID", "LONG DESCRIPTION", "SHORT DESCRIPTION", "COV", "ADD DT", "TERM DT")


def _sheet(*rows: Iterable[Any]) -> bytes:
    book, content = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(list(row))
    book.save(content)
    return content.getvalue()


def _read(system: str, content: bytes, name: str = "own.xlsx") -> ParsedTable:
    table = read_parts(system, parts(name, io.BytesIO(content)))
    assert isinstance(table, ParsedTable)
    return table


@pytest.mark.parametrize("system", ["HCPCS", "HCPCS-MODIFIER"])
def test_the_publishers_spreadsheet_says_what_its_text_file_says(system: str) -> None:
    packed = zipfile.ZipFile(shared_file("hcpcs/2019-Alpha-Numeric-HCPCS-File.zip"))
    sheet = _read(system, packed.read("HCPC2019_CONTR_ANWEB.xlsx"))
    text = _read(system, packed.read("HCPC2019_CONTR_ANWEB.txt"), "HCPC2019_CONTR_ANWEB.txt")

    def said(table: ParsedTable) -> dict[str, tuple[Any, ...]]:
        return {row.code: (row.attributes, row.valid_from, row.valid_until) for row in table.rows}

    assert said(sheet) == said(text)
    assert len(sheet.rows) > 300


def test_a_description_of_several_records_is_one() -> None:
    rows = [
        ("*Disclaimers",),
        (),
        _HEADER,
        ("J1100", "0010", "3", "Injection,", "Inj", "D", "20260101", None),
        ("J1100", "0020", "4", "one mg", None, None, None, None),
        ("99213", "0010", "3", "Licensed", "Licensed", "D", "20260101", None),
        ("J7050", "0010", "3", "Infusion", "Inf", "D", datetime.datetime(2026, 1, 1), "20260331"),
    ]
    first, second = _read("HCPCS", _sheet(*rows)).rows
    assert (first.code, first.long_title) == ("J1100", "Injection, one mg")
    assert (second.valid_from, second.valid_until) == (datetime.date(2026, 1, 1), datetime.date(2026, 4, 1))


def test_a_workbook_of_ones_own_is_read_by_its_columns() -> None:
    rows = [("code", "policy", "title", "diagnoses"), ("80061", "NCD 190.23", "Lipids", "I10; E08-E13")]
    (row,) = _read("COVERAGE", _sheet(*rows)).rows
    assert row.attributes["listings"][0]["codes"] == ["I10", "E08-E13"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"PK\x03\x04 no zip", "own.xlsx: is not a workbook that can be read."),
        (b"", "own.xlsx: is not a workbook that can be read."),
        (_sheet(), "own.xlsx: has no sheet with anything in it."),
        (_sheet(("code", "display")), "own.xlsx, line 1: has no header"),
        (_sheet(_HEADER, ("J1100", "1", "4", "goes on", "", "", "", "")), "line 2: continues a description of “J1100”"),
        (_sheet(_HEADER, ("J1100", "1", "3", "a", "a", "", "Monday", "")), "line 2: “Monday” is not a date of eight digits."),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(content: bytes, sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        _read("HCPCS", content)
    assert sentence in refused.value.sentence


def test_entities_are_refused_by_defusedxml_whatever_else_is_installed() -> None:
    assert openpyxl.DEFUSEDXML
    assert not openpyxl.LXML


def test_a_zip_that_is_no_workbook_and_one_that_unpacks_to_too_much_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("xl/workbook.xml", "<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>")
    with pytest.raises(Refused, match="is not a workbook that can be read"):
        _read("HCPCS", packed.getvalue())
    monkeypatch.setattr(workbook, "MOST_BYTES", 1000)
    with pytest.raises(Refused, match="is larger than"):
        _read("HCPCS", _sheet(_HEADER))
