"""Counters from what changed: marks in the change's own transaction, and what each account added so far.

The relay fills the second table in its first second; until then counters stay as they are. A claim changes neither queue
nor amount of its work, so it leaves no mark.
"""

import django.db.models.deletion
from django.db import migrations, models

MARK = """
CREATE FUNCTION public.worklist_mark_own() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO public.worklist_changed (facility_id, account_id) VALUES (NEW.facility_id, NEW.id);
    RETURN NULL;
END $$;
CREATE FUNCTION public.worklist_mark_account() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO public.worklist_changed (facility_id, account_id) VALUES (NEW.facility_id, NEW.account_id);
    RETURN NULL;
END $$;
CREATE TRIGGER worklist_account_changed AFTER UPDATE ON accounts_account FOR EACH ROW
    WHEN (ROW(OLD.step, OLD.discharge_date, OLD.total_charges) IS DISTINCT FROM
          ROW(NEW.step, NEW.discharge_date, NEW.total_charges))
    EXECUTE FUNCTION public.worklist_mark_own();
CREATE TRIGGER worklist_hold_opened AFTER INSERT ON accounts_hold FOR EACH ROW
    WHEN (NEW.blocking) EXECUTE FUNCTION public.worklist_mark_account();
CREATE TRIGGER worklist_hold_changed AFTER UPDATE ON accounts_hold FOR EACH ROW
    WHEN (ROW(OLD.resolved_at, OLD.owner_role) IS DISTINCT FROM ROW(NEW.resolved_at, NEW.owner_role))
    EXECUTE FUNCTION public.worklist_mark_account();
CREATE TRIGGER worklist_work_opened AFTER INSERT ON accounts_workitem FOR EACH ROW
    EXECUTE FUNCTION public.worklist_mark_account();
CREATE TRIGGER worklist_work_changed AFTER UPDATE ON accounts_workitem FOR EACH ROW
    WHEN (ROW(OLD.queue_id, OLD.closed_at, OLD.discharge_date, OLD.total_charges) IS DISTINCT FROM
          ROW(NEW.queue_id, NEW.closed_at, NEW.discharge_date, NEW.total_charges))
    EXECUTE FUNCTION public.worklist_mark_account();
"""

UNMARK = """
DROP TRIGGER worklist_account_changed ON accounts_account;
DROP TRIGGER worklist_hold_opened ON accounts_hold;
DROP TRIGGER worklist_hold_changed ON accounts_hold;
DROP TRIGGER worklist_work_opened ON accounts_workitem;
DROP TRIGGER worklist_work_changed ON accounts_workitem;
DROP FUNCTION public.worklist_mark_own();
DROP FUNCTION public.worklist_mark_account();
"""


def key_of(to: str) -> models.ForeignKey:
    """A key that the database does not check: the relay would wait for whoever has the row locked."""
    return models.ForeignKey(
        db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=to
    )


class Migration(migrations.Migration):
    dependencies = [("worklist", "0012_feeds_heard"), ("accounts", "0015_listed_in_order")]

    operations = [
        migrations.CreateModel(
            name="Changed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("facility_id", models.BigIntegerField()),
                ("account_id", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Counted",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("board", models.CharField(db_collation="C", max_length=8)),
                ("key", models.CharField(db_collation="C", max_length=60)),
                ("open", models.PositiveSmallIntegerField()),
                ("day", models.DateField(null=True)),
                ("dollars", models.DecimalField(decimal_places=2, max_digits=16)),
                ("account", key_of("accounts.account")),
                ("facility", key_of("accounts.facility")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("account", "board", "key"), name="counted_once")],
                "indexes": [models.Index(fields=["facility", "board", "key", "day"], name="counted_by_day")],
            },
        ),
        # Marks come and go all day: what was taken is cleared away soon, or each second would walk over it.
        migrations.RunSQL(
            "ALTER TABLE worklist_changed SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000)",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(MARK, UNMARK),
    ]
