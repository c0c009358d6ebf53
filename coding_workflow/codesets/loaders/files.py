"""Files as people have them: plain, gzip or zip. Bounded, so that a small file cannot fill the memory."""

import gzip
import hashlib
import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, cast

from accounts.errors import Refused

from .table import Malformed, SourceFile, refuse_nul
from .workbook import as_text

MAX_BYTES: Final = 512 * 1024 * 1024
_LARGEST: Final = f"{MAX_BYTES // 1024 // 1024} MB"
MAX_MEMBERS: Final = 200
_CHUNK: Final = 1024 * 1024
#: What unpacking raises where an archive is damaged, locked or packed in a way that is not known.
_DAMAGE: Final = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    ValueError,
    NotImplementedError,
    RuntimeError,
)
_WORKBOOKS: Final = (".xlsx", ".xlsm")
_WORKBOOK: Final = (
    "is a workbook, which is not read for this table. Take the text file (.txt or .csv) of the same download, or save the sheet "
    "as comma-separated values (UTF-8)."
)


class Budget:
    """How many unpacked bytes all files of one table may take together: ``MAX_BYTES``."""

    def __init__(self) -> None:
        self._left = MAX_BYTES

    def take(self, chunk: bytes) -> bytes:
        """The chunk; refused once the files are too large together."""
        self._left -= len(chunk)
        if self._left < 0:
            raise Refused("codes.too_large", f"The files are larger than {_LARGEST} together when unpacked.")
        return chunk


@dataclass(frozen=True, slots=True)
class Part:
    """One unpacked file, read as a stream. Parts of one archive are read one after the other."""

    name: str
    opened: Callable[[], IO[bytes]]

    def stream(self) -> io.BufferedReader:
        """The content from its beginning. Reading refuses what cannot be unpacked and what is too large."""
        if self.name.lower().endswith((*_WORKBOOKS, ".xls")):
            raise Malformed(self.name, None, _WORKBOOK)
        return self._bytes()

    def _bytes(self) -> io.BufferedReader:
        return io.BufferedReader(_Bounded(self.name, self.opened), _CHUNK)

    def chunks(self, budget: Budget) -> Iterator[bytes]:
        """The content in pieces of a megabyte, as long as the budget lasts."""
        with self.stream() as stream:
            while chunk := stream.read(_CHUNK):
                yield budget.take(chunk)

    def load(self, budget: Budget) -> SourceFile:
        """The whole content, for tables that fit into memory; of a workbook its first sheet as comma-separated values."""
        if self.name.lower().endswith(_WORKBOOKS):
            with self._bytes() as stream:
                return SourceFile(self.name, budget.take(as_text(self.name, stream.read())))
        return SourceFile(self.name, b"".join(self.chunks(budget)))


class _Bounded(io.RawIOBase):
    """A stream that ends a file larger than ``MAX_BYTES``, and says in words that an archive is damaged."""

    def __init__(self, name: str, opened: Callable[[], IO[bytes]]) -> None:
        self._name, self._left = name, MAX_BYTES
        with _damage_in_words(name):
            self._file = opened()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        with _damage_in_words(self._name):
            content = self._file.read(len(buffer))
        self._left -= len(content)
        if self._left < 0:
            raise _too_large(self._name)
        buffer[: len(content)] = content
        return len(content)

    def close(self) -> None:
        self._file.close()
        super().close()


class _damage_in_words:
    """Turns an error of unpacking into a refusal that names the file."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, (*_DAMAGE, gzip.BadGzipFile)):
            raise Malformed(self._name, None, "is damaged or locked: it cannot be unpacked.") from error
        if isinstance(error, OSError):
            raise Malformed(self._name, None, f"cannot be read ({error.strerror or 'damaged'}).") from error


def open_parts(path: Path) -> tuple[Part, ...]:
    """The file, or the files inside it, in the order of their names, to be read as streams."""
    with _damage_in_words(path.name):
        with path.open("rb") as file:
            if not zipfile.is_zipfile(file):
                file.seek(0)
                return (_single(path.name, file.read(2), lambda: path.open("rb")),)
        return parts(path.name, path.open("rb"))


def parts(name: str, file: IO[bytes]) -> tuple[Part, ...]:
    """The same for a file that is open; it must be able to seek, and stays open as long as its parts are read."""
    with _damage_in_words(name):
        if zipfile.is_zipfile(file) and not name.lower().endswith(_WORKBOOKS):
            return _zipped(name, file)
        file.seek(0)
        return (_single(name, file.read(2), lambda: _rewound(file)),)


def _single(name: str, beginning: bytes, opened: Callable[[], IO[bytes]]) -> Part:
    if beginning == b"\x1f\x8b":
        return Part(name.removesuffix(".gz"), lambda: gzip.GzipFile(fileobj=opened()))  # type: ignore[arg-type, return-value]
    return Part(name, opened)


def _rewound(file: IO[bytes]) -> IO[bytes]:
    file.seek(0)
    return cast("IO[bytes]", _Kept(file))


class _Kept(io.RawIOBase):
    """A view of an open file that can be closed without closing the file."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        content = self._file.read(len(buffer))
        buffer[: len(content)] = content
        return len(content)


def _zipped(name: str, file: IO[bytes]) -> tuple[Part, ...]:
    archive = zipfile.ZipFile(file)
    members = [member for member in archive.infolist() if not member.is_dir()]
    if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > MAX_BYTES:
        raise _too_large(name)
    texts = [member for member in members if not member.filename.lower().endswith(_WORKBOOKS)]
    ordered = sorted(texts or members, key=lambda each: each.filename)
    return tuple(Part(Path(member.filename).name, lambda member=member: archive.open(member)) for member in ordered)  # type: ignore[misc]


def _too_large(name: str) -> Malformed:
    return Malformed(name, None, f"is larger than {_LARGEST} when unpacked, or holds too many files.")


def checksum_of(parts: Iterable[Part]) -> str:
    """The same over streams, which are read once; refuses what holds a NUL, and files too large together."""
    digest, budget = hashlib.sha256(), Budget()
    for part in parts:
        lines = 0
        for chunk in part.chunks(budget):
            refuse_nul(part.name, chunk, lines)
            lines += chunk.count(b"\n")
            digest.update(chunk)
    return digest.hexdigest()


def load_all(parts: Iterable[Part]) -> tuple[SourceFile, ...]:
    """Files whole in memory, within one budget."""
    budget = Budget()
    return tuple(part.load(budget) for part in parts)
