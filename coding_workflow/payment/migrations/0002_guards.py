"""What the database promises about claims and remittances: numbers once, files unchanged, nothing removed."""

from django.db import migrations

from accounts.constraints import append_only, facility_matches, never_deleted

# CLM01 in ten digits; ISA13 in nine, and no second round: a number never names two interchanges.
NUMBERS = """
CREATE SEQUENCE public.payment_claim_number MAXVALUE 9999999999 NO CYCLE;
CREATE SEQUENCE public.payment_interchange_number MAXVALUE 999999999 NO CYCLE;
"""

# A file is what was sent: only the moment of sending is written, once.
FILE_FIXED = """
CREATE FUNCTION public.payment_claimfile_is_fixed() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    wanted public.payment_claimfile%ROWTYPE := OLD;
BEGIN
    wanted.sent_at := coalesce(OLD.sent_at, NEW.sent_at);
    IF NEW IS DISTINCT FROM wanted THEN
        RAISE EXCEPTION 'claim file % stays as it was made', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER payment_claimfile_fixed BEFORE UPDATE ON payment_claimfile
    FOR EACH ROW EXECUTE FUNCTION public.payment_claimfile_is_fixed();
"""

# What was billed stays; how the payer answers changes.
CLAIM_FIXED = """
CREATE FUNCTION public.payment_claim_is_fixed() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    wanted public.payment_claim%ROWTYPE := OLD;
BEGIN
    wanted.status := NEW.status;
    wanted.payer_control_number := NEW.payer_control_number;
    wanted.submitted_at := coalesce(OLD.submitted_at, NEW.submitted_at);
    wanted.submitted_by_id := coalesce(OLD.submitted_by_id, NEW.submitted_by_id);
    IF NEW IS DISTINCT FROM wanted OR (OLD.status = 'superseded' AND NEW.status <> 'superseded') THEN
        RAISE EXCEPTION 'claim % stays as it was billed', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER payment_claim_fixed BEFORE UPDATE ON payment_claim
    FOR EACH ROW EXECUTE FUNCTION public.payment_claim_is_fixed();
"""

# Placing an unmatched row is the one change that a person may make to what a payer said.
ANSWER_FIXED = """
CREATE FUNCTION public.payment_answer_is_fixed() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    wanted public.payment_remittanceclaim%ROWTYPE := OLD;
BEGIN
    wanted.claim_id := coalesce(OLD.claim_id, NEW.claim_id);
    wanted.account_id := coalesce(OLD.account_id, NEW.account_id);
    wanted.note := NEW.note;
    IF NEW IS DISTINCT FROM wanted THEN
        RAISE EXCEPTION 'remittance claim % stays as the payer said it', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER payment_remittanceclaim_fixed BEFORE UPDATE ON payment_remittanceclaim
    FOR EACH ROW EXECUTE FUNCTION public.payment_answer_is_fixed();
"""

APPEND_ONLY = ("payment_remittance", "payment_payment", "payment_adjustment", "payment_provideradjustment")
KEPT = ("payment_claim", "payment_claimfile", "payment_remittanceclaim")


def _fixed(sql: str, table: str, function: str) -> migrations.RunSQL:
    return migrations.RunSQL(sql, f"DROP TRIGGER {table}_fixed ON {table}; DROP FUNCTION public.{function}()")


class Migration(migrations.Migration):
    dependencies = [("payment", "0001_claims_and_remittances"), ("release", "0002_gate"), ("accounts", "0006_steps")]

    operations = [
        migrations.RunSQL(NUMBERS, "DROP SEQUENCE public.payment_claim_number, public.payment_interchange_number"),
        *[facility_matches(table) for table in KEPT],
        facility_matches("payment_claim", column="payer_id", target="accounts_payer"),
        *[append_only(table) for table in APPEND_ONLY],
        *[never_deleted(table) for table in KEPT],
        _fixed(FILE_FIXED, "payment_claimfile", "payment_claimfile_is_fixed"),
        _fixed(CLAIM_FIXED, "payment_claim", "payment_claim_is_fixed"),
        _fixed(ANSWER_FIXED, "payment_remittanceclaim", "payment_answer_is_fixed"),
    ]
