"""What the database promises about final codes that are sent: one text for each release, and never again once acknowledged."""

from django.db import migrations

from accounts.constraints import facility_matches, never_deleted

NUMBERS = "CREATE SEQUENCE public.payment_control_id MAXVALUE 9999999999 NO CYCLE"

# What is sent stays as it was written; how far it got changes, until it was acknowledged or another took its place.
DELIVERY_FIXED = """
CREATE FUNCTION public.payment_delivery_is_fixed() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    wanted public.payment_delivery%ROWTYPE := OLD;
BEGIN
    wanted.state := NEW.state;
    wanted.attempts := NEW.attempts;
    wanted.not_before := NEW.not_before;
    wanted.problem := NEW.problem;
    wanted.answer := NEW.answer;
    wanted.tried_at := NEW.tried_at;
    wanted.acknowledged_at := NEW.acknowledged_at;
    IF NEW IS DISTINCT FROM wanted OR (OLD.state IN ('acknowledged', 'superseded') AND NEW IS DISTINCT FROM OLD) THEN
        RAISE EXCEPTION 'final codes % stay as they were sent', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER payment_delivery_fixed BEFORE UPDATE ON payment_delivery
    FOR EACH ROW EXECUTE FUNCTION public.payment_delivery_is_fixed();
"""

# A destination that was chosen is the history of where codes went; it can only stop being the active one.
DESTINATION_FIXED = """
CREATE FUNCTION public.payment_destination_is_fixed() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    wanted public.payment_destination%ROWTYPE := OLD;
BEGIN
    wanted.active := OLD.active AND NEW.active;
    IF NEW IS DISTINCT FROM wanted THEN
        RAISE EXCEPTION 'destination % stays as it was chosen', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER payment_destination_fixed BEFORE UPDATE ON payment_destination
    FOR EACH ROW EXECUTE FUNCTION public.payment_destination_is_fixed();
"""


def _fixed(sql: str, table: str) -> migrations.RunSQL:
    return migrations.RunSQL(sql, f"DROP TRIGGER {table}_fixed ON {table}; DROP FUNCTION public.{table}_is_fixed()")


class Migration(migrations.Migration):
    dependencies = [("payment", "0003_final_codes")]

    operations = [
        migrations.RunSQL(NUMBERS, "DROP SEQUENCE public.payment_control_id"),
        facility_matches("payment_delivery"),
        never_deleted("payment_delivery"),
        never_deleted("payment_destination"),
        _fixed(DELIVERY_FIXED, "payment_delivery"),
        _fixed(DESTINATION_FIXED, "payment_destination"),
    ]
