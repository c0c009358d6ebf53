"""Backups, metrics, and from when on something is worth a look (docs/operating.md)."""

from .environment import env, env_flag

#: Encrypts backups; kept apart from them, and from SECRET_KEY.
BACKUP_KEY = env("BACKUP_KEY")
#: A folder with pg_dump and pg_restore, where neither the installed package nor the path has the right ones.
POSTGRES_PROGRAMS = env("POSTGRES_PROGRAMS")

#: ``Authorization: Bearer ...`` opens /metrics and the details of /readyz; without it there are neither.
METRICS_TOKEN = env("METRICS_TOKEN")
#: Whether a web process counts as not ready while no relay is there. Pages work without one, so by default it is degraded.
READY_NEEDS_RELAY = env_flag("READY_NEEDS_RELAY")

HEARTBEAT_LOST_SECONDS = int(env("HEARTBEAT_LOST_SECONDS", "60"))
OUTBOX_LATE_SECONDS = int(env("OUTBOX_LATE_SECONDS", "120"))
FEED_SILENT_MINUTES = int(env("FEED_SILENT_MINUTES", "120"))
BACKUP_LATE_HOURS = int(env("BACKUP_LATE_HOURS", "26"))
SEAL_LATE_MINUTES = int(env("SEAL_LATE_MINUTES", "60"))
