from django.apps import AppConfig


class PaymentConfig(AppConfig):
    name = "coding_workflow.payment"
    label = "payment"

    def ready(self) -> None:
        """Answer floor 1's moments."""
        from .listening import start_listening  # noqa: PLC0415 - models load after the app registry

        start_listening()
