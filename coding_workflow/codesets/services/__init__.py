"""Writing code tables."""

from .loading import Loaded, ReadTable, load_standard, load_table, read_standard
from .previewing import Change, Difference, preview

__all__ = [
    "Change",
    "Difference",
    "Loaded",
    "ReadTable",
    "load_standard",
    "load_table",
    "preview",
    "read_standard",
]
