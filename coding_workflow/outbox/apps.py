from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig, apps
from django.conf import settings


class OutboxConfig(AppConfig):
    name = "coding_workflow.outbox"
    label = "outbox"

    def ready(self) -> None:
        """Load every app's ``tasks`` module, so that each process knows all handlers and periodic jobs."""
        modules = [f"{config.name}.tasks" for config in apps.get_app_configs()]
        for name in [*filter(find_spec, modules), *settings.OUTBOX_EXTRA_TASKS]:
            import_module(name)
