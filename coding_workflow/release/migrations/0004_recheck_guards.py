"""What shadow rules found and what a backtest said is kept as it was found."""

from django.db import migrations

from accounts.constraints import append_only, facility_matches, never_deleted

BACKTEST = """
CREATE FUNCTION public.release_keep_backtest() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF OLD.state <> 'running' THEN
        RAISE EXCEPTION 'backtest % has ended and stays as it is', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF to_jsonb(NEW) - 'state' - 'accounts' - 'ended_at' <> to_jsonb(OLD) - 'state' - 'accounts' - 'ended_at' THEN
        RAISE EXCEPTION 'what backtest % asks is not changed', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER release_backtest_kept BEFORE UPDATE ON release_backtest
    FOR EACH ROW EXECUTE FUNCTION public.release_keep_backtest();
"""

CHUNK = """
CREATE FUNCTION public.release_keep_chunk() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF OLD.done_at IS NOT NULL
        OR ROW(NEW.backtest_id, NEW.number, NEW.first, NEW.last) IS DISTINCT FROM
           ROW(OLD.backtest_id, OLD.number, OLD.first, OLD.last) THEN
        RAISE EXCEPTION 'part % of backtest % is done once', OLD.number, OLD.backtest_id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER release_backtestchunk_kept BEFORE UPDATE ON release_backtestchunk
    FOR EACH ROW EXECUTE FUNCTION public.release_keep_chunk();
"""

RESULT = """
CREATE FUNCTION public.release_only_while_testing() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT backtest_id FROM added) AS named
          JOIN public.release_backtest AS test ON test.id = named.backtest_id WHERE test.state <> 'running'
    ) THEN
        RAISE EXCEPTION 'nothing is added to a backtest that has ended' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
"""


def only_while_testing(table: str) -> migrations.RunSQL:
    """Refuse rows for a backtest that has ended."""
    return migrations.RunSQL(
        f"CREATE TRIGGER {table}_only_while_testing AFTER INSERT ON {table} REFERENCING NEW TABLE AS added "
        "FOR EACH STATEMENT EXECUTE FUNCTION public.release_only_while_testing()",
        f"DROP TRIGGER {table}_only_while_testing ON {table}",
    )


class Migration(migrations.Migration):
    dependencies = [("release", "0003_rechecks"), ("accounts", "0004_holds")]

    operations = [
        *(facility_matches(table) for table in ("release_shadowfinding", "release_backtestresult")),
        *(append_only(table) for table in ("release_shadowfinding", "release_backtestresult")),
        *(never_deleted(table) for table in ("release_backtest", "release_backtestchunk")),
        migrations.RunSQL(
            BACKTEST, "DROP TRIGGER release_backtest_kept ON release_backtest; DROP FUNCTION public.release_keep_backtest()"
        ),
        migrations.RunSQL(
            CHUNK,
            "DROP TRIGGER release_backtestchunk_kept ON release_backtestchunk; DROP FUNCTION public.release_keep_chunk()",
        ),
        migrations.RunSQL(RESULT, "DROP FUNCTION public.release_only_while_testing()"),
        *(only_while_testing(table) for table in ("release_backtestchunk", "release_backtestresult")),
    ]
