"""One message to a receiver over MLLP and its answer (HL7 transport specification: MLLP release 1).

Whoever calls keeps the message until it is acknowledged: every failure here means that the receiver may have it or not.
"""

import socket
import ssl
import time
from dataclasses import dataclass
from typing import Final

from .acknowledgement import Acknowledgement, read

_START, _END = b"\x0b", b"\x1c\r"
#: An answer is short; a receiver that goes on talking is not one.
_LONGEST: Final = 64 * 1024


class NotDelivered(Exception):
    """No valid answer came. ``code`` says how far it got.

    ``host.unreachable``, ``host.no_answer``, ``host.no_acknowledgement`` (an answer to something else), ``host.folder``,
    ``host.not_allowed``.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Receiver:
    """Where patient accounting listens; seconds until it must have connected and answered."""

    host: str
    port: int
    tls: bool = False
    connect_seconds: float = 5.0
    answer_seconds: float = 30.0


def send(message: bytes, receiver: Receiver, *, control_id: str) -> Acknowledgement:
    """Send one framed message on a connection of its own and wait for the answer to it.

    Raises NotDelivered. An answer to another control id is none: the receiver may be one message behind.
    """
    try:
        link = _connected(receiver)
    except OSError:
        raise NotDelivered("host.unreachable") from None
    with link:
        try:
            link.sendall(_START + message + _END)
            raw = _answer(link, time.monotonic() + receiver.answer_seconds)
        except OSError:
            raise NotDelivered("host.no_answer") from None
    answer = read(raw)
    if answer is None or answer.control_id != control_id:
        raise NotDelivered("host.no_acknowledgement")
    return answer


def _connected(receiver: Receiver) -> socket.socket:
    link = socket.create_connection((receiver.host, receiver.port), timeout=receiver.connect_seconds)
    link.settimeout(receiver.answer_seconds)
    if not receiver.tls:
        return link
    return ssl.create_default_context().wrap_socket(link, server_hostname=receiver.host)


def _answer(link: socket.socket, until: float) -> bytes:
    """The bytes between start and end block. Raises OSError when they do not come whole and in time."""
    received = b""
    while _END not in received:
        left = until - time.monotonic()
        if left <= 0 or len(received) > _LONGEST:
            raise TimeoutError
        link.settimeout(left)
        piece = link.recv(4096)
        if not piece:
            raise ConnectionError
        received += piece
    return received.partition(_END)[0].rpartition(_START)[2]
