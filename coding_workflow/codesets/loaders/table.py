"""What every loader makes of a publisher's file, and how it refuses one. Pure."""

import datetime
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from accounts.errors import Refused


class Malformed(Refused):
    """The file is not what it should be; the sentence names file, line and what is wrong."""

    def __init__(self, name: str, line: int | None, what: str) -> None:
        place = f"{name}, line {line}" if line else name
        super().__init__("codes.malformed", f"{place}: {what}")
        self.line = line


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One unpacked file."""

    name: str
    content: bytes

    def text(self) -> str:
        """The content as text; the publishers use UTF-8 and, in older files, Windows-1252. Refuses what holds a NUL."""
        refuse_nul(self.name, self.content)
        try:
            return self.content.decode("utf-8-sig")
        except UnicodeDecodeError:
            return self.content.decode("cp1252", errors="replace")


@dataclass(slots=True)
class CodeRow:
    """One code as read. ``terms`` are further words under which it is found."""

    code: str
    billable: bool
    long_title: str
    short_title: str = ""
    parent: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    terms: tuple[str, ...] = ()
    valid_from: datetime.date | None = None
    valid_until: datetime.date | None = None


@dataclass(slots=True)
class GroupRow:
    """One chapter or block as read."""

    key: str
    title: str
    parent: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ParsedTable:
    """A whole table, read and found in order. ``searchable`` is false for bare lists of codes."""

    system: str
    rows: tuple[CodeRow, ...]
    checksum: str
    source: str
    groups: tuple[GroupRow, ...] = ()
    searchable: bool = True
    label: str = ""
    starts: datetime.date | None = None
    ends: datetime.date | None = None


def checksum(*contents: bytes) -> str:
    """SHA-256 over the contents of the files, in order, 64 hexadecimal digits."""
    digest = hashlib.sha256()
    for content in contents:
        digest.update(content)
    return digest.hexdigest()


def refuse_nul(name: str, content: bytes, lines_before: int = 0) -> None:
    """Refuse a file that is no text (or UTF-16): PostgreSQL keeps no NUL, and the rest of such a line means nothing."""
    at = content.find(b"\0")
    if at >= 0:
        line = lines_before + content.count(b"\n", 0, at) + 1
        raise Malformed(name, line, "holds a NUL character: it is not plain text, or saved as UTF-16. Save it as UTF-8.")


def require_rows(name: str, rows: Iterable[Any]) -> None:
    """Refuse a file without a single code."""
    if not any(True for _ in rows):
        raise Malformed(name, None, "holds no codes.")
