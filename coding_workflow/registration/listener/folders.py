"""The process of one watched folder: looks, imports, tells how it goes."""

import threading
import time

import structlog
from django.db import connection

from accounts.errors import Refused
from coding_workflow.registration.models import FeedKind, ListenerState
from coding_workflow.registration.services.delivering import AWAY
from coding_workflow.registration.services.heartbeats import BEAT_SECONDS, Pulse, beat
from coding_workflow.registration.services.watching import FolderWatch

log = structlog.get_logger(__name__)


def watch(code: str, *, stop: threading.Event, every: float = 2.0) -> None:
    """Look every so many seconds until told to stop; the message in hand is finished, its file goes on at the next start."""
    pulse = Pulse(state=ListenerState.STOPPED, said="Starting")
    watching: FolderWatch | None = None
    while not stop.is_set():
        try:
            feed = beat(code, pulse)
            if feed is None or not feed.enabled or feed.kind != FeedKind.FOLDER:
                pulse.state, pulse.said, watching = ListenerState.STOPPED, "The feed is switched off.", None
            else:
                # What was seen so far stays; what the feed is set to may have changed.
                if watching is None or watching.feed.folder != feed.folder:
                    watching = FolderWatch(feed)
                watching.feed = feed
                _look(watching, pulse, stop)
        except AWAY as error:
            log.warning("folder.database_away", error=type(error).__name__)
            connection.close()
        stop.wait(every)
    pulse.state, pulse.said = ListenerState.STOPPED, "Stopped"
    beat(code, pulse)


def _look(watching: FolderWatch, pulse: Pulse, stop: threading.Event) -> None:
    told = time.monotonic()

    def go_on() -> bool:
        """Between two messages of a long file: still alive, and not asked to stop."""
        nonlocal told
        if time.monotonic() - told > BEAT_SECONDS:
            told = time.monotonic()
            beat(watching.feed.code, pulse)
        return not stop.is_set()

    try:
        waiting = watching.look(go_on)
    except Refused as refusal:
        pulse.state, pulse.said = ListenerState.TROUBLE, refusal.sentence
    except OSError as error:
        pulse.state = ListenerState.TROUBLE
        pulse.said = f"The folder cannot be read or written: {error.strerror or type(error).__name__}."
    else:
        files = f"; {waiting} still being written" if waiting else ""
        pulse.state, pulse.said = ListenerState.RUNNING, f"Watching the folder {watching.feed.folder}{files}"
