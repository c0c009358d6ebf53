"""Writing code tables."""

from .loading import Loaded, ReadTable, load_standard, load_table, read_standard
from .previewing import Change, Difference, preview
from .uploads import ask_to_load, discard_upload, keep_upload, load_upload, read_upload, replace_files

__all__ = [
    "Change",
    "Difference",
    "Loaded",
    "ReadTable",
    "ask_to_load",
    "discard_upload",
    "keep_upload",
    "load_standard",
    "load_table",
    "load_upload",
    "preview",
    "read_standard",
    "read_upload",
    "replace_files",
]
