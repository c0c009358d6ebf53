"""Every address of the application, and who may use it. A URL that is not listed here fails test_every_url.py.

How to add one: a line ``"room:name": Address(roles, ...)``.

- ``roles``: PUBLIC (no sign-in), SIGNED_IN (any person), or the set given to ``require_role``.
- ``methods``: "GET", "POST" or "GET POST"; what the page answers with something other than 405.
- ``row``: when the address carries a key, a function that makes such a row at a given facility and answers the
  arguments of ``reverse``. The walk makes one at the cast's own facility and one at another: the other one must
  answer 404 with the same body as an unknown key.
- ``form``: what a POST sends, when the view reads the form before it looks for the row.
- ``answers``: statuses that a GET by an allowed person may have; 200 by default.
"""

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from accounts import clock
from accounts.models import Account, Facility, Patient, WorkItem
from coding_workflow.codesets.models import TableUpload
from coding_workflow.staff.models import ApiToken, BreakGlass, Competence, Role, RoleGrant, User
from tests.api.operations import TABLE as API
from tests.api.operations import billed_claim
from tests.cast import Cast
from tests.payment.stage import claim_file_at
from tests.registration.feeds import bulk_at, feed_at, message_file_at, part_of_feed
from tests.worklist.query_rows import answer_link_at, draft_query_at, query_at
from tests.worklist.rows import case_at, certificate_at, claim_at, delivery_at, message_at, parked_at, release_at, remittance_at
from tests.worklist.rules import backtest_at, rule_at, version_at
from worklist.models import Assignment, QueueSetVersion, Webhook
from worklist.queueing import document, standard

PUBLIC = frozenset({"public"})
SIGNED_IN: frozenset[str] = frozenset()
WORKING = frozenset({Role.CODER, Role.REVIEWER, Role.SUPERVISOR, Role.BILLER, Role.COMPLIANCE})
TAKING_WORK = frozenset({Role.CODER, Role.REVIEWER, Role.SUPERVISOR, Role.BILLER})
SUPERVISOR = frozenset({Role.SUPERVISOR})
ADMINISTRATOR = frozenset({Role.ADMINISTRATOR})
CODER = frozenset({Role.CODER})
HOLDERS = frozenset({Role.CODER, Role.SUPERVISOR})
BILLER = frozenset({Role.BILLER})
CLAIM_CODES = HOLDERS | BILLER
WRITES_QUEUES = frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR})
READS_QUERIES = frozenset({Role.CODER, Role.REVIEWER, Role.SUPERVISOR, Role.COMPLIANCE})
RULES = frozenset({Role.ADMINISTRATOR, Role.SUPERVISOR, Role.COMPLIANCE})
CLAIMS = frozenset({Role.BILLER, Role.SUPERVISOR, Role.COMPLIANCE})
MENDS_IMPORTS = frozenset({Role.ADMINISTRATOR, Role.SUPERVISOR})
PUBLISHES_POLICY = frozenset({Role.ADMINISTRATOR, Role.COMPLIANCE})
IMPORTS = MENDS_IMPORTS | {Role.COMPLIANCE}

Row = Callable[[Cast, Facility], dict[str, Any]]


@dataclass(frozen=True)
class Address:
    """Who may use an address, how, and with which row."""

    roles: frozenset[str]
    methods: str = "GET"
    row: Row | None = None
    form: dict[str, Any] = field(default_factory=dict)
    answers: tuple[int, ...] = (200,)


def billed_claim_at(cast: Cast, facility: Facility) -> dict[str, Any]:
    """A claim that was made of a release's facts; elsewhere any claim."""
    return {"pk": billed_claim(cast, facility)["claim"]}


def person(cast: Cast, facility: Facility) -> dict[str, Any]:
    """Somebody who codes at the facility."""
    made = User.objects.create(username=f"p{User.objects.count()}", full_name="Some Body", password="!")
    RoleGrant.objects.create(user=made, facility=facility, role=Role.CODER)
    return {"pk": made.pk}


