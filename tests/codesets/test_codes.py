"""How codes are written, which system a date has, and what notes point at."""

import datetime

import pytest

from accounts.errors import Refused
from coding_workflow.codesets.codes import diagnosis_system, display, normalise, procedure_system
from coding_workflow.codesets.entries import NoteLevel, targets, targets_of


@pytest.mark.parametrize(
    ("code", "system", "shown"),
    [
        ("E1122", "ICD-10-CM", "E11.22"),
        ("I10", "ICD-10-CM", "I10"),
        ("W260XXA", "ICD-10-CM", "W26.0XXA"),
        ("4280", "ICD-9-CM-DX", "428.0"),
        ("E8490", "ICD-9-CM-DX", "E849.0"),
        ("V4581", "ICD-9-CM-DX", "V45.81"),
        ("3606", "ICD-9-CM-PX", "36.06"),
        ("027034Z", "ICD-10-PCS", "027034Z"),
        ("J1885", "HCPCS", "J1885"),
    ],
)
def test_a_code_is_shown_with_its_point_and_read_back_without(code, system, shown):
    assert display(code, system) == shown
    assert normalise(f" {shown.lower()} ") == code


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ("\u0415119", "cyrillic capital letter ie"),
        ("E\uff11\uff11", "fullwidth digit one"),
        ("E11\u200b9", "zero width space"),
        ("E11/9", "solidus"),
        ("E11'--", "apostrophe"),
    ],
)
def test_a_character_that_only_looks_right_is_refused_by_name(typed, named):
    with pytest.raises(Refused, match=named):
        normalise(typed)


def test_a_text_too_long_for_a_code_is_refused():
    with pytest.raises(Refused, match="at most 10"):
        normalise("A" * 11)


def test_icd_10_begins_on_its_day():
    eve, day = datetime.date(2015, 9, 30), datetime.date(2015, 10, 1)
    assert (diagnosis_system(eve), procedure_system(eve)) == ("ICD-9-CM-DX", "ICD-9-CM-PX")
    assert (diagnosis_system(day), procedure_system(day)) == ("ICD-10-CM", "ICD-10-PCS")


def test_targets_of_notes_are_codes_and_ranges_without_points():
    notes = [
        "stage (N18.1-N18.4, N18.9)",
        "failure (I50.-)",
        "such as: (O10-O16)",
        "(healed) fracture",
        "Z79.4 without parentheses",
    ]
    assert targets(notes) == ("N181-N184", "N189", "I50", "O10-O16")


def test_targets_of_levels_come_nearest_first_and_once():
    levels = (NoteLevel("A", "", {"excludes1": ("x (B20)",)}), NoteLevel("B", "", {"excludes1": ("y (B20, C00)",)}))
    assert targets_of(levels, "excludes1") == ("B20", "C00")
