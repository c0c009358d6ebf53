"""Queries belong to their account's facility; what was sent and answered stays; where a query stands raises the revision."""

from django.db import migrations

from accounts.constraints import append_only, facility_matches, never_deleted

COPIES = ("coding_sentquery", "coding_queryresponse", "coding_queryreminder")

# A draft is nobody's knowledge yet: writing one, or throwing it away, changes nothing that the gate judges.
REVISION = """
CREATE FUNCTION public.coding_query_raises_revision() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF (TG_OP = 'INSERT' AND NEW.status <> 'draft')
       OR (TG_OP = 'UPDATE' AND NEW.status <> OLD.status AND NOT (OLD.status = 'draft' AND NEW.status = 'withdrawn')) THEN
        UPDATE public.accounts_account SET revision = revision + 1 WHERE id = NEW.account_id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER coding_providerquery_raises_revision AFTER INSERT OR UPDATE ON coding_providerquery
FOR EACH ROW EXECUTE FUNCTION public.coding_query_raises_revision();
"""
REVISION_BACK = """
DROP TRIGGER coding_providerquery_raises_revision ON coding_providerquery;
DROP FUNCTION public.coding_query_raises_revision();
"""

FIXED = """
CREATE FUNCTION public.coding_query_is_fixed() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.account_id <> OLD.account_id OR NEW.created_at <> OLD.created_at OR (OLD.status <> 'draft' AND
       ROW(NEW.provider_id, NEW.asked_by_id, NEW.reason, NEW.kind, NEW.subject, NEW.text, NEW.options, NEW.indicators, NEW.codes)
       IS DISTINCT FROM
       ROW(OLD.provider_id, OLD.asked_by_id, OLD.reason, OLD.kind, OLD.subject, OLD.text, OLD.options, OLD.indicators, OLD.codes))
    THEN
        RAISE EXCEPTION 'a query that was sent stays as it was; ask it again' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER coding_providerquery_fixed BEFORE UPDATE ON coding_providerquery
FOR EACH ROW EXECUTE FUNCTION public.coding_query_is_fixed();
"""
FIXED_BACK = """
DROP TRIGGER coding_providerquery_fixed ON coding_providerquery;
DROP FUNCTION public.coding_query_is_fixed();
"""

HASHED = """
ALTER TABLE coding_sentquery
    ADD CONSTRAINT sent_query_hash_true CHECK (sha256 = encode(sha256(convert_to(document, 'UTF8')), 'hex'));
"""


class Migration(migrations.Migration):
    dependencies = [("coding", "0003_queries"), ("accounts", "0008_holds_by_reason")]

    operations = [
        *[facility_matches(table) for table in ("coding_providerquery", *COPIES, "coding_querylink")],
        *[append_only(table) for table in COPIES],
        *[never_deleted(table) for table in ("coding_providerquery", "coding_querylink")],
        migrations.RunSQL(REVISION, REVISION_BACK),
        migrations.RunSQL(FIXED, FIXED_BACK),
        migrations.RunSQL(HASHED, "ALTER TABLE coding_sentquery DROP CONSTRAINT sent_query_hash_true"),
    ]
