"""``manage.py evaluate``: lines in, lines out, in order, whatever is wrong with some of them."""

import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from coding_workflow.guidelines.services import start_shadow
from tests.cast import Cast
from tests.guidelines.lab.rules import definition
from tests.guidelines.rule_cast import WHY, active, second_administrator, write
from tests.guidelines.stories import dx, inpatient

EXAMPLE: dict[str, Any] = {
    "id": "a1",
    "facility": "MAIN",
    "patient_class": "inpatient",
    "patient": {"birth_date": "1957-02-03", "sex": "F", "birth_weight_grams": None},
    "admit_date": "2026-05-01",
    "discharge_date": "2026-05-04",
    "discharge_status": "01",
    "admission_type": "1",
    "point_of_origin": "1",
    "payer": {"code": "MCR", "kind": "medicare"},
    "type_of_bill": "0111",
    "poa_exempt_hospital": False,
    "grouper_version": None,
    "admitting_diagnosis": "R07.9",
    "reason_for_visit": [],
    "diagnoses": [{"code": "I21.4", "poa": "Y", "evidence": [{"document": "d1", "start": 120, "end": 141}]}],
    "external_causes": [{"code": "W19.XXXA", "poa": "Y"}],
    "procedures": [{"system": "ICD-10-PCS", "code": "02703DZ", "date": "2026-05-02"}],
    "lines": [
        {"revenue_code": "0450", "hcpcs": "99284", "modifiers": ["25"], "units": 1, "date": "2026-05-01", "charge": "812.00"}
    ],
    "documents": [
        {
            "id": "d1",
            "type": "discharge_summary",
            "author_role": "attending",
            "signed": True,
            "authored_at": "2026-05-04T10:00:00Z",
            "deficiencies": [],
        }
    ],
    "record": {
        "discharge_status": "01",
        "patient_class": "inpatient",
        "admit_date": "2026-05-01",
        "discharge_date": "2026-05-04",
    },
    "coder": {"id": "ana", "competences": [{"type": "inpatient", "valid_to": "2027-01-01", "supervisor": "cleo"}]},
}


def run(*lines: str, **options: Any) -> tuple[list[dict[str, Any]], bool]:
    """The output lines, and whether the command exited 1."""
    out, failed = io.StringIO(), False
    try:
        call_command("evaluate", stdin=io.StringIO("".join(f"{line}\n" for line in lines)), stdout=out, **options)
    except SystemExit as stopped:
        failed = stopped.code == 1
    return [json.loads(line) for line in out.getvalue().splitlines()], failed


@pytest.mark.usefixtures("coded_db")
def test_the_documented_example_is_held_for_what_it_lacks_and_groups() -> None:
    (answer,), failed = run(json.dumps(EXAMPLE))
    assert not failed
    assert list(answer) == ["id", "verdict", "ruleset", "tables", "drg", "findings", "conditions"]
    assert answer["drg"] == {
        "version": "43.1",
        "drg": "322",
        "mdc": "05",
        "weight": "1.7630",
        "gmlos": "2.0",
        "return_code": "OK",
    }
    assert answer["conditions"] == {
        "1": "pass",
        "2": "hold",
        "3": "hold",
        "4": "hold",
        "5": "pass",
        "6": "hold",
        "7": "not_applicable",
    }
    holding = {(finding["rule"], *finding["subjects"]) for finding in answer["findings"] if finding["severity"] == "hold"}
    assert holding == {
        ("evidence.shown", "02703DZ"),
        ("documents.required", "history_and_physical"),
        ("tables.loaded", "POA-EXEMPT"),
    }


@pytest.mark.usefixtures("coded_db")
def test_a_bad_line_is_answered_in_its_place_and_the_command_exits_1() -> None:
    wrong = json.dumps(EXAMPLE | {"id": "a2", "diagnosis": []})
    answers, failed = run(json.dumps(EXAMPLE), wrong, "{not json", json.dumps(EXAMPLE | {"id": "a4"}))
    assert failed
    assert [answer["id"] for answer in answers] == ["a1", "a2", None, "a4"]
    assert answers[1]["error"] == {"line": 2, "place": "", "key": "diagnosis", "message": "account: unknown key 'diagnosis'"}
    assert answers[2]["error"]["line"] == 3


@pytest.mark.usefixtures("coded_db")
def test_only_limits_findings_and_leaves_the_drg() -> None:
    account = inpatient(diagnoses=dx("T45.515A", "K92.2"))
    (answer,), _ = run(json.dumps(account), only="mce")
    assert [finding["rule"] for finding in answer["findings"]] == ["mce.unacceptable_pdx"]
    assert answer["drg"]["return_code"] == "OK"


@pytest.fixture
def made(cast: Cast) -> None:
    """One rule in force at MAIN, one in shadow; the principal diagnosis of the example meets both."""
    second = second_administrator(cast)
    active(cast, second)
    version = write(cast, key="watched", made=definition(title="Watched infarction", message="{codes} is watched."))
    start_shadow(version_id=version.pk, by=cast.ada, seen=version.seal, reason=WHY)


def _made(*lines: str, **options: Any) -> list[list[str]]:
    answers, _ = run(*lines, only="lab", **options)
    return [[finding["message"] for finding in answer["findings"]] for answer in answers]


ACTIVE, SHADOW = "I21.4 needs the catheterization report.", "I21.4 is watched."


@pytest.mark.usefixtures("coded_db", "made")
def test_active_adds_the_rules_in_force_and_all_those_in_shadow() -> None:
    line = json.dumps(EXAMPLE)
    assert _made(line) == [[]]
    assert _made(line, rules="active") == [[ACTIVE]]
    assert _made(line, rules="all") == [[ACTIVE, SHADOW]]


@pytest.mark.usefixtures("coded_db", "made")
def test_each_line_is_judged_by_the_rules_of_its_facility_unless_one_is_named() -> None:
    lines = [json.dumps(EXAMPLE | {"facility": code}) for code in ("MAIN", "OTHER", "")]
    assert _made(*lines, rules="active") == [[ACTIVE], [], []]
    assert _made(*lines, rules="active", facility="MAIN") == [[ACTIVE]] * 3
    with pytest.raises(CommandError, match="no facility NOWHERE"):
        run(*lines, rules="active", facility="NOWHERE")


@pytest.mark.usefixtures("coded_db")
@pytest.mark.parametrize("rules", ["active", "all"])
def test_where_no_rule_was_made_they_equal_the_builtin(rules: str) -> None:
    assert run(json.dumps(EXAMPLE), rules=rules) == run(json.dumps(EXAMPLE), rules="builtin")


@pytest.mark.processes
@pytest.mark.usefixtures("committed_coded_db")
def test_several_workers_answer_the_same_lines_in_the_same_order() -> None:
    lines = [json.dumps(EXAMPLE | {"id": f"a{number}"}) for number in range(450)]
    alone, together = run(*lines), run(*lines, workers=2)
    assert [answer["id"] for answer in together[0]] == [f"a{number}" for number in range(450)]
    assert together == alone
