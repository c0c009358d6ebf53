"""A rule of an administrator, and accounts with a verdict of record that it can speak about."""

import json
from typing import Any

from accounts.models import Account
from coding_workflow.coding.models import CodedDiagnosis
from coding_workflow.guidelines.facts import facts_from_json, facts_to_json
from coding_workflow.guidelines.lab.definition import Count, Definition, Test
from coding_workflow.release.facts import ASSEMBLY
from coding_workflow.release.models import Check
from tests.cast import Cast
from tests.guidelines import stories

RULE = "lab.failure"
FAILURE = "I50.22"
HELD = {"rule": "documents.required", "severity": "hold", "condition": 3}


def about_failure(**changes: Any) -> Definition:
    """Heart failure holds an inpatient."""
    when = Count("diagnoses", (Test("code", "under", ("I50",)),), at_least=1)
    return Definition(
        **(
            {"title": "Failure", "condition": 4, "when": when, "message": "Say which failure.", "reference": "House rule"}
            | changes
        )
    )


def checked(cast: Cast, number: str, *codes: str, findings: tuple[dict[str, Any], ...] = (), **fields: Any) -> Account:
    """An account with these diagnoses, and a verdict on them that says what the findings say."""
    account = cast.account(number, **fields)
    told = stories.inpatient(id=str(account.pk), diagnoses=stories.dx(*codes), patient_class=account.patient_class)
    for position, diagnosis in enumerate(told["diagnoses"]):
        values = {"system": "ICD-10-CM", "code": diagnosis["code"].replace(".", ""), "position": position}
        CodedDiagnosis.objects.create(facility=cast.main, account=account, assigned_by=cast.ana, changed_by=cast.ana, **values)
    account.refresh_from_db()
    verdict_on(account, facts_to_json(facts_from_json(json.loads(json.dumps(told)))), findings)
    return account


def verdict_on(account: Account, facts: str, findings: tuple[dict[str, Any], ...] = (), **fields: Any) -> Check:
    """A verdict of record, held where a finding holds."""
    held = any(finding["severity"] == "hold" for finding in findings)
    hashes = dict.fromkeys(("ruleset_hash", "tables_hash", "policy_hash", "facts_hash", "engine_version"), "x")
    values = {"verdict": "held" if held else "releasable", "findings": list(findings), "facts": facts, "assembly": ASSEMBLY}
    return Check.objects.create(
        facility_id=account.facility_id, account=account, **({"revision": account.revision} | hashes | values | fields)
    )
