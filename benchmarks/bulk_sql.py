"""The statements of the bulk generator: one plan of the accounts, and a statement for each table that follows it."""
# ruff: noqa: S608 - the words put together are this module's own; every value is a parameter

from typing import Final

#: Of 400 accounts, so many have open work (1.5 %), and so many more are unfinished without it.
_OPEN_OF_400: Final = 6
_WAITING_OF_400: Final = 1

_LEVELS: Final = ("registration.registered", "document.received", "charge.posted", "account.moved")

#: One row for each account: what it will be. The seed makes the same hospital again; a queue of the open work has half of it.
PLAN: Final = f"""
CREATE TEMPORARY TABLE bulk_plan ON COMMIT DROP AS
SELECT g, %(first_account)s + g AS account, %(first_patient)s + (g - 1) %% %(patients)s AS patient, class, part,
       part IN ('closed', 'releasable', 'coded_held') AS coded,
       discharged - stay AS admitted, discharged, charges,
       (%(payers)s::bigint[])[1 + floor(payer_roll * cardinality(%(payers)s::bigint[]))::int] AS payer
FROM (
    SELECT g, class, payer_roll,
           CASE WHEN g %% 400 >= {_OPEN_OF_400 + _WAITING_OF_400} THEN 'closed'
                WHEN g %% 400 >= {_OPEN_OF_400} THEN CASE WHEN part_roll < 0.6 THEN 'coded_held' ELSE 'waiting' END
                WHEN part_roll < 0.65 THEN 'to_code'
                WHEN part_roll < 0.82 THEN 'to_code_held'
                ELSE 'releasable' END AS part,
           %(today)s::date - CASE WHEN g %% 400 >= {_OPEN_OF_400 + _WAITING_OF_400}
                                  THEN 40 + floor(1800 * day_roll)::int ELSE 1 + floor(25 * day_roll)::int END AS discharged,
           CASE WHEN class IN ('inpatient', 'newborn') THEN 1 + floor(7 * stay_roll)::int ELSE 0 END AS stay,
           round((CASE WHEN class = 'inpatient' THEN 1500 ELSE 150 END * exp(4 * charge_roll))::numeric, 2) AS charges
    FROM (
        SELECT g, random() AS part_roll, random() AS day_roll, random() AS stay_roll, random() AS charge_roll,
               random() AS payer_roll, random() AS class_roll
        FROM generate_series(1, %(accounts)s) AS g
    ) AS rolled
    CROSS JOIN LATERAL (SELECT CASE
        WHEN class_roll < 0.50 THEN 'emergency' WHEN class_roll < 0.68 THEN 'clinic' WHEN class_roll < 0.80 THEN 'inpatient'
        WHEN class_roll < 0.88 THEN 'outpatient_surgery' WHEN class_roll < 0.93 THEN 'observation'
        WHEN class_roll < 0.97 THEN 'ancillary' WHEN class_roll < 0.99 THEN 'recurring' ELSE 'newborn' END AS class) AS classed
) AS shaped
"""

_STEP: Final = (
    "CASE part WHEN 'closed' THEN 'closed' WHEN 'waiting' THEN 'discharged'"
    " WHEN 'to_code' THEN 'coding' WHEN 'to_code_held' THEN 'coding' ELSE 'final_coded' END"
)
#: Raised by triggers in life; here every account stands at the same one.
REVISION: Final = 6
_NAMES: Final = "(ARRAY['Alder', 'Birch', 'Cedar', 'Dogwood', 'Elm', 'Fir', 'Ginkgo', 'Hazel', 'Ironwood', 'Juniper'])"

