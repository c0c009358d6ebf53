from django.apps import AppConfig


class CodingConfig(AppConfig):
    """Stage 3: codes, evidence, finalizing, queries to providers."""

    name = "coding_workflow.coding"
    label = "coding"

    def ready(self) -> None:
        from .listening import start_listening  # noqa: PLC0415 - models are not loaded before this moment

        start_listening()
