"""MLLP blocks: 0x0B, the message, 0x1C 0x0D (HL7 Minimal Lower Layer Protocol, release 1)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from . import limits

START, END, RETURN = b"\x0b", b"\x1c", b"\r"
#: Bytes outside blocks that are passed over before the sender is taken for something else than an interface.
MOST_GARBAGE: Final = 1024
#: Line ends between blocks are habit, not garbage.
_QUIET: Final = b"\r\n"


class BrokenBlock(Exception):
    """The stream is not MLLP any more; the connection must end. ``sentence`` holds no byte of it."""

    def __init__(self, code: str, sentence: str, beginning: bytes = b"") -> None:
        super().__init__(code)
        self.code = code
        self.sentence = sentence
        self.beginning = beginning


@dataclass
class Deframer:
    """Takes bytes as they come, in pieces of any size, and gives back whole messages.

    Holds at most one unfinished message of ``most`` bytes. A start block inside a message means that its sender began
    again: the unfinished one is dropped, and was never answered.
    """

    most: int = limits.FILE_BYTES
    _open: bytearray | None = field(default=None, repr=False)
    _ending: bool = False
    _garbage: int = 0

    @property
    def inside(self) -> bool:
        """Whether a message has begun and not ended."""
        return self._open is not None

    def take(self, piece: bytes) -> Iterator[bytes]:
        """The messages that this piece completes, each as soon as it is complete. Raises BrokenBlock where the stream breaks."""
        rest = piece
        while rest:
            if self._open is None:
                rest = self._outside(rest)
            elif self._ending:
                yield self._end(rest)
                rest = rest[1:]
            else:
                rest = self._inside(rest)

    def _outside(self, rest: bytes) -> bytes:
        garbage, mark, after = rest.partition(START)
        self._garbage += len(garbage.strip(_QUIET))
        if self._garbage > MOST_GARBAGE:
            raise BrokenBlock("mllp.no_start", "The sender writes outside of MLLP blocks (0x0B ... 0x1C 0x0D).")
        if mark:
            self._open, self._garbage = bytearray(), 0
        return after

    def _inside(self, rest: bytes) -> bytes:
        cut = min((at for at in (rest.find(START), rest.find(END)) if at >= 0), default=-1)
        self._gather(rest if cut < 0 else rest[:cut])
        if cut < 0:
            return b""
        if rest[cut : cut + 1] == START:
            self._open = bytearray()
        else:
            self._ending = True
        return rest[cut + 1 :]

    def _end(self, rest: bytes) -> bytes:
        self._ending = False
        if rest[:1] != RETURN:
            raise BrokenBlock("mllp.end", "A block ends with 0x1C but not with 0x1C 0x0D.", self._beginning())
        message, self._open = bytes(self._open or b""), None
        return message

    def _gather(self, more: bytes) -> None:
        if self._open is None or len(self._open) + len(more) > self.most:
            raise BrokenBlock("mllp.too_large", f"The message is larger than {self.most // 1024 // 1024} MB.", self._beginning())
        self._open += more

    def _beginning(self) -> bytes:
        return bytes((self._open or b"")[:2048])


def block(message: bytes) -> bytes:
    """A message as one block."""
    return START + message + END + RETURN
