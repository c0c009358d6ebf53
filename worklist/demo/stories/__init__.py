"""The demo's stories: told ones, and generated ones in the shares of a real hospital."""

from worklist.demo.story import Story

from . import after_claim, asked, births, endings, professional, sequence, states, stays, surgery, visits, window
from .generated import volume

__all__ = ["featured", "volume"]

_SUBJECTS = (stays, endings, births, window, visits, surgery, sequence, after_claim, states, asked, professional)


def featured() -> list[Story]:
    """The told scenarios by subject; a number told twice is one account at two moments."""
    return [story for subject in _SUBJECTS for story in subject.told()]
