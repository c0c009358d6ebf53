"""Keys, cookies, headers, passwords, sign-in."""

from csp.constants import NONE, SELF

from .environment import env, env_flag

SECRET_KEY = env("SECRET_KEY")
SECRET_KEY_FALLBACKS = [key for key in env("SECRET_KEY_FALLBACKS").split(",") if key]
ALLOWED_HOSTS = [host for host in env("ALLOWED_HOSTS", "localhost,127.0.0.1").split(",") if host]
CSRF_TRUSTED_ORIGINS = [origin for origin in env("CSRF_TRUSTED_ORIGINS").split(",") if origin]

# The embedded hospital answers on http://127.0.0.1; everything else is https.
PLAIN_HTTP = env_flag("PLAIN_HTTP")

AUTH_USER_MODEL = "staff.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]

# A second factor for everyone. The embedded hospital does without unless told otherwise, and says so on its pages.
REQUIRE_TOTP = env_flag("REQUIRE_TOTP", default=not PLAIN_HTTP)

# NIST SP 800-63B-4: 15 characters where the password stands alone.
_VALIDATION = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_VALIDATION}.MinimumLengthValidator", "OPTIONS": {"min_length": 12 if REQUIRE_TOTP else 15}},
    {"NAME": f"{_VALIDATION}.CommonPasswordValidator"},
    {
        "NAME": f"{_VALIDATION}.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "full_name", "email")},
    },
    {"NAME": f"{_VALIDATION}.NumericPasswordValidator"},
    {"NAME": "coding_workflow.staff.passwords.VarietyValidator"},
]

# Sessions end after so many seconds without input by a person, and after so many in any case (45 CFR 164.312(a)(2)(iii)).
SESSION_IDLE_SECONDS = int(env("SESSION_IDLE_SECONDS", str(15 * 60)))
SESSION_ABSOLUTE_SECONDS = int(env("SESSION_ABSOLUTE_SECONDS", str(12 * 60 * 60)))
# An emergency opening of a restricted account lasts so long (45 CFR 164.312(a)(2)(ii)).
BREAK_GLASS_MINUTES = int(env("BREAK_GLASS_MINUTES", "60"))
SESSION_COOKIE_AGE = SESSION_ABSOLUTE_SECONDS
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# Sign-in limits and used codes hold across all web processes and do not need the broker.
CACHES = {"default": {"BACKEND": "coding_workflow.staff.cache.TableCache"}}

# Files of one request together; a quarter of NCCI pairs, packed, is some 60 MB.
UPLOAD_MAX_BYTES = int(env("UPLOAD_MAX_BYTES", str(128 * 1024 * 1024)))
FILE_UPLOAD_HANDLERS = [
    "coding_workflow.staff.uploads.BoundedUploads",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# ---------------------------------------------------------------- sign-in (django-allauth)

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "coding_workflow.staff.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
ACCOUNT_FORMS = {
    "login": "coding_workflow.staff.signin_forms.SignInForm",
    "change_password": "coding_workflow.staff.signin_forms.OwnPasswordForm",
}
# A department sits behind one address, so limits by address are wide and limits by name are narrow.
# A provider's link counts its own wrong tries; an address that posts to links without end is stopped as well.
# Whoever looks up accounts faster than anybody reads them is copying the list of patients.
ACCOUNT_RATE_LIMITS = {
    "login": "300/m/ip",
    "login_failed": "60/m/ip,5/5m/key,50/d/key",
    "query_answer": "60/m/ip",
    "account_search": "20/m/user,300/h/user",
    "sign_on_logout": "600/m/ip",
    "sign_on_answer": "300/m/ip",
}
ALLAUTH_TRUSTED_PROXY_COUNT = int(env("TRUSTED_PROXY_COUNT", "1" if env_flag("BEHIND_TLS_PROXY") else "0"))

MFA_ADAPTER = "coding_workflow.staff.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Coding Workflow"
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_FORMS = {
    "authenticate": "coding_workflow.staff.signin_forms.CodeForm",
    "reauthenticate": "coding_workflow.staff.signin_forms.CodeAgainForm",
    "activate_totp": "coding_workflow.staff.signin_forms.ConnectAppForm",
}

# ---------------------------------------------------------------- cookies and headers

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not PLAIN_HTTP
SESSION_COOKIE_NAME = "session" if PLAIN_HTTP else "__Host-session"
CSRF_COOKIE_NAME = "csrf" if PLAIN_HTTP else "__Host-csrf"
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = not PLAIN_HTTP
SECURE_HSTS_SECONDS = 0 if PLAIN_HTTP else 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not PLAIN_HTTP
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if env_flag("BEHIND_TLS_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {"camera": [], "microphone": [], "geolocation": [], "payment": [], "usb": []}
