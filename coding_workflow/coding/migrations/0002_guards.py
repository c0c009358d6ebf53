"""Codes, evidence and abstracts belong to their account's facility, raise its revision, and are never removed."""

from django.db import migrations

from accounts.constraints import append_only, facility_matches, never_deleted, raises_revision

TABLES = ("coding_codeddiagnosis", "coding_codedprocedure", "coding_evidence", "coding_recordabstract")

FIXED = """
CREATE FUNCTION public.coding_code_is_fixed() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF ROW(NEW.account_id, NEW.system, NEW.code, NEW.assigned_by_id, NEW.assigned_at) IS DISTINCT FROM
       ROW(OLD.account_id, OLD.system, OLD.code, OLD.assigned_by_id, OLD.assigned_at) OR OLD.superseded_at IS NOT NULL THEN
        RAISE EXCEPTION 'an assigned code stays as it was; assign another' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("coding", "0001_codes"), ("accounts", "0006_steps")]

    operations = [
        *[facility_matches(table) for table in (*TABLES, "coding_finalcoding")],
        *[raises_revision(table) for table in TABLES],
        *[never_deleted(table) for table in TABLES[:3]],
        append_only("coding_recordabstract"),
        append_only("coding_finalcoding"),
        migrations.RunSQL(FIXED, "DROP FUNCTION public.coding_code_is_fixed()"),
        *[
            migrations.RunSQL(
                f"CREATE TRIGGER {table}_fixed BEFORE UPDATE ON {table} FOR EACH ROW "
                "EXECUTE FUNCTION public.coding_code_is_fixed()",
                f"DROP TRIGGER {table}_fixed ON {table}",
            )
            for table in TABLES[:2]
        ],
    ]
