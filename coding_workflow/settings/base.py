"""Applications, middleware, templates, time, static files."""

import datetime
import tomllib

from .environment import BASE_DIR, env, env_flag

DEBUG = env_flag("DEBUG")
ROOT_URLCONF = "coding_workflow.urls"
WSGI_APPLICATION = "coding_workflow.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "csp",
    "django_htmx",
    "django_structlog",
    "template_partials",
    "lucide",
    "rest_framework",
    "drf_spectacular",
    "coding_workflow.database",
    "coding_workflow.outbox",
    "coding_workflow.staff",
    "coding_workflow.policy",
    "coding_workflow.codesets",
    "coding_workflow.guidelines",
    "coding_workflow.registration",
    "coding_workflow.coding",
    "coding_workflow.review",
    "coding_workflow.release",
    "coding_workflow.payment",
    "accounts",
    "worklist",
]

MIDDLEWARE = [
    # Before the host is looked at and anything is sent to https: probes come from the machine itself.
    "worklist.operating.probes.ProbesMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "coding_workflow.staff.middleware.PageHeadersMiddleware",
    "worklist.api.middleware.ProblemMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "coding_workflow.staff.middleware.SameOriginMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "coding_workflow.staff.middleware.FragmentRedirectMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "coding_workflow.staff.middleware.SessionLimitsMiddleware",
    "coding_workflow.staff.middleware.SignInDutiesMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "coding_workflow.staff.middleware.ScopeMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "worklist.frame.frame",
            ],
        },
    }
]

LANGUAGE_CODE = "en-us"
TIME_ZONE = env("TIME_ZONE", "America/New_York")
USE_TZ = True
USE_I18N = False

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = env("STATIC_ROOT", str(BASE_DIR / "build" / "static"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = DEBUG

_STANDING = env("BUSINESS_DATE")
BUSINESS_DATE = datetime.date.fromisoformat(_STANDING) if _STANDING else None
AUDIT_SEAL_DIR = env("AUDIT_SEAL_DIR", str(BASE_DIR / "build" / "seals"))


def _version() -> str:
    """The release, as the project's own file says."""
    path = BASE_DIR / "pyproject.toml"
    return str(tomllib.loads(path.read_text())["project"]["version"]) if path.is_file() else "unknown"


APPLICATION_VERSION = env("APPLICATION_VERSION") or _version()
