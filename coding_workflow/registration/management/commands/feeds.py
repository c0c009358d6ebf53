"""``manage.py feeds``: a process for each feed that is switched on."""

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand

from coding_workflow.registration.listener.crew import Crew


class Command(BaseCommand):
    """Runs until it is interrupted or terminated; a feed that is set up, changed or switched off is followed within seconds."""

    help = "Run the MLLP listeners and watched folders of all feeds, one process each, and start again who ends."

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve."""
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        Crew().serve(stop)
