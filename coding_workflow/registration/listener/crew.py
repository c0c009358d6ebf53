"""The processes of all feeds: one for each listener and each folder, started again when they end."""

import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import Final

import structlog
from django.conf import settings
from django.db import connection

from accounts.scope import ALL, scoped
from coding_workflow.embedded.system import dying_with_parent
from coding_workflow.registration.models import Feed, FeedKind
from coding_workflow.registration.services.delivering import AWAY

log = structlog.get_logger(__name__)

COMMANDS: Final = {FeedKind.MLLP: "mllp", FeedKind.FOLDER: "watch_folder"}
#: Seconds between two looks at the feeds, and until a stopped process is ended.
LOOK_SECONDS: Final = 5.0
PATIENCE: Final = 30.0
_LONGEST_WAIT: Final = 60.0


@dataclass
class Member:
    """One feed's process. After a death it waits 1, 2, 4 ... 60 seconds; a minute of life makes up for all of them."""

    code: str
    command: str
    process: "subprocess.Popen[bytes] | None" = None
    deaths: int = 0
    born: float = 0.0
    due: float = 0.0

    def tend(self, now: float) -> None:
        """Start it when it does not run and its waiting time is over."""
        if self.process is not None and self.process.poll() is not None:
            self._mourn(now)
        if self.process is None and now >= self.due:
            self.process, self.born = _start(self.command, self.code), now

    def _mourn(self, now: float) -> None:
        status = self.process.returncode if self.process else None
        self.process = None
        self.deaths = 1 if now - self.born > _LONGEST_WAIT else self.deaths + 1
        self.due = now + min(2.0 ** (self.deaths - 1), _LONGEST_WAIT)
        log.warning("feed.process_ended", feed=self.code, status=status)

    def ask_to_stop(self) -> None:
        """Let it finish the message in hand."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)

    def see_off(self, seconds: float) -> None:
        """Wait for its end, then end it."""
        if self.process is None:
            return
        try:
            self.process.wait(max(seconds, 0.1))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@dataclass
class Crew:
    """The members by feed."""

    members: dict[str, Member] = field(default_factory=dict)

    def serve(self, stop: threading.Event) -> None:
        """Follow the feeds until told to stop; then every process finishes what it has in hand."""
        try:
            while not stop.is_set():
                self.look()
                stop.wait(LOOK_SECONDS)
        finally:
            self._send_home(list(self.members.values()))

    def look(self) -> None:
        """One look: what is switched on runs, what is not is sent home. A database that is away changes nothing."""
        try:
            with scoped(ALL):
                wanted = {feed.code: COMMANDS[FeedKind(feed.kind)] for feed in Feed.objects.running()}
        except AWAY as error:
            log.warning("feeds.database_away", error=type(error).__name__)
            connection.close()
            return
        gone = [one for code, one in self.members.items() if wanted.get(code) != one.command]
        self._send_home(gone)
        for code, command in wanted.items():
            self.members.setdefault(code, Member(code, command)).tend(time.monotonic())

    def _send_home(self, members: list[Member]) -> None:
        for one in members:
            one.ask_to_stop()
        end = time.monotonic() + PATIENCE
        for one in members:
            one.see_off(end - time.monotonic())
            self.members.pop(one.code, None)


def _start(command: str, code: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "manage.py", command, "--feed", code, "--skip-checks"],
        cwd=settings.BASE_DIR,
        stdin=subprocess.DEVNULL,
        # Ctrl+C reaches only who started it, and it passes the word on.
        start_new_session=True,
        preexec_fn=dying_with_parent(signal.SIGTERM),
    )