_PATIENTS: Final = f"""
INSERT INTO accounts_patient (id, facility_id, authority, mrn, person_key, family_name, given_name, middle_name, birth_date, sex,
    address_line, city, state, zip_code, created_at)
SELECT %(first_patient)s + g, %(facility)s, 'MRN', 'BULK' || (%(first_patient)s + g), '',
    {_NAMES}[1 + g %% 10], 'Bulk ' || g, '', date '1940-01-01' + (g %% 25000)::int, CASE g %% 2 WHEN 0 THEN 'F' ELSE 'M' END,
    '1 Bulk Street', 'Springfield', 'NY', '12345', now()
FROM generate_series(0, %(patients)s - 1) AS g
"""
_ACCOUNTS: Final = f"""
INSERT INTO accounts_account (id, facility_id, number, patient_id, billing_kind, patient_class, service, step, revision,
    restricted, admitted_at, discharged_at, admit_date, discharge_date, discharge_status, admission_type, point_of_origin,
    type_of_bill, statement_from, statement_through, condition_codes, occurrence_codes, occurrence_spans, value_codes,
    total_charges, ready_at, final_coded_at, event_sequence, event_head, hold_version, created_at)
SELECT p.account, %(facility)s, 'BULK' || p.account, patient, 'facility', class, '', {_STEP}, {REVISION}, '',
    admitted + time '09:00', discharged + time '15:00', admitted, discharged, '01', '1', '1',
    CASE WHEN class IN ('inpatient', 'newborn') THEN '0111' ELSE '0131' END, admitted, discharged, '[]', '[]', '[]', '[]',
    charges,
    CASE WHEN part <> 'waiting' THEN discharged + time '23:00' END, CASE WHEN coded THEN discharged + 1 + time '10:00' END,
    e.sequence, e.hash, 0, admitted + time '09:00'
FROM bulk_plan p JOIN accounts_event e ON e.account_id = p.account AND e.sequence = {len(_LEVELS)}
"""
COVERAGES: Final = """
INSERT INTO accounts_coverage (facility_id, account_id, payer_id, rank, member_id, group_number)
SELECT %(facility)s, account, payer, 1, 'M' || g, '' FROM bulk_plan
"""
_CHARGES: Final = """
INSERT INTO accounts_chargeline (facility_id, account_id, source_id, source, revenue_code, hcpcs, modifiers, units, amount,
    service_date, description, posted_at)
SELECT %(facility)s, account, 'BULK' || account || '.' || line, 'chargemaster', code, '', '[]', 1, amount, admitted,
    'Bulk charge', admitted + time '20:00'
FROM bulk_plan, LATERAL (VALUES (1, '0250', round(charges * 0.3, 2)), (2, '0450', charges - round(charges * 0.3, 2)))
    AS part_of(line, code, amount)
"""
_DOCUMENTS: Final = """
INSERT INTO accounts_document (facility_id, account_id, source_id, type, title, first_received_at)
SELECT %(facility)s, account, 'BULK' || account, 'ed_note', 'Emergency department note', discharged + time '16:00' FROM bulk_plan
"""
_VERSIONS: Final = """
INSERT INTO accounts_documentversion (facility_id, account_id, document_id, number, status, text, author_role, authored_at,
    signed_at, received_at)
SELECT d.facility_id, d.account_id, d.id, 1, 'signed',
    repeat('Seen and examined; the plan was discussed. ', 6 + (p.g %% 20)::int) || 'Account ' || p.g || '.', 'attending',
    d.first_received_at, d.first_received_at, d.first_received_at
FROM bulk_plan p JOIN accounts_document d ON d.account_id = p.account
"""
_DIAGNOSES: Final = """
INSERT INTO coding_codeddiagnosis (facility_id, account_id, system, code, position, role, poa, assigned_by_id, assigned_at,
    changed_by_id)
SELECT %(facility)s, account, 'ICD-10-CM', code, position, 'diagnosis', CASE WHEN class = 'inpatient' THEN 'Y' ELSE '' END,
    %(coder)s, discharged + 1 + time '09:00', %(coder)s
FROM bulk_plan, LATERAL (VALUES (1, 'I10'), (2, 'E119'), (3, 'J189')) AS assigned(position, code)
WHERE coded
"""
FINALS: Final = f"""
INSERT INTO coding_finalcoding (facility_id, account_id, revision, coder_id, at)
SELECT %(facility)s, account, {REVISION}, %(coder)s, discharged + 1 + time '10:00' FROM bulk_plan WHERE coded
"""
_CHECKS: Final = f"""
INSERT INTO release_check (facility_id, account_id, revision, ruleset_hash, tables_hash, policy_hash, facts_hash, engine_version,
    verdict, conditions, findings, tables, facts, checked_at)
SELECT %(facility)s, account, {REVISION}, 'bulk', 'bulk', 'bulk', 'bulk', 'bulk',
    CASE WHEN part = 'coded_held' THEN 'held' ELSE 'releasable' END, '{{}}', '[]', '{{}}', '{{}}', discharged + 1 + time '10:01'
FROM bulk_plan WHERE coded
"""
_HOLDS: Final = """
INSERT INTO accounts_hold (facility_id, account_id, source, key, condition, blocking, reason, message, owner_role, fix, milestone,
    opened_at, resolved_by, resolution)
SELECT %(facility)s, account, CASE part WHEN 'waiting' THEN 'policy' ELSE 'check' END, 'bulk',
    CASE part WHEN 'waiting' THEN NULL ELSE 3 + (g %% 3)::int END, true,
    CASE part WHEN 'waiting' THEN 'policy.bill_hold' ELSE 'documents.required' END, 'A document is missing or days are not over.',
    CASE part WHEN 'waiting' THEN 'coding' ELSE 'him' END, 'documents', '', discharged + time '17:00', '', ''
FROM bulk_plan WHERE part IN ('waiting', 'to_code_held', 'coded_held')
"""
FINISHED_WORK: Final = """
INSERT INTO accounts_workitem (facility_id, account_id, kind, queue_id, coding_type, rank_at, rank_parts, why, opened_at,
    lease_token, closed_at, outcome, closed_by)
SELECT %(facility)s, account, 'coding', q.id, class, discharged + 3, '[]', 'Ready to code.', discharged + time '23:00', 1,
    discharged + 1 + time '10:00', 'final_coded', 'person:' || %(coder)s
FROM bulk_plan JOIN accounts_queue q ON q.facility_id = %(facility)s AND q.kind = 'coding' AND q.patient_classes ? class
WHERE coded
"""
#: Queue and rank are left to the routing service.
_OPEN_WORK: Final = """
INSERT INTO accounts_workitem (facility_id, account_id, kind, coding_type, rank_at, rank_parts, why, opened_at, lease_token,
    outcome, closed_by)
SELECT %(facility)s, account, CASE part WHEN 'releasable' THEN 'release' ELSE 'coding' END, class, discharged, '[]', '',
    discharged + time '23:00', 0, '', ''
FROM bulk_plan WHERE part IN ('to_code', 'to_code_held', 'releasable')
"""
#: In the facility's release queue, the oldest discharge first.
RELEASE_WORK: Final = """
INSERT INTO accounts_workitem (facility_id, account_id, kind, queue_id, coding_type, rank_at, rank_parts, why, opened_at,
    lease_token, outcome, closed_by)
SELECT %(facility)s, account, 'release', (SELECT min(q.id) FROM accounts_queue q
    WHERE q.facility_id = %(facility)s AND q.kind = 'release'), '', discharged, '[]', '', discharged + time '23:00', 0, '', ''
FROM bulk_plan WHERE part = 'releasable'
"""


