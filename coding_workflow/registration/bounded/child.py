"""The child: reads one message after the other and answers a full stop for each. Started by ``reader``.

Request: one byte for the format, four for the length (big endian), the bytes. It has no secrets in its environment, cannot
write files or leave a core dump, and ends with its parent because its input ends.
"""

import contextlib
import importlib
import resource
import struct
import sys
from typing import BinaryIO, Final

HL7, FHIR_FILE, FHIR_UNIT, CSV_FILE, CSV_ROW = b"h", b"F", b"f", b"C", b"c"
#: Format to the reader that is tried, as module and function; the function takes bytes and may raise what it likes.
READERS: Final = {
    HL7: ("coding_workflow.registration.hl7.read", "read_message"),
    FHIR_FILE: ("coding_workflow.registration.fhir.rehearsal", "file"),
    FHIR_UNIT: ("coding_workflow.registration.fhir.rehearsal", "unit"),
    CSV_FILE: ("coding_workflow.registration.csvfeed.rows", "split"),
    CSV_ROW: ("coding_workflow.registration.csvfeed.rows", "read"),
}

CPU_SECONDS: Final = 10
MEMORY_BYTES: Final = 1024 * 1024 * 1024
DONE, TOO_MUCH_MEMORY = b".", b"m"
_HEADER: Final = struct.Struct(">cI")


def request(format_code: bytes, raw: bytes) -> bytes:
    """What the parent writes for one message."""
    return _HEADER.pack(format_code, len(raw)) + raw


def main(cpu_seconds: int = CPU_SECONDS, memory_bytes: int = MEMORY_BYTES) -> None:
    """Serve until the input ends."""
    _bound(resource.RLIMIT_CORE, 0)
    _bound(resource.RLIMIT_FSIZE, 0)
    _bound(resource.RLIMIT_AS, memory_bytes)
    while header := _exactly(sys.stdin.buffer, _HEADER.size):
        format_code, length = _HEADER.unpack(header)
        _allow_time(cpu_seconds)
        answer = _try(format_code, _exactly(sys.stdin.buffer, length))
        sys.stdout.buffer.write(answer)
        sys.stdout.buffer.flush()


def _try(format_code: bytes, raw: bytes) -> bytes:
    module, function = READERS[format_code]
    try:
        getattr(importlib.import_module(module), function)(raw)
    except MemoryError:
        return TOO_MUCH_MEMORY
    except Exception:  # what it refuses the parent refuses as well, and says why
        return DONE
    return DONE


def _exactly(stream: BinaryIO, length: int) -> bytes:
    """So many bytes, or none when the input ended."""
    found = stream.read(length)
    return found if len(found) == length else b""


def _bound(which: int, value: int) -> None:
    # Some systems do not know every limit; the parent's clock remains.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(which, (value, value))


def _allow_time(seconds: int) -> None:
    """So much processor time from now on; the kernel ends the process after it."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = int(used.ru_utime + used.ru_stime) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
