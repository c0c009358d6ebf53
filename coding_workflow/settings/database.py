"""PostgreSQL twice: ``default`` is the application's role, ``owner`` migrates.

Both point at the same database. The application's role owns nothing (docs/database-roles.md).
"""

import dj_database_url

from .environment import env

_FALLBACK = "postgresql://coding_app@127.0.0.1:5432/coding_workflow"
_OWNER_FALLBACK = "postgresql://coding_owner@127.0.0.1:5432/coding_workflow"
_URL = env("DATABASE_URL", _FALLBACK)
_OWNER_URL = env("DATABASE_OWNER_URL", _OWNER_FALLBACK)

_OPTIONS = {
    # A server that is away is told within seconds, not after the minutes of TCP.
    "connect_timeout": "5",
    "options": "-c statement_timeout=30s -c lock_timeout=5s -c idle_in_transaction_session_timeout=60s",
    "application_name": env("APPLICATION_NAME", "coding-workflow"),
}


def _database(url: str, options: dict[str, str]) -> dict[str, object]:
    config: dict[str, object] = {
        **dj_database_url.parse(url, conn_max_age=600, conn_health_checks=True, engine="django.db.backends.postgresql")
    }
    config["OPTIONS"] = {**config.get("OPTIONS", {}), **options}  # type: ignore[dict-item]
    return config


DATABASES = {
    "default": _database(_URL, _OPTIONS),
    "owner": _database(_OWNER_URL, {"application_name": "coding-workflow-owner"}),
}
DATABASE_ROUTERS: list[str] = []
