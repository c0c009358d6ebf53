"""The tables of a fresh installation: look-up, notes, and the edges of their period."""

import datetime

import pytest
from django.core.management import call_command

from accounts.actors import Actor
from coding_workflow.codesets import selectors
from coding_workflow.codesets.loaders import read_parts
from coding_workflow.codesets.loaders.files import open_parts
from coding_workflow.codesets.models import Code, IndexWord
from coding_workflow.codesets.services import load_table
from tests.codesets.conftest import shared_file

LAST, AFTER = datetime.date(2026, 9, 30), datetime.date(2026, 10, 1)

pytestmark = [pytest.mark.usefixtures("tables"), pytest.mark.django_db]


def test_all_codes_of_both_tables_are_there():
    assert Code.objects.filter(release__system="ICD-10-CM").count() == 98_186
    assert Code.objects.filter(release__system="ICD-10-CM", billable=True).count() == 74_719
    assert Code.objects.filter(release__system="ICD-10-PCS").count() == 79_193
    assert IndexWord.objects.filter(release__system="ICD-10-CM").count() > 5_000


def test_the_period_is_half_open():
    for system, code in (("ICD-10-CM", "I21.4"), ("ICD-10-PCS", "027034Z")):
        assert selectors.loaded(system, LAST) is not None
        assert selectors.lookup(system, code, LAST) is not None
        assert selectors.loaded(system, AFTER) is None
        assert selectors.lookup(system, code, AFTER) is None
        assert selectors.loaded(system, datetime.date(2026, 3, 31)) is None


def test_codes_that_begin_with_u_are_valid():
    entry = selectors.lookup("ICD-10-CM", "U07.1", LAST)
    assert entry is not None
    assert (entry.display, entry.title, entry.billable) == ("U07.1", "COVID-19", True)


def test_a_heading_is_found_and_is_not_billable():
    assert selectors.lookup("ICD-10-CM", "E11.2", LAST).billable is False
    assert selectors.lookup("ICD-10-CM", "E11.99", LAST) is None


def test_the_codes_of_the_demo_stories_exist():
    diagnoses = ["I21.4", "I13.0", "A41.51", "S72.141A", "L89.153", "O70.1", "Z38.00", "N83.511", "R10.A2", "T45.515A", "F10.231"]
    procedures = ["027034Z", "4A023N7", "B2111ZZ", "0QS636Z", "10E0XZZ", "0KQM0ZZ", "10D00Z1", "0UL70ZZ", "3E03317", "HZ2ZZZZ"]
    assert len(selectors.lookup_many("ICD-10-CM", diagnoses, LAST)) == len(diagnoses)
    assert len(selectors.lookup_many("ICD-10-PCS", procedures, LAST)) == len(procedures)


def test_notes_come_from_the_code_and_everything_above_it():
    levels = selectors.ancestors_notes("N18.30", "ICD-10-CM", LAST)
    assert next(level.key for level in levels) == "N18"
    assert any(level.key.startswith("chapter ") for level in levels)
    full = selectors.ancestors_notes("S72.141A", "ICD-10-CM", LAST)
    assert "S72" in [level.key for level in full]


def test_the_tabular_list_brings_notes():
    assert selectors.has_notes(selectors.loaded("ICD-10-CM", LAST))


def test_a_manifestation_is_known_by_its_title():
    assert selectors.lookup("ICD-10-CM", "F02.B0", LAST).manifestation
    assert not selectors.lookup("ICD-10-CM", "G30.9", LAST).manifestation


def test_many_codes_cost_two_queries(django_assert_num_queries):
    with django_assert_num_queries(2):
        assert len(selectors.lookup_many("ICD-10-CM", ["I10", "E11.9", "N18.30"], LAST)) == 3
    with django_assert_num_queries(2):
        assert len(selectors.notes_above("ICD-10-CM", ["I10", "E11.9", "N18.30"], LAST)) == 3


def test_poa_exemption_is_unknown_until_the_list_is_loaded():
    assert selectors.poa_exempt("Z79.4", LAST) is None
    table = read_parts("POA-EXEMPT", open_parts(shared_file("icd10/poa_exempt_fy2026/POAexemptCodesFY26.txt.gz")))
    load_table(table=table, by=Actor.system("test"), starts=datetime.date(2025, 10, 1), ends=AFTER)
    assert selectors.poa_exempt("Z79.4", LAST) is True
    assert selectors.poa_exempt("I21.4", LAST) is False


def test_the_command_loads_nothing_twice(capsys):
    call_command("load_codes", standard=True)
    printed = capsys.readouterr().out
    assert printed.count("already loaded, nothing changed") == 2
    assert "98,186 rows" in printed


def test_the_command_previews_what_is_loaded_as_no_change(capsys):
    call_command("load_codes", standard=True, preview=True)
    printed = capsys.readouterr().out
    assert printed.count("is this file and loaded already; nothing would change.") == 2


def test_the_command_previews_an_update(capsys):
    file = str(shared_file("icd10/pcs_order_fy2026/icd10pcs_order_2026.txt.gz"))
    call_command("load_codes", file, system="ICD-10-PCS", preview=True, starts=datetime.date(2026, 10, 1))
    printed = capsys.readouterr().out
    assert "added 916, deleted 80," in printed  # 914 headings and two codes that ended on April 1, and April's 80
