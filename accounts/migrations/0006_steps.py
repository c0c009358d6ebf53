"""The table of moves, in the database: an account's step changes only along it. lifecycle.py has the same table."""

from django.db import migrations

MOVES = (
    ("registered", "discharged"),
    ("registered", "cancelled"),
    ("registered", "closed"),
    ("registered", "combined"),
    ("discharged", "registered"),
    ("discharged", "coding"),
    ("discharged", "closed"),
    ("discharged", "combined"),
    ("coding", "registered"),
    ("coding", "final_coded"),
    ("coding", "closed"),
    ("coding", "combined"),
    ("final_coded", "registered"),
    ("final_coded", "coding"),
    ("final_coded", "released"),
    ("final_coded", "closed"),
    ("final_coded", "combined"),
    ("released", "billed"),
    ("released", "coding"),
    ("billed", "paid"),
    ("billed", "coding"),
    ("paid", "coding"),
    ("closed", "coding"),
)

STEPS = f"""
CREATE FUNCTION public.accounts_guard_step() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF (OLD.step::text, NEW.step::text) NOT IN ({", ".join(f"('{a}', '{b}')" for a, b in MOVES)}) THEN
        RAISE EXCEPTION 'account % cannot move from % to %', OLD.id, OLD.step, NEW.step USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER accounts_account_step BEFORE UPDATE ON accounts_account FOR EACH ROW
    WHEN (OLD.step IS DISTINCT FROM NEW.step) EXECUTE FUNCTION public.accounts_guard_step();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_revision")]

    operations = [
        migrations.RunSQL(
            STEPS, "DROP TRIGGER accounts_account_step ON accounts_account; DROP FUNCTION public.accounts_guard_step()"
        )
    ]
