"""``manage.py watch_folder``: the watched folder of one feed."""

import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from coding_workflow.registration.listener.folders import watch
from coding_workflow.registration.models import Feed, FeedKind


class Command(BaseCommand):
    """Runs until it is interrupted or terminated; may be killed at any moment and started again."""

    help = "Import the files that appear in one feed's folder, and move them to done or failed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The feed's code, and how often to look."""
        parser.add_argument("--feed", required=True)
        parser.add_argument("--every", type=float, default=2.0, help="seconds between two looks (%(default)s)")

    def handle(self, *args: Any, feed: str, every: float, **options: Any) -> None:
        """Watch. Refuses a feed that is no folder; one that is switched off is waited for."""
        if not Feed.objects.filter(code=feed, kind=FeedKind.FOLDER).exists():
            raise CommandError("There is no such feed of kind folder; set it up under Feeds.")
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        watch(feed, stop=stop, every=every)
