"""Which release judges what: one date for coding and gate, a line by its own day, NCCI by payer and kind of bill."""

import datetime
import io
from dataclasses import replace
from decimal import Decimal

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.actors import Actor
from accounts.models import Account
from coding_workflow.codesets.loaders import read_parts
from coding_workflow.codesets.loaders.files import parts
from coding_workflow.codesets.services import load_table
from coding_workflow.coding import selectors as coding
from coding_workflow.guidelines.case import Case
from coding_workflow.guidelines.engine import evaluate
from coding_workflow.guidelines.facts import Diagnosis, Facts, Line, Payer
from coding_workflow.guidelines.findings import Evaluation
from coding_workflow.guidelines.ruleset import builtin
from coding_workflow.guidelines.tables import NoTables, ReplayTables
from coding_workflow.policy.rules import RequiredTable
from coding_workflow.policy.standard import STANDARD
from coding_workflow.release.tables import tables_in_force, tables_of

D = datetime.date
BEFORE, AFTER = D(2026, 9, 30), D(2026, 10, 1)


def _load(system: str, text: str, starts: D, ends: D) -> None:
    table = read_parts(system, parts("small.csv", io.BytesIO(text.encode())))
    load_table(table=table, by=Actor.system("codesets.test"), starts=starts, ends=ends)


def _hcpcs(*codes: str) -> str:
    lines = [f"{code},{kind},Title of {code}" for code in codes for kind in ("Long", "Short")]
    return "\n".join(["hcpcs_code,hcpcs_desc_type,hcpcs_description", *lines])


def _line(code: str, on: D, units: int = 1) -> Line:
    return Line(revenue_code="0636", hcpcs=code, units=Decimal(units), date=on, charge=Decimal(10))


def _visit(*lines: Line, **more: object) -> Facts:
    """An observation visit from the last day of September into October."""
    facts = Facts(id="v", patient_class="observation", discharge_date=AFTER, diagnoses=(Diagnosis("R079"),), lines=lines)
    return replace(facts, **more)  # type: ignore[arg-type]


def _judged(facts: Facts) -> Evaluation:
    return evaluate(facts, builtin(), tables_of(facts), STANDARD)


def _said(facts: Facts, rule: str) -> list[str]:
    return [finding.message for finding in _judged(facts).findings if finding.rule == rule]


@pytest.mark.parametrize(
    ("patient_class", "dates", "wanted", "system"),
    [
        ("inpatient", {"discharge_date": BEFORE}, BEFORE, "ICD-10-CM"),
        ("inpatient", {"discharge_date": AFTER, "statement_from": BEFORE, "statement_through": AFTER}, AFTER, "ICD-10-CM"),
        ("inpatient", {"discharge_date": D(2015, 10, 1), "statement_from": D(2015, 9, 28)}, D(2015, 10, 1), "ICD-10-CM"),
        ("inpatient", {"discharge_date": D(2015, 9, 30)}, D(2015, 9, 30), "ICD-9-CM-DX"),
        ("emergency", {"discharge_date": AFTER, "statement_from": BEFORE, "statement_through": AFTER}, AFTER, "ICD-10-CM"),
        ("emergency", {"statement_from": D(2015, 9, 30), "statement_through": D(2015, 10, 1)}, D(2015, 10, 1), "ICD-10-CM"),
        ("recurring", {"statement_from": D(2026, 3, 1), "statement_through": D(2026, 3, 31)}, D(2026, 3, 31), "ICD-10-CM"),
    ],
)
def test_coding_and_gate_judge_an_account_by_one_date(patient_class: str, dates: dict, wanted: D, system: str) -> None:
    facts = Facts(id="a", patient_class=patient_class, **dates)
    account = Account(patient_class=patient_class, **dates)
    assert coding.code_date(account) == facts.tables_date == wanted
    assert coding.diagnosis_system(account) == Case(facts, NoTables(), STANDARD).diagnosis_system == system


