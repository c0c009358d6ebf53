"""Holds take the account's row lock and change it, so that a hold and a release can never both pass.

Changing the row (``hold_version``) matters as much as locking it: under REPEATABLE READ a release that began before the
hold was committed would otherwise get the lock without seeing the hold; so it fails with a serialization error.
"""

from django.db import migrations

from accounts.constraints import never_deleted

GUARD = """
CREATE FUNCTION public.accounts_guard_hold() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE public.accounts_account SET hold_version = hold_version + 1 WHERE id = NEW.account_id;
    IF TG_OP = 'INSERT' THEN
        IF NEW.resolved_at IS NOT NULL THEN
            RAISE EXCEPTION 'a hold is opened before it is resolved' USING ERRCODE = 'restrict_violation';
        END IF;
        NEW.opened_at := clock_timestamp();
        RETURN NEW;
    END IF;
    IF OLD.resolved_at IS NOT NULL THEN
        RAISE EXCEPTION 'hold % is resolved and stays as it is', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF ROW(NEW.facility_id, NEW.account_id, NEW.source, NEW.key, NEW.condition, NEW.blocking, NEW.reason, NEW.opened_at,
           NEW.opened_by_id) IS DISTINCT FROM
       ROW(OLD.facility_id, OLD.account_id, OLD.source, OLD.key, OLD.condition, OLD.blocking, OLD.reason, OLD.opened_at,
           OLD.opened_by_id) THEN
        RAISE EXCEPTION 'what opened hold % cannot be changed', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.resolved_at IS NOT NULL AND NOT EXISTS (
        SELECT FROM public.accounts_event e WHERE e.id = NEW.resolved_event_id AND e.account_id = NEW.account_id
            AND e.kind = 'hold.resolved' AND (e.payload::jsonb ->> 'hold') = NEW.id::text) THEN
        RAISE EXCEPTION 'hold % is resolved only with its event', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_history")]

    operations = [
        migrations.RunSQL(GUARD, "DROP FUNCTION public.accounts_guard_hold()"),
        migrations.RunSQL(
            "CREATE TRIGGER accounts_hold_guard BEFORE INSERT OR UPDATE ON accounts_hold "
            "FOR EACH ROW EXECUTE FUNCTION public.accounts_guard_hold()",
            "DROP TRIGGER accounts_hold_guard ON accounts_hold",
        ),
        never_deleted("accounts_hold"),
        never_deleted("accounts_workitem"),
    ]
