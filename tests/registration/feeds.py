"""Feeds for the tests of this room."""

import socket
from typing import Any

from coding_workflow.registration.models import Feed
from tests.cast import Cast


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def feed_of(cast: Cast, code: str = "adt", **changes: Any) -> Feed:
    """A feed for MAIN; by default files that somebody uploads."""
    feed = Feed.objects.create(**{"code": code, "title": "Admissions", "kind": "upload", **changes})
    feed.facilities.add(cast.main)
    return feed


def mllp_feed(cast: Cast, code: str = "adt", **changes: Any) -> Feed:
    """A listener on a free port of this machine."""
    return feed_of(cast, code, **{"kind": "mllp", "address": "127.0.0.1", "port": free_port(), **changes})
