"""CSV in: each row kept with its header, applied once, listed with its column when it cannot be."""

from .taking import import_csv, import_row, split_csv
from .trying import RowReport, try_csv

__all__ = ["RowReport", "import_csv", "import_row", "split_csv", "try_csv"]
