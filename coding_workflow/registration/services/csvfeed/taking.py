"""CSV in: files and single rows."""

from collections.abc import Iterator
from pathlib import Path

from django.db.models import F

from accounts.errors import Refused
from accounts.scope import ALL, scoped
from coding_workflow.registration.csvfeed import rows
from coding_workflow.registration.models import FeedFormat, InboundMessage, MessageStatus
from coding_workflow.registration.problem import Unreadable
from coding_workflow.registration.services import inbound
from coding_workflow.registration.services.vetting import CSV_FILE, CSV_ROW, vet

from .attempting import attempt


def split_csv(raw: bytes) -> tuple[bytes, ...]:
    """The rows of a file, each with its header, for ``import_row``; never refuses: a file that cannot be read is one unit."""
    return tuple(row for _, row in _split(raw))


def import_row(raw: bytes, *, feed: str = "csv", line: int = 0, by: int | None = None) -> InboundMessage:
    """Keep one row with its header and apply it, in one transaction; the same row acts once.

    What cannot be applied is listed and changes nothing; a row for an account that is not registered waits. ``by`` is the
    key of the person who loaded the file: holds are placed in their name. ValueError for a feed's code out of shape.
    """
    inbound.check_feed(feed)
    with scoped(ALL):
        control_id, sha256 = identity(raw)
        message, created = InboundMessage.objects.get_or_create(
            feed=feed,
            control_id=control_id,
            sha256=sha256,
            defaults={"raw": raw, "format": FeedFormat.CSV, "line": line, "brought_by_id": by},
        )
        if not created:
            InboundMessage.objects.filter(pk=message.pk).update(times_received=F("times_received") + 1)
        if created or message.status == MessageStatus.FAILED:
            inbound.attempt(message)
        return message


def import_csv(source: Path | bytes, *, feed: str = "csv", by: int | None = None) -> Iterator[InboundMessage]:
    """Import the rows of a file, one transaction each, in order, answering each as it is done.

    A file that cannot be read safely (encoding, header, an open quote, limits) is kept whole as one failed message. Interrupted
    anywhere, the same file goes on. Raises Refused ``registration.not_a_file``.
    """
    raw = source if isinstance(source, bytes) else read_bounded(source)
    for line, row in _split(raw):
        yield import_row(row, feed=feed, line=line, by=by)


def read_bounded(path: Path) -> bytes:
    """A file's bytes, no more than one over the limit. Raises Refused ``registration.not_a_file``."""
    if not path.is_file():
        raise Refused("registration.not_a_file", "This is not a regular file.")
    with path.open("rb") as stream:
        return stream.read(rows.FILE_BYTES + 1)


def _split(raw: bytes) -> tuple[tuple[int, bytes], ...]:
    try:
        vet(raw, CSV_FILE)
        return rows.split(raw)
    except Unreadable:
        return ((0, raw),)


def identity(raw: bytes) -> tuple[str, str]:
    """What tells a row apart, and the hash of what it says."""
    try:
        vet(raw, CSV_ROW)
        row = rows.read(raw)
    except Unreadable:
        return "", rows.digest(raw)
    return row.key, row.sha256


inbound.attempts[FeedFormat.CSV] = attempt
inbound.identities[FeedFormat.CSV] = identity
