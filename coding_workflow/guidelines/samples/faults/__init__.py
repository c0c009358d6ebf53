"""Planted faults: each spoils a correct account in one way, and says which rules must hold for it."""

from . import chapters, claims, coders, codes, combinations, editor, open_items, record, support
from .registry import FAULTS, Fault

#: Naming the modules is what registers their faults.
_BY_CONDITION = (coders, support, record, codes, chapters, combinations, editor, claims, open_items)

__all__ = ["FAULTS", "Fault"]
