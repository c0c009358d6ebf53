"""Who pointed the lines of a professional bill to its diagnoses coded it, and does not approve its release.

A trigger of its own beside the gate's, which takes the account's lock first (names are fired in alphabetical order): no row of
the account can be added meanwhile without raising the revision that the verdict is on.
"""

from django.db import migrations

GATE = """
CREATE FUNCTION public.release_gate_pointers() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM public.coding_linepointers
               WHERE account_id = NEW.account_id AND superseded_at IS NULL AND pointed_by_id = NEW.approved_by_id) THEN
        RAISE EXCEPTION 'release refused: who coded account % does not approve it', NEW.account_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER release_release_gate_pointers BEFORE INSERT ON release_release
    FOR EACH ROW EXECUTE FUNCTION public.release_gate_pointers();
"""


class Migration(migrations.Migration):
    dependencies = [("release", "0006_host_differs"), ("coding", "0010_line_pointers")]

    operations = [
        migrations.RunSQL(
            GATE,
            "DROP TRIGGER release_release_gate_pointers ON release_release; DROP FUNCTION public.release_gate_pointers()",
        )
    ]
