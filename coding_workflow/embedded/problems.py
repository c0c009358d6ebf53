"""What a person is told when an engine cannot start."""


class EngineProblem(Exception):
    """One sentence that says what is wrong and what to do about it."""
