"""``manage.py relay``: rings the workers for due outbox rows and runs the periodic jobs."""

import signal
import threading

from django.core.management.base import BaseCommand

from coding_workflow.outbox.relay import Relay
from coding_workflow.outbox.timekeeper import Timekeeper


class Command(BaseCommand):
    """Runs until it is interrupted or terminated."""

    help = "Ring the workers for due outbox rows, and run the periodic jobs. Several may run at once."

    def handle(self, **options: object) -> None:
        """Start both loops and stop them together."""
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        clock = Timekeeper(stop)
        clock.start()
        Relay(stop).run()
        clock.join(timeout=5)
