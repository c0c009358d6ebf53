from django.apps import AppConfig


class ReleaseConfig(AppConfig):
    """Stage 4: checks, holds, approval, certificates."""

    name = "coding_workflow.release"
    label = "release"

    def ready(self) -> None:
        from .listening import start_listening  # noqa: PLC0415 - models are not loaded before this moment

        start_listening()
