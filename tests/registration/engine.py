"""A sending interface engine, and the listener that runs while it talks."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from typing import Any

from django.db import connection

from coding_workflow.registration.hl7.mllp import block
from coding_workflow.registration.listener.server import Listener
from coding_workflow.registration.models import Feed


class Sender:
    """A hospital's interface engine, as simple as can be."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def to(cls, port: int, **options: Any) -> "Sender":
        return cls(*await asyncio.open_connection("127.0.0.1", port, **options))

    async def send(self, raw: bytes) -> None:
        self.writer.write(raw)
        await self.writer.drain()

    async def answer(self) -> str:
        """One answer; empty when the listener closed the connection."""
        try:
            async with asyncio.timeout(20):
                said = await self.reader.readuntil(b"\x1c\r")
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            return ""
        return said.strip(b"\x0b\x1c\r").decode("latin-1")

    async def ask(self, message: bytes) -> str:
        try:
            await self.send(block(message))
        except (ConnectionError, ssl.SSLError):
            return ""
        return await self.answer()


Talk = Callable[[Listener], Awaitable[None]]


def with_listener(talk: Talk, feed: Feed, seconds: float = 40) -> None:
    """A listener that runs for as long as ``talk`` does, so many seconds at most, and then stops in good order."""

    async def play() -> None:
        listener = Listener(feed.code, beat_seconds=0.02)
        running = asyncio.create_task(listener.run())
        try:
            async with asyncio.timeout(seconds):
                while not listener.port:
                    await asyncio.sleep(0.01)
                await talk(listener)
        finally:
            listener.stop()
            await running

    connection.close()
    asyncio.run(play())


def answer_code(answer: str) -> str:
    return answer.split("\rMSA|")[1][:2] if "\rMSA|" in answer else ""
