"""``manage.py send_codes``: sends final codes to patient accounting until it is told to stop."""

import signal
import threading
from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from coding_workflow.payment.sender import Sender


class Command(BaseCommand):
    """Runs until it is interrupted or terminated; the message in hand is finished first."""

    help = "Send final codes to patient accounting, in the order of the releases. Several may run at once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--once."""
        parser.add_argument("--once", action="store_true", help="Send what is due now and end.")

    def handle(self, *, once: bool, **options: object) -> None:
        """Loop, or go through what is due."""
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        sender = Sender(stop)
        if not once:
            sender.run()
            return
        while sender.sweep():
            pass
