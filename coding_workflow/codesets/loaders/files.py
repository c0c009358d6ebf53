"""Files as people have them: plain, gzip or zip. Bounded, so that a small file cannot fill the memory."""

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from .table import Malformed, SourceFile

MAX_BYTES: Final = 512 * 1024 * 1024


def open_file(path: Path) -> tuple[SourceFile, ...]:
    """The file, or the files inside it, in the order of their names. Refuses what cannot be unpacked."""
    try:
        return unpack(path.name, path.read_bytes())
    except OSError as err:
        raise Malformed(path.name, None, f"cannot be read ({err.strerror or 'damaged'}).") from err


def unpack(name: str, content: bytes) -> tuple[SourceFile, ...]:
    """The same for content that is in memory already."""
    try:
        return tuple(_members(name, content))
    except (zipfile.BadZipFile, zlib.error, EOFError, gzip.BadGzipFile) as err:
        raise Malformed(name, None, "is damaged: it cannot be unpacked.") from err


def _members(name: str, content: bytes) -> Iterator[SourceFile]:
    if content.startswith(b"\x1f\x8b"):
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as packed:
            yield SourceFile(name.removesuffix(".gz"), _bounded(name, packed.read(MAX_BYTES + 1)))
    elif zipfile.is_zipfile(io.BytesIO(content)) and not name.endswith(".xlsx"):
        yield from _zipped(name, content)
    else:
        yield SourceFile(name, _bounded(name, content))


def _zipped(name: str, content: bytes) -> Iterator[SourceFile]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        left = MAX_BYTES
        for member in sorted(archive.infolist(), key=lambda each: each.filename):
            if member.is_dir():
                continue
            with archive.open(member) as stream:
                unpacked = _bounded(name, stream.read(left + 1), left)
            left -= len(unpacked)
            yield SourceFile(Path(member.filename).name, unpacked)


def _bounded(name: str, content: bytes, limit: int | None = None) -> bytes:
    if len(content) > (MAX_BYTES if limit is None else limit):
        raise Malformed(name, None, f"is larger than {MAX_BYTES // 1024 // 1024} MB when unpacked.")
    return content
