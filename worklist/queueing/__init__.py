"""Queues as configuration: what they take, in which order, for whom, and what stands first in them (docs/queues.md)."""
