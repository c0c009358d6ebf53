"""Facts assembly: one account, as it stands in the database, as the rule engine sees it."""

from .assembling import assemble

__all__ = ["assemble"]