def grant(cast: Cast, facility: Facility) -> dict[str, Any]:
    """A role that somebody holds at the facility."""
    return {"pk": RoleGrant.objects.get(user_id=person(cast, facility)["pk"]).pk}


def competence(cast: Cast, facility: Facility) -> dict[str, Any]:
    """Somebody's competence at the facility."""
    day = datetime.date(2026, 1, 1)
    made = Competence.objects.create(
        user_id=person(cast, facility)["pk"],
        facility=facility,
        coding_type="clinic",
        credential="CCS",
        trained_on=day,
        oriented_on=day,
        supervisor=cast.cleo,
        valid_from=day,
    )
    return {"pk": made.pk}


def account(cast: Cast, facility: Facility, **fields: Any) -> dict[str, Any]:
    """A patient account at the facility."""
    number = f"T{Account.objects.count()}"
    patient = Patient.objects.create(
        facility=facility, mrn=number, family_name="Testcase", given_name="Pat", birth_date=datetime.date(1957, 2, 3), sex="F"
    )
    made = Account.objects.create(facility=facility, number=number, patient=patient, patient_class="inpatient", **fields)
    return {"pk": made.pk}


def work(cast: Cast, facility: Facility) -> dict[str, Any]:
    """Open coding work at the facility."""
    pk = account(cast, facility)["pk"]
    made = WorkItem.objects.create(facility=facility, account_id=pk, kind="coding", coding_type="inpatient", rank_at=clock.now())
    return {"pk": made.pk}


def restricted_account(cast: Cast, facility: Facility) -> dict[str, Any]:
    """A patient account at the facility that takes a reason to open."""
    return account(cast, facility, restricted="VIP")


def opening(cast: Cast, facility: Facility) -> dict[str, Any]:
    """A restricted account at the facility that Ana opened, run out since."""
    pk, past = account(cast, facility, restricted="VIP")["pk"], clock.now() - datetime.timedelta(hours=2)
    times = {"opened_at": past, "expires_at": past + datetime.timedelta(hours=1)}
    made = BreakGlass.objects.create(user=cast.ana, facility=facility, account_id=pk, reason="Walked through the pages", **times)
    return {"pk": made.pk}


def part_of_account(cast: Cast, facility: Facility) -> dict[str, Any]:
    """A row of an account's page; which one it is, the account's own refusal comes first."""
    return account(cast, facility) | {"row": 1}


def table_upload(cast: Cast, facility: Facility) -> dict[str, Any]:
    """A code table that an administrator of the facility uploaded."""
    day = datetime.date(2026, 10, 1)
    made = TableUpload.objects.create(
        facility=facility, system="REVENUE-CODE", starts=day, state="ready", difference={"rows": 1}, uploaded_by=cast.ada
    )
    return {"pk": made.pk}


def at_facility(cast: Cast, facility: Facility) -> dict[str, Any]:
    """The facility itself."""
    return {"pk": facility.pk}


def old_queues(cast: Cast, facility: Facility) -> dict[str, Any]:
    """A facility with a version of its queues, which ``version=1`` of the form names."""
    text = document.to_text(standard.STANDARD)
    QueueSetVersion.objects.get_or_create(facility=facility, number=1, defaults={"document": text, "reason": "Walked"})
    return {"pk": facility.pk}


def assignment(cast: Cast, facility: Facility) -> dict[str, Any]:
    """Work that a supervisor gave to somebody at the facility."""
    made = Assignment.objects.create(facility=facility, to=cast.ana, by=cast.cleo, reason="Walked")
    return {"pk": made.pk}


def policy_part(cast: Cast, facility: Facility) -> dict[str, Any]:
    """A part of the facility's policy."""
    return {"pk": facility.pk, "part": "evidence"}


