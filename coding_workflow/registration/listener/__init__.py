"""The MLLP listener of one feed, and the watch over the processes of all feeds."""
