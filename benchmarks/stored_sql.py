"""The statements for accounts with stored facts: the samples as temporary tables, the plan, and a statement for each table."""

# ruff: noqa: S608 - the words put together are this module's own; every value is a parameter

from typing import Final

from .bulk_sql import COVERAGES, EVENTS, FINALS, FINISHED_WORK, RELEASE_WORK, REVISION

#: In stored text the account's key stands where this is; no code, date or word of a sample looks like it.
ACCOUNT: Final = "@account@"

_SAMPLE: Final = """number integer, class text, service text, admitted date, discharged date,
    admitted_at timestamptz, discharged_at timestamptz, status text, admission_type text, origin text, bill text,
    statement_from date, statement_through date, birth_date date, sex text, payer bigint, attending bigint, operating bigint,
    charges numeric, lines jsonb, diagnoses jsonb, procedures jsonb, documents jsonb, facts text, verdict text, conditions jsonb,
    findings jsonb, drg jsonb, tables jsonb, ruleset_hash text, tables_hash text, policy_hash text, engine_version text"""

#: The samples, some hundreds at a time.
EMPTY: Final = f"CREATE TEMPORARY TABLE bulk_sample ({_SAMPLE}) ON COMMIT DROP"
SAMPLES: Final = f"INSERT INTO bulk_sample SELECT * FROM jsonb_to_recordset(%(samples)s::jsonb) AS s({_SAMPLE})"

#: What belongs to them, as the database sees it; dropped when the transaction ends.
PARTS: Final = """
CREATE TEMPORARY TABLE bulk_line ON COMMIT DROP AS
SELECT s.number, l.* FROM bulk_sample s, jsonb_to_recordset(s.lines) AS l(place integer, revenue_code text, hcpcs text,
    modifiers jsonb, units numeric, amount numeric, day date, entry bigint, coded boolean);
CREATE TEMPORARY TABLE bulk_diagnosis ON COMMIT DROP AS
SELECT s.number, d.* FROM bulk_sample s, jsonb_to_recordset(s.diagnoses) AS d(place integer, role text, code text, poa text);
CREATE TEMPORARY TABLE bulk_procedure ON COMMIT DROP AS
SELECT s.number, p.* FROM bulk_sample s, jsonb_to_recordset(s.procedures) AS p(place integer, code text, day date,
    specimen boolean);
CREATE TEMPORARY TABLE bulk_document ON COMMIT DROP AS
SELECT s.number, d.* FROM bulk_sample s, jsonb_to_recordset(s.documents) AS d(type text, role text, at timestamptz)
"""

#: One sample after the other, as often as there are accounts; the columns are also those that ``bulk_sql`` asks its plan for.
PLAN: Final = """
CREATE TEMPORARY TABLE bulk_plan ON COMMIT DROP AS
SELECT g, %(first_account)s + g AS account, %(first_patient)s + g - 1 AS patient, true AS coded, 'releasable' AS part, s.*
FROM generate_series(1, %(accounts)s) AS g JOIN bulk_sample s ON s.number = (g - 1) %% (SELECT count(*) FROM bulk_sample)
"""

