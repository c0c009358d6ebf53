"""A reconciliation is what was found at a moment; only its explanation is added, once."""

from django.db import migrations

from accounts.constraints import never_deleted

FIXED = """
CREATE FUNCTION public.worklist_reconciliation_is_fixed() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    wanted public.worklist_reconciliation%ROWTYPE := OLD;
BEGIN
    IF OLD.explained_by_id IS NULL THEN
        wanted.explanation := NEW.explanation;
        wanted.explained_by_id := NEW.explained_by_id;
    END IF;
    IF NEW IS DISTINCT FROM wanted THEN
        RAISE EXCEPTION 'reconciliation % stays as it was made', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER worklist_reconciliation_fixed BEFORE UPDATE ON worklist_reconciliation
    FOR EACH ROW EXECUTE FUNCTION public.worklist_reconciliation_is_fixed();
"""


class Migration(migrations.Migration):
    dependencies = [("worklist", "0008_reconciliation")]

    operations = [
        never_deleted("worklist_reconciliation"),
        migrations.RunSQL(
            FIXED,
            "DROP TRIGGER worklist_reconciliation_fixed ON worklist_reconciliation;"
            " DROP FUNCTION public.worklist_reconciliation_is_fixed()",
        ),
    ]
