"""NCCI pairs and unlikely units; a release may learn its number of rows while it is loaded."""

import django.db.models.deletion
from django.db import migrations, models

from accounts.constraints import append_only

_RELEASE_ROW = """
CREATE OR REPLACE FUNCTION public.codesets_keep_release() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF {before} <> {after}
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
"""
_KEPT = "to_jsonb({row}) - 'complete' - 'effective'"
#: A stream's rows are counted when it ends.
_UNTIL_COMPLETE = _KEPT + " - (CASE WHEN OLD.complete THEN '' ELSE 'rows' END)"


def _kept(what: str) -> str:
    return _RELEASE_ROW.format(before=what.format(row="NEW"), after=what.format(row="OLD"))


def _release(related_name: str) -> models.ForeignKey:
    return models.ForeignKey(
        db_constraint=False,
        db_index=False,
        on_delete=django.db.models.deletion.PROTECT,
        related_name=related_name,
        to="codesets.tablerelease",
    )


def _only_while_loading(table: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE TRIGGER {table}_only_while_loading AFTER INSERT ON {table} REFERENCING NEW TABLE AS added "
        "FOR EACH STATEMENT EXECUTE FUNCTION public.codesets_only_while_loading()",
        f"DROP TRIGGER {table}_only_while_loading ON {table}",
    )


def _pair_fields() -> list[tuple[str, models.Field]]:
    return [
        ("column_1", models.CharField(db_collation="C", max_length=5)),
        ("column_2", models.CharField(db_collation="C", max_length=5)),
        ("effective", models.DateField(blank=True, null=True)),
        ("deleted", models.DateField(blank=True, null=True)),
        ("indicator", models.CharField(db_collation="C", max_length=1)),
    ]


def _key() -> tuple[str, models.Field]:
    return ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))


class Migration(migrations.Migration):
    dependencies = [("codesets", "0002_never_changed")]

    operations = [
        migrations.AlterField("tablerelease", "system", models.CharField(db_collation="C", max_length=40)),
        migrations.CreateModel(name="PairEdit", fields=[_key(), ("release", _release("pairs")), *_pair_fields()]),
        migrations.CreateModel(
            name="UnitLimit",
            fields=[
                _key(),
                ("release", _release("limits")),
                ("code", models.CharField(db_collation="C", max_length=5)),
                ("units", models.PositiveIntegerField()),
                ("adjudication", models.CharField(db_collation="C", max_length=1)),
                ("rationale", models.CharField(blank=True, max_length=120)),
            ],
        ),
        migrations.CreateModel(
            name="StagedPair",
            fields=[
                _key(),
                ("part", models.PositiveSmallIntegerField()),
                ("line", models.PositiveIntegerField()),
                *_pair_fields(),
            ],
        ),
        migrations.AddConstraint(
            model_name="pairedit",
            constraint=models.UniqueConstraint(
                fields=("release", "column_1", "column_2", "effective", "deleted"), name="pair_once", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="unitlimit", constraint=models.UniqueConstraint(fields=("release", "code"), name="limit_once")
        ),
        migrations.RunSQL("ALTER TABLE codesets_stagedpair SET UNLOGGED", "ALTER TABLE codesets_stagedpair SET LOGGED"),
        migrations.RunSQL(_kept(_UNTIL_COMPLETE), _kept(_KEPT)),
        *(append_only(table) for table in ("codesets_pairedit", "codesets_unitlimit")),
        *(_only_while_loading(table) for table in ("codesets_pairedit", "codesets_unitlimit")),
    ]
