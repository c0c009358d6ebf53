"""Floor 3 answers floor 1's moments: new work gets its queue in the transaction that opens it."""

from django.apps import AppConfig


class WorklistConfig(AppConfig):
    name = "worklist"

    def ready(self) -> None:
        """Register the listeners."""
        from accounts import listeners  # noqa: PLC0415 - models are loaded only now

        from . import routing  # noqa: PLC0415
        from .mailing import services as mailing  # noqa: PLC0415
        from .webhooks import services as webhooks  # noqa: PLC0415

        listeners.listen("work_opened", routing.route_opened)
        listeners.listen("work_returned", routing.route_returned)
        listeners.listen("recorded", webhooks.tell)
        listeners.listen("recorded", mailing.plan)
