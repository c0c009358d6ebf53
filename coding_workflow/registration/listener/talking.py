"""One connection of a sender: bytes in, blocks out of them, answers back. Nothing here knows the database."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Final

from coding_workflow.registration.hl7.ack import Reason
from coding_workflow.registration.hl7.mllp import BrokenBlock, Deframer, block

from .receiving import Verdict, refusal

#: A block that has begun must end within so many seconds, however slowly its bytes come.
MESSAGE_SECONDS: Final = 60
#: A sender that does not take its answer is let go.
ANSWER_SECONDS: Final = 15
_PIECE: Final = 64 * 1024

Receive = Callable[[bytes], Awaitable[Verdict]]
Complain = Callable[[str, str], None]


class Conversation:
    """Reads and answers until the sender leaves, is too slow, breaks the protocol, or the listener stops."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        *,
        receive: Receive,
        complain: Complain,
        idle_seconds: float,
        message_seconds: float = MESSAGE_SECONDS,
    ) -> None:
        self._reader, self._writer = reader, writer
        self._receive, self._complain = receive, complain
        self._idle, self._message = idle_seconds, message_seconds
        self._frames = Deframer()
        self._began = 0.0
        #: Between the last byte of a block and its answer: then nobody may cut it off.
        self.busy = False
        self.stopping = False

    async def run(self) -> None:
        """Go on until it ends; raises what ``receive`` raises, without having answered."""
        while not self.stopping:
            piece = await self._piece()
            if not piece:
                return
            try:
                for message in self._frames.take(piece):
                    await self._answer(message)
                    if self.stopping:
                        return
            except BrokenBlock as broken:
                await self._refuse(broken)
                return

    async def _piece(self) -> bytes:
        """What comes next; empty when the sender left or waited too long."""
        now = asyncio.get_running_loop().time()
        inside = self._frames.inside
        self._began = (self._began or now) if inside else 0.0
        patience = self._message - (now - self._began) if inside else self._idle
        try:
            async with asyncio.timeout(max(patience, 0)):
                piece = await self._reader.read(_PIECE)
        except TimeoutError:
            if inside:
                self._complain("mllp.slow", f"A message that began did not end within {self._message:g} seconds.")
            return b""
        if not piece and inside:
            self._complain("mllp.cut_off", "A sender left in the middle of a message.")
        return piece

    async def _answer(self, message: bytes) -> None:
        # The next block of the same piece begins now, not when its predecessor did.
        self._began, self.busy = 0.0, True
        try:
            verdict = await self._receive(message)
            if verdict.problem:
                self._complain("mllp.refused", verdict.problem)
            await self._send(verdict)
        finally:
            self.busy = False

    async def _refuse(self, broken: BrokenBlock) -> None:
        self._complain(broken.code, str(broken.sentence))
        if broken.beginning:
            await self._send(refusal(broken.beginning, Reason(broken.code, broken.sentence)))

    async def _send(self, verdict: Verdict) -> None:
        # A sender that is gone, or does not read, will send the message again; it acts once.
        with contextlib.suppress(ConnectionError, TimeoutError):
            for answer in verdict.answers:
                self._writer.write(block(answer))
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._writer.drain()
