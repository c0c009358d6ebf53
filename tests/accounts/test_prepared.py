"""Statements that are planned once for each connection."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.prepared import Prepared

_SUM = Prepared("SELECT %(one)s + %(two)s + %(one)s, %(words)s::text[]", (("one", "int"), ("two", "int"), ("words", "text[]")))


def _run(prepared: Prepared, **values: object) -> tuple[object, ...]:
    with transaction.atomic(), connection.cursor() as cursor:
        prepared.execute(cursor, values)
        return tuple(cursor.fetchone())


def _kept(prepared: Prepared) -> list[tuple[int, int]]:
    """How often the connection's plan for anything, and plans for these very values, were used."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE name = %s", [prepared.name])
        return list(cursor.fetchall())


@pytest.mark.django_db
def test_it_is_planned_once_and_answers_for_the_values_of_each_time() -> None:
    assert _run(_SUM, one=1, two=2, words=["a"]) == (4, ["a"])
    with CaptureQueriesContext(connection) as seen:
        assert _run(_SUM, two=40, one=1, words=[], other="not looked at") == (42, [])
    assert [each["sql"].partition(" ")[0] for each in seen if "kept_" in each["sql"]] == ["SET"]
    assert _kept(_SUM) == [(2, 0)]


@pytest.mark.django_db
def test_quotes_and_nothing_are_values() -> None:
    said = Prepared("SELECT %(said)s::text, %(none)s::bigint[] IS NULL", (("said", "text"), ("none", "bigint[]")))
    assert _run(said, said="O'Brien'; DROP TABLE x; --%s", none=None) == ("O'Brien'; DROP TABLE x; --%s", True)


@pytest.mark.django_db
def test_only_the_types_of_what_the_statement_says_are_declared() -> None:
    assert _run(Prepared("SELECT %(two)s", (("one", "int"), ("two", "int"))), two=7) == (7,)


@pytest.mark.django_db
def test_a_value_without_a_type_and_a_missing_value_are_named() -> None:
    with pytest.raises(ValueError, match="other"):
        _run(Prepared("SELECT %(other)s", (("one", "int"),)), other=1)
    with pytest.raises(KeyError, match="two"):
        _run(_SUM, one=1, words=[])


@pytest.mark.django_db
def test_it_is_prepared_again_after_a_failed_transaction_only_if_it_was_not_kept() -> None:
    failing = Prepared("SELECT 1 / %(by)s", (("by", "int"),))
    with pytest.raises(Exception, match="division by zero"):
        _run(failing, by=0)
    assert _run(failing, by=1) == (1,)


def test_a_new_connection_keeps_its_own(committed_db: str) -> None:
    _run(_SUM, one=1, two=2, words=[])
    connection.close()
    assert _kept(_SUM) == []
    assert _run(_SUM, one=1, two=2, words=[]) == (4, [])
    assert _kept(_SUM) == [(1, 0)]


@pytest.mark.django_db
def test_the_plan_is_kept_only_for_this_transaction() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        before = _mode()
        with transaction.atomic():
            _SUM.execute(cursor, {"one": 1, "two": 2, "words": []})
            assert _mode() == "force_generic_plan"
            transaction.set_rollback(True)
        assert _mode() == before == "auto"


def _mode() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW plan_cache_mode")
        return str(cursor.fetchone()[0])
