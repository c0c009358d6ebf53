"""Reading what strangers send, first in a child process that may use only so much time and memory. Pure.

The limits of ``hl7/limits.py`` bound what a reader is asked to do; this bounds what it can do when they, or the library behind
it, are wrong. The child says only that it came through: the parent then reads the same bytes itself, knowing that it will.
"""

from .reader import BoundedReader, vet

__all__ = ["BoundedReader", "vet"]
