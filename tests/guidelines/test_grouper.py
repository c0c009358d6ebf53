"""The grouper's adapter: equal to CMS's program on the hand-made cases, the right version by date, codes named."""

import datetime
import json
from pathlib import Path
from typing import Any

import pytest

from coding_workflow.guidelines.engine import evaluate
from coding_workflow.guidelines.facts import facts_from_json
from coding_workflow.guidelines.grouper import version_for
from coding_workflow.guidelines.ruleset import builtin
from coding_workflow.guidelines.tables import NoTables
from coding_workflow.policy.standard import STANDARD

CASES = Path(__file__).parents[3] / "shared" / "data" / "msdrg" / "hand30_v431_java_expected.jsonl"


def account(claim: dict[str, Any]) -> dict[str, Any]:
    born = datetime.date(2026 - claim["age"], 1, 1)
    return {
        "id": "case",
        "patient_class": "inpatient",
        "grouper_version": "43.1",
        "admit_date": "2026-06-01",
        "discharge_date": "2026-06-03",
        "patient": {"birth_date": born.isoformat(), "sex": "MFU"[claim["sex"]]},
        "discharge_status": f"{claim['discharge_status']:02d}",
        "diagnoses": [claim["pdx"], *claim["sdx"]],
        "procedures": claim["procedures"],
    }


def drg_of(facts: dict[str, Any]) -> dict[str, str]:
    drg = evaluate(facts_from_json(facts), builtin(), NoTables(), STANDARD).drg
    assert drg is not None
    return drg.as_dict()


@pytest.mark.skipif(not CASES.exists(), reason="the shared cases of CMS's grouper are not beside the checkout")
def test_thirty_of_thirty_cases_group_as_the_publishers_program_does() -> None:
    rows = [json.loads(line) for line in CASES.read_text().splitlines()]
    assert len(rows) == 30
    for row in rows:
        found, expected = drg_of(account(row["claim"])), row["expected"]
        assert (int(found["drg"]), int(found["mdc"]), found["return_code"]) == (
            expected["final_drg"],
            expected["final_mdc"],
            expected["return_code"],
        ), row["label"]


@pytest.mark.parametrize(
    ("discharged", "version"),
    [
        ("2022-09-30", None),
        ("2022-10-01", "40.0"),
        ("2025-09-30", "42.1"),
        ("2025-10-01", "43.0"),
        ("2026-03-31", "43.0"),
        ("2026-04-01", "43.1"),
        ("2026-10-01", "44.0"),
        ("2027-03-31", "44.0"),
        ("2027-04-01", None),
    ],
)
def test_the_version_follows_the_discharge_date(discharged: str, version: str | None) -> None:
    assert version_for(datetime.date.fromisoformat(discharged)) == version


def test_a_discharge_without_a_version_is_said_not_to_be_grouped() -> None:
    facts = facts_from_json(
        account({"age": 60, "sex": 0, "discharge_status": 1, "pdx": {"code": "I214"}, "sdx": [], "procedures": []})
    )
    old = facts_from_json(
        {"id": "old", "patient_class": "inpatient", "discharge_date": "2020-01-05", "diagnoses": [{"code": "I214"}]}
    )
    assert evaluate(facts, builtin(), NoTables(), STANDARD).drg is not None
    evaluation = evaluate(old, builtin(), NoTables(), STANDARD)
    assert evaluation.drg is None
    assert {"MS-DRG", "MCE"} <= {finding.subjects[0] for finding in evaluation.holding if finding.rule == "tables.loaded"}


def test_weight_and_stay_come_from_table_5() -> None:
    claim = {"age": 83, "sex": 1, "discharge_status": 1, "pdx": {"code": "J189", "poa": "Y"}, "procedures": []}
    assert drg_of(account(claim | {"sdx": [{"code": "E43", "poa": "Y"}]}))["weight"] == "1.3144"
    assert drg_of(account(claim | {"sdx": []}))["weight"] == "0.6285"


def test_an_edit_counted_twice_is_two_findings_that_name_their_codes() -> None:
    claim = {"age": 65, "sex": 0, "discharge_status": 1, "pdx": {"code": "I214"}, "procedures": []}
    facts = facts_from_json(account(claim | {"sdx": [{"code": "O701"}, {"code": "O80"}, {"code": "I10"}]}))
    found = [one for one in evaluate(facts, builtin(), NoTables(), STANDARD).findings if one.rule == "mce.age_conflict"]
    assert [one.subjects for one in found] == [("O701",), ("O80",)]
