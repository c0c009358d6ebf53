"""One message as a file in a folder that patient accounting reads."""

import os
from pathlib import Path

from .mllp import NotDelivered


def put(text: bytes, folder: Path, name: str) -> None:
    """Write whole and under its name at once: a reader never sees half a file. Put again it is the same file.

    Raises NotDelivered ``host.folder`` where the folder is not there or cannot be written.
    """
    target, partial = folder / name, folder / f".{name}.part"
    try:
        with partial.open("wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(target)
        _settle(folder)
    except OSError:
        raise NotDelivered("host.folder") from None


def _settle(folder: Path) -> None:
    """The name itself is on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