def _events() -> str:
    """Four events an account, chained as the trigger chains them: the text that is hashed is that of accounts/chain.py."""
    joins = []
    for number, kind in enumerate(_LEVELS, start=1):
        before = f"e{number - 1}.hash" if number > 1 else "''::text"
        at = f"discharged + time '12:00' + {number} * interval '1 hour'"
        joins.append(f"""
        CROSS JOIN LATERAL (SELECT {before} AS previous, gen_random_uuid() AS action,
            ({at}) AT TIME ZONE 'UTC' AS at) AS p{number}
        CROSS JOIN LATERAL (SELECT encode(sha256(convert_to(concat_ws(E'\\x1f', previous, '{number}', account::text,
            %(facility)s::bigint::text, '{kind}', 'system', 'bulk', action::text,
            (extract(epoch FROM at) * 1000000)::bigint::text, '{{}}'), 'UTF8')), 'hex') AS hash
            FROM (SELECT p{number}.*) AS link) AS e{number}""")
    rows = ", ".join(
        f"({number}, '{kind}', p{number}.at, p{number}.action, p{number}.previous, e{number}.hash)"
        for number, kind in enumerate(_LEVELS, start=1)
    )
    return f"""
    INSERT INTO accounts_event (facility_id, account_id, sequence, kind, at, actor_kind, actor, action, payload, previous_hash,
        hash)
    SELECT %(facility)s, account, row.sequence, row.kind, row.at, 'system', 'bulk', row.action, '{{}}', row.previous, row.hash
    FROM bulk_plan {"".join(joins)}
    CROSS JOIN LATERAL (VALUES {rows}) AS row(sequence, kind, at, action, previous, hash)
    """


EVENTS: Final = _events()
#: Table and statement. Events come before their accounts, which name the last of them: keys are looked at in the end.
STATEMENTS: Final[tuple[tuple[str, str], ...]] = (
    ("accounts_patient", _PATIENTS),
    ("accounts_event", EVENTS),
    ("accounts_account", _ACCOUNTS),
    ("accounts_coverage", COVERAGES),
    ("accounts_chargeline", _CHARGES),
    ("accounts_document", _DOCUMENTS),
    ("accounts_documentversion", _VERSIONS),
    ("accounts_hold", _HOLDS),
    ("coding_codeddiagnosis", _DIAGNOSES),
    ("coding_finalcoding", FINALS),
    ("release_check", _CHECKS),
    ("accounts_workitem", FINISHED_WORK),
    ("accounts_workitem", _OPEN_WORK),
)
TABLES: Final = tuple(dict.fromkeys(table for table, _ in STATEMENTS))
