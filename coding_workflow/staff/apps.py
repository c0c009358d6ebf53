from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "coding_workflow.staff"
    label = "staff"

    def ready(self) -> None:
        """Register the system checks."""
        from . import checks  # noqa: F401, PLC0415 - settings are loaded only now
        from .sign_on import checks as sign_on_checks  # noqa: F401, PLC0415 - the same
