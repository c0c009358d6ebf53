from django.apps import AppConfig


class RegistrationConfig(AppConfig):
    name = "coding_workflow.registration"
    label = "registration"

    def ready(self) -> None:
        """Register the listener."""
        from .listening import start_listening  # noqa: PLC0415 - models are loaded only now

        start_listening()
