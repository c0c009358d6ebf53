"""The application's role has exactly what the list says, and owns nothing."""

import pytest
from django.db import connection

from coding_workflow.database import privileges

pytestmark = pytest.mark.django_db

#: Rows that may stand without an account: a search, system work. And marks, which must not lock it (see the model).
WITHOUT_ACCOUNT = {"accounts_accessrecord", "accounts_outboxrow", "registration_inboundmessage", "release_checkdue"}


def _rows(statement: str, *parameters: object) -> list[tuple[str, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [tuple(row) for row in cursor.fetchall()]


def test_the_catalogue_has_the_list_of_grants() -> None:
    found: dict[str, set[str]] = {}
    for table, right in _rows(
        "SELECT table_name::text, privilege_type::text FROM information_schema.role_table_grants "
        "WHERE grantee = current_user AND table_schema = 'public'"
    ):
        found.setdefault(table, set()).add(right)
    wanted = {table: set(privileges.privileges(table)) for table in privileges.project_tables()}
    for table in privileges.PROTECTED_COLUMNS:
        wanted[table].discard("UPDATE")
    assert found == wanted


@pytest.mark.parametrize("table", sorted(privileges.PROTECTED_COLUMNS))
def test_protected_columns_cannot_be_written(table: str) -> None:
    columns = {row[0] for row in _rows("SELECT column_name::text FROM information_schema.columns WHERE table_name = %s", table)}
    granted = {
        row[0]
        for row in _rows(
            "SELECT column_name::text FROM information_schema.column_privileges "
            "WHERE grantee = current_user AND table_name = %s AND privilege_type = 'UPDATE'",
            table,
        )
    }
    assert granted == columns - privileges.PROTECTED_COLUMNS[table]


def test_the_role_owns_nothing_and_may_make_nothing() -> None:
    assert (
        _rows("SELECT relname::text FROM pg_class WHERE relowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)") == []
    )
    flags = _rows("SELECT rolsuper, rolcreatedb, rolcreaterole, rolbypassrls FROM pg_roles WHERE rolname = current_user")
    assert flags == [(False, False, False, False)]
    rights = _rows(
        "SELECT has_schema_privilege('public', 'CREATE'), has_database_privilege(current_database(), 'TEMP'), "
        "has_database_privilege(current_database(), 'CREATE'), pg_has_role(current_user, "
        "(SELECT datdba FROM pg_database WHERE datname = current_database()), 'MEMBER')"
    )
    assert rights == [(False, False, False, False)]


def test_trigger_functions_have_a_fixed_search_path() -> None:
    loose = _rows(
        "SELECT p.proname::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = 'public' "
        "AND p.prorettype = 'trigger'::regtype AND NOT EXISTS (SELECT FROM unnest(p.proconfig) c WHERE c LIKE 'search_path=%%')"
    )
    assert loose == []


def test_every_row_of_an_account_belongs_to_its_facility() -> None:
    owned = {
        row[0]
        for row in _rows(
            "SELECT a.table_name::text FROM information_schema.columns a JOIN information_schema.columns f USING (table_name) "
            "WHERE a.column_name = 'account_id' AND f.column_name = 'facility_id' AND a.table_schema = 'public'"
        )
    }
    matched = {
        row[0]
        for row in _rows(
            "SELECT conrelid::regclass::text FROM pg_constraint WHERE contype = 'f' AND array_length(conkey, 1) = 2 "
            "AND confrelid = 'accounts_account'::regclass"
        )
    }
    assert owned - matched <= WITHOUT_ACCOUNT


def test_no_table_of_an_account_lacks_the_facility() -> None:
    lacking = _rows(
        "SELECT c.table_name::text FROM information_schema.columns c WHERE c.column_name = 'account_id' "
        "AND c.table_schema = 'public' AND NOT EXISTS (SELECT FROM information_schema.columns f "
        "WHERE f.table_name = c.table_name AND f.column_name = 'facility_id')"
    )
    # The sign-on calls a connection of a person an account.
    assert {row[0] for row in lacking} <= {"accounts_encounter_accounts", "socialaccount_socialtoken"}
