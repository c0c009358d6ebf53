"""The listener of one feed: several connections, one message at a time, settings that follow the feed's page."""

import asyncio
import contextlib
import os
import signal
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import structlog
from django.db import connection

from accounts.errors import Refused
from coding_workflow.outbox.runs import place_of
from coding_workflow.registration.models import FeedKind, ListenerState
from coding_workflow.registration.services.delivering import AWAY
from coding_workflow.registration.services.heartbeats import BEAT_SECONDS, Pulse, beat

from .doorway import Doorway, NoCertificate, certificate, doorway
from .receiving import Away, Verdict, receive
from .talking import Conversation

log = structlog.get_logger(__name__)

MOST_CONNECTIONS: Final = 16
#: Seconds that a stop waits for the message in hand.
PATIENCE: Final = 20


class Listener:
    """Listens as the feed says, from the first beat on. All that touches the database runs in one thread, in order."""

    def __init__(self, feed: str, *, beat_seconds: float = BEAT_SECONDS) -> None:
        self._feed, self._beat_seconds = feed, beat_seconds
        self._database = ThreadPoolExecutor(1, thread_name_prefix="feed")
        self._pulse = Pulse(state=ListenerState.STOPPED, said="Starting")
        self._open: dict[asyncio.Task[Any], Conversation] = {}
        self._server: asyncio.Server | None = None
        self._door: Doorway | None = None
        self._stop = asyncio.Event()

    @property
    def port(self) -> int:
        """Where it listens; 0 while it does not."""
        return int(self._server.sockets[0].getsockname()[1]) if self._server and self._server.sockets else 0

    async def run(self) -> None:
        """Serve until SIGTERM or SIGINT (or ``stop``), then finish the message in hand."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            # Only the main thread of a process is told of signals.
            with contextlib.suppress(RuntimeError, ValueError):
                loop.add_signal_handler(number, self.stop)
        try:
            while not self._stop.is_set():
                await self._beat()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._beat_seconds):
                        await self._stop.wait()
        finally:
            await self._close()

    def stop(self) -> None:
        """Ask it to stop."""
        self._stop.set()

    # ---------------------------------------------------------------- the beat

    async def _beat(self) -> None:
        """Tell how it goes, hear how the feed is set, and follow. A database that is away changes nothing."""
        self._pulse.connections = len(self._open)
        try:
            feed = await self._in_database(beat, self._feed, self._pulse)
        except AWAY as error:
            log.warning("mllp.database_away", error=type(error).__name__)
            await self._in_database(_drop_connection)
            return
        wanted = doorway(feed) if feed is not None and feed.kind == FeedKind.MLLP else None
        await self._follow(wanted)

    async def _follow(self, wanted: Doorway | None) -> None:
        if wanted is None:
            await self._shut()
            self._pulse.state, self._pulse.said = ListenerState.STOPPED, "The feed is switched off."
            return
        if self._server is not None and self._door is not None and self._door.place != wanted.place:
            await self._shut()
        self._door = wanted
        if self._server is None:
            await self._listen(wanted)

    async def _listen(self, door: Doorway) -> None:
        try:
            context = certificate() if door.tls else None
            self._server = await asyncio.start_server(self._welcome, door.address, door.port, ssl=context, backlog=64)
        except NoCertificate as problem:
            self._trouble(str(problem))
        except OSError as error:
            self._trouble(f"Port {door.port} on {door.address} cannot be opened: {_words(error)}.")
        else:
            self._pulse.state, self._pulse.said = ListenerState.RUNNING, f"Listening on {door.address}, port {self.port}"
            log.info("mllp.listening", feed=self._feed, address=door.address, port=self.port, tls=door.tls)

    def _trouble(self, said: str) -> None:
        if self._pulse.said != said:
            log.warning("mllp.trouble", feed=self._feed, said=said)
        self._pulse.state, self._pulse.said = ListenerState.TROUBLE, said

    # ---------------------------------------------------------------- connections

    async def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, from its address to its end; also called for senders that are turned away."""
        task = asyncio.current_task()
        peer = str((writer.get_extra_info("peername") or ("",))[0])
        try:
            if self._door is None or task is None or not self._admitted(peer, self._door):
                return
            _keep_alive(writer)
            talk = Conversation(
                reader, writer, receive=self._receive, complain=self._complain, idle_seconds=self._door.idle_seconds
            )
            self._open[task] = talk
            await talk.run()
        except (Away, Refused, ConnectionError, asyncio.CancelledError):
            # Nobody was answered: the sender keeps its message and comes again.
            pass
        except Exception as error:  # the text of an error may quote a message: only its place is told
            log.error("mllp.defect", feed=self._feed, error=place_of(error))
        finally:
            if task is not None:
                self._open.pop(task, None)
            writer.close()

    def _admitted(self, peer: str, door: Doorway) -> bool:
        if not door.lets_in(peer):
            self._complain("mllp.sender", f"{peer} tried to connect and is not among the allowed senders.")
            return False
        if len(self._open) >= MOST_CONNECTIONS:
            self._complain("mllp.connections", f"More than {MOST_CONNECTIONS} connections at once; one was turned away.")
            return False
        return True

    async def _receive(self, message: bytes) -> Verdict:
        verdict: Verdict = await self._in_database(_receive, message, self._feed)
        return verdict

    def _complain(self, code: str, sentence: str) -> None:
        """Somebody did something wrong, and nothing was kept of it: counted, and shown on the feed's page."""
        self._pulse.refused += 1
        self._pulse.new_problem = sentence
        log.warning("mllp.refused", feed=self._feed, code=code)

    async def _in_database(self, function: Any, *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._database, function, *arguments)

    # ---------------------------------------------------------------- the end

    async def _shut(self) -> None:
        """Stop listening and let the connections go, each after the message in hand."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
        for task, talk in list(self._open.items()):
            talk.stopping = True
            if not talk.busy:
                task.cancel()
        if self._open:
            await asyncio.wait(list(self._open), timeout=PATIENCE)

    async def _close(self) -> None:
        await self._shut()
        self._pulse.state, self._pulse.said, self._pulse.connections = ListenerState.STOPPED, "Stopped", 0
        with contextlib.suppress(*AWAY):
            await self._in_database(beat, self._feed, self._pulse)
        with contextlib.suppress(*AWAY):
            await self._in_database(_drop_connection)
        self._database.shutdown(wait=True)


def _words(error: OSError) -> str:
    return os.strerror(error.errno).lower() if error.errno else type(error).__name__


def _drop_connection() -> None:
    """In the thread that holds it: each thread has its own."""
    connection.close()


def _receive(message: bytes, feed: str) -> Verdict:
    return receive(message, feed=feed)


def _keep_alive(writer: asyncio.StreamWriter) -> None:
    """A sender whose machine is gone is noticed, though nothing comes for hours."""
    found = writer.get_extra_info("socket")
    if found is not None:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
