"""Facts assembly: one account, as it stands in the database, as the rule engine sees it."""

from .assembling import ASSEMBLY, assemble
from .refreshing import SharedRows, refreshed

__all__ = ["ASSEMBLY", "SharedRows", "assemble", "refreshed"]
