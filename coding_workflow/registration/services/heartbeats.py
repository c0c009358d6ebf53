"""The heartbeat of a feed's process, and what it is told in return: how the feed is set now."""

import os
import socket
from dataclasses import dataclass, field

from accounts import clock
from accounts.scope import ALL, scoped
from coding_workflow.registration.models import Feed, FeedState, ListenerState

#: Seconds between two beats, and after how many without one a process counts as gone.
BEAT_SECONDS = 5
GONE_AFTER_SECONDS = 30


@dataclass
class Pulse:
    """What a process says of itself. ``new_problem`` is told once."""

    state: str = ListenerState.RUNNING
    said: str = ""
    connections: int = 0
    refused: int = 0
    new_problem: str = field(default="", repr=False)
    process: str = field(default_factory=lambda: f"{socket.gethostname()[:60]}:{os.getpid()}")


def beat(code: str, pulse: Pulse) -> Feed | None:
    """Write one heartbeat; answers the feed as it is set now, None when there is none."""
    with scoped(ALL):
        feed = Feed.objects.filter(code=code).first()
        if feed is None:
            return None
        now = clock.now()
        state = FeedState.objects.select_for_update().filter(feed=feed).first() or FeedState(feed=feed, started_at=now)
        if state.process != pulse.process:
            state.started_at, state.process = now, pulse.process
        state.state, state.said = pulse.state, pulse.said[:200]
        state.connections, state.refused, state.beat_at = pulse.connections, pulse.refused, now
        if pulse.new_problem:
            state.problem, state.problem_at = pulse.new_problem[:200], now
        state.save()
        pulse.new_problem = ""
        return feed
