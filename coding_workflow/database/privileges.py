"""What the application's database role may do: one list, applied after migrating and compared with the catalogue by a test.

A table that is named nowhere below is *kept*: rows are read, added and changed, never deleted.
"""

from collections.abc import Callable, Iterable
from typing import Final

from django.apps import apps
from django.db.backends.base.base import BaseDatabaseWrapper

#: Read and added, never changed: history, certificates, messages, code tables.
APPEND_ONLY: Final = frozenset(
    {
        "accounts_event",
        "accounts_accessrecord",
        "accounts_documentversion",
        "accounts_leavenotice",
        "accounts_toldcodes",
        "database_backup",
        "codesets_code",
        "codesets_codegroup",
        "codesets_indexword",
        "codesets_pairedit",
        "codesets_stagedpair",
        "codesets_unitlimit",
        "codesets_uploadevent",
        "coding_finalcoding",
        "coding_queryreminder",
        "coding_queryresponse",
        "coding_recordabstract",
        "coding_sentquery",
        "guidelines_ruleevent",
        "policy_policyevent",
        "policy_policyversion",
        "payment_adjustment",
        "payment_hostcomparison",
        "payment_payment",
        "payment_provideradjustment",
        "payment_remittance",
        "registration_feedevent",
        "release_check",
        "release_release",
        "release_certificate",
        "release_shadowfinding",
        "release_backtestresult",
        "staff_staffevent",
        "staff_signinrecord",
        "staff_breakglass",
        "staff_breakglassreview",
        "worklist_queuesetversion",
        "worklist_samplelook",
    }
)

#: Rows that are not history: sessions, second factors, finished work, bytes of files that were loaded or discarded,
#: what was left in a form, what counters are made of, requests that were answered and receivers that were told some time ago.
#: A feed's mapping is configuration: registration_feedevent remembers what it was.
DELETABLE: Final = frozenset(
    {
        "django_session",
        "accounts_outboxrow",
        "release_checkdue",
        "account_emailaddress",
        "account_emailconfirmation",
        "mfa_authenticator",
        "socialaccount_socialaccount",
        "socialaccount_socialtoken",  # none is ever kept; removing a connection asks
        "staff_cachedvalue",
        "codesets_uploadpiece",
        "policy_policydraft",
        "registration_deliverybody",
        "registration_feed_facilities",
        "registration_feedmap",
        "registration_feedroute",
        "worklist_queuesetdraft",
        "worklist_accountdraft",
        "worklist_ruledraft",
        "worklist_changed",
        "worklist_counted",
        "worklist_idempotencykey",
        "worklist_webhookdelivery",
    }
)

#: Only migrations and triggers write these; the sign-on's application comes from the environment.
READ_ONLY: Final = frozenset(
    {
        "accounts_heldaccount",
        "django_migrations",
        "django_content_type",
        "auth_permission",
        "auth_group",
        "auth_group_permissions",
        "socialaccount_socialapp",
    }
)

#: Columns that triggers write and the application's role may not.
PROTECTED_COLUMNS: Final[dict[str, frozenset[str]]] = {
    "accounts_account": frozenset(
        {"id", "facility_id", "revision", "event_sequence", "event_head", "hold_version", "total_charges", "created_at"}
    ),
    "accounts_workitem": frozenset({"patient_class", "discharge_date", "total_charges", "payer_id", "hold_bits"}),
    "staff_apitoken": frozenset(
        {
            "id",
            "owner_id",
            "facility_id",
            "made_by_id",
            "name",
            "prefix",
            "secret_hash",
            "scope",
            "roles",
            "epoch",
            "made_at",
            "expires_at",
        }
    ),
    "codesets_tablerelease": frozenset({"id", "system", "label", "checksum", "source", "loaded_at", "loaded_by_id"}),
}


def privileges(table: str) -> tuple[str, ...]:
    """The privileges on one table, most to least; column privileges are apart (``PROTECTED_COLUMNS``)."""
    if table in READ_ONLY:
        return ("SELECT",)
    if table in APPEND_ONLY:
        return ("INSERT", "SELECT")
    if table in DELETABLE:
        return ("DELETE", "INSERT", "SELECT", "UPDATE")
    return ("INSERT", "SELECT", "UPDATE")


def updatable_columns(table: str, columns: Iterable[str]) -> tuple[str, ...]:
    """The columns of a table with protected ones that may be updated."""
    return tuple(sorted(set(columns) - PROTECTED_COLUMNS[table]))


def project_tables() -> list[str]:
    """Every table of the installed applications, with Django's own record of migrations."""
    names = {model._meta.db_table for model in apps.get_models(include_auto_created=True) if model._meta.managed}
    return sorted(names | {"django_migrations"})


def grant_statements(connection: BaseDatabaseWrapper, role: str) -> list[str]:
    """SQL that gives ``role`` exactly the list, after taking everything away."""
    quote = connection.ops.quote_name
    who = quote(role)
    statements = [
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {who}",
        f"GRANT USAGE ON SCHEMA public TO {who}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {who}",
    ]
    with connection.cursor() as cursor:
        for table in project_tables():
            columns = [column.name for column in connection.introspection.get_table_description(cursor, table)]
            statements += _table_grants(table, columns, who, quote)
    return statements


def _table_grants(table: str, columns: list[str], who: str, quote: Callable[[str], str]) -> list[str]:
    wanted = [right for right in privileges(table) if right != "UPDATE" or table not in PROTECTED_COLUMNS]
    statements = [f"GRANT {', '.join(wanted)} ON {quote(table)} TO {who}"]
    if table in PROTECTED_COLUMNS:
        listed = ", ".join(quote(name) for name in updatable_columns(table, columns))
        statements.append(f"GRANT UPDATE ({listed}) ON {quote(table)} TO {who}")
    return statements
