"""Celery over Redis, which only rings the bell. The truth is in the outbox table; see docs/outbox.md."""

from kombu import Exchange, Queue

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
# An exchange and a key of its own for each: by default every queue is bound to the default queue's, and gets its messages too.
CELERY_TASK_QUEUES = [Queue(lane, Exchange(lane), routing_key=lane) for lane in ("interactive", "bulk")]
CELERY_TASK_DEFAULT_QUEUE = "interactive"
CELERY_TASK_CREATE_MISSING_QUEUES = False
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]

# No result backend: what came of the work is in the row.
CELERY_TASK_IGNORE_RESULT = True
# Late acknowledgement keeps a worker from fetching more than it runs; the bounded retry of a lost child is
# quicker than the relay when the child died before it took the row. Nothing rests on either.
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
    # Messages are not remembered after they were fetched: the relay rings again for a row that nobody took. The
    # emulation of acknowledgements wedged the worker when the broker died under running tasks: the acknowledgement
    # failed, the message kept its place in the prefetch window, and the worker never fetched again (kombu 5.7).
    "ack_emulation": False,
    # A worker of both queues empties the first that it names.
    "queue_order_strategy": "priority",
}

CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_SEND_TASK_EVENTS = False
