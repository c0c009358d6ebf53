"""FHIR in: files, lines and single resources."""

import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from accounts.errors import Refused
from accounts.models import Facility
from accounts.scope import ALL, scoped
from coding_workflow.registration.fhir import limits, splitting
from coding_workflow.registration.models import FeedFormat, InboundMessage
from coding_workflow.registration.services import inbound
from coding_workflow.registration.services.resolving import places_of
from coding_workflow.registration.services.vetting import FHIR_FILE, FHIR_UNIT, passes

from .attempting import attempt
from .keeping import identity, keep_resource

#: The order in which the files of a bulk export are read, so that little has to wait; any order ends the same.
ORDER: Final = (
    "Organization", "Location", "Practitioner", "PractitionerRole", "Patient", "Coverage", "Account", "Encounter", "Condition",
    "Procedure", "Binary", "DocumentReference", "Composition", "ChargeItem",
)  # fmt: skip
_PIECE: Final = 1024 * 1024


def split_fhir(raw: bytes) -> tuple[bytes, ...]:
    """The units of one body, for ``import_resource``; never refuses: a body that may not be read here is one, and listed."""
    return splitting.split(raw) if passes(raw, FHIR_FILE) else (raw,)


def import_resource(
    raw: bytes, *, feed: str = "fhir", facility: str = "", line: int = 0, by: int | None = None
) -> InboundMessage:
    """Keep one resource, Bundle entry or all-or-nothing Bundle and apply it, in one transaction.

    The same content acts once. What cannot be applied is listed and changes nothing; what refers to something that has not
    come waits. ``facility`` is the code of the one that the feed delivers for; without it the only one there is; ``by`` is the
    key of who loaded the file. ValueError for a feed's code out of shape, Refused ``registration.unknown_facility`` for a code
    that is none.
    """
    inbound.check_feed(feed)
    return _take(raw, feed, facility_of(facility, feed), line, by)


def _take(raw: bytes, feed: str, facility: Facility | None, line: int, by: int | None = None) -> InboundMessage:
    with scoped(ALL):
        return keep_resource(raw, feed=feed, facility=facility, line=line, by=by)


def import_fhir(source: Path | bytes, *, feed: str = "fhir", facility: str = "") -> Iterator[InboundMessage]:
    """Import a file of NDJSON (also compressed by gzip) or one JSON file, a transaction for each resource, answering each.

    NDJSON is read line by line. Interrupted anywhere, the same file goes on: what was applied acts once. Raises Refused
    ``registration.not_a_file``, ``registration.unknown_facility``; ``registration.cut_off`` and ``registration.too_large`` at
    the place where a compressed file breaks or grows beyond measure, after the lines before it.
    """
    inbound.check_feed(feed)
    served = facility_of(facility, feed)
    with _opened(source) as stream:
        for number, line in _units(stream):
            for unit in splitting.units(line) if passes(line, FHIR_FILE) else (line,):
                yield _take(unit, feed, served, number)


def facility_of(code: str, feed: str) -> Facility | None:
    """The facility of this code. Without a code the only one that the feed delivers for, or None where there are several.

    Raises Refused ``registration.unknown_facility`` and ``registration.feed_elsewhere``.
    """
    places = places_of(feed)
    served = [one for one in places.facilities if places.served is None or one.pk in places.served]
    if not code:
        return served[0] if len(served) == 1 else None
    found = next((one for one in places.facilities if one.code == code), None)
    if found is None:
        raise Refused("registration.unknown_facility", "There is no facility of this code.")
    places.refuse_unserved(found)
    return found


def _units(stream: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """Lines of NDJSON with their numbers, or the whole of a file whose first line is no value by itself (0)."""
    lines = splitting.lines(stream)
    first = next(lines, None)
    if first is None:
        yield 0, b""
        return
    if len(first[1]) > limits.UNIT_BYTES // 2 or not passes(first[1], FHIR_UNIT) or splitting.is_ndjson(first[1]):
        yield first
        yield from lines
        return
    second = next(lines, None)
    if second is None:
        yield 0, first[1]
        return
    if first[1].lstrip(b" \t\xef\xbb\xbf").startswith(b'{"') and second[1].lstrip().startswith(b"{"):
        # One broken line among others.
        yield first
        yield second
        yield from lines
        return
    whole = io.BytesIO()
    for _, line in (first, second):
        whole.write(line + b"\n")
    for _, line in lines:
        if whole.tell() > limits.UNIT_BYTES:
            break
        whole.write(line + b"\n")
    yield 0, whole.getvalue()


@contextmanager
def _opened(source: Path | bytes) -> Iterator[IO[bytes]]:
    if isinstance(source, bytes):
        yield io.BytesIO(source)
        return
    if not source.is_file():
        raise Refused("registration.not_a_file", "This is not a regular file.")
    with source.open("rb") as plain:
        if plain.read(2) != b"\x1f\x8b":
            plain.seek(0)
            yield plain
            return
        plain.seek(0)
        with gzip.GzipFile(fileobj=plain) as unpacked:
            yield io.BufferedReader(_Bounded(unpacked, plain))


class _Bounded(io.RawIOBase):
    """A compressed file that may not grow beyond its ratio, and that says so when it is cut off."""

    def __init__(self, unpacked: gzip.GzipFile, packed: IO[bytes]) -> None:
        self._unpacked = unpacked
        self._packed = packed
        self._read = 0

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """As the file, refusing what the module documents."""
        try:
            piece = self._unpacked.read(len(buffer))
        except (EOFError, zlib.error, OSError):
            raise Refused("registration.cut_off", "The compressed file is damaged or cut off here.") from None
        self._read += len(piece)
        if self._read > _PIECE + limits.RATIO * self._packed.tell():
            raise Refused("registration.too_large", f"The compressed file grows to more than {limits.RATIO} times its size.")
        buffer[: len(piece)] = piece
        return len(piece)


inbound.attempts[FeedFormat.FHIR] = attempt
inbound.identities[FeedFormat.FHIR] = identity
