"""A proposed code is taken over as a code of its own account."""

from django.db import migrations

AT_HOME = """
CREATE FUNCTION public.coding_proposedcode_at_home() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM public.coding_codeddiagnosis WHERE id = NEW.diagnosis_id AND account_id = NEW.account_id
        UNION ALL
        SELECT FROM public.coding_codedprocedure WHERE id = NEW.procedure_id AND account_id = NEW.account_id
    ) THEN
        RAISE EXCEPTION 'a proposed code is taken over as a code of its own account' USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER coding_proposedcode_at_home BEFORE INSERT OR UPDATE ON coding_proposedcode FOR EACH ROW
    WHEN (NEW.diagnosis_id IS NOT NULL OR NEW.procedure_id IS NOT NULL)
    EXECUTE FUNCTION public.coding_proposedcode_at_home();
"""
AT_HOME_BACK = """
DROP TRIGGER coding_proposedcode_at_home ON coding_proposedcode;
DROP FUNCTION public.coding_proposedcode_at_home();
"""


class Migration(migrations.Migration):
    dependencies = [("coding", "0010_line_pointers")]

    operations = [migrations.RunSQL(AT_HOME, AT_HOME_BACK)]
