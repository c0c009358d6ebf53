"""The parent's side: one warm child for many messages, a new one for whoever came after a message that killed it."""

import atexit
import contextlib
import hashlib
import os
import select
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Final

from coding_workflow.registration.hl7.problem import HL7Problem

from . import child

_ROOT: Final = Path(__file__).resolve().parents[3]
#: A child is replaced after so many messages, so that nothing gathers in it.
MESSAGES_OF_A_CHILD: Final = 10_000
#: Seconds on the wall after which a child that neither answers nor uses up its processor time is ended.
WALL_SECONDS: Final = 3 * child.CPU_SECONDS
#: Variables a Python interpreter needs to start; none of them is a secret.
_KEPT: Final = ("PATH", "LANG", "LC_ALL", "PYTHONPYCACHEPREFIX", "PYTHONDONTWRITEBYTECODE", "VIRTUAL_ENV", "LD_LIBRARY_PATH")


class BoundedReader:
    """Tries messages in a child process, one at a time; safe to share among threads and to carry over a fork."""

    def __init__(
        self,
        *,
        cpu_seconds: int = child.CPU_SECONDS,
        memory_bytes: int = child.MEMORY_BYTES,
        wall_seconds: float = WALL_SECONDS,
        module: str = "coding_workflow.registration.bounded.child",
    ) -> None:
        self._arguments = [sys.executable, "-m", module, str(cpu_seconds), str(memory_bytes)]
        self._wall = wall_seconds
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._served = 0
        #: The hash of what came through last: a unit is asked about when it is kept and again when it is applied.
        self._through = b""

    def vet(self, raw: bytes, format_code: bytes = b"h") -> None:
        """Return when reading the message stays within time and memory.

        Raises HL7Problem ``hl7.reading_time``, ``hl7.reading_memory`` or ``hl7.reader_ended``: then nobody may read it here.
        """
        hashed = hashlib.sha256(format_code)
        hashed.update(raw)
        digest = hashed.digest()
        with self._lock:
            if digest == self._through:
                return
            try:
                answer = self._ask(child.request(format_code, raw))
            except BaseException:
                # A worker's time limit comes as an exception at any place: this child's answer would be taken for the next one's.
                self._end()
                raise
            self._through = digest if answer == child.DONE else b""
        if answer == child.TOO_MUCH_MEMORY:
            raise HL7Problem("hl7.reading_memory", "Reading this takes more memory than one message may.")

    def forget(self) -> None:
        """After a fork: the child belongs to the parent, and its lock may be held by a thread that is not here."""
        self._lock = threading.Lock()
        process, self._process = self._process, None
        if process is not None:
            process.returncode = 0

    def close(self) -> None:
        """End the child; the next message starts another."""
        with self._lock:
            self._end()

    def _ask(self, request: bytes) -> bytes:
        process = self._ready()
        try:
            self._write(process, request)
        except OSError:
            # It had ended before it saw this message: that was not this message's doing.
            self._end()
            process = self._ready()
            with contextlib.suppress(OSError):
                self._write(process, request)
        return self._answer(process)

    def _answer(self, process: "subprocess.Popen[bytes]") -> bytes:
        answer = self._within_time(process)
        if answer:
            self._served += 1
            return answer
        slow = answer is None
        status = None if slow else process.wait()
        self._end()
        # The kernel's word for processor time that is used up.
        if slow or status == -signal.SIGXCPU:
            raise HL7Problem("hl7.reading_time", "Reading this takes longer than one message may.")
        raise HL7Problem("hl7.reader_ended", "The process that read this ended over it.")

    def _within_time(self, process: "subprocess.Popen[bytes]") -> bytes | None:
        """One byte; empty when the child ended, None when it says nothing for too long."""
        if process.stdout is None:
            return b""
        waiting = select.poll()
        waiting.register(process.stdout, select.POLLIN | select.POLLHUP)
        if not waiting.poll(self._wall * 1000):
            return None
        return os.read(process.stdout.fileno(), 1)

    def _write(self, process: "subprocess.Popen[bytes]", request: bytes) -> None:
        if process.stdin is not None:
            process.stdin.write(request)
            process.stdin.flush()

    def _ready(self) -> "subprocess.Popen[bytes]":
        if self._process is not None and self._served >= MESSAGES_OF_A_CHILD:
            self._end()
        if self._process is None:
            self._process, self._served = self._start(), 0
        return self._process

    def _start(self) -> "subprocess.Popen[bytes]":
        environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
        # Its standard error goes nowhere: a traceback could quote the message.
        return subprocess.Popen(
            self._arguments,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=_ROOT,
            env=environment,
        )

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        process.kill()
        process.wait()


_shared: Final = BoundedReader()
os.register_at_fork(after_in_child=_shared.forget)
atexit.register(_shared.close)


def vet(raw: bytes, format_code: bytes = b"h") -> None:
    """Try one message in the child that this process shares; see ``BoundedReader.vet``."""
    _shared.vet(raw, format_code)
