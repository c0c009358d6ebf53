"""A loaded release never changes: no code is altered, removed or added; only its last day may come earlier."""

from django.db import migrations

from accounts.constraints import append_only

RELEASE = """
CREATE FUNCTION public.codesets_keep_release() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF to_jsonb(NEW) - 'complete' - 'effective' <> to_jsonb(OLD) - 'complete' - 'effective'
        OR (OLD.complete AND NOT NEW.complete)
        OR isempty(NEW.effective)
        OR lower(NEW.effective) <> lower(OLD.effective)
        OR NOT NEW.effective <@ OLD.effective
    THEN
        RAISE EXCEPTION 'a loaded code table is not changed; only its last day may come earlier'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER codesets_release_kept BEFORE UPDATE ON codesets_tablerelease
    FOR EACH ROW EXECUTE FUNCTION public.codesets_keep_release();
CREATE TRIGGER codesets_release_never_deleted BEFORE DELETE OR TRUNCATE ON codesets_tablerelease
    FOR EACH STATEMENT EXECUTE FUNCTION public.accounts_refuse_change();
"""

RELEASE_BACK = """
DROP TRIGGER codesets_release_never_deleted ON codesets_tablerelease;
DROP TRIGGER codesets_release_kept ON codesets_tablerelease;
DROP FUNCTION public.codesets_keep_release();
"""

ROWS = """
CREATE FUNCTION public.codesets_only_while_loading() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT release_id FROM added) AS named
          LEFT JOIN public.codesets_tablerelease AS release ON release.id = named.release_id
         WHERE release.id IS NULL OR release.complete
    ) THEN
        RAISE EXCEPTION 'nothing is added to a code table that is loaded, or to none' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
"""


def only_while_loading(table: str) -> migrations.RunSQL:
    """Refuse rows for a release that is complete or does not exist; takes the place of a foreign key."""
    return migrations.RunSQL(
        f"CREATE TRIGGER {table}_only_while_loading AFTER INSERT ON {table} REFERENCING NEW TABLE AS added "
        "FOR EACH STATEMENT EXECUTE FUNCTION public.codesets_only_while_loading()",
        f"DROP TRIGGER {table}_only_while_loading ON {table}",
    )


class Migration(migrations.Migration):
    dependencies = [("codesets", "0001_code_tables"), ("accounts", "0003_history")]

    operations = [
        migrations.RunSQL(RELEASE, RELEASE_BACK),
        migrations.RunSQL(ROWS, "DROP FUNCTION public.codesets_only_while_loading()"),
        *(append_only(table) for table in ("codesets_code", "codesets_codegroup", "codesets_indexword")),
        *(only_while_loading(table) for table in ("codesets_code", "codesets_codegroup", "codesets_indexword")),
    ]
