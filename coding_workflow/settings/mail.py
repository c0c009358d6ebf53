"""Mail about provider queries: off unless a server, a sender and the domains that it may go to are named."""

from .environment import env, env_flag

EMAIL_HOST = env("MAIL_HOST")
EMAIL_PORT = int(env("MAIL_PORT", "587"))
EMAIL_HOST_USER = env("MAIL_USER")
EMAIL_HOST_PASSWORD = env("MAIL_PASSWORD")
#: STARTTLS, or TLS from the first byte (port 465); a relay inside the building may have neither.
EMAIL_USE_SSL = env_flag("MAIL_SSL")
EMAIL_USE_TLS = env_flag("MAIL_STARTTLS", default=not EMAIL_USE_SSL)
#: Seconds for each answer of the server.
EMAIL_TIMEOUT = 10
#: Where the mail comes from, and where what cannot be delivered goes back to: a box that somebody reads.
QUERY_MAIL_FROM = env("QUERY_MAIL_FROM")
#: The only domains that mail goes to.
QUERY_MAIL_DOMAINS = [domain.strip().lower() for domain in env("QUERY_MAIL_DOMAINS").split(",") if domain.strip()]
#: What people type to come here, such as https://coding.hospital.example; said in mail to those who sign in.
SITE_ADDRESS = env("SITE_ADDRESS").rstrip("/")
