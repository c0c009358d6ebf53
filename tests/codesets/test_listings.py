"""Medical necessity and the outpatient code editor's lists: read whole, or refused with the line."""

import pytest

from accounts.errors import Refused
from coding_workflow.codesets.codes import COVERAGE, IOCE
from coding_workflow.codesets.loaders import SourceFile, read

_COVERAGE = "code,policy,title,diagnoses\n"
_IOCE = "edit,code,title,with\n"


def _read(system: str, text: str) -> dict[str, list[dict[str, object]]]:
    table = read(system, [SourceFile("own.csv", text.encode())])
    return {row.code: row.attributes["listings"] for row in table.rows}


def test_lines_of_one_code_and_determination_add_up() -> None:
    lines = "80061,NCD 190.23,Lipid testing,E08-E13; e78.5\n80061,NCD 190.23,Lipid testing,I10 I10\n80061,L33333,Local,Z13.6\n"
    assert _read(COVERAGE, _COVERAGE + lines) == {
        "80061": [
            {"name": "L33333", "title": "Local", "codes": ["Z136"]},
            {"name": "NCD 190.23", "title": "Lipid testing", "codes": ["E08-E13", "E785", "I10"]},
        ]
    }


def test_an_edit_of_the_outpatient_code_editor_may_name_nothing_beside_the_code() -> None:
    found = _read(IOCE, _IOCE + "18,27280,Inpatient procedure,\n92,61885,Device-dependent procedure,C1767;C1820\n")
    assert found["27280"] == [{"name": "18", "title": "Inpatient procedure", "codes": []}]
    assert found["61885"] == [{"name": "92", "title": "Device-dependent procedure", "codes": ["C1767", "C1820"]}]


@pytest.mark.parametrize(
    ("system", "text", "sentence"),
    [
        (COVERAGE, "code,policy\n80061,L1\n", "own.csv, line 1: has no header with the columns code,policy,title,diagnoses."),
        (IOCE, "code,title\n", "own.csv, line 1: has no header with the columns edit,code,title,with."),
        (COVERAGE, "", "own.csv, line 1: has no header"),
        (COVERAGE, _COVERAGE, "own.csv: holds no codes."),
        (COVERAGE, _COVERAGE + "80061,L1,Lipids\n", "own.csv, line 2: does not have 4 values."),
        (COVERAGE, _COVERAGE + "8006,L1,Lipids,I10\n", "line 2: “8006” is not shaped like a HCPCS or CPT code."),
        (COVERAGE, _COVERAGE + "80061,,Lipids,I10\n", "line 2: “” is not the name of a policy."),
        (COVERAGE, _COVERAGE + "80061,L1,Lipids,I10 80061\n", "line 2: “80061” is not a code that diagnoses can hold."),
        (COVERAGE, _COVERAGE + "80061,L1,Lipids,E08-\n", "line 2: “E08-” is not a code that diagnoses can hold."),
        (COVERAGE, _COVERAGE + "80061,L1,Lipids, ;\n", "line 2: names no diagnoses."),
        (COVERAGE, _COVERAGE + '80061,L1,"Lipids,I10\n', "cannot be read as comma-separated values"),
        (IOCE, _IOCE + "92,61885,Device,I10\n", "line 2: “I10” is not a code that with can hold."),
        (IOCE, _IOCE + "92,61885,Dev\0ice,\n", "holds a NUL character"),
    ],
)
def test_what_is_not_such_a_table_is_refused_with_its_place(system: str, text: str, sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        _read(system, text)
    assert sentence in refused.value.sentence
