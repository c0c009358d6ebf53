"""Mail about provider queries: that one waits, and nothing else."""