_PATIENTS: Final = """
INSERT INTO accounts_patient (id, facility_id, authority, mrn, person_key, family_name, given_name, middle_name, birth_date, sex,
    address_line, city, state, zip_code, created_at)
SELECT patient, %(facility)s, 'MRN', 'STORED' || patient, '', 'Stored', 'Bulk ' || g, '', birth_date, sex,
    '1 Bulk Street', 'Springfield', 'NY', '12345', now()
FROM bulk_plan
"""
_ACCOUNTS: Final = f"""
INSERT INTO accounts_account (id, facility_id, number, patient_id, billing_kind, patient_class, service, step, revision,
    restricted, admitted_at, discharged_at, admit_date, discharge_date, discharge_status, admission_type, point_of_origin,
    type_of_bill, statement_from, statement_through, attending_id, operating_id, condition_codes, occurrence_codes,
    occurrence_spans, value_codes, total_charges, ready_at, final_coded_at, event_sequence, event_head, hold_version, created_at)
SELECT p.account, %(facility)s, 'STORED' || p.account, patient, 'facility', class, service, 'final_coded', {REVISION}, '',
    admitted_at, discharged_at, admitted, discharged, status, admission_type, origin, bill, statement_from, statement_through,
    attending, operating, '[]', '[]', '[]', '[]', charges, discharged + time '23:00', discharged + 1 + time '10:00',
    e.sequence, e.hash, 0, admitted_at
FROM bulk_plan p JOIN accounts_event e ON e.account_id = p.account AND e.sequence = 4
"""
_CHARGES: Final = """
INSERT INTO accounts_chargeline (facility_id, account_id, source_id, source, entry_id, revenue_code, hcpcs, modifiers, units,
    amount, service_date, description, posted_at)
SELECT %(facility)s, account, 'STORED' || account || '.' || place, CASE WHEN l.coded THEN 'coder' ELSE 'chargemaster' END, entry,
    revenue_code, hcpcs, modifiers, units, amount, day, 'Bulk charge', day + time '20:00'
FROM bulk_plan p JOIN bulk_line l USING (number) ORDER BY account, place
"""
_DOCUMENTS: Final = """
INSERT INTO accounts_document (facility_id, account_id, source_id, type, title, first_received_at)
SELECT %(facility)s, account, 'STORED' || account || '.' || row_number() OVER (PARTITION BY account), type, type, at
FROM bulk_plan JOIN bulk_document USING (number)
"""
_VERSIONS: Final = """
INSERT INTO accounts_documentversion (facility_id, account_id, document_id, number, status, text, author_role, authored_at,
    signed_at, received_at)
SELECT d.facility_id, d.account_id, d.id, 1, 'signed', 'Seen and examined; the plan was discussed.', b.role,
    d.first_received_at, d.first_received_at, d.first_received_at
FROM bulk_plan p JOIN accounts_document d ON d.account_id = p.account
JOIN LATERAL (SELECT role FROM bulk_document b WHERE b.number = p.number AND b.type = d.type LIMIT 1) AS b ON true
"""
_DIAGNOSES: Final = """
INSERT INTO coding_codeddiagnosis (facility_id, account_id, system, code, position, role, poa, assigned_by_id, assigned_at,
    changed_by_id)
SELECT %(facility)s, account, 'ICD-10-CM', code, place, role, poa, %(coder)s, discharged + 1 + time '09:00', %(coder)s
FROM bulk_plan JOIN bulk_diagnosis USING (number)
"""
_PROCEDURES: Final = """
INSERT INTO coding_codedprocedure (facility_id, account_id, system, code, position, modifiers, units, performed_on, specimen_sent,
    assigned_by_id, assigned_at, changed_by_id)
SELECT %(facility)s, account, 'ICD-10-PCS', code, place, '[]', 1, day, specimen, %(coder)s,
    discharged + 1 + time '09:00', %(coder)s
FROM bulk_plan JOIN bulk_procedure USING (number)
"""
_SERVICES: Final = """
INSERT INTO coding_codedprocedure (facility_id, account_id, system, code, position, modifiers, units, performed_on, charge_id,
    assigned_by_id, assigned_at, changed_by_id)
SELECT c.facility_id, account, CASE WHEN c.hcpcs ~ '^[0-9]' THEN 'CPT' ELSE 'HCPCS' END, c.hcpcs, l.place, c.modifiers, c.units,
    l.day, c.id, %(coder)s, discharged + 1 + time '09:00', %(coder)s
FROM bulk_plan p JOIN bulk_line l USING (number)
JOIN accounts_chargeline c ON c.account_id = p.account AND c.source_id = 'STORED' || account || '.' || place
WHERE l.coded
"""
_ABSTRACTS: Final = """
INSERT INTO coding_recordabstract (facility_id, account_id, patient_class, admit_date, discharge_date, discharge_status, sources,
    abstracted_by_id, abstracted_at)
SELECT %(facility)s, account, class, admitted, discharged, status, '{}', %(coder)s, discharged + 1 + time '09:30' FROM bulk_plan
"""
_CHECKS: Final = f"""
INSERT INTO release_check (facility_id, account_id, revision, ruleset_hash, tables_hash, policy_hash, facts_hash, engine_version,
    verdict, conditions, findings, drg, tables, facts, assembly, checked_at)
SELECT %(facility)s, account, {REVISION}, ruleset_hash, tables_hash, policy_hash,
    'sha256:' || encode(sha256(convert_to(own, 'UTF8')), 'hex'), engine_version, verdict, conditions, findings,
    nullif(drg, 'null'::jsonb), tables, own, %(assembly)s, discharged + 1 + time '10:01'
FROM bulk_plan CROSS JOIN LATERAL (SELECT replace(facts, '{ACCOUNT}', account::text) AS own) AS written
"""

#: As in ``bulk_sql``: events before the accounts that name the last of them, keys are looked at in the end.
STATEMENTS: Final[tuple[tuple[str, str], ...]] = (
    ("accounts_patient", _PATIENTS),
    ("accounts_event", EVENTS),
    ("accounts_account", _ACCOUNTS),
    ("accounts_coverage", COVERAGES),
    ("accounts_chargeline", _CHARGES),
    ("accounts_document", _DOCUMENTS),
    ("accounts_documentversion", _VERSIONS),
    ("coding_codeddiagnosis", _DIAGNOSES),
    ("coding_codedprocedure", _PROCEDURES),
    ("coding_codedprocedure", _SERVICES),
    ("coding_recordabstract", _ABSTRACTS),
    ("coding_finalcoding", FINALS),
    ("release_check", _CHECKS),
    ("accounts_workitem", FINISHED_WORK),
    ("accounts_workitem", RELEASE_WORK),
)
