"""Every address of the API: who may use it by which method, with which row.

``row`` makes what the address names, at the cast's own facility or at another, and answers the arguments of ``reverse``.
"""

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from accounts import clock
from accounts.actors import Actor
from accounts.models import Account, ChargeLine, Document, DocumentVersion, EnteredClaimCode, Facility, Patient, WorkItem
from accounts.services.holds import place_hold
from accounts.services.told_codes import tell_codes
from accounts.told_codes import ToldCode
from coding_workflow.coding.models import CodedDiagnosis, CodedProcedure, Evidence, ProposedCode, ProviderQuery
from coding_workflow.guidelines.ruleset import builtin
from coding_workflow.release.models import Certificate, Check
from coding_workflow.staff.models import BreakGlass, Role
from tests.cast import Cast
from tests.payment.stage import billed
from tests.worklist.rows import certificate_at, claim_at, message_at, remittance_at

EVERYBODY = frozenset(Role.values)
CODER = frozenset({Role.CODER})
SUPERVISOR = frozenset({Role.SUPERVISOR})
BILLER = frozenset({Role.BILLER})
HOLDERS = frozenset({Role.CODER, Role.SUPERVISOR})
READS_QUERIES = frozenset({Role.CODER, Role.REVIEWER, Role.SUPERVISOR, Role.COMPLIANCE})
OVERSEES = frozenset({Role.SUPERVISOR, Role.COMPLIANCE})
READS_CLAIMS = frozenset({Role.BILLER, Role.SUPERVISOR, Role.COMPLIANCE})
TAKES = frozenset({Role.CODER, Role.REVIEWER, Role.SUPERVISOR, Role.BILLER})
SEES_WORK = EVERYBODY - {Role.ADMINISTRATOR}
MENDS = frozenset({Role.ADMINISTRATOR, Role.SUPERVISOR})
COMPLIANCE = frozenset({Role.COMPLIANCE})
CLAIM_CODES = frozenset({Role.CODER, Role.SUPERVISOR, Role.BILLER})
WORKING = EVERYBODY - {Role.ADMINISTRATOR}
RULES = frozenset({Role.ADMINISTRATOR, Role.SUPERVISOR, Role.COMPLIANCE})
#: Of administrators those that are systems: ``test_flows.py`` refuses the others.
TELLS_CODES = frozenset({Role.CODER, Role.SUPERVISOR, Role.ADMINISTRATOR, Role.BILLER})

Row = Callable[[Cast, Facility], dict[str, Any]]
BY_TEST = Actor.system("test")


@dataclass(frozen=True)
class Address:
    """Roles by method; ``budget`` are the queries that a read takes at most, with those of token and scope."""

    roles: Mapping[str, frozenset[str]]
    row: Row | None = None
    query: str = ""
    budget: int = 14
    bodies: Mapping[str, Any] = field(default_factory=dict)


def account(cast: Cast, facility: Facility) -> Account:
    """An account at the facility."""
    number = f"T{Account.objects.count()}"
    patient = Patient.objects.create(facility=facility, mrn=number, family_name="Testcase", given_name="Pat", sex="F")
    return Account.objects.create(facility=facility, number=number, patient=patient, patient_class="inpatient")


def of_account(cast: Cast, facility: Facility) -> dict[str, Any]:
    return {"account": account(cast, facility).pk}


def claim_code(cast: Cast, facility: Facility) -> dict[str, Any]:
    held = account(cast, facility)
    row = EnteredClaimCode.objects.create(facility=facility, account=held, kind="condition", code="44", entered_by=cast.bill)
    return {"account": held.pk, "row": row.pk}


def document(cast: Cast, facility: Facility) -> dict[str, Any]:
    held = account(cast, facility)
    made = Document.objects.create(facility=facility, account=held, source_id=f"D{held.pk}", type="other", title="Note")
    DocumentVersion.objects.create(
        facility=facility, account=held, document=made, number=1, status="signed", text="Words of the note."
    )
    return {"account": held.pk, "row": made.pk}


def version(cast: Cast, facility: Facility) -> dict[str, Any]:
    return document(cast, facility) | {"number": 1}


def diagnosis(cast: Cast, facility: Facility) -> dict[str, Any]:
    held = account(cast, facility)
    made = CodedDiagnosis.objects.create(
        facility=facility, account=held, system="ICD-10-CM", code="I214", position=1, assigned_by=cast.ana, changed_by=cast.ana
    )
    return {"account": held.pk, "row": made.pk}


def procedure(cast: Cast, facility: Facility, on: Account | None = None) -> dict[str, Any]:
    held = on or account(cast, facility)
    made = CodedProcedure.objects.create(
        facility=facility, account=held, system="CPT", code="99284", position=1, assigned_by=cast.ana, changed_by=cast.ana
    )
    return {"account": held.pk, "row": made.pk}