def api_token(cast: Cast, facility: Facility) -> dict[str, Any]:
    """A token of Ana's at her own facility, of somebody else at another."""
    owner = cast.ana.pk if facility == cast.main else person(cast, facility)["pk"]
    at = clock.now()
    made = ApiToken.objects.create(
        owner_id=owner, facility=facility, made_by_id=owner, name="Walked", prefix=f"w{ApiToken.objects.count()}",
        secret_hash="0" * 64, scope="read", roles=["coder"], epoch=0, made_at=at, expires_at=at + datetime.timedelta(days=1),
    )  # fmt: skip
    return {"pk": made.pk}


def system(cast: Cast, facility: Facility) -> dict[str, Any]:
    """A program with a name of its own at the facility."""
    made = User.objects.create(username=f"s{User.objects.count()}", full_name="Interface", password="!", is_system=True)
    RoleGrant.objects.create(user=made, facility=facility, role=Role.ADMINISTRATOR)
    return {"pk": made.pk}


def webhook(cast: Cast, facility: Facility) -> dict[str, Any]:
    """A receiver of what happens at the facility."""
    made = Webhook.objects.create(
        facility=facility, name="Walked", url="https://walk.example/", kinds=["hold.opened"], key="sealed", made_by=cast.ada,
        made_at=clock.now(),
    )  # fmt: skip
    return {"pk": made.pk}


#: The API's addresses have a table and a walk of their own (tests/api).
ELSEWHERE = frozenset(API)

