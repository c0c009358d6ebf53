"""New migrations leave the version before able to run; what does not is found."""

import inspect
import sys

import pytest
from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader

from coding_workflow.database import expand

OURS = {"accounts", "database", "outbox", "staff", "policy", "codesets", "guidelines", "registration", "coding", "review"}
OURS |= {"release", "payment", "worklist"}


def _dangers(*operations: object, source: str = "") -> list[str]:
    made = type("Migration", (migrations.Migration,), {"operations": list(operations)})
    return expand.dangers(made("9999_x", "accounts"), source)


def _number(name: str) -> int:
    return int(name.split("_")[0])


def test_no_new_migration_breaks_the_version_before() -> None:
    found = MigrationLoader(None).disk_migrations
    assert {app for app, _ in found} >= OURS - {"review"}
    new = {key: each for key, each in found.items() if key[0] in OURS and _number(key[1]) > expand.BASELINE}
    faults = {key: expand.dangers(each, inspect.getsource(sys.modules[type(each).__module__])) for key, each in new.items()}
    assert {key: each for key, each in faults.items() if each} == {}


@pytest.mark.parametrize(
    "operation",
    [
        migrations.RemoveField("account", "service"),
        migrations.RenameField("account", "service", "ward"),
        migrations.DeleteModel("Account"),
        migrations.RenameModel("Account", "Stay"),
        migrations.AlterModelTable("account", "stays"),
        migrations.AddField("account", "ward", models.CharField(max_length=9, default="")),
        migrations.AlterField("account", "service", models.CharField(max_length=9)),
        migrations.AddIndex("account", models.Index(fields=["service"], name="x")),
        migrations.AddConstraint("account", models.CheckConstraint(condition=models.Q(service=""), name="x")),
        migrations.RunSQL("ALTER TABLE a DROP COLUMN b"),
        migrations.RunSQL(["SELECT 1", "drop table a"]),
        migrations.RunSQL("ALTER TABLE a RENAME COLUMN b TO c"),
        migrations.RunSQL("ALTER TABLE a ALTER COLUMN b SET NOT NULL"),
        migrations.RunSQL("ALTER TABLE a ALTER COLUMN b TYPE bigint"),
        migrations.RunSQL("TRUNCATE a"),
        migrations.RunSQL("CREATE UNIQUE INDEX x ON a (b)"),
        migrations.SeparateDatabaseAndState(database_operations=[migrations.RemoveField("account", "service")]),
    ],
)
def test_what_breaks_it_is_found_unless_it_is_marked(operation: object) -> None:
    assert len(_dangers(operation)) == 1
    assert _dangers(operation, source="# CONTRACT: nobody uses it since 0.4") == []
    assert len(_dangers(operation, source="# CONTRACT: yes")) == 1


@pytest.mark.parametrize(
    "operation",
    [
        migrations.AddField("account", "ward", models.CharField(max_length=9, null=True)),
        migrations.AddField("account", "ward", models.CharField(max_length=9, db_default="")),
        migrations.CreateModel("Ward", [("id", models.BigAutoField(primary_key=True))]),
        AddIndexConcurrently("account", models.Index(fields=["service"], name="x")),
        AddConstraintNotValid("account", models.CheckConstraint(condition=models.Q(service=""), name="x")),
        migrations.RunSQL(
            "CREATE TRIGGER t BEFORE UPDATE OR DELETE OR TRUNCATE ON a EXECUTE FUNCTION f()", "DROP TRIGGER t ON a"
        ),
        migrations.RunSQL("CREATE FUNCTION f() RETURNS trigger AS $$ BEGIN DROP TABLE a; END $$ LANGUAGE plpgsql"),
        migrations.RunSQL("CREATE INDEX CONCURRENTLY x ON a (b)"),
    ],
)
def test_what_the_version_before_survives_passes(operation: object) -> None:
    assert _dangers(operation) == []


def test_a_table_that_the_migration_makes_may_be_treated_as_it_likes() -> None:
    ward = migrations.CreateModel("Ward", [("id", models.BigAutoField(primary_key=True))])
    index = migrations.AddIndex("ward", models.Index(fields=["id"], name="x"))
    assert _dangers(ward, index) == []
    assert len(_dangers(index)) == 1