def line(cast: Cast, facility: Facility) -> dict[str, Any]:
    held = account(cast, facility)
    made = ChargeLine.objects.create(
        facility=facility, account=held, source_id=f"L{held.pk}", revenue_code="", amount=10, service_date=clock.today()
    )
    return {"account": held.pk, "row": made.pk}


def evidence(cast: Cast, facility: Facility) -> dict[str, Any]:
    keys = document(cast, facility)
    code = CodedDiagnosis.objects.create(
        facility=facility, account_id=keys["account"], system="ICD-10-CM", code="I214", position=1,
        assigned_by=cast.ana, changed_by=cast.ana,
    )  # fmt: skip
    made = Evidence.objects.create(
        facility=facility, account_id=keys["account"], diagnosis=code, linked_by=cast.ana,
        version=DocumentVersion.objects.get(document_id=keys["row"]),
    )  # fmt: skip
    return {"account": keys["account"], "row": made.pk}


def query(cast: Cast, facility: Facility, on: Account | None = None) -> dict[str, Any]:
    held = on or account(cast, facility)
    made = ProviderQuery.objects.create(facility=facility, account=held, asked_by=cast.ana, reason="unclear", kind="open")
    return {"account": held.pk, "row": made.pk}


def hold(cast: Cast, facility: Facility, on: Account | None = None) -> dict[str, Any]:
    held = on or account(cast, facility)
    made = place_hold(account=held, source="person", key="walk", reason="person.placed", message="Waits", by=BY_TEST)
    return {"account": held.pk, "row": made.pk}


def check(cast: Cast, facility: Facility, on: Account | None = None) -> dict[str, Any]:
    held = on or account(cast, facility)
    made = Check.objects.create(
        facility=facility, account=held, revision=held.revision, ruleset_hash="r", tables_hash="t", policy_hash="p",
        facts_hash="f", engine_version="1", verdict="held", facts="{}", conditions={"1": "passed"},
        findings=[{"rule": "x", "condition": 3, "severity": "hold", "message": "Missing", "subjects": ["a"], "owner": "him"}],
    )  # fmt: skip
    return {"account": held.pk, "row": made.pk}


def proposed(cast: Cast, facility: Facility) -> dict[str, Any]:
    held = account(cast, facility)
    codes = [ToldCode("diagnosis", "ICD-10-CM", "J189", "Y")]
    tell_codes(account=held, source="encoder", part="diagnoses", codes=codes, told_at=clock.now(), by=BY_TEST)
    return {"account": held.pk, "row": ProposedCode.objects.get(account=held).pk}


def release(cast: Cast, facility: Facility) -> dict[str, Any]:
    return {"release": Certificate.objects.get(pk=certificate_at(cast, facility)["pk"]).release_id}


def claim(cast: Cast, facility: Facility) -> dict[str, Any]:
    return {"claim": claim_at(cast, facility)["pk"]}


def billed_claim(cast: Cast, facility: Facility) -> dict[str, Any]:
    """A claim that was made of a release's facts."""
    return {"claim": billed(cast, f"B{Account.objects.count()}").pk} if facility == cast.main else claim(cast, facility)


def work(cast: Cast, facility: Facility) -> dict[str, Any]:
    held = account(cast, facility)
    made = WorkItem.objects.create(facility=facility, account=held, kind="coding", coding_type="inpatient", rank_at=clock.now())
    return {"work": made.pk}


def message(cast: Cast, facility: Facility) -> dict[str, Any]:
    return {"message": message_at(cast, facility)["pk"]}


def opening(cast: Cast, facility: Facility) -> dict[str, Any]:
    """A restricted account that Ana opened, run out since."""
    held, past = account(cast, facility), clock.now() - datetime.timedelta(hours=2)
    times = {"opened_at": past, "expires_at": past + datetime.timedelta(hours=1)}
    made = BreakGlass.objects.create(user=cast.ana, facility=facility, account=held, reason="Walked through the API", **times)
    return {"opening": made.pk}


def remittance(cast: Cast, facility: Facility) -> dict[str, Any]:
    return {"remittance": remittance_at(cast, facility)["pk"]}


def rule(cast: Cast, facility: Facility) -> dict[str, Any]:
    """A built-in rule at home; at the other facility one that nobody has."""
    return {"rule": builtin().rules[0].id if facility == cast.main else "lab.of-the-other-hospital"}


def _reads(roles: frozenset[str], row: Row | None = None, **more: Any) -> Address:
    return Address({"GET": roles}, row, **more)


