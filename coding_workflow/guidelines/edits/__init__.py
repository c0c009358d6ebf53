"""The built-in edits, one small file per subject."""

from importlib import import_module
from pkgutil import iter_modules


def load() -> None:
    """Import every file of this package, so that its rules are registered."""
    for module in sorted(found.name for found in iter_modules(__path__)):
        import_module(f"{__name__}.{module}")
