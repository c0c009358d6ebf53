"""What was proposed stays as it was proposed; only its end is written, once. What was done is append-only."""

from django.db import migrations

from accounts.constraints import append_only, facility_matches, never_deleted

FIXED = """
CREATE FUNCTION public.policy_keep_proposal() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    ending CONSTANT text[] := ARRAY['state', 'settled_by_id', 'settled_at', 'answer', 'version_id'];
BEGIN
    IF NEW.hash <> encode(sha256(convert_to(NEW.document, 'UTF8')), 'hex') THEN
        RAISE EXCEPTION 'the hash of a proposal is that of its text' USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'open' THEN
            RAISE EXCEPTION 'a proposal begins open' USING ERRCODE = 'restrict_violation';
        END IF;
    ELSIF OLD.state <> 'open' OR to_jsonb(NEW) - ending <> to_jsonb(OLD) - ending THEN
        RAISE EXCEPTION 'a proposal is not changed; only its end is written, once' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state = 'published' AND NOT EXISTS (
        SELECT FROM public.policy_policyversion AS version WHERE version.id = NEW.version_id AND version.hash = NEW.hash
    ) THEN
        RAISE EXCEPTION 'what was published is not what was proposed' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER policy_policyproposal_kept BEFORE INSERT OR UPDATE ON policy_policyproposal
    FOR EACH ROW EXECUTE FUNCTION public.policy_keep_proposal();
"""

FIXED_BACK = """
DROP TRIGGER policy_policyproposal_kept ON policy_policyproposal;
DROP FUNCTION public.policy_keep_proposal();
"""

_KEY = "policy_policyversion_facility_key"


class Migration(migrations.Migration):
    dependencies = [("policy", "0003_proposals"), ("accounts", "0003_history")]

    operations = [
        migrations.RunSQL(
            f"ALTER TABLE policy_policyversion ADD CONSTRAINT {_KEY} UNIQUE (id, facility_id)",
            f"ALTER TABLE policy_policyversion DROP CONSTRAINT {_KEY}",
        ),
        facility_matches("policy_policyproposal", column="version_id", target="policy_policyversion"),
        migrations.RunSQL(FIXED, FIXED_BACK),
        append_only("policy_policyevent"),
        never_deleted("policy_policyproposal"),
    ]