TABLE: dict[str, Address] = {
    # Sign-in
    "account_login": Address(PUBLIC, "GET POST"),
    "account_logout": Address(PUBLIC, "GET POST", answers=(200, 302)),
    "sign_on": Address(PUBLIC, "GET", answers=(404,)),
    "sign_on_callback": Address(PUBLIC, "GET", answers=(404,)),
    # Brings the sign-on's own signed token instead of a page's: tests/staff/test_sign_on.py.
    "sign_on_ended": Address(PUBLIC, ""),
    # The addresses of a sign-on by SAML are there only where one is configured: tests/staff/by_saml/.
    "mfa_authenticate": Address(PUBLIC, "GET POST", answers=(302,)),
    "account_change_password": Address(SIGNED_IN, "GET POST"),
    "account_reauthenticate": Address(SIGNED_IN, "GET POST"),
    "mfa_reauthenticate": Address(SIGNED_IN, "GET POST", answers=(302,)),
    "mfa_index": Address(SIGNED_IN, "GET", answers=(302,)),
    "mfa_activate_totp": Address(SIGNED_IN, "GET POST"),
    "mfa_deactivate_totp": Address(SIGNED_IN, "GET POST", answers=(404,)),
    "mfa_view_recovery_codes": Address(SIGNED_IN, "GET", answers=(404,)),
    "mfa_generate_recovery_codes": Address(SIGNED_IN, "GET POST"),
    # People
    "staff:people": Address(ADMINISTRATOR),
    "staff:add_person": Address(ADMINISTRATOR, "GET POST"),
    "staff:person": Address(ADMINISTRATOR, "GET", person),
    "staff:grant_role": Address(ADMINISTRATOR, "POST", person),
    "staff:end_role": Address(ADMINISTRATOR, "POST", grant),
    "staff:record_competence": Address(ADMINISTRATOR, "POST", person),
    "staff:end_competence": Address(ADMINISTRATOR, "POST", competence),
    "staff:reset_password": Address(ADMINISTRATOR, "POST", person),
    "staff:reset_totp": Address(ADMINISTRATOR, "POST", person),
    "staff:end_sessions": Address(ADMINISTRATOR, "POST", person),
    "staff:disable": Address(ADMINISTRATOR, "POST", person),
    "staff:enable": Address(ADMINISTRATOR, "POST", person),
    "staff:me": Address(SIGNED_IN),
    "staff:end_my_sessions": Address(SIGNED_IN, "POST"),
    "staff:my_keys": Address(SIGNED_IN, "GET POST"),
    "staff:keys": Address(SIGNED_IN, "POST"),
    "staff:still_here": Address(SIGNED_IN, "POST"),
    "staff:my_tokens": Address(SIGNED_IN, "GET POST"),
    "staff:tokens": Address(ADMINISTRATOR),
    "staff:revoke_token": Address(SIGNED_IN, "POST", api_token),
    "staff:add_system": Address(ADMINISTRATOR, "GET POST"),
    "staff:system": Address(ADMINISTRATOR, "GET POST", system),
    "staff:restricted": Address(WORKING, "GET POST", restricted_account, form={"reason": "Coding this account today"}),
    "staff:openings": Address(frozenset({Role.COMPLIANCE})),
    # Work
    "worklist:my_work": Address(SIGNED_IN),
    "worklist:go": Address(SIGNED_IN, "GET POST"),
    "worklist:search": Address(WORKING, "GET POST"),
    "worklist:get_next": Address(TAKING_WORK, "POST"),
    "worklist:put_back": Address(TAKING_WORK, "POST", work, form={"reason": "Lunch"}),
    "worklist:queues": Address(WRITES_QUEUES),
    "worklist:edit_queue": Address(WRITES_QUEUES, "GET POST", at_facility),
    "worklist:order_queues": Address(WRITES_QUEUES, "POST", at_facility, form={"do": "up:review"}),
    "worklist:queue_weights": Address(WRITES_QUEUES, "GET POST", at_facility),
    "worklist:preview_queues": Address(WRITES_QUEUES, "GET", at_facility),
    "worklist:propose_queues": Address(WRITES_QUEUES, "POST", at_facility, form={"reason": "Asked for by the lead"}),
    "worklist:queue_proposal": Address(WRITES_QUEUES, "GET", at_facility),
    "worklist:publish_queues": Address(WRITES_QUEUES, "POST", at_facility),
    "worklist:return_queues": Address(WRITES_QUEUES, "POST", at_facility, form={"reason": "A queue is missing"}),
    "worklist:throw_queues": Address(WRITES_QUEUES, "POST", at_facility),
    "worklist:queue_history": Address(WRITES_QUEUES, "GET", old_queues),
    "worklist:roll_back_queues": Address(WRITES_QUEUES, "POST", old_queues, form={"version": "1", "reason": "It was better"}),
    "worklist:people_at_work": Address(SUPERVISOR),
    "worklist:next_only": Address(SUPERVISOR, "POST", at_facility, form={"person": "1", "reason": "Picks the easy ones"}),
    "worklist:assign": Address(SUPERVISOR, "POST"),
    "worklist:undo_assignment": Address(SUPERVISOR, "POST", assignment),
    "worklist:take_over": Address(SUPERVISOR, "GET POST", work, form={"reason": "Went home"}),
    "worklist:why_here": Address(frozenset(Role.values), "GET", account),
    "worklist:here": Address(TAKING_WORK, "POST", account),
    "worklist:board": Address(frozenset({Role.SUPERVISOR, Role.COMPLIANCE})),
    "worklist:approve": Address(SUPERVISOR, "POST"),
    "worklist:send_back": Address(SUPERVISOR, "GET POST", account, form={"reason": "Look at the principal diagnosis again"}),
    "worklist:claims": Address(CLAIMS),
    "worklist:claim": Address(CLAIMS, "GET", claim_at),
    "worklist:claim_fhir": Address(CLAIMS, "GET", billed_claim_at),
    "worklist:submitted": Address(BILLER, "POST", claim_at),
    "worklist:accepted": Address(BILLER, "POST", claim_at),
    "worklist:rejected": Address(BILLER, "POST", claim_at, form={"reason": "Refused by the clearinghouse"}),
    "worklist:discrepancy": Address(CLAIMS, "POST", claim_at, form={"description": "Billed with another code"}),
    "worklist:claim_again": Address(frozenset({Role.BILLER, Role.SUPERVISOR}), "POST", release_at),
    "worklist:claim_release_again": Address(frozenset({Role.BILLER, Role.SUPERVISOR}), "POST", release_at),
    "worklist:delivery": Address(CLAIMS, "GET", delivery_at),
    "worklist:delivery_again": Address(frozenset({Role.BILLER, Role.SUPERVISOR}), "POST", delivery_at),
    "worklist:destinations": Address(ADMINISTRATOR),
    "worklist:destination": Address(ADMINISTRATOR, "GET POST", at_facility),
    "worklist:post_remittance": Address(BILLER, "POST"),
    "worklist:remittance": Address(CLAIMS, "GET", remittance_at),
    "worklist:case": Address(CLAIMS, "GET", case_at),
    "worklist:correction": Address(CLAIMS, "POST", case_at),
    "worklist:close_case": Address(frozenset({Role.SUPERVISOR, Role.COMPLIANCE}), "POST", case_at, form={"words": "Returned"}),
    "worklist:certificate": Address(frozenset({Role.SUPERVISOR, Role.COMPLIANCE}), "GET", certificate_at),
    "worklist:history": Address(WORKING, "GET", account),
    "worklist:record_fhir": Address(frozenset({Role.SUPERVISOR, Role.COMPLIANCE}), "GET", account),
    "worklist:imports": Address(IMPORTS),
    "worklist:csv_files": Address(MENDS_IMPORTS, "GET POST"),
    "worklist:csv_template": Address(MENDS_IMPORTS),
    "worklist:import": Address(IMPORTS, "GET", message_at),
    "worklist:import_again": Address(MENDS_IMPORTS, "POST", message_at),
    "worklist:import_correct": Address(MENDS_IMPORTS, "POST", message_at, form={"text": "MSH|^~\\&|"}),
    "worklist:import_set_aside": Address(MENDS_IMPORTS, "POST", message_at, form={"reason": "A test message of the vendor"}),
    "worklist:upload_messages": Address(MENDS_IMPORTS, "GET POST"),
    "worklist:message_file": Address(IMPORTS, "GET", message_file_at),
    "worklist:stop_message_file": Address(MENDS_IMPORTS, "POST", message_file_at),
    "worklist:many_imports": Address(MENDS_IMPORTS, "GET POST"),
    "worklist:bulk_run": Address(IMPORTS, "GET", bulk_at),
    "worklist:stop_bulk": Address(MENDS_IMPORTS, "POST", bulk_at),
    # Feeds
    "registration:feeds": Address(ADMINISTRATOR),
    "registration:new_feed": Address(ADMINISTRATOR, "GET POST"),
    "registration:feed": Address(ADMINISTRATOR, "GET", feed_at),
    "registration:edit_feed": Address(ADMINISTRATOR, "GET POST", feed_at),
    "registration:bench": Address(ADMINISTRATOR, "GET POST", feed_at),
    "registration:add_route": Address(ADMINISTRATOR, "POST", feed_at),
    "registration:remove_route": Address(ADMINISTRATOR, "POST", part_of_feed),
    "registration:put_map": Address(ADMINISTRATOR, "POST", feed_at),
    "registration:remove_map": Address(ADMINISTRATOR, "POST", part_of_feed),
    "worklist:status": Address(MENDS_IMPORTS),
    "worklist:parked": Address(MENDS_IMPORTS),
    "worklist:parked_again": Address(MENDS_IMPORTS, "POST", parked_at),
    # Going live
    "worklist:golive": Address(RULES),
    "worklist:golive_at": Address(RULES, "GET", at_facility),
    "worklist:golive_compare": Address(WRITES_QUEUES, "POST", at_facility),
    "worklist:golive_explain": Address(WRITES_QUEUES, "POST", at_facility),
    "worklist:golive_observed": Address(RULES, "GET", at_facility),
    "worklist:golive_billed_outside": Address(SUPERVISOR, "POST", at_facility),
    "worklist:downtime": Address(HOLDERS, "GET", at_facility),
    # The process and its policy
    "worklist:process": Address(SIGNED_IN),
    "worklist:process_accounts": Address(WORKING, "GET", at_facility),
    "worklist:policy_sample": Address(frozenset({Role.SUPERVISOR, Role.COMPLIANCE}), "GET", at_facility),
    "worklist:look_at_sample": Address(SUPERVISOR, "POST", at_facility, form={"release": "1", "right": "yes"}),
    "worklist:policy_text": Address(SIGNED_IN, "GET", at_facility),
    "worklist:policy_text_file": Address(SIGNED_IN, "GET", at_facility),
    "worklist:policy_versions": Address(SIGNED_IN, "GET", at_facility),
    "worklist:take_up_policy": Address(ADMINISTRATOR, "POST", at_facility, form={"version": "1", "reason": "It was better"}),
    "worklist:policy_file": Address(ADMINISTRATOR, "POST", at_facility, form={"reason": "For version control"}),
    "worklist:edit_policy": Address(ADMINISTRATOR, "GET", at_facility),
    "worklist:order_policy": Address(ADMINISTRATOR, "POST", at_facility, form={"do": "down:bill_holds[0]"}),
    "worklist:throw_policy": Address(ADMINISTRATOR, "POST", at_facility),
    "worklist:import_policy": Address(ADMINISTRATOR, "GET POST", at_facility),
    "worklist:edit_policy_part": Address(ADMINISTRATOR, "GET POST", policy_part),
    "worklist:preview_policy": Address(ADMINISTRATOR, "GET", at_facility),
    "worklist:propose_policy": Address(ADMINISTRATOR, "POST", at_facility, form={"reason": "Decided by the committee"}),
    "worklist:policy_proposal": Address(SIGNED_IN, "GET", at_facility),
    "worklist:publish_policy": Address(PUBLISHES_POLICY, "POST", at_facility),
    "worklist:return_policy": Address(PUBLISHES_POLICY, "POST", at_facility, form={"reason": "A row is missing"}),
    "worklist:api_reference": Address(SIGNED_IN),
    "worklist:webhooks": Address(ADMINISTRATOR, "GET POST"),
    "worklist:webhook": Address(ADMINISTRATOR, "GET", webhook),
    "worklist:change_webhook_key": Address(ADMINISTRATOR, "POST", webhook),
    "worklist:end_webhook": Address(ADMINISTRATOR, "POST", webhook),
    # Compliance
    "worklist:looks": Address(frozenset({Role.COMPLIANCE}), "GET POST"),
    "worklist:looks_file": Address(frozenset({Role.COMPLIANCE})),
    "worklist:opening": Address(frozenset({Role.COMPLIANCE}), "GET", opening),
    "worklist:review_opening": Address(frozenset({Role.COMPLIANCE}), "POST", opening, form={"outcome": "justified"}),
    # Rules
    "worklist:rules": Address(RULES),
    "worklist:new_rule": Address(ADMINISTRATOR, "GET POST"),
    "worklist:import_rule": Address(ADMINISTRATOR, "GET POST"),
    "worklist:rule": Address(RULES, "GET", rule_at),
    "worklist:edit_rule": Address(ADMINISTRATOR, "GET POST", rule_at),
    "worklist:shadow_rule": Address(ADMINISTRATOR, "POST", version_at, form={"reason": "To see what it finds"}),
    "worklist:publish_rule": Address(ADMINISTRATOR, "POST", version_at, form={"reason": "Asked for by the committee"}),
    "worklist:retire_rule": Address(ADMINISTRATOR, "POST", version_at, form={"reason": "No longer of use"}),
    "worklist:roll_back_rule": Address(ADMINISTRATOR, "POST", version_at, form={"reason": "It was better before"}),
    "worklist:start_backtest": Address(RULES, "POST", version_at, form={"starts": "2026-01-01", "ends": "2026-09-30"}),
    "worklist:backtest": Address(RULES, "GET", backtest_at),
    "worklist:stop_backtest": Address(RULES, "POST", backtest_at),
    "worklist:rule_file": Address(ADMINISTRATOR, "POST", version_at, form={"reason": "For the other hospital"}),
    # Codes
    "codesets:search": Address(SIGNED_IN),
    "codesets:tables": Address(ADMINISTRATOR),
    "codesets:add_table": Address(ADMINISTRATOR, "GET POST"),
    "codesets:upload": Address(ADMINISTRATOR, "GET", table_upload),
    "codesets:load_upload": Address(ADMINISTRATOR, "POST", table_upload),
    "codesets:discard_upload": Address(ADMINISTRATOR, "POST", table_upload),
    "codesets:replace_files": Address(ADMINISTRATOR, "POST", table_upload),
    # Claims
    "payment:claim_file": Address(frozenset({Role.BILLER, Role.SUPERVISOR, Role.COMPLIANCE}), "GET", claim_file_at),
    # Queries to providers
    "worklist:queries": Address(frozenset({Role.SUPERVISOR, Role.COMPLIANCE})),
    "worklist:query_mail": Address(WRITES_QUEUES),
    "worklist:change_query_mail": Address(WRITES_QUEUES, "POST", at_facility),
    "worklist:suggestions": Address(frozenset({Role.SUPERVISOR, Role.COMPLIANCE})),
    "worklist:answer": Address(PUBLIC, "GET POST", answer_link_at),
    "worklist:new_query": Address(CODER, "GET POST", account),
    "worklist:edit_query": Address(CODER, "GET POST", draft_query_at),
    "worklist:query": Address(READS_QUERIES, "GET", query_at),
    "worklist:change_query": Address(HOLDERS, "POST", query_at, form={"do": "withdraw", "reason": "To the wrong provider"}),
    # The account page
    "worklist:account": Address(frozenset(Role.values), "GET", account),
    "worklist:keep_typed": Address(HOLDERS, "POST", account, form={"fields": "[]"}),
    "worklist:find": Address(frozenset(Role.values), "POST", account),
    "worklist:link_evidence": Address(CODER, "POST", account),
    "worklist:change_evidence": Address(CODER, "POST", part_of_account),
    "worklist:find_wanting": Address(HOLDERS, "POST", account),
    "worklist:withdraw_wanting": Address(HOLDERS, "POST", part_of_account),
    "worklist:add_diagnosis": Address(CODER, "POST", account),
    "worklist:order_diagnoses": Address(CODER, "POST", account),
    "worklist:change_diagnosis": Address(CODER, "POST", part_of_account),
    "worklist:add_procedure": Address(CODER, "POST", account),
    "worklist:change_procedure": Address(CODER, "POST", part_of_account),
    "worklist:point_line": Address(CODER, "POST", part_of_account),
    "worklist:take_over_all": Address(CODER, "POST", account),
    "worklist:settle_proposed": Address(CODER, "POST", part_of_account, form={"do": "dismiss"}),
    "worklist:settle_suggestion": Address(CODER, "POST", part_of_account, form={"do": "dismiss"}),
    "worklist:abstract": Address(CODER, "POST", account),
    "worklist:enter_claim_code": Address(CLAIM_CODES, "POST", account),
    "worklist:change_claim_code": Address(CLAIM_CODES, "POST", part_of_account),
    "worklist:earlier": Address(CODER, "GET", account),
    "worklist:take_over_codes": Address(CODER, "POST", account),
    "worklist:place_hold": Address(HOLDERS, "POST", account),
    "worklist:resolve_hold": Address(HOLDERS, "POST", part_of_account),
    "worklist:my_time": Address(TAKING_WORK),
    "worklist:record_time": Address(TAKING_WORK, "POST", at_facility, form={"do": "start", "activity": "meeting"}),
    "worklist:team_time": Address(SUPERVISOR),
    "worklist:team_time_file": Address(SUPERVISOR),
    "worklist:override": Address(HOLDERS, "POST", account),
    "worklist:agree_to_override": Address(HOLDERS, "POST", part_of_account),
    "worklist:take_work": Address(CODER, "POST", account),
    "worklist:finalize": Address(CODER, "POST", account),
}
