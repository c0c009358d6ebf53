"""Celery over Redis, which only rings the bell. The truth is in the outbox table; see docs/outbox.md."""

from kombu import Queue

from .environment import env

# A lease is how long a worker may keep a row before another may take it, by the database's clock. A run is
# stopped before its lease ends. A killed worker's row starts again within lease + sweep: under 45 seconds.
_LEASE = int(env("OUTBOX_LEASE_SECONDS", "30"))
OUTBOX_LEASE_SECONDS = {"interactive": _LEASE, "bulk": 4 * _LEASE}
# A row that was rung but that no worker took is rung again after this long.
OUTBOX_RING_AGAIN_SECONDS = int(env("OUTBOX_RING_AGAIN_SECONDS", "10"))
OUTBOX_ATTEMPTS = 5
OUTBOX_KEEP_DAYS = 7
OUTBOX_EXTRA_TASKS = [name for name in env("OUTBOX_EXTRA_TASKS").split(",") if name]

CELERY_BROKER_URL = env("REDIS_URL", "redis://127.0.0.1:6379/0")
CELERY_TASK_QUEUES = [Queue("interactive"), Queue("bulk")]
CELERY_TASK_DEFAULT_QUEUE = "interactive"
CELERY_TASK_CREATE_MISSING_QUEUES = False
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]

# No result backend: what came of the work is in the row.
CELERY_TASK_IGNORE_RESULT = True
# Late acknowledgement and bounded retry of a lost child make recovery quicker; nothing rests on them.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_RETRY_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# A run whose broker went away goes on: its effect is judged by the row's fence, not by the message.
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
# Defaults; the relay sends each message with the limits of its lane.
CELERY_TASK_SOFT_TIME_LIMIT = _LEASE * 2 // 3
CELERY_TASK_TIME_LIMIT = _LEASE * 5 // 6

# Whoever sends is the relay, and it comes again by itself.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_RETRY = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "retry_on_timeout": False,
    "health_check_interval": 10,
    # A message whose worker died is delivered again; the row's lease makes a needless one harmless.
    "visibility_timeout": 5 * _LEASE,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    # A worker of both queues empties the first that it names.
    "queue_order_strategy": "priority",
}

CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_SEND_TASK_EVENTS = False
