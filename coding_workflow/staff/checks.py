"""What ``check --deploy`` and ``check --database`` must also look at."""

from collections.abc import Sequence
from typing import Any, Final

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connections

_SHORTEST_KEY: Final = 50
_LONGEST_SESSION: Final = 24 * 60 * 60
_LONGEST_GLASS: Final = 8 * 60

_ROLE: Final = """
SELECT rolsuper, rolbypassrls, rolcreaterole,
       EXISTS (SELECT 1 FROM pg_class
               WHERE relowner = pg_roles.oid AND relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace),
       has_schema_privilege(current_user, 'public', 'CREATE')
FROM pg_roles WHERE rolname = current_user
"""
_DURABLE: Final = "SELECT current_setting('fsync'), current_setting('full_page_writes'), current_setting('synchronous_commit')"


@register(Tags.security, deploy=True)
def check_secret_key(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """The key signs sessions and encrypts second factors: long, and not one that was published."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    if all(len(key) >= _SHORTEST_KEY and len(set(key)) > 5 and not key.startswith("django-insecure-") for key in keys):
        return []
    hint = f"Set SECRET_KEY to at least {_SHORTEST_KEY} random characters."
    return [Error("SECRET_KEY is missing, short or known.", hint=hint, id="staff.E001")]


@register(Tags.security)
def check_session_limits(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Idle time within the longest duration, and that within a day; Django's own default is two weeks."""
    idle, absolute = settings.SESSION_IDLE_SECONDS, settings.SESSION_ABSOLUTE_SECONDS
    if 0 < idle <= absolute <= _LONGEST_SESSION and absolute == settings.SESSION_COOKIE_AGE:
        return []
    hint = "SESSION_IDLE_SECONDS must not exceed SESSION_ABSOLUTE_SECONDS, and that not 24 hours."
    return [Error("Sessions would last too long.", hint=hint, id="staff.E002")]


@register(Tags.security)
def check_break_glass(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """An emergency opening ends within the working day."""
    if 1 <= settings.BREAK_GLASS_MINUTES <= _LONGEST_GLASS:
        return []
    return [Error(f"BREAK_GLASS_MINUTES must be between 1 and {_LONGEST_GLASS}.", id="staff.E009")]


@register(Tags.security, deploy=True)
def check_second_factor(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Production asks everyone for a second factor."""
    if settings.REQUIRE_TOTP:
        return []
    return [Warning("Nobody has to connect an authenticator app.", hint="Set REQUIRE_TOTP=1.", id="staff.W003")]


@register(Tags.security)
def check_content_policy(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """No inline script or style, no eval, no nonce."""
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    loose = sorted(name for name, values in directives.items() if any("unsafe" in str(value) for value in values))
    if not loose and directives.get("default-src"):
        return []
    return [Error(f"The content security policy allows too much: {', '.join(loose) or 'no default-src'}.", id="staff.E004")]


@register(Tags.security, deploy=True)
def check_hosts(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Hosts are named; a wildcard lets links be forged."""
    if any(host == "*" or host.startswith(".") for host in settings.ALLOWED_HOSTS):
        return [Error("ALLOWED_HOSTS names a wildcard.", id="staff.E005")]
    return []


@register(Tags.database)
def check_database_role(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """The application's role owns nothing and is above no rule; commits are durable."""
    if "default" not in (databases or ()):
        return []
    with connections["default"].cursor() as cursor:
        cursor.execute(_ROLE)
        superuser, bypasses, creates_roles, owns, may_create = cursor.fetchone()
        cursor.execute(_DURABLE)
        durable = "off" not in cursor.fetchone()
    return _role_errors(superuser or bypasses or creates_roles, owns or may_create) + _durability_errors(durable)


def _role_errors(mighty: bool, owning: bool) -> list[CheckMessage]:
    errors: list[CheckMessage] = []
    if mighty:
        errors.append(Error("The application's database role is a superuser, or bypasses row-level security.", id="staff.E006"))
    if owning:
        errors.append(Error("The application's database role owns tables or may make them.", id="staff.E007"))
    return errors


def _durability_errors(durable: bool) -> list[CheckMessage]:
    hint = "Switch fsync, full_page_writes and synchronous_commit on."
    return [] if durable else [Error("The database may lose what it has confirmed.", hint=hint, id="staff.E008")]
