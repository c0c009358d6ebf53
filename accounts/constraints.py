"""SQL that several rooms' migrations need, so that every fact table is guarded in the same words."""

from django.db import migrations


def facility_matches(table: str, *, column: str = "account_id", target: str = "accounts_account") -> migrations.RunSQL:
    """Keep ``facility_id`` equal to that of the account (or patient ...) the row belongs to: a composite foreign key."""
    name = f"{table}_{column}_same_facility"
    return migrations.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({column}, facility_id) REFERENCES {target} (id, facility_id)",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


def built(name: str, what: str) -> list[migrations.RunSQL]:
    """An index made while everybody writes; one that broke off is thrown away and built anew.

    Two statements, each by itself, for a migration that is not atomic.
    """
    gone = f"DROP INDEX CONCURRENTLY IF EXISTS {name}"
    return [
        migrations.RunSQL(gone, migrations.RunSQL.noop),
        migrations.RunSQL(f"CREATE INDEX CONCURRENTLY {name} ON {what}", gone),
    ]


def append_only(table: str) -> migrations.RunSQL:
    """Refuse UPDATE, DELETE and TRUNCATE, whoever asks."""
    return migrations.RunSQL(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION public.accounts_refuse_change()",
        f"DROP TRIGGER {table}_append_only ON {table}",
    )


def never_deleted(table: str) -> migrations.RunSQL:
    """Refuse DELETE and TRUNCATE: nothing that happened is removed."""
    return migrations.RunSQL(
        f"CREATE TRIGGER {table}_never_deleted BEFORE DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION public.accounts_refuse_change()",
        f"DROP TRIGGER {table}_never_deleted ON {table}",
    )


def raises_revision(table: str) -> migrations.RunSQL:
    """Raise the account's revision on every insert and update of a judged fact."""
    return migrations.RunSQL(
        f"CREATE TRIGGER {table}_raises_revision AFTER INSERT OR UPDATE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION public.accounts_raise_revision()",
        f"DROP TRIGGER {table}_raises_revision ON {table}",
    )
