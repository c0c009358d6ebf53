"""A patient accounting system that listens, takes each message once by its control id, and can behave badly."""

import socket
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

Behaviour = Callable[["PatientAccounting", socket.socket, bytes], None]


def acknowledges(host: "PatientAccounting", link: socket.socket, message: bytes) -> None:
    host.take(message)
    link.sendall(answer(message, "AA"))


def takes_and_hangs_up(host: "PatientAccounting", link: socket.socket, message: bytes) -> None:
    host.take(message)


def hangs_up(host: "PatientAccounting", link: socket.socket, message: bytes) -> None:
    pass


def says_nothing(host: "PatientAccounting", link: socket.socket, message: bytes) -> None:
    host.take(message)
    host.closing.wait(2)


def answers_another(host: "PatientAccounting", link: socket.socket, message: bytes) -> None:
    link.sendall(answer(message, "AA", control_id="OTHER"))


def says(code: str, words: str = "") -> Behaviour:
    def speak(host: "PatientAccounting", link: socket.socket, message: bytes) -> None:
        link.sendall(answer(message, code, words=words))

    return speak


def control_id_of(message: bytes) -> str:
    return message.split(b"\r", 1)[0].split(b"|")[9].decode()


def answer(message: bytes, code: str, *, words: str = "", control_id: str = "") -> bytes:
    said = f"MSH|^~\\&|PA|MAIN|||20260930||ACK|1|P|2.6\rMSA|{code}|{control_id or control_id_of(message)}|{words}\r"
    return b"\x0b" + said.encode() + b"\x1c\r"


@dataclass
class PatientAccounting:
    """Listens on a port of its own. ``behaves`` is how it treats the next messages; when they are used up it acknowledges."""

    behaves: list[Behaviour] = field(default_factory=list)
    arrived: list[bytes] = field(default_factory=list)
    effects: Counter[str] = field(default_factory=Counter)
    posted: list[str] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._door = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._door.getsockname()[1]}"
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def take(self, message: bytes) -> None:
        """Post what it has not posted yet."""
        control_id = control_id_of(message)
        if control_id not in self.posted:
            self.posted.append(control_id)
            self.effects[control_id] += 1

    def close(self) -> None:
        self.closing.set()
        self._door.shutdown(socket.SHUT_RDWR)  # ends the accept that waits
        self._door.close()
        self._thread.join(timeout=5)

    def _listen(self) -> None:
        while not self.closing.is_set():
            try:
                link, _ = self._door.accept()
            except OSError:
                return
            with link:
                self._serve(link)

    def _serve(self, link: socket.socket) -> None:
        received = b""
        link.settimeout(5)
        try:
            while b"\x1c\r" not in received:
                piece = link.recv(65536)
                if not piece:
                    return
                received += piece
            message = received.partition(b"\x0b")[2].partition(b"\x1c\r")[0]
            self.arrived.append(message)
            (self.behaves.pop(0) if self.behaves else acknowledges)(self, link, message)
        except OSError:
            return
