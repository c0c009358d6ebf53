"""Candidate codes from the words of a record, each with its passage. Pure: text and names in, offers out."""

from .offering import Offer, Paper, named_in, offers
from .reading import Context, runs

__all__ = ["Context", "Offer", "Paper", "named_in", "offers", "runs"]
