from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "coding_workflow.outbox"
    label = "outbox"
