"""The Celery application.

Redis only rings the bell: what must be done is an outbox row in PostgreSQL, a task's arguments are the
row's id and its fencing token, and there is no result backend (docs/outbox.md).
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coding_workflow.settings")

app = Celery("coding_workflow")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
