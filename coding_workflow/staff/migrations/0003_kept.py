"""What happened to people is kept: records never change, grants and competences only end, nobody is deleted."""

from django.db import migrations

from accounts.constraints import append_only, facility_matches, never_deleted

# SECURITY: triggers, not rights alone, so that the owner's role is bound too.
ONLY_ENDS = """
CREATE FUNCTION public.staff_only_ends() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF to_jsonb(OLD) - TG_ARGV[0] IS DISTINCT FROM to_jsonb(NEW) - TG_ARGV[0] THEN
        RAISE EXCEPTION 'a row of % may only be ended', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    IF to_jsonb(OLD) ->> TG_ARGV[0] < coalesce(to_jsonb(NEW) ->> TG_ARGV[0], 'z') THEN
        RAISE EXCEPTION 'the end of a row of % may only come nearer', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""


def only_ends(table: str, column: str) -> migrations.RunSQL:
    """Refuse every update but the one that sets an end, or an earlier one."""
    return migrations.RunSQL(
        f"CREATE TRIGGER {table}_only_ends BEFORE UPDATE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION public.staff_only_ends('{column}')",
        f"DROP TRIGGER {table}_only_ends ON {table}",
    )


class Migration(migrations.Migration):
    dependencies = [("staff", "0002_roles_competence_records"), ("accounts", "0003_history")]

    operations = [
        migrations.RunSQL(ONLY_ENDS, "DROP FUNCTION public.staff_only_ends()"),
        only_ends("staff_rolegrant", "ended_at"),
        only_ends("staff_competence", "valid_to"),
        never_deleted("staff_user"),
        never_deleted("staff_rolegrant"),
        never_deleted("staff_competence"),
        append_only("staff_staffevent"),
        append_only("staff_signinrecord"),
        append_only("staff_breakglass"),
        facility_matches("staff_breakglass"),
    ]
