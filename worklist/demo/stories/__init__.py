"""The demo's stories: told ones, and generated ones in the shares of a real hospital."""

from worklist.demo.story import Story

from . import stays, visits
from .generated import volume

__all__ = ["featured", "volume"]


def featured() -> list[Story]:
    """The told scenarios, the most telling first."""
    return [*stays.told(), *visits.told()]
