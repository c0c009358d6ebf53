"""Why a backup was not made, or not restored."""


class BackupProblem(Exception):
    """One sentence for the operator; it holds no health information."""
