"""Rules are kept: a version changes only while it is a draft, then only its state moves; what was done is append-only."""

from django.db import migrations

from accounts.constraints import append_only, never_deleted

KEY = """
CREATE FUNCTION public.guidelines_key_once() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    -- Two inserts of one key wait for each other: neither sees the other's row before it commits.
    PERFORM pg_advisory_xact_lock(hashtextextended('guidelines_adminrule ' || NEW.key, 0));
    IF EXISTS (
        SELECT FROM public.guidelines_adminrule AS other
         WHERE other.key = NEW.key AND (NEW.facility_id IS NULL OR other.facility_id IS NULL)
    ) THEN
        RAISE EXCEPTION 'a rule of all facilities and one of a single facility cannot have the same key'
            USING ERRCODE = 'unique_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER guidelines_adminrule_key BEFORE INSERT ON guidelines_adminrule
    FOR EACH ROW EXECUTE FUNCTION public.guidelines_key_once();
"""

KEY_BACK = """
DROP TRIGGER guidelines_adminrule_key ON guidelines_adminrule;
DROP FUNCTION public.guidelines_key_once();
"""

VERSION = """
CREATE FUNCTION public.guidelines_keep_version() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    moving CONSTANT text[] := ARRAY['state', 'shadowed_by_id', 'shadowed_at', 'published_by_id', 'published_at',
                                    'retired_by_id', 'retired_at', 'retired_reason'];
    editing CONSTANT text[] := ARRAY['title', 'definition', 'hash', 'tests', 'written_by_id', 'written_at', 'reason'];
BEGIN
    IF NEW.hash <> encode(sha256(convert_to(NEW.definition, 'UTF8')), 'hex') THEN
        RAISE EXCEPTION 'the hash of a rule is that of its definition' USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'draft' OR NEW.published_by_id IS NOT NULL THEN
            RAISE EXCEPTION 'a rule begins as a draft' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF to_jsonb(NEW) - moving - editing <> to_jsonb(OLD) - moving - editing
        OR (to_jsonb(NEW) - moving <> to_jsonb(OLD) - moving AND (OLD.state <> 'draft' OR NEW.state <> 'draft'))
        OR (NEW.state = OLD.state AND to_jsonb(NEW) - editing <> to_jsonb(OLD) - editing)
        OR (OLD.published_by_id, OLD.published_at) IS DISTINCT FROM (NEW.published_by_id, NEW.published_at)
            AND NOT (NEW.state = 'active' AND OLD.state <> 'active')
        OR (OLD.shadowed_by_id, OLD.shadowed_at) IS DISTINCT FROM (NEW.shadowed_by_id, NEW.shadowed_at)
            AND NOT (NEW.state = 'shadow' AND OLD.state <> 'shadow')
        OR (OLD.retired_by_id, OLD.retired_at, OLD.retired_reason)
            IS DISTINCT FROM (NEW.retired_by_id, NEW.retired_at, NEW.retired_reason)
            AND NOT (NEW.state = 'retired' AND OLD.state <> 'retired')
    THEN
        RAISE EXCEPTION 'a rule is not changed once it left draft; write a new version' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
        ('draft', 'shadow'), ('draft', 'active'), ('draft', 'retired'),
        ('shadow', 'active'), ('shadow', 'retired'), ('active', 'retired')
    ) THEN
        RAISE EXCEPTION 'a rule moves from draft to shadow, active and retired, never back' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state = 'active' AND OLD.state <> 'active' AND EXISTS (
        SELECT FROM public.guidelines_ruleevent AS event
         WHERE event.version_id = NEW.id AND event.by_id = NEW.published_by_id
           AND event.kind IN ('rule.written', 'rule.imported', 'rule.rolled_back')
    ) THEN
        RAISE EXCEPTION 'who wrote a rule does not publish it' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER guidelines_ruleversion_kept BEFORE INSERT OR UPDATE ON guidelines_ruleversion
    FOR EACH ROW EXECUTE FUNCTION public.guidelines_keep_version();
"""

VERSION_BACK = """
DROP TRIGGER guidelines_ruleversion_kept ON guidelines_ruleversion;
DROP FUNCTION public.guidelines_keep_version();
"""


class Migration(migrations.Migration):
    dependencies = [("guidelines", "0001_rules"), ("accounts", "0003_history")]

    operations = [
        migrations.RunSQL(KEY, KEY_BACK),
        migrations.RunSQL(VERSION, VERSION_BACK),
        append_only("guidelines_adminrule"),
        never_deleted("guidelines_ruleversion"),
        append_only("guidelines_ruleevent"),
    ]
