"""Suggestions belong to their account's facility and stay; what was offered never changes, what was settled stays settled."""

from django.db import migrations

from accounts.constraints import facility_matches, never_deleted

FIXED = """
CREATE FUNCTION public.coding_suggestion_is_fixed() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF OLD.state <> 'offered' OR
       ROW(NEW.account_id, NEW.version_id, NEW.start, NEW."end", NEW.quote, NEW.system, NEW.code, NEW.title, NEW.role, NEW.why, NEW.made_at)
       IS DISTINCT FROM
       ROW(OLD.account_id, OLD.version_id, OLD.start, OLD."end", OLD.quote, OLD.system, OLD.code, OLD.title, OLD.role, OLD.why, OLD.made_at)
    THEN
        RAISE EXCEPTION 'a suggestion stays as it was offered, and as it was settled' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER coding_suggestion_fixed BEFORE UPDATE ON coding_suggestion
FOR EACH ROW EXECUTE FUNCTION public.coding_suggestion_is_fixed();
"""
FIXED_BACK = """
DROP TRIGGER coding_suggestion_fixed ON coding_suggestion;
DROP FUNCTION public.coding_suggestion_is_fixed();
"""


class Migration(migrations.Migration):
    dependencies = [("coding", "0006_suggestions"), ("accounts", "0002_same_facility")]

    operations = [
        facility_matches("coding_suggestion"),
        never_deleted("coding_suggestion"),
        migrations.RunSQL(FIXED, FIXED_BACK),
    ]