@pytest.mark.parametrize(("patient_class", "wanted"), [("observation", BEFORE), ("inpatient", AFTER)])
def test_a_line_of_an_outpatient_is_judged_by_its_own_day(patient_class: str, wanted: D) -> None:
    line = _line("J1100", BEFORE)
    facts = _visit(line, patient_class=patient_class)
    assert (Case(facts, NoTables(), STANDARD).service_day(line) or facts.tables_date) == wanted
    assert coding.code_date(Account(patient_class=patient_class, discharge_date=AFTER), BEFORE) == wanted


@pytest.mark.django_db
def test_a_visit_over_two_releases_asks_each_line_of_its_own() -> None:
    _load("HCPCS", _hcpcs("J1100", "J7050"), D(2026, 7, 1), AFTER)
    _load("HCPCS", _hcpcs("J1100"), AFTER, D(2027, 1, 1))
    good = _visit(_line("J7050", BEFORE), _line("J1100", AFTER))
    assert _said(good, "codes.procedure_valid") == []
    assert _judged(good).tables["hcpcs"] == "2026-07-01, 2026-10-01"
    assert _said(_visit(_line("J7050", AFTER)), "codes.procedure_valid") == ["J7050 is not an HCPCS code on Oct 1, 2026."]


@pytest.mark.django_db
def test_a_line_before_the_first_release_is_not_passed_over() -> None:
    _load("HCPCS", _hcpcs("J1100"), AFTER, D(2027, 1, 1))
    said = _said(_visit(_line("J1100", BEFORE), _line("J1100", AFTER)), "tables.loaded")
    assert any("HCPCS for services on Sep 30, 2026 is not loaded" in sentence for sentence in said)


_HEADER = "col1,col2,deleted,modifier,rationale"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "billing", "wanted"),
    [
        ("medicare", "facility", "NCCI-PTP-HOSPITAL"),
        ("commercial", "facility", "NCCI-PTP-HOSPITAL"),
        ("medicare_advantage", "professional", "NCCI-PTP-PRACTITIONER"),
        ("medicaid", "facility", "NCCI-PTP-MEDICAID-HOSPITAL"),
        ("medicaid", "professional", "NCCI-PTP-MEDICAID-PRACTITIONER"),
    ],
)
def test_the_set_is_that_of_the_payer_and_the_kind_of_bill_and_is_named(kind: str, billing: str, wanted: str) -> None:
    _load(wanted, f"{_HEADER}\nA4301,A4300,9999-12-31,0,x", D(2026, 7, 1), D(2027, 1, 1))
    facts = _visit(_line("A4301", AFTER), _line("A4300", AFTER), payer=Payer("P", kind), billing_kind=billing)
    assert _judged(facts).tables["ncciptp"] == f"{wanted} 2026-07-01"
    assert _said(facts, "ncci.pair") == ["A4300 is not reported with A4301 on one day."]
    other = replace(facts, billing_kind="facility" if billing == "professional" else "professional")
    assert tables_of(other).loaded("NCCI-PTP") is None


@pytest.mark.django_db
def test_a_pair_is_in_force_until_the_day_before_it_is_deleted() -> None:
    _load("NCCI-PTP-HOSPITAL", f"{_HEADER}\nA4301,A4300,2026-09-30,0,x", D(2026, 7, 1), D(2027, 1, 1))
    assert _said(_visit(_line("A4301", BEFORE), _line("A4300", BEFORE)), "ncci.pair")
    assert not _said(_visit(_line("A4301", AFTER), _line("A4300", AFTER)), "ncci.pair")


@pytest.mark.django_db
def test_units_over_the_limit_of_their_day_are_found() -> None:
    _load("MUE-HOSPITAL", "code,mue,mai,rationale\nJ1100,2,3,x", D(2026, 7, 1), AFTER)
    _load("MUE-HOSPITAL", "code,mue,mai,rationale\nJ1100,9,3,x", AFTER, D(2027, 1, 1))
    assert _said(_visit(_line("J1100", BEFORE, 3), _line("J1100", AFTER, 3)), "ncci.units_day") == [
        "J1100 is charged with 3 units; 2 is the most expected on one day."
    ]


