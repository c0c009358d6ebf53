"""The bytes of uploaded files, in pieces of a megabyte, and reading them as files again."""

from collections.abc import Iterable, Iterator, Sequence
from tempfile import SpooledTemporaryFile
from typing import IO, Final

from coding_workflow.codesets.loaders.files import Part, parts
from coding_workflow.codesets.models import TableUpload, UploadFile, UploadPiece

PIECE: Final = 1024 * 1024
_IN_MEMORY: Final = 8 * PIECE
#: A file as it comes in: its name, and its content in chunks.
Incoming = tuple[str, Iterable[bytes]]


def store(upload: TableUpload, incoming: Sequence[Incoming]) -> None:
    """Write files piece by piece; no file is ever whole in memory."""
    for position, (name, chunks) in enumerate(incoming):
        file = UploadFile.objects.create(upload=upload, position=position, name=name[-200:], size=0)
        for number, content in enumerate(_pieces(chunks)):
            UploadPiece.objects.create(file=file, number=number, content=content)
            file.size += len(content)
        file.save(update_fields=["size"])


def forget(upload: TableUpload) -> None:
    """Remove the bytes; the names and sizes of the files stay."""
    UploadPiece.objects.filter(file__upload=upload).delete()


def stored_parts(upload: TableUpload) -> tuple[Part, ...]:
    """The unpacked files of an upload, to be read as streams while the connection is busy with COPY.

    The packed bytes lie in memory or, from some megabytes on, in a temporary file that is gone with the last reader.
    """
    return tuple(part for file in upload.files.filter(replaced=False) for part in parts(file.name, _spooled(file)))


def _spooled(file: UploadFile) -> IO[bytes]:
    spool = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed with its last reader
    for content in file.pieces.order_by("number").values_list("content", flat=True).iterator(chunk_size=4):
        spool.write(content)
    return spool


def _pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    waiting = bytearray()
    for chunk in chunks:
        waiting += chunk
        while len(waiting) >= PIECE:
            yield bytes(waiting[:PIECE])
            del waiting[:PIECE]
    if waiting:
        yield bytes(waiting)