def _does(roles: frozenset[str], row: Row | None = None) -> Address:
    return Address({"POST": roles}, row)


TABLE: dict[str, Address] = {
    "api:schema": _reads(frozenset()),
    "api:accounts": _reads(EVERYBODY),
    "api:search_accounts": _does(EVERYBODY),
    "api:account": _reads(EVERYBODY, of_account, budget=22),
    "api:documents": _reads(EVERYBODY, of_account),
    "api:document": _reads(EVERYBODY, document),
    "api:version": _reads(EVERYBODY, version),
    "api:codes": _reads(EVERYBODY, of_account),
    "api:diagnoses": _does(CODER, of_account),
    "api:order_diagnoses": _does(CODER, of_account),
    "api:diagnosis": Address({"PATCH": CODER}, diagnosis),
    "api:remove_diagnosis": _does(CODER, diagnosis),
    "api:procedures": _does(CODER, of_account),
    "api:procedure": Address({"PATCH": CODER}, procedure),
    "api:remove_procedure": _does(CODER, procedure),
    "api:line": Address({"PATCH": CODER}, line),
    "api:told_codes": Address({"GET": EVERYBODY, "POST": TELLS_CODES}, of_account),
    "api:proposed_codes": _reads(EVERYBODY, of_account),
    "api:take_over_proposed": _does(CODER, of_account),
    "api:dismiss_proposed": _does(CODER, proposed),
    "api:claim_codes": Address({"GET": EVERYBODY, "POST": CLAIM_CODES}, of_account),
    "api:claim_code": Address({"PATCH": CLAIM_CODES}, claim_code),
    "api:withdraw_claim_code": _does(CLAIM_CODES, claim_code),
    "api:evidence": _does(CODER, of_account),
    "api:remove_evidence": _does(CODER, evidence),
    "api:abstract": _does(CODER, of_account),
    "api:finalize": _does(CODER, of_account),
    "api:queries": Address({"GET": READS_QUERIES, "POST": CODER}, of_account),
    "api:query": Address({"GET": READS_QUERIES, "PUT": CODER}, query),
    "api:send_query": _does(CODER, query),
    "api:link_query": _does(HOLDERS, query),
    "api:answer_query": _does(HOLDERS, query),
    "api:document_query": _does(HOLDERS, query),
    "api:withdraw_query": _does(HOLDERS, query),
    "api:close_query": _does(SUPERVISOR, query),
    "api:open_queries": _reads(OVERSEES),
    "api:holds": Address({"GET": EVERYBODY, "POST": HOLDERS}, of_account),
    "api:resolve_hold": _does(HOLDERS, hold),
    "api:checks": Address({"GET": EVERYBODY, "POST": HOLDERS}, of_account),
    "api:check": _reads(EVERYBODY, check),
    "api:approve": _does(SUPERVISOR, of_account),
    "api:send_back": _does(SUPERVISOR, of_account),
    "api:open_account": _does(WORKING, of_account),
    "api:account_fhir": _reads(OVERSEES, of_account, budget=36),
    "api:releases": _reads(READS_CLAIMS),
    "api:release": _reads(READS_CLAIMS, release),
    "api:certificate": _reads(OVERSEES, release),
    "api:claims": _reads(READS_CLAIMS),
    "api:claim": _reads(READS_CLAIMS, claim),
    "api:claim_fhir": _reads(READS_CLAIMS, billed_claim, budget=22),
    "api:submitted": _does(BILLER, claim),
    "api:accepted": _does(BILLER, claim),
    "api:rejected": _does(BILLER, claim),
    "api:remittances": Address({"GET": READS_CLAIMS, "POST": BILLER}),
    "api:unmatched": _reads(READS_CLAIMS),
    "api:remittance": _reads(READS_CLAIMS, remittance),
    "api:remitted": _reads(READS_CLAIMS, remittance),
    "api:openings": _reads(COMPLIANCE),
    "api:opening": _reads(COMPLIANCE, opening),
    "api:review_opening": _does(COMPLIANCE, opening),
    "api:queues": _reads(SEES_WORK),
    "api:work": _reads(SEES_WORK, query="?queue=code-inpatient", budget=18),
    "api:my_work": _reads(TAKES),
    "api:get_next": _does(TAKES),
    "api:one_work": _reads(SEES_WORK, work),
    "api:take_work": _does(TAKES, work),
    "api:put_back": _does(TAKES, work),
    "api:take_over": _does(SUPERVISOR, work),
    "api:rules": _reads(RULES),
    "api:rule": _reads(RULES, rule),
    "api:imports": Address({"GET": RULES, "POST": MENDS}),
    "api:import": _reads(RULES, message),
    "api:replay_import": _does(MENDS, message),
}