@pytest.mark.django_db
def test_all_pairs_of_an_account_are_one_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    _load("NCCI-PTP-HOSPITAL", f"{_HEADER}\nA4301,A4300,9999-12-31,1,x", D(2026, 7, 1), D(2027, 1, 1))
    codes = [f"A43{number:02}" for number in range(20)]
    with django_assert_num_queries(2):
        tables = tables_in_force(AFTER, codes=codes)
        found = [(pair.column_1, pair.column_2) for pair in tables.pairs(frozenset(codes))]
    assert found == [("A4301", "A4300")]


@pytest.mark.django_db
def test_a_certificate_answers_again_by_the_day_of_each_line() -> None:
    _load("HCPCS", _hcpcs("J1100", "J7050"), D(2026, 7, 1), AFTER)
    facts = _visit(_line("J7050", BEFORE), _line("J1100", AFTER))
    judged = _judged(facts)
    again = evaluate(facts, builtin(), ReplayTables(judged.answers), STANDARD)
    assert again.as_json() == judged.as_json()


_COVERAGE = "code,policy,title,diagnoses\n80061,NCD 190.23,Lipid testing,E08-E13;E78;I10\n"
_IOCE = "edit,code,title,with\n18,27280,Inpatient procedure,\n92,61885,Device-dependent procedure,C1767\n"


def _medicare(*lines: Line, diagnosis: str = "R079") -> Facts:
    return _visit(*lines, payer=Payer("MCR", "medicare"), diagnoses=(Diagnosis(diagnosis),))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("diagnosis", "modifiers", "held"),
    [
        ("R079", (), True),
        ("E119", (), False),
        ("E139", (), False),
        ("E14", (), True),
        ("I10", (), False),
        ("R079", ("GA",), False),
    ],
)
def test_a_service_under_a_determination_needs_a_diagnosis_that_it_names(diagnosis: str, modifiers: tuple, held: bool) -> None:
    _load("COVERAGE", _COVERAGE, D(2026, 7, 1), AFTER)
    line = replace(_line("80061", BEFORE), modifiers=modifiers)
    said = _said(_medicare(line, diagnosis=diagnosis), "coverage.diagnosis")
    assert said == ["80061 is under NCD 190.23; no diagnosis of this account is among those that it names."] * held


@pytest.mark.django_db
def test_a_determination_judges_medicare_only_and_the_days_it_is_loaded_for() -> None:
    _load("COVERAGE", _COVERAGE, D(2026, 7, 1), AFTER)
    assert _said(_medicare(_line("80061", AFTER)), "coverage.diagnosis") == []
    assert _said(replace(_medicare(_line("80061", BEFORE)), payer=Payer("COM", "commercial")), "coverage.diagnosis") == []
    assert _judged(_medicare(_line("80061", BEFORE))).tables["coverage"] == "2026-07-01"


@pytest.mark.django_db
def test_the_lists_of_the_outpatient_code_editor_hold_and_are_answered_again_from_the_record() -> None:
    _load("IOCE", _IOCE, D(2026, 7, 1), AFTER)
    facts = _medicare(_line("27280", BEFORE), _line("61885", BEFORE))
    first = _judged(facts)
    assert {"ioce.inpatient_only", "ioce.device"} <= {finding.rule for finding in first.findings}
    again = evaluate(facts, builtin(), ReplayTables(first.answers), STANDARD)
    assert again.as_json() == first.as_json()
    assert _said(_medicare(_line("61885", BEFORE), _line("C1767", BEFORE)), "ioce.device") == []


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["COVERAGE", "IOCE"])
def test_a_policy_that_requires_such_a_table_holds_while_it_is_not_loaded(table: str) -> None:
    policy = replace(STANDARD, required_tables=(RequiredTable((table,)),))
    facts = _medicare(_line("80061", BEFORE))
    found = evaluate(facts, builtin(), tables_of(facts), policy).findings
    assert any(each.message.startswith(f"{table} for services on ") for each in found if each.rule == "tables.loaded")
