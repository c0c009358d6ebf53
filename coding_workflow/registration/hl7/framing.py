"""From the bytes of a file to the bytes of single messages: limits, line ends, MLLP blocks, batches, encoding."""

import re

from . import limits
from .problem import HL7Problem

_BOM = b"\xef\xbb\xbf"
_WIDE_BOMS = (b"\xff\xfe", b"\xfe\xff")
_MLLP_START = b"\x0b"
_MLLP_END = b"\x1c"
_ENVELOPE = (b"FHS", b"BHS", b"BTS", b"FTS")
_SEGMENT = re.compile(rb"[A-Z][A-Z0-9]{2}(?![A-Za-z0-9])")
_LINE_ENDS = re.compile(rb"\n*\r[\r\n]*")

#: Stands for what could not be read, in a message that is shown.
UNREADABLE = "\N{REPLACEMENT CHARACTER}"

#: MSH-18, HL7 table 0211, as far as hospitals in the United States send it.
_ENCODINGS = {"": "utf-8", "ASCII": "ascii", "UNICODE UTF-8": "utf-8", "UTF-8": "utf-8"} | {
    f"8859/{part}": f"iso8859-{part}" for part in range(1, 10)
}


def normalise(raw: bytes) -> bytes:
    """The same bytes with CR as the only line end, without BOM, MLLP framing and blank lines.

    Refuses files over the limit, wide encodings, NUL bytes, and a mixture of CR and LF as line ends (a bare LF
    inside a CR message is a line break in somebody's note, and must not become a segment).
    """
    if len(raw) > limits.FILE_BYTES:
        raise HL7Problem("hl7.file_too_large", "The file is larger than 20 MB.")
    if raw.startswith(_WIDE_BOMS) or b"\x00" in raw:
        raise HL7Problem("hl7.encoding", "The file holds NUL bytes or is UTF-16; HL7 is read as ASCII, UTF-8 or ISO 8859.")
    plain = raw.removeprefix(_BOM).replace(_MLLP_START, b"\r").replace(_MLLP_END, b"\r")
    plain = _LINE_ENDS.sub(b"\r", plain).strip(b"\r\n \t")
    if b"\r" in plain and b"\n" in plain:
        raise HL7Problem("hl7.mixed_line_ends", "Some lines end with CR and some with LF; segments cannot be told apart.")
    return re.sub(rb"[\r\n]+", b"\r", plain)


def split_file(raw: bytes) -> tuple[bytes, ...]:
    """The messages of one file, in order, each as normalised bytes.

    Splits at MSH at the start of a line only. Refuses an empty file, lines before the first header, and a batch
    whose trailers are missing or count another number of messages: then nothing of the file is taken.
    """
    lines = normalise(raw).split(b"\r")
    if lines == [b""]:
        raise HL7Problem("hl7.empty", "The file holds no message.")
    if len(lines) > limits.FILE_SEGMENTS:
        raise HL7Problem("hl7.too_many_segments", "The file holds more than 200,000 segments.")
    messages: list[list[bytes]] = []
    envelope = _Envelope()
    for line in lines:
        name = line[:3]
        if name in _ENVELOPE:
            envelope.take(name, line)
        elif name == b"MSH":
            envelope.count()
            messages.append([line])
        elif not messages or envelope.closed:
            raise HL7Problem("hl7.no_header", "A segment stands before the first message header.")
        else:
            messages[-1].append(line)
    envelope.finish()
    if not messages:
        raise HL7Problem("hl7.empty", "The file holds no message.")
    return tuple(b"\r".join(message) for message in messages)


class _Envelope:
    """Counts what FHS/BHS open and BTS/FTS close (HL7 chapter 2, batch protocol)."""

    def __init__(self) -> None:
        self.file = False
        self.batch = False
        self.closed = False
        self.enveloped = False
        self.batches = 0
        self.messages = 0

    def count(self) -> None:
        if self.enveloped and not (self.batch or (self.file and self.batches == 0)):
            raise _broken_batch("A message stands outside the batches of its file.")
        self.closed = False
        self.messages += 1

    def take(self, name: bytes, line: bytes) -> None:
        if not self.enveloped and self.messages:
            raise _broken_batch("A batch header stands after the first message.")
        self.enveloped = True
        self.closed = True
        {b"FHS": self._open_file, b"BHS": self._open_batch, b"BTS": self._close_batch, b"FTS": self._close_file}[name](line)

    def _open_file(self, line: bytes) -> None:
        if self.file or self.batch or self.batches:
            raise _broken_batch("The file header is not at the start of the file.", "FHS")
        self.file = True

    def _open_batch(self, line: bytes) -> None:
        if self.batch:
            raise _broken_batch("A batch starts before the one before it ended.", "BHS")
        self.batch, self.messages = True, 0

    def _close_batch(self, line: bytes) -> None:
        if not self.batch:
            raise _broken_batch("A batch ends that did not start.", "BTS")
        _compare(line, "BTS", self.messages, "messages in the batch")
        self.batch, self.batches = False, self.batches + 1

    def _close_file(self, line: bytes) -> None:
        if not self.file or self.batch:
            raise _broken_batch("The file trailer has no header, or a batch is still open.", "FTS")
        _compare(line, "FTS", self.batches, "batches in the file")
        self.file = False

    def finish(self) -> None:
        if self.file or self.batch:
            raise _broken_batch("The file ends before its batch or file trailer; it may have been cut off.")


