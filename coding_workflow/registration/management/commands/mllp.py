"""``manage.py mllp``: the listener of one feed."""

import asyncio
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from coding_workflow.registration.listener.server import Listener
from coding_workflow.registration.models import Feed, FeedKind


class Command(BaseCommand):
    """Runs until it is interrupted or terminated; finishes the message in hand. Settings follow the feed's page."""

    help = "Listen for HL7 messages of one feed over MLLP. One process for each feed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The feed's code."""
        parser.add_argument("--feed", required=True)

    def handle(self, *args: Any, feed: str, **options: Any) -> None:
        """Serve. Refuses a feed that is no listener; one that is switched off is waited for."""
        if not Feed.objects.filter(code=feed, kind=FeedKind.MLLP).exists():
            raise CommandError("There is no such feed of kind MLLP; set it up under Feeds.")
        asyncio.run(Listener(feed).run())
