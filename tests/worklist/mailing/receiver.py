"""A mail server on a real socket that does as it is told: takes, refuses, says later, or hangs up."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Receiver:
    """What it was sent, and how it answers the next sessions: ``rcpt`` and ``data`` are SMTP answers, empty hangs up."""

    port: int = 0
    rcpt: str = "250 2.1.5 Ok"
    data: str = "250 2.0.0 Ok"
    quits: bool = True
    sessions: int = 0
    senders: list[str] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    during: Callable[[], None] | None = None

    def _serve(self, link: socket.socket) -> None:
        self.sessions += 1
        with link, link.makefile("rwb", buffering=0) as stream:

            def say(words: str) -> None:
                stream.write(words.encode() + b"\r\n")

            say("220 receiver.test ESMTP")
            while line := stream.readline():
                verb, _, rest = line.decode().strip().partition(" ")
                if verb.upper() in {"EHLO", "HELO"}:
                    say("250 receiver.test")
                elif verb.upper() == "MAIL":
                    self.senders.append(rest.split("<")[1].split(">")[0])
                    say("250 2.1.0 Ok")
                elif verb.upper() == "RCPT":
                    if not self.rcpt:
                        return
                    self.recipients.append(rest.split("<")[1].split(">")[0])
                    say(self.rcpt)
                elif verb.upper() == "DATA":
                    say("354 Go on")
                    if not self._take(stream.readline):
                        return
                    say(self.data)
                elif verb.upper() == "QUIT":
                    if self.quits:
                        say("221 2.0.0 Bye")
                    return
                else:
                    say("250 Ok")

    def _take(self, readline: Callable[[], bytes]) -> bool:
        """The message; whether the connection goes on afterwards."""
        lines: list[str] = []
        while (line := readline()) and line != b".\r\n":
            lines.append(line.decode())
        self.messages.append("".join(lines))
        if self.during:
            self.during()
        return bool(self.data)

    def run(self, listener: socket.socket) -> None:
        while True:
            try:
                link, _ = listener.accept()
            except OSError:
                return
            with suppress(OSError):
                self._serve(link)


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Serves on a free port of this machine until the block ends."""
    listener = socket.create_server(("127.0.0.1", 0))
    made = Receiver(port=listener.getsockname()[1])
    thread = threading.Thread(target=made.run, args=(listener,), daemon=True)
    thread.start()
    try:
        yield made
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)
