"""The Celery application.

Redis only rings the bell: what must be done is an outbox row in PostgreSQL, a task's only argument is the
row's id, and there is no result backend (docs/outbox.md). Tasks are loaded by the outbox app at start-up.
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coding_workflow.settings")

app = Celery("coding_workflow")
app.config_from_object("django.conf:settings", namespace="CELERY")
