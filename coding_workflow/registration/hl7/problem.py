"""The one error of this package."""


class HL7Problem(Exception):
    """A message, or a file of messages, that cannot be understood.

    ``code`` is stable and dotted; ``sentence`` is for the interface team and never holds a value of the message,
    because values are health information; ``segment`` and ``field`` name the place (``PID``, 7), 0 for the whole segment.
    """

    def __init__(self, code: str, sentence: str, segment: str = "", field: int = 0) -> None:
        super().__init__(code)
        self.code = code
        self.sentence = sentence
        self.segment = segment
        self.field = field

    @property
    def place(self) -> str:
        """Where, as interface teams write it: ``PID-7``."""
        return f"{self.segment}-{self.field}" if self.field else self.segment
