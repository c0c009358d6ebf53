"""``check --deploy`` and ``check --database`` see what must not go into production."""

from contextlib import closing

import psycopg2
import pytest
from django.db import connection, connections
from pytest_django import Settings

from coding_workflow.staff import checks
from tests.cast import Cast


def _ids(messages: list) -> list[str]:
    return [message.id for message in messages]


@pytest.mark.parametrize("key", ["", "short", "x" * 80, "django-insecure-abcdefghijklmnopqrstuvwxyz0123456789abcdefghij"])
def test_a_weak_key_is_an_error(settings: Settings, key: str) -> None:
    settings.SECRET_KEY = key or "-"
    assert _ids(checks.check_secret_key(None)) == ["staff.E001"]
    settings.SECRET_KEY = "8f3kq0w9ej20f9j23f0j2309fj203jf0293jf0923jf0923jf0923jf"
    assert checks.check_secret_key(None) == []


@pytest.mark.parametrize(("idle", "absolute"), [(0, 100), (200, 100), (900, 1_209_600)])
def test_sessions_that_last_too_long_are_an_error(settings: Settings, idle: int, absolute: int) -> None:
    assert checks.check_session_limits(None) == []
    settings.SESSION_IDLE_SECONDS, settings.SESSION_ABSOLUTE_SECONDS, settings.SESSION_COOKIE_AGE = idle, absolute, absolute
    assert _ids(checks.check_session_limits(None)) == ["staff.E002"]


def test_loose_policies_and_hosts_are_errors(settings: Settings) -> None:
    assert checks.check_content_policy(None) == []
    settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": {"default-src": ["'self'"], "script-src": ["'unsafe-inline'"]}}
    assert _ids(checks.check_content_policy(None)) == ["staff.E004"]
    settings.ALLOWED_HOSTS = ["*"]
    assert _ids(checks.check_hosts(None)) == ["staff.E005"]
    settings.REQUIRE_TOTP = False
    assert _ids(checks.check_second_factor(None)) == ["staff.W003"]


def test_the_applications_role_passes(cast: Cast) -> None:
    """Engines that only serve tests run without fsync; the check says so, and nothing about the role."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW fsync")
        durable = cursor.fetchone()[0] == "on"
    assert _ids(checks.check_database_role(None, databases=["default"])) == ([] if durable else ["staff.E008"])
    assert checks.check_database_role(None, databases=None) == []


def test_an_owner_as_application_is_an_error(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(psycopg2.connect(**connections["owner"].get_connection_params())) as owner:
        monkeypatch.setattr(checks, "connections", {"default": owner})
        assert "staff.E007" in _ids(checks.check_database_role(None, databases=["default"]))