def _compare(line: bytes, segment: str, counted: int, what: str) -> None:
    said = line[4:].split(line[3:4], 1)[0].strip() if len(line) > 4 else b""
    if said and said != str(counted).encode():
        raise HL7Problem("hl7.batch_count", f"The trailer's count differs from the number of {what}.", segment, 1)


def _broken_batch(sentence: str, segment: str = "") -> HL7Problem:
    return HL7Problem("hl7.batch", sentence, segment)


def check_lines(message: bytes) -> None:
    """Refuse a message over the limits, a line that is no segment, or a second header glued into a line."""
    lines = message.split(b"\r")
    if len(lines) > limits.MESSAGE_SEGMENTS:
        raise HL7Problem("hl7.too_many_segments", "The message holds more than 10,000 segments.")
    header = message[:8]
    for number, line in enumerate(lines):
        name = line[:3].decode("ascii", "replace")
        if not _SEGMENT.match(line):
            raise HL7Problem("hl7.not_a_segment", f"Line {number + 1} does not start with a segment name.")
        if len(line) > limits.SEGMENT_CHARACTERS:
            raise HL7Problem("hl7.segment_too_long", "The segment is longer than 64 KB.", name)
        if header in line[3:]:
            raise HL7Problem("hl7.glued", "A second message header stands inside a line; a line end is missing.", name)


def decode(message: bytes) -> str:
    """The message as text by the encoding that MSH-18 names; UTF-8 where it names none. Refuses bytes that do not fit it."""
    header = message.split(b"\r", 1)[0].decode("latin-1")
    said = _header_field(header, 18).split(header[5:6] or "~", 1)[0].strip().upper()
    if said not in _ENCODINGS:
        raise HL7Problem("hl7.encoding", "MSH-18 names a character set that is not supported.", "MSH", 18)
    try:
        return message.decode(_ENCODINGS[said])
    except UnicodeDecodeError as error:
        named = f"MSH-18 says {said}" if said else "MSH-18 is empty"
        raise HL7Problem("hl7.encoding", f"{named}, but byte {error.start} does not fit {error.encoding}.", "MSH", 18) from None


def encoding_of(text: str) -> str:
    """The Python codec of a message that is already decoded, for its hexadecimal escapes."""
    header = text.split("\r", 1)[0]
    return _ENCODINGS.get(_header_field(header, 18).split(header[5:6] or "~", 1)[0].strip().upper(), "utf-8")


def shown(raw: bytes) -> str:
    """A message for eyes, damaged or not: a line for each segment, bytes that cannot be read as U+FFFD."""
    plain = raw.removeprefix(_BOM).replace(_MLLP_START, b"").replace(_MLLP_END, b"")
    plain = re.sub(rb"\r\n|\n", b"\r", plain)
    try:
        text = decode(plain)
    except HL7Problem:
        text = plain.decode("utf-8", "replace")
    return text.replace("\r", "\n").replace("\x00", UNREADABLE)


def typed(text: str) -> bytes:
    """What somebody typed over ``shown``, as bytes in the character set that its MSH-18 names.

    Refuses letters that do not fit it, and what still could not be read.
    """
    lines = re.sub(r"\r\n|\n", "\r", text.strip("\r\n"))
    if UNREADABLE in lines:
        raise HL7Problem("hl7.encoding", f"The message still holds a character that could not be read ({UNREADABLE}).")
    try:
        return lines.encode(encoding_of(lines))
    except UnicodeEncodeError:
        raise HL7Problem("hl7.encoding", "A letter does not fit the character set that MSH-18 names.", "MSH", 18) from None


def _header_field(header: str, number: int) -> str:
    parts = header.split(header[3:4] or "|")
    return parts[number - 1] if len(parts) >= number else ""
