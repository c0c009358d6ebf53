"""What a feed's bytes are: for each format how a file falls into messages, and how one message is imported."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from accounts.errors import Refused
from coding_workflow.registration.hl7 import framing
from coding_workflow.registration.hl7.problem import HL7Problem
from coding_workflow.registration.models import FeedFormat, InboundMessage

from .csvfeed import import_row, split_csv
from .fhir import import_resource, split_fhir
from .inbound import import_message

Split = Callable[[bytes], tuple[bytes, ...]]


class Take(Protocol):
    """Keep one message and apply it, acting once however often it comes (as ``import_message``). ``by``: who loaded its file."""

    def __call__(self, raw: bytes, *, feed: str, by: int | None = None) -> InboundMessage:
        """The kept message."""


@dataclass(frozen=True, slots=True)
class Reader:
    """One format. ``split`` answers the messages of a file in order, and never refuses: a file it cannot split is one message
    that ``take`` will list."""

    format: str
    split: Split
    take: Take


_readers: dict[str, Reader] = {}


def register(reader: Reader) -> None:
    """Make a format known; the pages offer it from then on."""
    _readers[reader.format] = reader


def known_formats() -> tuple[str, ...]:
    """Formats that can be chosen for a feed."""
    return tuple(_readers)


def reader_for(format: str) -> Reader:
    """The reader of a format. Raises Refused ``feed.format`` where this release has none."""
    reader = _readers.get(format)
    if reader is None:
        raise Refused("feed.format", "This format cannot be read yet.", fix="format")
    return reader


def split_hl7(raw: bytes) -> tuple[bytes, ...]:
    """The messages of an HL7 file; one that cannot be split safely (too large, broken batch, cut off) stays whole."""
    try:
        return framing.split_file(raw)
    except HL7Problem:
        return (raw,)


register(Reader(FeedFormat.HL7, split_hl7, import_message))
register(Reader(FeedFormat.FHIR, split_fhir, import_resource))
register(Reader(FeedFormat.CSV, split_csv, import_row))
