"""Sample accounts are correct: the gate holds none of them, and their codes are those of the tables."""

import gzip
import json
from pathlib import Path

import pytest
from django.core.management import call_command

from coding_workflow.guidelines.facts import FACILITY_CLASSES, facts_from_json, facts_to_json
from coding_workflow.guidelines.samples import accounts, sample, typical_inpatient, typical_outpatient
from coding_workflow.guidelines.samples.exempt import EXEMPT
from coding_workflow.guidelines.samples.generating import TEMPLATES
from coding_workflow.policy.vocabulary import DOCUMENT_TYPES

from .book import Book
from .sample_book import judged

EXEMPT_LIST = Path(__file__).parents[3] / "shared/data/icd10/poa_exempt_fy2026/POAexemptCodesFY26.txt.gz"
SEED = 20260501
COUNT = len(TEMPLATES) * 7


def test_the_gate_holds_no_correct_account() -> None:
    held = {facts.id: found for facts in accounts(COUNT, SEED) if (found := judged(facts).holding)}
    assert {account: [finding.message for finding in found] for account, found in held.items()} == {}


def test_every_class_and_payer_is_among_them_and_hospitals_without_poa() -> None:
    drawn = list(accounts(COUNT, SEED))
    assert {facts.patient_class for facts in drawn} == set(FACILITY_CLASSES)
    kinds = {"medicare", "medicare_advantage", "medicaid", "commercial", "self_pay"}
    assert {facts.payer.kind for facts in drawn} == kinds
    assert {facts.poa_exempt_hospital for facts in drawn} == {True, False}
    assert {document.type for facts in drawn for document in facts.documents or ()} <= set(DOCUMENT_TYPES)


def test_an_account_is_drawn_alone_as_it_is_drawn_among_others() -> None:
    assert sample(3, 17) == list(accounts(20, 3))[17]
    assert sample(3, 17) != sample(4, 17)


def test_typical_accounts_have_the_size_that_is_measured() -> None:
    for seed in range(20):
        stay, visit = typical_inpatient(seed), typical_outpatient(seed)
        assert (len(stay.diagnoses or ()), len(stay.procedures), len(visit.lines)) == (12, 4, 15)
        assert judged(stay).verdict == judged(visit).verdict == "releasable"


def test_samples_are_written_and_read_back_equal() -> None:
    for facts in accounts(len(TEMPLATES), SEED):
        assert facts_from_json(json.loads(facts_to_json(facts))) == facts


@pytest.mark.skipif(not EXEMPT_LIST.exists(), reason=f"the publisher's exempt list is not at {EXEMPT_LIST}")
def test_the_exempt_codes_are_those_of_the_publishers_list() -> None:
    with gzip.open(EXEMPT_LIST, "rt", errors="replace") as lines:
        listed = {words[1].replace(".", "") for line in lines if len(words := line.split()) > 1}
    stays = (facts for facts in accounts(COUNT, SEED) if facts.inpatient)
    used = {each.code for facts in stays for each in (*(facts.diagnoses or ()), *facts.external_causes)}
    assert used & listed == used & EXEMPT
    assert listed >= EXEMPT


def test_every_code_of_every_template_is_billable_on_the_first_and_last_day() -> None:
    for day in ("2026-05-01", "2026-09-30"):
        book = Book(facts_from_json({"id": "a", "patient_class": "clinic", "discharge_date": day}).discharge_date)
        for template in TEMPLATES:
            for variant in template.variants:
                named = [("ICD-10-CM", each.code) for each in variant.diagnoses + variant.causes]
                named += [("ICD-10-PCS", code) for code in variant.procedures]
                answers = [(code, book.code(system, code)) for system, code in named]
                assert [code for code, answer in answers if answer is None or not answer.billable] == []


@pytest.mark.parametrize(("options", "named"), [((), 0), (("--faults",), 6)])
def test_the_command_prints_lines_that_evaluate_reads(
    capsys: pytest.CaptureFixture[str], options: tuple[str, ...], named: int
) -> None:
    call_command("sample_accounts", "--count=6", "--seed=4", *options)
    read = [facts_from_json(json.loads(line)) for line in capsys.readouterr().out.splitlines()]
    assert len(read) == 6
    assert sum(": " in facts.id for facts in read) == named
    if not options:
        assert read == list(accounts(6, 4))
